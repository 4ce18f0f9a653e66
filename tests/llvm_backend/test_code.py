"""The machine code: vector loops, no calls where none are needed, the same bits whatever is fused."""

from __future__ import annotations

import re

import numpy as np

from tests.llvm_backend.programs import kernel_of, of_text

SUM = """func @f(%x: f64[n], %y: f64[n]) -> (np.f64) {
  %1 = mul(%x, %y) : f64[n]
  %3 = sum(%1) {axes = (0,)} : np.f64
  return %3
}"""
TANH = """func @f(%x: f64[n], %y: f64[n]) -> (f64[n]) {
  %1 = mul(%x, %y) : f64[n]
  %2 = tanh(%1) : f64[n]
  return %2
}"""


def test_fused_loops_vectorise() -> None:
    for text in (SUM, TANH):
        code = kernel_of(of_text(text)).assembly
        assert re.search(r"v?mulpd\s.*%[yz]mm|mulpd", code)
        assert not re.search(r"\bcallq?\b", code)


def test_no_fast_math_and_no_contraction() -> None:
    text = kernel_of(of_text(TANH)).text
    for flag in ("fast", "reassoc", "contract", "nnan", "ninf", "nsz", "arcp", "afn"):
        assert f" {flag} " not in text


def test_sums_have_one_order() -> None:
    rng = np.random.default_rng(0)
    for n in (0, 1, 7, 8, 31, 32, 33, 100, 1000):
        x, y = rng.normal(size=n), rng.normal(size=n)
        full, fast = (kernel_of(of_text(SUM), fast=f)((x, y))[0] for f in (False, True))
        assert full == fast
        np.testing.assert_allclose(full, np.dot(x, y), rtol=1e-13, atol=1e-13)


def test_literal_sizes_have_the_same_bits() -> None:
    rng = np.random.default_rng(0)
    for n in (3, 8, 13, 40):
        x, y = rng.normal(size=n), rng.normal(size=n)
        literal = SUM.replace("[n]", f"[{n}]")
        assert kernel_of(of_text(SUM), fast=True)((x, y)) == kernel_of(of_text(literal), fast=True)((x, y))


def test_results_can_be_written_into_given_arrays() -> None:
    x, y, out = np.arange(5.0), np.ones(5), np.zeros(5)
    (result,) = kernel_of(of_text(TANH), fast=True)((x, y), (out,))
    assert result is out
    np.testing.assert_allclose(out, np.tanh(x))


def test_text_is_deterministic() -> None:
    assert kernel_of(of_text(TANH)).text == kernel_of(of_text(TANH)).text
