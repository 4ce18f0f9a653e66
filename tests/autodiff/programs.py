"""Programs in text form, with arguments and the parameters to differentiate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Program:
    """A program, arguments for it, and the positions of the parameters to differentiate."""

    text: str
    args: tuple[Any, ...]
    wrt: tuple[int, ...]


_rng = np.random.default_rng(7)


def _normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    return scale * _rng.normal(size=shape)


PROGRAMS = {
    "straight_line": Program(
        """
func @f(%x: f64[n], %w: f64[n]) -> (np.f64) {
  %0 = mul(%x, %w) : f64[n]
  %1 = mul(%0, %x) : f64[n]
  %2 = div(%1, %w) : f64[n]
  %3 = sum(%2) {axes = (0,)} : np.f64
  %4 = mul(%3, %3) : np.f64
  return %4
}
""",
        (_normal(3), _normal(3)),
        (0, 1),
    ),
    "recurrence": Program(
        """
func @rec(%a: f64, %w: f64[n], %h0: f64) -> (f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %h = for %i in (%c0, %n, %c1) carry (%h.1 = %h0) : f64 {
    %wi = read(%w, %i) {index = ix(point)} : np.f64
    %wj = cast(%wi) {dtype = !f64, kind = @py} : f64
    %0 = mul(%h.1, %a) : f64
    %1 = mul(%0, %h.1) : f64
    %2 = mul(%1, %wj) : f64
    %h.2 = add(%2, %a) : f64
    yield %h.2
  }
  return %h
}
""",
        (0.7, _normal(4), 0.3),
        (0, 1, 2),
    ),
    "array_store": Program(
        """
func @arr(%w: f64[n], %x: f64) -> (np.f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %z = const() {dtype = !f64, kind = @np, value = 0.5} : np.f64
  %n = dim() {dim = <n>} : i64
  %a0 = full(%z) {dims = (<n>,)} : f64[n]
  %a = for %i in (%c1, %n, %c1) carry (%a.1 = %a0) : f64[n] {
    %im = sub(%i, %c1) : i64
    %t = read(%a.1, %im) {index = ix(point)} : np.f64
    %u = read(%w, %i) {index = ix(point)} : np.f64
    %0 = mul(%t, %t) : np.f64
    %1 = mul(%0, %u) : np.f64
    %2 = cast(%x) {dtype = !f64, kind = @np} : np.f64
    %3 = add(%1, %2) : np.f64
    %p = lt(%3, %u) : np.bool
    %4 = if %p : np.f64 {
      %5 = mul(%3, %u) : np.f64
      %6 = mul(%5, %3) : np.f64
      yield %6
    } else {
      yield %3
    }
    %a.2 = write(%a.1, %4, %i) {index = ix(point)} : f64[n]
    yield %a.2
  }
  %s = mul(%a, %a) : f64[n]
  %r = sum(%s) {axes = (0,)} : np.f64
  return %r
}
""",
        (_normal(5), 0.3),
        (0, 1),
    ),
    "triangular_and_while": Program(
        """
func @tri(%w: f64[n], %x: f64) -> (f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %s = for %i in (%c0, %n, %c1) carry (%s.1 = %x) : f64 {
    %s.2 = for %j in (%c0, %i, %c1) carry (%s.3 = %s.1) : f64 {
      %wi = read(%w, %j) {index = ix(point)} : np.f64
      %wj = cast(%wi) {dtype = !f64, kind = @py} : f64
      %0 = mul(%s.3, %s.3) : f64
      %1 = mul(%0, %wj) : f64
      %2 = add(%1, %x) : f64
      yield %2
    }
    %k, %s.4 = while carry (%k.1 = %c0, %s.5 = %s.2) : i64, f64 {
      %q = lt(%k.1, %i) : bool
      yield %q
    } do (%k.2, %s.6) {
      %k.3 = add(%k.2, %c1) : i64
      %3 = mul(%s.6, %s.6) : f64
      %4 = mul(%3, %x) : f64
      yield %k.3, %4
    }
    yield %s.4
  }
  return %s
}
""",
        (_normal(4, scale=0.3), 0.7),
        (0, 1),
    ),
    "rnn": Program(
        """
func @rnn(%x: f64[t,n], %w: f64[n,n], %h0: f64[n]) -> (np.f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %t = dim() {dim = <t>} : i64
  %h = for %i in (%c0, %t, %c1) carry (%h.1 = %h0) : f64[n] {
    %xi = read(%x, %i) {index = ix(point full)} : f64[n]
    %0 = contract(%w, %h.1) {spec = 'ij,j->i'} : f64[n]
    %1 = add(%0, %xi) : f64[n]
    %h.2 = tanh(%1) : f64[n]
    yield %h.2
  }
  %2 = mul(%h, %h) : f64[n]
  %3 = sum(%2) {axes = (0,)} : np.f64
  return %3
}
""",
        (_normal(4, 3), _normal(3, 3, scale=0.5), _normal(3)),
        (0, 1, 2),
    ),
    "swap_buffers": Program(
        """
func @swap(%x: f64[n], %k: f64) -> (np.f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %c3 = const() {dtype = !i64, kind = @py, value = 3} : i64
  %kn = cast(%k) {dtype = !f64, kind = @np} : np.f64
  %kb = broadcast(%kn) {axes = (), dims = (<n-2>,)} : f64[n-2]
  %u0 = copy(%x) : f64[n]
  %v0 = copy(%x) : f64[n]
  %u, %v = for %i in (%c0, %c3, %c1) carry (%u.1 = %u0, %v.1 = %v0) : f64[n], f64[n] {
    %a = read(%u.1, %c0) {index = ix(range(n-2;1))} : f64[n-2]
    %b = read(%u.1, %c1) {index = ix(range(n-2;1))} : f64[n-2]
    %0 = mul(%a, %b) : f64[n-2]
    %1 = mul(%0, %kb) : f64[n-2]
    %v.2 = write(%v.1, %1, %c1) {index = ix(range(n-2;1))} : f64[n]
    yield %v.2, %u.1
  }
  %s = mul(%u, %v) : f64[n]
  %r = sum(%s) {axes = (0,)} : np.f64
  return %r
}
""",
        (_normal(6), 0.8),
        (0, 1),
    ),
    "branch_arrays": Program(
        """
func @branch(%x: f64[n], %p: f64) -> (np.f64) {
  %z = const() {dtype = !f64, kind = @py, value = 0.0} : f64
  %c = gt(%p, %z) : bool
  %y = if %c : f64[n] {
    %0 = sin(%x) : f64[n]
    %1 = mul(%0, %0) : f64[n]
    yield %1
  } else {
    %2 = exp(%x) : f64[n]
    yield %2
  }
  %3 = mul(%y, %x) : f64[n]
  %4 = sum(%3) {axes = (0,)} : np.f64
  %5 = cast(%p) {dtype = !f64, kind = @np} : np.f64
  %6 = mul(%4, %5) : np.f64
  return %6
}
""",
        (_normal(4), 0.7),
        (0, 1),
    ),
    "stepped": Program(
        """
func @stepped(%w: f64[n], %x: f64) -> (f64) {
  %c9 = const() {dtype = !i64, kind = @py, value = 9} : i64
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %m2 = const() {dtype = !i64, kind = @py, value = -2} : i64
  %s = for %i in (%c9, %c0, %m2) carry (%s.1 = %x) : f64 {
    %wi = read(%w, %i) {index = ix(point)} : np.f64
    %wj = cast(%wi) {dtype = !f64, kind = @py} : f64
    %0 = mul(%s.1, %s.1) : f64
    %1 = mul(%0, %wj) : f64
    %2 = add(%1, %x) : f64
    yield %2
  }
  return %s
}
""",
        (_normal(10, scale=0.3), 0.6),
        (0, 1),
    ),
    "triangular_slices": Program(
        """
func @slices(%l: f64[n,n], %b: f64[n]) -> (np.f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %z = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64
  %n = dim() {dim = <n>} : i64
  %x0 = full(%z) {dims = (<n>,)} : f64[n]
  %x = for %i in (%c0, %n, %c1) carry (%x.1 = %x0) : f64[n] {
    bind_dim(%i) {sym = 'i'}
    %row = read(%l, %i, %c0) {index = ix(point range(i;1))} : f64[i]
    %head = read(%x.1, %c0) {index = ix(range(i;1))} : f64[i]
    %0 = mul(%head, %head) : f64[i]
    %s = contract(%row, %0) {spec = 'a,a->'} : np.f64
    %bi = read(%b, %i) {index = ix(point)} : np.f64
    %1 = sub(%bi, %s) : np.f64
    %lii = read(%l, %i, %i) {index = ix(point point)} : np.f64
    %2 = mul(%1, %lii) : np.f64
    %x.2 = write(%x.1, %2, %i) {index = ix(point)} : f64[n]
    yield %x.2
  }
  %3 = mul(%x, %x) : f64[n]
  %4 = sum(%3) {axes = (0,)} : np.f64
  return %4
}
""",
        (_normal(4, 4, scale=0.6), _normal(4)),
        (0, 1),
    ),
    "slices_of_a_local": Program(
        """
func @local(%x: f64[n]) -> (np.f64) {
  %c0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %c1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %z = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64
  %n = dim() {dim = <n>} : i64
  %s = for %i in (%c1, %n, %c1) carry (%s.1 = %z) : np.f64 {
    bind_dim(%i) {sym = 'i'}
    %part = read(%x, %c0) {index = ix(range(i;1))} : f64[i]
    %0 = sin(%part) : f64[i]
    %1 = mul(%0, %part) : f64[i]
    %2 = exp(%1) : f64[i]
    %3 = sum(%2) {axes = (0,)} : np.f64
    %4 = mul(%3, %s.1) : np.f64
    %s.2 = add(%4, %3) : np.f64
    yield %s.2
  }
  return %s
}
""",
        (_normal(4, scale=0.5),),
        (0,),
    ),
}
