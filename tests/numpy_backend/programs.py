"""Programs in text form, positions of the differentiated parameters, arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

RNG = np.random.default_rng(0)


def _normal(*shape: int) -> Any:
    return RNG.normal(size=shape)


PROGRAMS: dict[str, tuple[str, tuple[int, ...], tuple[Any, ...]]] = {
    "recurrence": (
        """
func @recurrence(%w: f64[h,h], %u: f64[h,n], %b: f64[h], %xs: f64[T,n], %h0: f64[h]) -> (np.f64) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %T = dim() {dim = <T>} : i64
  %loss = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64
  %h, %loss.1 = for %t in (%0, %T, %1) carry (%h.1 = %h0, %loss.2 = %loss) : f64[h], np.f64 {
    %2 = read(%xs, %t) {index = ix(point full)} : f64[n]
    %3 = contract(%w, %h.1) {spec = 'ij,j->i'} : f64[h]
    %4 = contract(%u, %2) {spec = 'ij,j->i'} : f64[h]
    %5 = add(%3, %4) : f64[h]
    %z = add(%5, %b) : f64[h]
    %h.2 = tanh(%z) : f64[h]
    %6 = mul(%h.2, %h.2) : f64[h]
    %7 = sum(%6) {axes = (0,)} : np.f64
    %loss.3 = add(%loss.2, %7) : np.f64
    yield %h.2, %loss.3
  }
  return %loss.1
}
""",
        (0, 1, 2, 3, 4),
        (_normal(3, 3), _normal(3, 2), _normal(3), _normal(4, 2), _normal(3)),
    ),
    "products": (
        """
func @products(%x: f64[n]) -> (np.f64) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %y = copy(%x) : f64[n]
  %y.1 = for %i in (%1, %n, %1) carry (%y.2 = %y) : f64[n] {
    %2 = sub(%i, %1) : i64
    %3 = read(%y.2, %i) {index = ix(point)} : np.f64
    %4 = read(%y.2, %2) {index = ix(point)} : np.f64
    %5 = sin(%4) : np.f64
    %6 = mul(%3, %5) : np.f64
    %y.3 = write(%y.2, %6, %i) {index = ix(point)} : f64[n]
    yield %y.3
  }
  %s = sum(%y.1) {axes = (0,)} : np.f64
  return %s
}
""",
        (0,),
        (_normal(5),),
    ),
    "newton": (
        """
func @newton(%a: f64) -> (f64) {
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
        (0,),
        (2.0,),
    ),
    "branches": (
        """
func @branches(%x: f64[n], %k: i64) -> (np.f64) {
  %0 = const() {dtype = !i64, kind = @py, value = 0} : i64
  %1 = const() {dtype = !i64, kind = @py, value = 1} : i64
  %n = dim() {dim = <n>} : i64
  %s = const() {dtype = !f64, kind = @np, value = 0.0} : np.f64
  %s.1 = for %i in (%0, %n, %1) carry (%s.3 = %s) : np.f64 {
    %2 = gt(%i, %k) : bool
    %xi = read(%x, %i) {index = ix(point)} : np.f64
    %s.2 = if %2 : np.f64 {
      %3 = mul(%xi, %xi) : np.f64
      %4 = add(%s.3, %3) : np.f64
      yield %4
    } else {
      %5 = sin(%xi) : np.f64
      %6 = mul(%s.3, %5) : np.f64
      yield %6
    }
    yield %s.2
  }
  return %s.1
}
""",
        (0,),
        (_normal(5), 2),
    ),
    "mlp": (
        """
func @loss(%w1: f64[n,h], %b1: f64[h], %w2: f64[h,m], %b2: f64[m], %x: f64[B,n], %y: f64[B,m]) -> (np.f64) {
  %0 = contract(%x, %w1) {spec = 'ij,jk->ik'} : f64[B,h]
  %1 = broadcast(%b1) {axes = (1,), dims = (<B>, <h>,)} : f64[B,h]
  %z1 = add(%0, %1) : f64[B,h]
  %a1 = tanh(%z1) : f64[B,h]
  %2 = contract(%a1, %w2) {spec = 'ij,jk->ik'} : f64[B,m]
  %3 = broadcast(%b2) {axes = (1,), dims = (<B>, <m>,)} : f64[B,m]
  %z2 = add(%2, %3) : f64[B,m]
  %a2 = tanh(%z2) : f64[B,m]
  %e = sub(%a2, %y) : f64[B,m]
  %4 = powi(%e) {n = 2} : f64[B,m]
  %5 = sum(%4) {axes = (0,1,)} : np.f64
  %6 = const() {dtype = !f64, kind = @py, value = 0.5} : f64
  %loss = mul(%6, %5) : np.f64
  return %loss
}
""",
        (0, 1, 2, 3),
        (_normal(3, 4), _normal(4), _normal(4, 2), _normal(2), _normal(5, 3), _normal(5, 2)),
    ),
}
