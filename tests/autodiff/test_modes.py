"""Reverse and forward mode on the interpreter: against differences, each other, to second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adgen.autodiff.forward import pushforward
from adgen.autodiff.reverse import joint, split
from adgen.ir.builder import Builder
from adgen.ir.core import For, Func, Op, Region, Value, While, regions_of
from adgen.ir.interpret import Counts, interpret
from adgen.ir.parse import parse
from adgen.ir.text import to_text
from adgen.ir.verify import verify
from adgen.primitives.elementwise import mul
from adgen.primitives.reduce import sum_
from adgen.primitives.registry import primitive
from adgen.primitives.shape import copy
from adgen.transform.copies import insert_copies
from adgen.transform.cse import share_common_subexpressions
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.fold import simplify
from tests.autodiff.programs import PROGRAMS, Program

ALL = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


def read(program: Program) -> Func:
    return verify(parse(program.text, primitive))


def optimised(func: Func) -> Func:
    for stage in (simplify, share_common_subexpressions, eliminate_dead_code) * 2:
        func = verify(stage(func))
    return func


def numerical(run: Callable[[Sequence[Any]], float], args: Sequence[Any], k: int) -> np.ndarray:
    base = np.asarray(args[k], float)
    found = np.zeros(base.shape)
    for cell in np.ndindex(base.shape):
        values = []
        for h in (1e-4, -1e-4, 2e-4, -2e-4):
            moved = base.copy()
            moved[cell] += h
            values.append(run([*args[:k], moved if base.shape else float(moved), *args[k + 1 :]]))
        found[cell] = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12e-4)
    return found


def contracted(func: Func, position: int) -> Func:
    """The scalar <c, result> with one more parameter c: what a second derivative is taken of."""
    result = func.results[position]
    weight = Value(result.type, "c")
    b = Builder()
    total = mul(b, result, weight)
    if result.type.rank:
        total = sum_(b, total, axes=tuple(range(result.type.rank)))
    body = Region((*func.params, weight), (*func.body.nodes, *b.nodes), (total,))
    return verify(eliminate_dead_code(replace(func, body=body, cut=None, result_names=())))


@ALL
def test_reverse_mode_agrees_with_differences(program: Program) -> None:
    func = read(program)
    found = interpret(optimised(verify(joint(func, program.wrt))), program.args)
    assert found[0] == interpret(func, program.args)[0]
    for n, k in enumerate(program.wrt):
        expected = numerical(lambda a: float(interpret(func, a)[0]), program.args, k)
        np.testing.assert_allclose(found[1 + n], expected, rtol=1e-8, atol=1e-9)


@ALL
def test_split_mode_gives_the_same_bits_as_joint_mode(program: Program) -> None:
    func = read(program)
    whole = interpret(joint(func, program.wrt), program.args)
    parts = split(joint(func, program.wrt, seeded=True), 1)
    out, *residuals = interpret(verify(parts.forward), program.args)
    gradients = interpret(verify(parts.backward), [*residuals, 1.0])
    assert out == whole[0]
    for found, expected in zip(gradients, whole[1:], strict=True):
        np.testing.assert_array_equal(found, expected)


@ALL
def test_forward_mode_is_the_transpose_of_reverse_mode(program: Program) -> None:
    func, rng = read(program), np.random.default_rng(3)
    gradients = interpret(joint(func, program.wrt), program.args)[1:]
    dots = [rng.normal(size=np.shape(program.args[k]))[()] for k in program.wrt]
    dots = [float(d) if np.shape(d) == () else d for d in dots]
    out_dot = interpret(optimised(verify(pushforward(func, program.wrt))), [*program.args, *dots])[-1]
    expected = sum(float(np.sum(g * d)) for g, d in zip(gradients, dots, strict=True))
    np.testing.assert_allclose(out_dot, expected, rtol=1e-12)


@ALL
def test_the_gradient_is_differentiable_again_in_both_modes(program: Program) -> None:
    func, rng = read(program), np.random.default_rng(4)
    first = program.wrt[0]
    scalar = contracted(optimised(joint(func, program.wrt)), 1)
    weight = rng.normal(size=np.shape(program.args[first]))[()]
    args = [*program.args, float(weight) if np.shape(weight) == () else weight]
    second = interpret(optimised(verify(joint(scalar, program.wrt))), args)[1:]
    for found, k in zip(second, program.wrt, strict=True):
        expected = numerical(lambda a: float(interpret(scalar, a)[0]), args, k)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)
    # forward over reverse gives the same product with the (symmetric) Hessian
    forward = interpret(optimised(verify(pushforward(joint(func, program.wrt), [first]))), args)
    gradient_dot = forward[1 + len(program.wrt) + 1 :]
    for n, k in enumerate(program.wrt):
        np.testing.assert_allclose(gradient_dot[n], second[program.wrt.index(k)], rtol=1e-10, atol=1e-11)


@ALL
def test_no_program_needs_a_copy_in_a_loop(program: Program) -> None:
    func = read(program)
    gradient = optimised(joint(func, program.wrt))
    assert not copies_in_loops(verify(insert_copies(gradient)).body)
    again = insert_copies(optimised(joint(contracted(gradient, 1), program.wrt)))
    assert not copies_in_loops(again.body)


def copies_in_loops(region: Region, inside: bool = False) -> list[Op]:
    """Copies made in loops, but for those that are what a stack saves."""
    pushed = {v for n in region.nodes if isinstance(n, Op) and n.prim.name == "push" for v in n.operands}
    found = [
        n for n in region.nodes if isinstance(n, Op) and n.prim is copy and n.result not in pushed and inside
    ]
    for node in region.nodes:
        for inner in regions_of(node):
            found += copies_in_loops(inner, inside or isinstance(node, For | While))
    return found


@ALL
def test_the_text_form_round_trips(program: Program) -> None:
    gradient = joint(read(program), program.wrt)
    text = to_text(gradient)
    assert to_text(verify(parse(text, primitive))) == text
    np.testing.assert_equal(
        interpret(parse(text, primitive), program.args), interpret(gradient, program.args)
    )


@pytest.mark.parametrize("order", [1, 2])
def test_an_update_of_one_element_costs_the_same_at_any_length(order: int) -> None:
    func = read(PROGRAMS["array_store"])
    derived = optimised(joint(func, (0, 1)))
    if order == 2:
        derived = optimised(joint(contracted(derived, 1), (0, 1)))

    def elements(n: int) -> int:
        counts = Counts()
        rng = np.random.default_rng(5)
        args = [rng.normal(size=n), 0.3, *([rng.normal(size=n)] if order == 2 else [])]
        interpret(derived, args, counts)
        stores = {"write", "add_at", "full", "empty"}
        return sum(count for name, count in counts.elements.items() if name not in stores)

    assert elements(80) < 79 / 7 * elements(8)


def test_a_wrong_rule_is_caught() -> None:
    program = PROGRAMS["straight_line"]
    wrong = replace(mul, partials=lambda b, r, x, y: (y, 1.0))
    text = read(program)
    nodes = tuple(replace(n, prim=wrong) if n.prim is mul else n for n in text.body.nodes)
    broken = replace(text, body=replace(text.body, nodes=nodes))
    found = interpret(joint(broken, program.wrt), program.args)
    expected = numerical(lambda a: float(interpret(text, a)[0]), program.args, 0)
    assert not np.allclose(found[1], expected, rtol=1e-3)
