"""Loops, branches, in-place updates, tapes: kernels agree with the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.diagnostics import RunError
from adgen.ir.interpret import interpret
from tests.llvm_backend.programs import agree, kernel_of, of_text

RNG = np.random.default_rng(5)


def vector(n: int) -> np.ndarray:
    return RNG.uniform(0.5, 2.0, n)


PROGRAMS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "scalar loop": (
        """func @f(%x: f64[n], %s0: f64) -> (f64) {
  %lo = const() {dtype = !i64, kind = @py, value = 0} : i64
  %hi = dim() {dim = <n>} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %s = for %i in (%lo, %hi, %one) carry (%a = %s0) : f64 {
    %v = read(%x, %i) {index = ix(point)} : np.f64
    %w = cast(%v) {dtype = !f64, kind = @py} : f64
    %u = sin(%w) : f64
    %b = add(%a, %u) : f64
    yield %b
  }
  return %s
}""",
        (vector(7), 0.5),
    ),
    "updates in place": (
        """func @f(%x: f64[n]) -> (f64[n]) {
  %lo = const() {dtype = !i64, kind = @py, value = 1} : i64
  %hi = dim() {dim = <n>} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %y = for %i in (%lo, %hi, %one) carry (%a = %x) : f64[n] {
    %j = sub(%i, %one) : i64
    %v = read(%a, %i) {index = ix(point)} : np.f64
    %w = read(%a, %j) {index = ix(point)} : np.f64
    %u = mul(%v, %w) : np.f64
    %b = write(%a, %u, %i) {index = ix(point)} : f64[n]
    yield %b
  }
  return %y
}""",
        (vector(6),),
    ),
    "backwards": (
        """func @f(%x: f64[n]) -> (f64[n]) {
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %lo = sub(%n, %one) : i64
  %hi = const() {dtype = !i64, kind = @py, value = 0} : i64
  %step = const() {dtype = !i64, kind = @py, value = -2} : i64
  %y = for %i in (%lo, %hi, %step) carry (%a = %x) : f64[n] {
    %j = sub(%i, %one) : i64
    %v = read(%a, %i) {index = ix(point)} : np.f64
    %b = add_at(%a, %v, %j) {index = ix(point)} : f64[n]
    yield %b
  }
  return %y
}""",
        (vector(7),),
    ),
    "renewed array": (
        """func @f(%m: f64[n,n], %x: f64[n], %t: i64) -> (f64[n], f64[n]) {
  %lo = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %y = for %i in (%lo, %t, %one) carry (%a = %x) : f64[n] {
    %b = contract(%m, %a) {spec = 'ij,j->i'} : f64[n]
    %c = tanh(%b) : f64[n]
    yield %c
  }
  return %y, %x
}""",
        (RNG.uniform(-1, 1, (5, 5)), vector(5), 3),
    ),
    "exchanged arrays": (
        """func @f(%x: f64[n], %y: f64[n], %t: i64) -> (f64[n], f64[n]) {
  %lo = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %p, %q = for %i in (%lo, %t, %one) carry (%a = %x, %b = %y) : f64[n], f64[n] {
    %l = read(%a, %lo) {index = ix(range(n-2;1))} : f64[n-2]
    %two = const() {dtype = !i64, kind = @py, value = 2} : i64
    %r = read(%a, %two) {index = ix(range(n-2;1))} : f64[n-2]
    %s = add(%l, %r) : f64[n-2]
    %c = write(%b, %s, %one) {index = ix(range(n-2;1))} : f64[n]
    yield %c, %a
  }
  return %p, %q
}""",
        (vector(8), vector(8), 3),
    ),
    "shifted overlap": (
        """func @f(%x: f64[n]) -> (f64[n]) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %l = read(%x, %zero) {index = ix(range(n-1;1))} : f64[n-1]
  %s = mul(%l, %l) : f64[n-1]
  %c = write(%x, %s, %one) {index = ix(range(n-1;1))} : f64[n]
  return %c
}""",
        (vector(40),),
    ),
    "shifted overlap of its own": (
        """func @f(%x: f64[n]) -> (f64[n]) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %y = exp(%x) : f64[n]
  %v = sum(%x) {axes = (0,)} : np.f64
  %z = write(%y, %v, %zero) {index = ix(point)} : f64[n]
  %l = read(%z, %zero) {index = ix(range(n-1;1))} : f64[n-1]
  %s = mul(%l, %l) : f64[n-1]
  %c = write(%z, %s, %one) {index = ix(range(n-1;1))} : f64[n]
  return %c
}""",
        (vector(40),),
    ),
    "while": (
        """func @f(%x: f64, %tol: f64) -> (f64, i64) {
  %k0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %y, %k = while carry (%a = %x, %c = %k0) : f64, i64 {
    %big = gt(%a, %tol) : bool
    yield %big
  } do (%d, %e) {
    %s = sqrt(%d) : f64
    %half = const() {dtype = !f64, kind = @py, value = 0.5} : f64
    %h = mul(%s, %half) : f64
    %f = add(%e, %one) : i64
    yield %h, %f
  }
  return %y, %k
}""",
        (900.0, 0.3),
    ),
    "branches": (
        """func @f(%x: f64[n], %c: bool) -> (f64[n], f64) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %y, %z = if %c : f64[n], f64 {
    %a = exp(%x) : f64[n]
    %p = const() {dtype = !f64, kind = @py, value = 1.0} : f64
    yield %a, %p
  } else {
    %q = const() {dtype = !f64, kind = @py, value = 2.0} : f64
    yield %x, %q
  }
  return %y, %z
}""",
        (vector(4), True),
    ),
    "tape": (
        """func @f(%x: f64, %n: i64) -> (f64) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %t = stack_new() {element = $f64} : stack<f64>
  %y, %u = for %i in (%zero, %n, %one) carry (%a = %x, %s = %t) : f64, stack<f64> {
    %p = push(%s, %a) : stack<f64>
    %b = sin(%a) : f64
    yield %b, %p
  }
  %r, %v = for %j in (%zero, %n, %one) carry (%c = %y, %w = %u) : f64, stack<f64> {
    %o, %e = pop(%w) {element = $f64} : stack<f64>, f64
    %d = cos(%e) : f64
    %g = mul(%c, %d) : f64
    yield %g, %o
  }
  return %r
}""",
        (0.7, 200),
    ),
    "tape of arrays": (
        """func @f(%x: f64[m], %n: i64) -> (f64[m]) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %t = stack_new() {element = $f64[m]} : stack<f64[m]>
  %y, %u = for %i in (%zero, %n, %one) carry (%a = %x, %s = %t) : f64[m], stack<f64[m]> {
    %p = push(%s, %a) : stack<f64[m]>
    %b = sin(%a) : f64[m]
    yield %b, %p
  }
  %r, %v = for %j in (%zero, %n, %one) carry (%c = %y, %w = %u) : f64[m], stack<f64[m]> {
    %o, %e = pop(%w) {element = $f64[m]} : stack<f64[m]>, f64[m]
    %d = cos(%e) : f64[m]
    %g = mul(%c, %d) : f64[m]
    yield %g, %o
  }
  return %r
}""",
        (vector(5), 30),
    ),
    "opaque size": (
        """func @f(%x: f64[n], %k: i64) -> (f64[k], f64) {
  bind_dim(%k) {sym = 'k'}
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %y = read(%x, %zero) {index = ix(range(k;1))} : f64[k]
  %z = exp(%y) : f64[k]
  %s = sum(%z) {axes = (0,)} : np.f64
  %t = cast(%s) {dtype = !f64, kind = @py} : f64
  return %z, %t
}""",
        (vector(9), 4),
    ),
    "triangle with a size that changes": (
        """func @f(%x: f64[n]) -> (f64) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %s0 = const() {dtype = !f64, kind = @py, value = 0.0} : f64
  %s = for %i in (%zero, %n, %one) carry (%a = %s0) : f64 {
    bind_dim(%i) {sym = 'd'}
    %y = read(%x, %zero) {index = ix(range(d;1))} : f64[d]
    %e = exp(%y) : f64[d]
    %q = mul(%e, %e) : f64[d]
    %r = div(%q, %e) : f64[d]
    %t = sum(%r) {axes = (0,)} : np.f64
    %u = cast(%t) {dtype = !f64, kind = @py} : f64
    %b = add(%a, %u) : f64
    yield %b
  }
  return %s
}""",
        (vector(11),),
    ),
    "scatter": (
        """func @f(%x: f64[n], %k: i64[m], %v: f64[m]) -> (f64[n]) {
  %w = wrap(%k) {dim = <n>} : i64[m]
  %y = add_at(%x, %v, %w) {index = ix(gather repeated)} : f64[n]
  return %y
}""",
        (vector(5), np.array([0, -1, 3, 3, 0, 0]), vector(6)),
    ),
    "softmax of rows": (
        """func @f(%x: f64[n,m]) -> (f64[n,m]) {
  %m = max(%x) {axes = (1,)} : f64[n]
  %b = broadcast(%m) {axes = (0,), dims = (<n>,<m>,)} : f64[n,m]
  %z = sub(%x, %b) : f64[n,m]
  %e = exp(%z) : f64[n,m]
  %s = sum(%e) {axes = (1,)} : f64[n]
  %t = broadcast(%s) {axes = (0,), dims = (<n>,<m>,)} : f64[n,m]
  %r = div(%e, %t) : f64[n,m]
  return %r
}""",
        (RNG.normal(size=(7, 50)),),
    ),
    "the same array twice": (
        """func @f(%x: f64[n]) -> (f64[n], f64[n], f64[n]) {
  %y = exp(%x) : f64[n]
  return %y, %y, %x
}""",
        (vector(5),),
    ),
    "products": (
        """func @f(%a: f64[n,k], %b: f64[k,m], %c: f64[b,n,k]) -> (f64[n,m], f64[m,n], f64[b,n,m], f64[n]) {
  %p = contract(%a, %b) {spec = 'ij,jk->ik'} : f64[n,m]
  %q = contract(%a, %b) {spec = 'ij,jk->ki'} : f64[m,n]
  %bt = transpose(%b) {perm = (1,0,)} : f64[m,k]
  %r = contract(%c, %bt) {spec = 'bij,kj->bik'} : f64[b,n,m]
  %s = contract(%a, %a) {spec = 'ij,ij->i'} : f64[n]
  return %p, %q, %r, %s
}""",
        (RNG.normal(size=(4, 3)), RNG.normal(size=(3, 5)), RNG.normal(size=(2, 4, 3))),
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "full"])
def test_program(name: str, fast: bool) -> None:
    text, args = PROGRAMS[name]
    agree(of_text(text), args, fast=fast)


def test_other_branch() -> None:
    text, (x, _) = PROGRAMS["branches"]
    agree(of_text(text), (x, False), fast=True)


def test_zero_trips() -> None:
    text, (m, x, _) = PROGRAMS["renewed array"]
    agree(of_text(text), (m, x, 0), fast=True)


FAILURES = {
    "index": (
        """func @f(%x: f64[n], %i: i64) -> (np.f64) {
  %j = wrap(%i) {dim = <n>} : i64
  %v = read(%x, %j) {index = ix(point)} : np.f64
  return %v
}""",
        (vector(3), 3),
        IndexError,
    ),
    "indices": (
        """func @f(%x: f64[n], %i: i64[m]) -> (f64[m]) {
  %j = wrap(%i) {dim = <n>} : i64[m]
  %v = read(%x, %j) {index = ix(gather repeated)} : f64[m]
  return %v
}""",
        (vector(3), np.array([0, 1, -4])),
        IndexError,
    ),
    "indices into nothing": (
        """func @f(%x: f64[n], %i: i64[m]) -> (f64[m]) {
  %j = wrap(%i) {dim = <n>} : i64[m]
  %v = read(%x, %j) {index = ix(gather repeated)} : f64[m]
  return %v
}""",
        (vector(0), np.array([0])),
        IndexError,
    ),
    "division": (
        """func @f(%x: f64, %y: f64) -> (f64) {
  %z = div(%x, %y) : f64
  return %z
}""",
        (1.0, 0.0),
        ZeroDivisionError,
    ),
    "domain": (
        """func @f(%x: f64) -> (f64) {
  %z = log(%x) : f64
  return %z
}""",
        (-1.0,),
        ValueError,
    ),
    "range": (
        """func @f(%x: f64) -> (f64) {
  %z = exp(%x) : f64
  return %z
}""",
        (1000.0,),
        OverflowError,
    ),
    "empty maximum": (
        """func @f(%x: f64[n]) -> (np.f64) {
  %z = max(%x) {axes = (0,)} : np.f64
  return %z
}""",
        (vector(0),),
        ValueError,
    ),
    "slice": (
        """func @f(%x: f64[n], %i: i64) -> (f64[3]) {
  %v = read(%x, %i) {index = ix(range(3;1))} : f64[3]
  return %v
}""",
        (vector(4), 2),
        ValueError,
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failure(name: str) -> None:
    text, args, kind = FAILURES[name]
    kernel = kernel_of(of_text(text), fast=True)
    with pytest.raises(RunError) as caught:
        kernel(args)
    assert isinstance(caught.value, kind)


FILL = """func @f(%x: f64[m], %n: i64) -> (stack<f64[m]>, stack<i64>) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %t = stack_new() {element = $f64[m]} : stack<f64[m]>
  %k = stack_new() {element = $i64} : stack<i64>
  %y, %u, %l = for %i in (%zero, %n, %one) carry (%a = %x, %s = %t, %r = %k) : TYPES {
    %p = push(%s, %a) : stack<f64[m]>
    %q = push(%r, %i) : stack<i64>
    %b = sin(%a) : f64[m]
    yield %b, %p, %q
  }
  return %u, %l
}""".replace("TYPES", "f64[m], stack<f64[m]>, stack<i64>")
DRAIN = """func @f(%x: f64[m], %n: i64, %u: stack<f64[m]>, %l: stack<i64>) -> (f64[m], i64) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %one = const() {dtype = !i64, kind = @py, value = 1} : i64
  %r, %v, %k, %w = for %j in (%zero, %n, %one) carry (%c = %x, %s = %u, %h = %zero, %z = %l) : TYPES {
    %o, %e = pop(%s) {element = $f64[m]} : stack<f64[m]>, f64[m]
    %f, %g = pop(%z) {element = $i64} : stack<i64>, i64
    %d = mul(%c, %e) : f64[m]
    %i = mul(%g, %j) : i64
    %y = add(%h, %i) : i64
    yield %d, %o, %y, %f
  }
  return %r, %k
}""".replace("TYPES", "f64[m], stack<f64[m]>, i64, stack<i64>")


def test_tapes_go_from_one_kernel_to_another() -> None:
    x = vector(3)
    fill, drain = of_text(FILL), of_text(DRAIN)
    made = kernel_of(fill, fast=True)
    rows, counts = made((x, 4))
    assert rows.shape == (12,)
    assert counts.dtype == np.int64
    expected = interpret(drain, (x, 4, *interpret(fill, (x, 4))))
    for given in ((rows, counts), (list(rows.reshape(4, 3)), counts.tolist())):
        found = kernel_of(drain, fast=True)((x, 4, *given))
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-14)
        assert found[1] == expected[1]
    assert made((x, 0))[0].shape == (0,)
    assert made((x, 5))[0].shape == (15,)
