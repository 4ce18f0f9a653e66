"""Structure: what loops, branches, stores and tapes look like, and that the text computes the program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.ir.interpret import interpret
from adgen.ir.parse import parse
from adgen.numpy_backend.execute import compile_function
from adgen.numpy_backend.function import print_function
from adgen.primitives.registry import primitive

X = np.array([3.0, -1.0, 2.0, 0.5, 4.0])

PROGRAMS: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "swap": (
        """
func @fibonacci(%n: i64) -> (f64) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %a = const() {dtype = !f64, kind = @py, value = 0.0} : f64
  %b = const() {dtype = !f64, kind = @py, value = 1.0} : f64
  %a.1, %b.1 = for %i in (%0, %n, %1) carry (%a.2 = %a, %b.2 = %b) : f64, f64 {
    %2 = add(%a.2, %b.2) : f64
    yield %b.2, %2
  }
  return %a.1
}
""",
        (7,),
        """
def fibonacci(n):
    a = 0.0
    b = 1.0
    for _ in range(n):
        t = a + b
        a = b
        b = t
    return a
""",
    ),
    "exchange": (
        """
func @exchange(%n: i64, %a: f64, %b: f64) -> (f64, f64) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %a.1, %b.1 = for %i in (%0, %n, %1) carry (%a.2 = %a, %b.2 = %b) : f64, f64 {
    yield %b.2, %a.2
  }
  return %a.1, %b.1
}
""",
        (3, 1.0, 2.0),
        """
def exchange(n, a, b):
    for _ in range(n):
        a, b = b, a
    return a, b
""",
    ),
    "stores": (
        """
func @running(%x: f64[n]) -> (f64[n]) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %y = copy(%x) : f64[n]
  %y.1 = for %i in (%1, %n, %1) carry (%y.2 = %y) : f64[n] {
    %2 = sub(%i, %1) : i64
    %3 = read(%y.2, %i) {index = ix(point)} : np.f64
    %4 = read(%y.2, %2) {index = ix(point)} : np.f64
    %5 = add(%3, %4) : np.f64
    %y.3 = write(%y.2, %5, %i) {index = ix(point)} : f64[n]
    yield %y.3
  }
  %6 = neg(%y.1) : f64[n]
  %y.4 = add_at(%y.1, %6) {index = ix(full)} : f64[n]
  return %y.4
}
""",
        (X,),
        """
def running(x):
    n = x.shape[0]
    y = x.copy()
    for i in range(1, n):
        y[i] += y[i - 1]
    y -= y
    return y
""",
    ),
    "branches": (
        """
func @sort_out(%x: f64[n], %k: i64) -> (f64[n], f64) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !f64, kind = @py, value = 1.0} : f64
  %2 = const() {dtype = !f64, kind = @py, value = 2.0} : f64
  %3 = gt(%k, %0) : bool
  %x.0 = copy(%x) : f64[n]
  %x.9, %s = if %3 : f64[n], f64 {
    %x.1 = write(%x.0, %1, %0) {index = ix(point)} : f64[n]
    yield %x.1, %1
  } else {
    %4 = eq(%k, %0) : bool
    %x.8, %s.1 = if %4 : f64[n], f64 {
      %x.2 = write(%x.0, %2, %0) {index = ix(point)} : f64[n]
      yield %x.2, %2
    } else {
      yield %x.0, %1
    }
    yield %x.8, %s.1
  }
  return %x.9, %s
}
""",
        (X, 0),
        """
def sort_out(x, k):
    x = x.copy()
    if k > 0:
        x[0] = 1.0
        s = 1.0
    elif k == 0:
        x[0] = 2.0
        s = 2.0
    else:
        s = 1.0
    return x, s
""",
    ),
    "while": (
        """
func @root(%a: f64) -> (f64) {
  %half = const() {dtype = !f64, kind = @py, value = 0.5} : f64
  %tol = const() {dtype = !f64, kind = @py, value = 1e-10} : f64
  %x.1 = while carry (%x = %a) : f64 {
    %0 = mul(%x, %x) : f64
    %1 = sub(%0, %a) : f64
    %2 = gt(%1, %tol) : bool
    yield %2
  } do (%x.2) {
    %3 = div(%a, %x.2) : f64
    %4 = add(%x.2, %3) : f64
    %x.3 = mul(%half, %4) : f64
    yield %x.3
  }
  return %x.1
}
""",
        (2.0,),
        """
def root(a):
    half = 0.5
    tol = 1e-10
    x = a
    while x * x - a > tol:
        x = half * (x + a / x)
    return x
""",
    ),
    "tape": (
        """
func @doubled(%a: f64) -> (f64) {
  %lim = const() {dtype = !f64, kind = @py, value = 10.0} : f64
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %x_tape = stack_new() {element = $f64} : stack<f64>
  %x.1, %x_tape.1, %k.1 = while carry (%x = %a, %x_tape.2 = %x_tape, %k = %0) : f64, stack<f64>, i64 {
    %2 = lt(%x, %lim) : bool
    yield %2
  } do (%x.2, %x_tape.3, %k.2) {
    %x_tape.4 = push(%x_tape.3, %x.2) : stack<f64>
    %x.3 = mul(%x.2, %x.2) : f64
    %k.3 = add(%k.2, %1) : i64
    yield %x.3, %x_tape.4, %k.3
  }
  %one = const() {dtype = !f64, kind = @py, value = 1.0} : f64
  %3 = const() {dtype = !i64, kind = @py, value = -1} : i64
  %4 = sub(%k.1, %1) : i64
  %x_bar.1, %x_tape.5 = for %i in (%4, %3, %3) carry (%x_bar = %one, %x_tape.6 = %x_tape.1) : \
f64, stack<f64> {
    %x_tape.7, %x.4 = pop(%x_tape.6) {element = $f64} : stack<f64>, f64
    %5 = add(%x.4, %x.4) : f64
    %x_bar.2 = mul(%x_bar, %5) : f64
    yield %x_bar.2, %x_tape.7
  }
  return %x_bar.1
}
""",
        (1.5,),
        """
def doubled(a):
    lim = 10.0
    x_tape: list[float] = []
    x = a
    k = 0
    while x < lim:
        x_tape.append(x)
        x *= x
        k += 1
    one = 1.0
    x_bar = one
    for _ in range(k):
        x = x_tape.pop()
        x_bar *= 2.0 * x
    return x_bar
""",
    ),
    "slices": (
        """
func @stencil(%x: f64[n]) -> (f64[n-2], f64[n]) {
  assume n-2 >= 0
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %2 = const() {dtype = !i64, kind = @py, value = 2} : i64
  %3 = dim() {dim = <n-1>} : i64
  %left = read(%x, %0) {index = ix(range(n-2;1))} : f64[n-2]
  %4 = read(%x, %1) {index = ix(range(n-2;1))} : f64[n-2]
  %5 = read(%x, %2) {index = ix(range(n-2;1))} : f64[n-2]
  %6 = add(%4, %5) : f64[n-2]
  %y = sub(%6, %left) : f64[n-2]
  %7 = read(%x, %3) {index = ix(range(n;-1))} : f64[n]
  %z = neg(%7) : f64[n]
  return %y, %z
}
""",
        (X,),
        """
def stencil(x):
    left = x[:-2]
    y = x[1:-1] + x[2:] - left
    z = -x[::-1]
    return y, z
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_text(name: str) -> None:
    ir, _, wanted = PROGRAMS[name]
    assert print_function(parse(ir.strip(), primitive)).strip() == wanted.strip()


@pytest.mark.parametrize("name", PROGRAMS)
def test_text_computes_what_the_interpreter_computes(name: str) -> None:
    ir, arguments, _ = PROGRAMS[name]
    func = parse(ir.strip(), primitive)
    wanted = interpret(func, arguments)
    found = compile_function(func)(*arguments)
    for got, expected in zip(found if isinstance(found, tuple) else (found,), wanted, strict=True):
        np.testing.assert_array_equal(got, expected)
