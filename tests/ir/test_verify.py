"""The verifier refuses each way a program can be broken, the text reader says where text is."""

from __future__ import annotations

import pytest

from adgen.ir.parse import TextError, parse
from adgen.ir.text import to_text
from adgen.ir.verify import IllFormed, verify
from adgen.primitives.registry import primitive

HEAD = "func @f(%x: f64[n], %i: i64, %p: bool) -> (f64[n]) {\n"
BROKEN = {
    "wrong result type": (HEAD + "  %0 = sin(%x) : f64[n-1]\n  return %0\n}\n", "infers"),
    "unknown symbol": (
        HEAD + "  %0 = arange() {dim = <m>} : i64[m]\n  return %x\n}\n",
        "not in scope",
    ),
    "dims differ": (
        HEAD + "  %0 = read(%x, %i) {index = ix(range(n-1;1))} : f64[n-1]\n"
        "  %1 = add(%x, %0) : f64[n]\n  return %1\n}\n",
        "differ in dtype or dims",
    ),
    "carried value changes type": (
        HEAD + "  %0 = for %k in (%i, %i, %i) carry (%a = %x) : f64[n] {\n"
        "    yield %i\n  }\n  return %0\n}\n",
        "changes type",
    ),
    "branches differ": (
        HEAD + "  %0 = if %p : f64[n] {\n    yield %x\n  } else {\n    yield %i\n  }\n  return %0\n}\n",
        "different types",
    ),
    "condition is no boolean": (
        HEAD + "  %0 = if %i : f64[n] {\n    yield %x\n  } else {\n    yield %x\n  }\n  return %0\n}\n",
        "condition is",
    ),
    "accumulator read": (
        HEAD + "  %0 = for %k in (%i, %i, %i) carry (%a = %x) {accumulators = (0,)} : f64[n] {\n"
        "    %1 = sin(%a) : f64[n]\n    %2 = add_at(%a, %1) {index = ix(full)} : f64[n]\n    yield %2\n  }\n"
        "  return %0\n}\n",
        "accumulator is read by sin",
    ),
    "accumulator replaced": (
        HEAD + "  %0 = for %k in (%i, %i, %i) carry (%a = %x) {accumulators = (0,)} : f64[n] {\n"
        "    yield %x\n  }\n  return %0\n}\n",
        "is replaced",
    ),
    "assumption on nothing": (HEAD + "  assume m-2 >= 0\n  return %x\n}\n", "assumption"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_program_is_refused(text: str, reason: str) -> None:
    with pytest.raises(IllFormed, match=reason):
        verify(parse(text, primitive))


def test_a_use_out_of_scope_is_refused() -> None:
    func = parse(HEAD + "  %0 = sin(%x) : f64[n]\n  %1 = sin(%0) : f64[n]\n  return %1\n}\n", primitive)
    from dataclasses import replace

    swapped = replace(func, body=replace(func.body, nodes=func.body.nodes[::-1]))
    with pytest.raises(IllFormed, match="before its definition"):
        verify(swapped)


@pytest.mark.parametrize(
    "text",
    [
        "func @f(%x: f64) -> (f64) {\n  %0 = nothing(%x) : f64\n  return %0\n}\n",
        "func @f(%x: f64) -> (f64) {\n  %0 = sin(%y) : f64\n  return %0\n}\n",
        "func @f(%x: f65) -> (f64) {\n  return %x\n}\n",
        "func @f(%x: f64) -> (f64) {\n  %0 = sin(%x : f64\n  return %0\n}\n",
    ],
)
def test_other_text_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(TextError, match=r"line [12]"):
        parse(text, primitive)


def test_attributes_of_every_kind_read_back() -> None:
    text = (
        "func @f(%x: f64[n,4], %i: i64, %g: i64[k]) -> (f64[n,4]) {\n"
        "  assume n-2 >= 0\n"
        "  %0 = const() {dtype = !f64, kind = @np, value = -inf} : np.f64\n"
        "  %1 = const() {dtype = !bool, kind = @py, value = True} : bool\n"
        "  %2 = read(%x, %i, %i) {index = ix(range(n-2;-1) point)} : f64[n-2]\n"
        "  %3 = read(%x, %g) {index = ix(gather full repeated)} : f64[k,4]\n"
        "  %4 = stack_new() {element = $f64[n,4]} : stack<f64[n,4]>\n"
        "  %5 = push(%4, %x) : stack<f64[n,4]>\n"
        "  return %x\n"
        "}\n"
    )
    assert to_text(verify(parse(text, primitive))) == text
