"""Stages keep the meaning to the bit, and copies go exactly where older versions are still needed."""

from __future__ import annotations

import numpy as np
import pytest

from adgen.ir.core import Func
from adgen.ir.dims import Dim
from adgen.ir.interpret import interpret
from adgen.ir.parse import parse
from adgen.ir.text import to_text
from adgen.ir.verify import verify
from adgen.primitives.registry import primitive
from adgen.transform.copies import count_copies, insert_copies
from adgen.transform.cse import share_common_subexpressions
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.fold import simplify
from adgen.transform.rebuild import with_dims


def func(body: str, params: str = "%x: f64[n], %i: i64", results: str = "f64[n]") -> Func:
    return verify(parse(f"func @f({params}) -> ({results}) {{\n{body}}}\n", primitive))


SIMPLIFIED = {
    "times one": (
        "%1 = broadcast(%c) {axes = (), dims = (<n>,)} : f64[n]\n%2 = mul(%x, %1) : f64[n]",
        1.0,
        0,
    ),
    "times minus one": (
        "%1 = broadcast(%c) {axes = (), dims = (<n>,)} : f64[n]\n%2 = mul(%x, %1) : f64[n]",
        -1.0,
        1,
    ),
    "over one": ("%1 = broadcast(%c) {axes = (), dims = (<n>,)} : f64[n]\n%2 = div(%x, %1) : f64[n]", 1.0, 0),
    "plus zero stays": (
        "%1 = broadcast(%c) {axes = (), dims = (<n>,)} : f64[n]\n%2 = add(%x, %1) : f64[n]",
        0.0,
        3,
    ),
    "twice negative": ("%1 = neg(%x) : f64[n]\n%2 = neg(%1) : f64[n]", 0.0, 0),
    "reshape there and back": (
        "%1 = reshape(%x) {dims = (<n>,<1>,)} : f64[n,1]\n%2 = reshape(%1) {dims = (<n>,)} : f64[n]",
        0.0,
        0,
    ),
}


@pytest.mark.parametrize(("text", "value", "left"), SIMPLIFIED.values(), ids=SIMPLIFIED)
def test_rules_change_no_bit(text: str, value: float, left: int) -> None:
    lines = "".join(f"  {line}\n" for line in text.split("\n"))
    const = f"  %c = const() {{dtype = !f64, kind = @np, value = {value!r}}} : np.f64\n"
    before = func(const + lines + "  return %2\n")
    after = verify(eliminate_dead_code(verify(simplify(before))))
    assert len(after.body.nodes) == left
    x = np.array([-0.0, 0.0, np.inf, np.nan, 5e-324, -1.5])
    (expected,), (found,) = interpret(before, [x, 0]), interpret(after, [x, 0])
    np.testing.assert_array_equal(np.isnan(expected), np.isnan(found))
    kept = ~np.isnan(expected)
    assert expected[kept].tobytes() == found[kept].tobytes()


def test_sizes_are_computed_once() -> None:
    text = (
        "  %n = dim() {dim = <n>} : i64\n  %c = const() {dtype = !i64, kind = @py, value = 1} : i64\n"
        "  %1 = sub(%n, %c) : i64\n  %2 = add(%1, %n) : i64\n  return %2\n"
    )
    assert "dim = <2*n-1>" in to_text(eliminate_dead_code(simplify(func(text, results="i64"))))


def test_common_subexpressions_are_shared_but_signed_zeros_are_not() -> None:
    text = (
        "  %1 = sin(%x) : f64[n]\n  %2 = sin(%x) : f64[n]\n"
        "  %3 = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64\n"
        "  %4 = const() {dtype = !f64, kind = @np, value = -0.0} : np.f64\n"
        "  %5 = broadcast(%3) {axes = (), dims = (<n>,)} : f64[n]\n"
        "  %6 = broadcast(%4) {axes = (), dims = (<n>,)} : f64[n]\n"
        "  %7 = add(%1, %2) : f64[n]\n  %8 = add(%5, %6) : f64[n]\n  %9 = add(%7, %8) : f64[n]\n  return %9\n"
    )
    shared = to_text(verify(share_common_subexpressions(func(text))))
    assert shared.count("sin(") == 1
    assert shared.count("const(") == 2


def test_equal_allocations_stay_apart() -> None:
    text = (
        "  %c = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64\n"
        "  %a = full(%c) {dims = (<n>,)} : f64[n]\n  %b = full(%c) {dims = (<n>,)} : f64[n]\n"
        "  %a.1 = write(%a, %c, %i) {index = ix(point)} : f64[n]\n"
        "  %b.1 = write(%b, %c, %i) {index = ix(point)} : f64[n]\n"
        "  %0 = add(%a.1, %b.1) : f64[n]\n  return %0\n"
    )
    assert to_text(share_common_subexpressions(func(text))).count("full(") == 2


COPIES = {
    # storing into an argument
    "argument": (
        "  %c = const() {dtype = !f64, kind = @np, value = 7.0} : np.f64\n"
        "  %1 = write(%x, %c, %i) {index = ix(point)} : f64[n]\n  return %1\n",
        1,
    ),
    # an old version is read after the store
    "old version": (
        "  %c = const() {dtype = !f64, kind = @np, value = 7.0} : np.f64\n"
        "  %a = sin(%x) : f64[n]\n  %1 = write(%a, %c, %i) {index = ix(point)} : f64[n]\n"
        "  %2 = add(%a, %1) : f64[n]\n  return %2\n",
        1,
    ),
    # a view of the old version is used after a store that something needs before
    "view": (
        "  %c = const() {dtype = !f64, kind = @np, value = 7.0} : np.f64\n"
        "  %a = sin(%x) : f64[n]\n  %v = reshape(%a) {dims = (<n>,)} : f64[n]\n"
        "  %1 = write(%a, %c, %i) {index = ix(point)} : f64[n]\n"
        "  %2 = add(%1, %1) : f64[n]\n  %3 = add(%v, %2) : f64[n]\n  return %3\n",
        1,
    ),
    # the store only has to wait
    "late store": (
        "  %c = const() {dtype = !f64, kind = @np, value = 7.0} : np.f64\n"
        "  %a = sin(%x) : f64[n]\n  %v = reshape(%a) {dims = (<n>,)} : f64[n]\n"
        "  %1 = write(%a, %c, %i) {index = ix(point)} : f64[n]\n"
        "  %2 = sin(%v) : f64[n]\n  %3 = add(%1, %2) : f64[n]\n  return %3\n",
        0,
    ),
    # an argument carried and changed by a loop
    "carried argument": (
        "  %c = const() {dtype = !f64, kind = @np, value = 7.0} : np.f64\n"
        "  %one = const() {dtype = !i64, kind = @py, value = 1} : i64\n"
        "  %1 = for %k in (%i, %i, %one) carry (%a = %x) : f64[n] {\n"
        "    %2 = write(%a, %c, %k) {index = ix(point)} : f64[n]\n    yield %2\n  }\n  return %1\n",
        1,
    ),
    # the argument itself as result
    "result": ("  return %x\n", 1),
}


@pytest.mark.parametrize(("text", "count"), COPIES.values(), ids=COPIES)
def test_copies_are_where_they_are_needed(text: str, count: int) -> None:
    before = func(text)
    after = verify(insert_copies(before))
    assert count_copies(after) == count
    x = np.arange(4.0)
    np.testing.assert_array_equal(interpret(before, [x, 1])[0], interpret(after, [x, 1])[0])


def test_dims_can_be_pinned() -> None:
    pinned = verify(with_dims(func("  %1 = sin(%x) : f64[n]\n  return %1\n"), {"n": Dim.const(3)}))
    assert "f64[3]" in to_text(pinned)
    assert "n" not in to_text(pinned).split("(", 2)[1].split(",")[0].split("[")[1]
