"""Generalised minimal residuals with restarts, step by step, for kernels.

Saad and Schultz, GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems,
SIAM J. Sci. Stat. Comput. 7 (1986): an orthonormal basis by Arnoldi's process, whose Hessenberg matrix is
turned into a triangle by rotations as it grows. A cycle ends where scipy.sparse.linalg.gmres ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Point, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import I64, DType, Kind, Type
from adgen.primitives.contract import contract
from adgen.primitives.elementwise import (
    add,
    cast,
    div,
    eq,
    ge,
    gt,
    le,
    logical_and,
    logical_not,
    logical_or,
    lt,
    mul,
    ne,
    neg,
    sub,
    where,
)
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import owned_zeros, read, write
from adgen.primitives.literals import literal, literal_of, scaled
from adgen.primitives.powers import sqrt
from adgen.primitives.rounding import absolute
from adgen.primitives.shape import broadcast
from adgen.primitives.signs import copysign
from adgen.primitives.sizes import constant, size_value

_CELL, _PAIR, _ROW = Indexer((Point(),)), Indexer((Point(), Point())), Indexer((Point(), Full()))
#: how many steps a cycle has where nothing is said
RESTART = 20


class _Cycles:
    """The system, and what its solution by cycles has in common."""

    def __init__(self, b: Builder, op: Op) -> None:
        self.b = b
        self.a, self.right, self.start, *self.nearly = op.operands
        self.number = Type(self.right.type.dtype, (), Kind.np)
        self.steps = op.attr("restart") or RESTART
        self.size = size_value(b, self.right.type.dims[0])
        most = op.attr("maxiter")
        self.most = mul(b, self.size, constant(b, 10)) if most is None else constant(b, most)
        self.zero, self.one = literal_of(b, self.number, 0.0), literal_of(b, self.number, 1.0)
        self.eps = literal_of(b, self.number, float(np.finfo(self.number.dtype.numpy).eps))
        self.length = self.norm(self.right)
        limit = scaled(b, op.attr("rtol"), self.length)
        self.limit = maximum(b, limit, literal(b, limit, op.attr("atol")))
        self.first, self.unit = constant(b, 0), constant(b, 1)

    # -- vectors and numbers --------------------------------------------------------------------------------
    def norm(self, x: Value) -> Value:
        return sqrt(self.b, contract(self.b, x, x, spec="i,i->"))

    def along(self, number: Value, x: Value) -> Value:
        return mul(self.b, broadcast(self.b, number, dims=x.type.dims, axes=()), x)

    def times(self, matrix: Value, x: Value) -> Value:
        return contract(self.b, matrix, x, spec="ij,j->i")

    def near(self, x: Value) -> Value:
        return self.times(self.nearly[0], x) if self.nearly else x

    def rest(self, x: Value) -> Value:
        return sub(self.b, self.right, self.times(self.a, x))

    def flag(self, x: Value) -> Value:
        return cast(self.b, x, dtype=DType.bool, kind=Kind.py)

    def zeros(self, *dims: Dim) -> Value:
        return owned_zeros(self.b, Type(self.number.dtype, dims, Kind.array))

    def repeat(
        self,
        rounds: Value,
        inits: Sequence[Value],
        body: Callable[[Value, Sequence[Value]], Sequence[Value]],
    ) -> tuple[Value, ...]:
        """A loop that counts from 0."""
        counter, carried = Value(I64, "k"), tuple(Value(v.type) for v in inits)
        region = self.b.region((counter, *carried), lambda: body(counter, carried))
        return self.b.for_loop((self.first, rounds, self.unit), inits, region)

    def until(
        self,
        inits: Sequence[Value],
        going: Callable[[Sequence[Value]], Value],
        body: Callable[[Sequence[Value]], Sequence[Value]],
    ) -> tuple[Value, ...]:
        """A loop that goes on while something holds."""
        tested, carried = (tuple(Value(v.type) for v in inits) for _ in range(2))
        cond = self.b.region(tested, lambda: (going(tested),))
        return self.b.while_loop(inits, cond, self.b.region(carried, lambda: body(carried)))

    # -- one step -------------------------------------------------------------------------------------------
    def step(self, state: Sequence[Value], enough: Value) -> Sequence[Value]:
        """From a column to the next: basis, triangle, rotations, right-hand side, length of the residual."""
        b = self.b
        column, basis, triangle, turns, side = state[:5]
        following = add(b, column, self.unit)
        w = self.near(self.times(self.a, read(b, basis, column, index=_ROW)))
        before = self.norm(w)
        triangle, w = self.repeat(following, (triangle, w), lambda k, s: self.orthogonal(k, s, column, basis))
        after = self.norm(w)
        broken = le(b, after, mul(b, self.eps, before))
        scale = where(b, broken, self.one, div(b, self.one, where(b, broken, self.one, after)))
        basis = write(b, basis, self.along(scale, w), following, index=_ROW)
        triangle = write(b, triangle, where(b, broken, self.zero, after), column, following, index=_PAIR)
        (triangle,) = self.repeat(column, (triangle,), lambda k, s: self.turned(k, s[0], column, turns))
        cosine, sine, size = self.rotation(*(self.at(triangle, column, k) for k in (column, following)))
        turns = write(b, turns, cosine, column, self.first, index=_PAIR)
        turns = write(b, turns, sine, column, self.unit, index=_PAIR)
        triangle = write(b, triangle, size, column, column, index=_PAIR)
        triangle = write(b, triangle, self.zero, column, following, index=_PAIR)
        level = read(b, side, column, index=_CELL)
        lower = neg(b, mul(b, sine, level))
        side = write(b, side, mul(b, cosine, level), column, index=_CELL)
        side = write(b, side, lower, following, index=_CELL)
        left = absolute(b, lower)
        broken = self.flag(broken)
        done = logical_or(b, self.flag(le(b, left, enough)), broken)
        return following, basis, triangle, turns, side, left, broken, done

    def at(self, matrix: Value, row: Value, column: Value) -> Value:
        return read(self.b, matrix, row, column, index=_PAIR)

    def orthogonal(self, k: Value, state: Sequence[Value], column: Value, basis: Value) -> Sequence[Value]:
        """Less what is along vector k of the basis."""
        b, (triangle, w) = self.b, state
        vector = read(b, basis, k, index=_ROW)
        along = contract(b, vector, w, spec="i,i->")
        return write(b, triangle, along, column, k, index=_PAIR), sub(b, w, self.along(along, vector))

    def turned(self, k: Value, triangle: Value, column: Value, turns: Value) -> Sequence[Value]:
        """The column turned by rotation k."""
        b, after = self.b, add(self.b, k, self.unit)
        cosine, sine = self.at(turns, k, self.first), self.at(turns, k, self.unit)
        x, y = self.at(triangle, column, k), self.at(triangle, column, after)
        upper = add(b, mul(b, cosine, x), mul(b, sine, y))
        lower = sub(b, mul(b, cosine, y), mul(b, sine, x))
        triangle = write(b, triangle, upper, column, k, index=_PAIR)
        return (write(b, triangle, lower, column, after, index=_PAIR),)

    def rotation(self, f: Value, g: Value) -> tuple[Value, Value, Value]:
        """Cosine, sine and length of the rotation that makes (f, g) into (r, 0), with LAPACK's signs."""
        b = self.b
        no_g, no_f = (eq(b, v, self.zero) for v in (g, f))
        size = sqrt(b, add(b, mul(b, f, f), mul(b, g, g)))
        safe = where(b, eq(b, size, self.zero), self.one, size)
        length = copysign(b, safe, f)
        cosine = where(b, no_g, self.one, where(b, no_f, self.zero, div(b, absolute(b, f), safe)))
        sine = where(b, no_f, copysign(b, self.one, g), div(b, g, length))
        sine = where(b, no_g, self.zero, sine)
        return cosine, sine, where(b, no_g, f, where(b, no_f, absolute(b, g), length))

    # -- one cycle ------------------------------------------------------------------------------------------
    def cycle(self, state: Sequence[Value]) -> Sequence[Value]:
        """From the count, the solution, the residual and what is enough to those after some more steps."""
        b = self.b
        count, x, r, factor, enough = state[:5]
        rows, columns = Dim.const(self.steps + 1), self.right.type.dims[0]
        first = self.near(r)
        length = self.norm(first)
        basis = self.along(div(b, self.one, length), first)
        inits = (
            self.first,
            write(b, self.zeros(rows, columns), basis, self.first, index=_ROW),
            self.zeros(rows, rows),
            self.zeros(rows, ONE + ONE),
            write(b, self.zeros(rows), length, self.first, index=_CELL),
            self.zero,
            constant(b, False),
            constant(b, False),
        )
        most = minimum(b, constant(b, self.steps), self.size)
        going = lambda s: logical_and(b, lt(b, s[0], most), logical_not(b, s[7]))  # noqa: E731
        used, basis, triangle, _, side, left, broken, _ = self.until(
            inits, going, lambda s: self.step(s, enough)
        )
        side = self.solved(used, triangle, side)
        (x,) = self.repeat(used, (x,), lambda k, s: self.moved(k, s[0], basis, side))
        r = self.rest(x)
        size = self.norm(r)
        inner = le(b, left, enough)
        less = maximum(b, self.eps, scaled(b, 0.25, factor))
        more = minimum(b, self.one, scaled(b, 1.5, factor))
        factor = where(b, inner, less, more)
        safe = where(b, eq(b, size, self.zero), self.one, size)
        enough = mul(b, left, minimum(b, factor, div(b, self.limit, safe)))
        far = self.flag(gt(b, size, self.limit))
        going_on = logical_and(b, far, logical_not(b, broken))
        return add(b, count, self.unit), x, r, factor, enough, far, going_on

    def solved(self, used: Value, triangle: Value, side: Value) -> Value:
        """The solution of the triangular system, in the place of its right-hand side."""
        b, last = self.b, sub(self.b, used, self.unit)
        level = read(b, side, last, index=_CELL)
        none = eq(b, self.at(triangle, last, last), self.zero)
        side = write(b, side, where(b, none, self.zero, level), last, index=_CELL)

        def row(k: Value, state: Sequence[Value]) -> Sequence[Value]:
            here = sub(b, last, k)
            level, on = read(b, state[0], here, index=_CELL), self.at(triangle, here, here)
            some = ne(b, level, self.zero)
            found = where(b, some, div(b, level, where(b, some, on, self.one)), level)
            less = write(b, state[0], found, here, index=_CELL)

            def above(j: Value, inner: Sequence[Value]) -> Sequence[Value]:
                old = read(b, inner[0], j, index=_CELL)
                new = sub(b, old, mul(b, found, self.at(triangle, here, j)))
                return (write(b, inner[0], new, j, index=_CELL),)

            return self.repeat(here, (less,), above)

        return self.repeat(used, (side,), row)[0]

    def moved(self, k: Value, x: Value, basis: Value, weights: Value) -> Sequence[Value]:
        """The solution with the share of vector k of the basis."""
        weight = read(self.b, weights, k, index=_CELL)
        return (add(self.b, x, self.along(weight, read(self.b, basis, k, index=_ROW))),)


def gmres_expand(b: Builder, op: Op) -> tuple[Value, Value]:
    """The solution, and the number of cycles where they did not reach it."""
    s = _Cycles(b, op)
    rest = s.rest(s.start)
    some = gt(b, s.length, s.zero)
    far = s.flag(logical_and(b, ge(b, s.norm(rest), s.limit), some))
    safe = where(b, some, s.length, s.one)
    enough = mul(b, s.norm(s.near(s.right)), minimum(b, s.one, div(b, s.limit, safe)))
    inits = (s.first, s.start, rest, s.one, enough, far, far)
    going = lambda state: logical_and(b, lt(b, state[0], s.most), state[6])  # noqa: E731
    found = s.until(inits, going, s.cycle)
    x, failed = found[1], cast(b, found[5], dtype=DType.i64, kind=Kind.py)
    zeros = broadcast(b, s.zero, dims=x.type.dims, axes=())
    return where(b, broadcast(b, some, dims=x.type.dims, axes=()), x, zeros), mul(b, failed, s.most)
