"""What lowering makes of programs: fusion, views instead of copies, updates in place, checks left out."""

from __future__ import annotations

import pytest

from adgen.loops.buffers import AtPointer, InArena
from adgen.loops.calls import Product
from adgen.loops.core import Check, Kernel, Loop, Nest, Reduce, Store, walk
from adgen.loops.lower import lower
from adgen.loops.text import to_text
from adgen.loops.verify import verify
from tests.llvm_backend.programs import of_text
from tests.llvm_backend.test_programs import FAILURES, PROGRAMS


def kernel(text: str) -> Kernel:
    made = lower(of_text(text))
    verify(made)
    return made


def arena(made: Kernel) -> list[str]:
    return [str(d) for d in made.arena]


def domains(made: Kernel) -> int:
    return sum(isinstance(s, Nest | Reduce) for s in made.body)


@pytest.mark.parametrize("name", [*PROGRAMS, *FAILURES])
def test_every_program_is_well_formed_and_printed(name: str) -> None:
    made = kernel((PROGRAMS | FAILURES)[name][0])
    text = to_text(made)
    assert text == to_text(kernel((PROGRAMS | FAILURES)[name][0]))
    assert text.startswith("kernel f(")


def test_elementwise_and_reduction_are_one_pass_without_temporaries() -> None:
    made = kernel("""func @f(%x: f64[n,m], %y: f64[n,m]) -> (np.f64) {
  %1 = mul(%x, %y) : f64[n,m]
  %2 = exp(%1) : f64[n,m]
  %3 = sum(%2) {axes = (0,1,)} : np.f64
  return %3
}""")
    assert domains(made) == 1
    assert arena(made) == []
    (reduce,) = (s for s in made.body if isinstance(s, Reduce))
    assert [str(v.extent) for v in reduce.vars] == ["m*n"]


def test_rows_of_a_softmax_stay_in_one_row_buffer() -> None:
    made = kernel(PROGRAMS["softmax of rows"][0])
    assert domains(made) == 1
    assert arena(made) == ["8*m"]


def test_slices_are_index_shifts() -> None:
    made = kernel("""func @f(%x: f64[n]) -> (f64[n-2]) {
  %zero = const() {dtype = !i64, kind = @py, value = 0} : i64
  %two = const() {dtype = !i64, kind = @py, value = 2} : i64
  %l = read(%x, %zero) {index = ix(range(n-2;1))} : f64[n-2]
  %r = read(%x, %two) {index = ix(range(n-2;1))} : f64[n-2]
  %s = add(%l, %r) : f64[n-2]
  return %s
}""")
    assert domains(made) == 1
    assert arena(made) == []
    assert not any(isinstance(s, Check) for s in walk(made.body))


def test_an_update_in_a_loop_touches_one_cell() -> None:
    made = kernel(PROGRAMS["updates in place"][0])
    (loop,) = (s for s in walk(made.body) if isinstance(s, Loop))
    assert not any(isinstance(s, Nest) for s in walk(loop.body))
    assert sum(isinstance(s, Store) for s in walk(loop.body)) == 1
    assert not any(isinstance(s, Check) for s in walk(made.body))
    assert arena(made) == []


def test_exchanged_arrays_exchange_pointers() -> None:
    made = kernel(PROGRAMS["exchanged arrays"][0])
    (loop,) = (s for s in made.body if isinstance(s, Loop))
    assert sum(isinstance(s, Nest) for s in walk(loop.body)) == 1
    assert sum(isinstance(p, AtPointer) for p in made.places.values()) == 2


def test_a_renewed_array_is_computed_where_it_is_carried() -> None:
    made = kernel(PROGRAMS["renewed array"][0])
    (loop,) = (s for s in made.body if isinstance(s, Loop))
    stores = [s for s in walk(loop.body) if isinstance(s, Store) and s.value.dtype.is_float]
    assert isinstance(made.places[stores[-1].buffer], AtPointer)


def test_overlapping_slices_go_through_a_temporary() -> None:
    made = kernel(PROGRAMS["shifted overlap of its own"][0])
    assert len([p for p in made.places.values() if isinstance(p, InArena)]) == 1


def test_products_of_large_matrices_are_library_calls_and_small_ones_loops() -> None:
    text = """func @f(%a: f64[SIZE,SIZE], %b: f64[SIZE,SIZE]) -> (f64[SIZE,SIZE]) {
  %p = contract(%a, %b) {spec = 'ij,jk->ik'} : f64[SIZE,SIZE]
  return %p
}"""
    assert any(isinstance(s, Product) for s in kernel(text.replace("SIZE", "n")).body)
    assert any(isinstance(s, Product) for s in kernel(text.replace("SIZE", "40")).body)
    assert not any(isinstance(s, Product) for s in walk(kernel(text.replace("SIZE", "4")).body))


def test_a_tape_in_a_counted_loop_moves_once() -> None:
    text = to_text(kernel(PROGRAMS["tape"][0]))
    assert text.count("= grow") == 1
    assert text.index("= grow") < text.index("for ")
