"""Contractions: outer products are rules, dot products reductions, matrix products go to BLAS."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.core import Op
from adgen.ir.dims import ONE, ZERO, Dim, product
from adgen.ir.types import DType
from adgen.loops.arrays import Array, Index, View, whole
from adgen.loops.blocks import Block
from adgen.loops.buffers import Lit, Operand
from adgen.loops.calls import Matrix, Product
from adgen.loops.core import Nest, Var
from adgen.loops.elementwise import scalar
from adgen.loops.reductions import reduced
from adgen.loops.state import State
from adgen.records import dataclass

#: Sizes known to be at most this (all three) are multiplied by loops instead of BLAS.
SMALL = 16


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a contraction by role."""

    left: str
    right: str
    result: str

    @property
    def summed(self) -> str:
        """Letters of both operands that the result lacks."""
        return "".join(c for c in self.left if c in self.right and c not in self.result)

    @property
    def batch(self) -> str:
        """Letters of both operands that the result keeps."""
        return "".join(c for c in self.result if c in self.left and c in self.right)

    @property
    def rows(self) -> str:
        """Letters of the result that only the left operand has."""
        return "".join(c for c in self.result if c not in self.right)

    @property
    def columns(self) -> str:
        """Letters of the result that only the right operand has."""
        return "".join(c for c in self.result if c not in self.left)


def lower_contract(state: State, op: Op) -> None:
    """A two-operand contraction."""
    inputs, result = op.attr("spec").split("->")
    first, second = inputs.split(",")
    letters = Letters(first, second, result)
    left, right = (state.as_array(v) for v in op.operands)
    sizes = dict(zip(letters.left, left.dims, strict=True)) | dict(
        zip(letters.right, right.dims, strict=True)
    )
    half = op.result.type.dtype is DType.f16 and bool(letters.summed)
    terms = _terms(state, letters, left, right, sizes, DType.f32 if half else op.result.type.dtype)
    if not letters.summed:
        if op.result.type.rank:
            everything = range(len(result))
            state.define_array(op.result, terms.at, [left, right], 1) if everything else None
        else:
            state.env[op.result] = terms.at(state.block, ())
        return
    axes = tuple(range(len(result), len(terms.dims)))
    if half:
        _of_halves(state, op, terms, axes, (left, right))
        return
    if not op.result.type.rank:
        state.env[op.result] = reduced(state.block, "sum", terms, axes, (), op.result.type.dtype)
        return
    dims = op.result.type.dims
    target = whole(state.buffer(op.result.type.dtype, product(dims)), dims)
    multiply(state, letters, sizes, (left, right), target, terms)
    state.define_view(op.result, target)


def _of_halves(
    state: State, op: Op, terms: Array, axes: tuple[int, ...], operands: tuple[Array, Array]
) -> None:
    """Products of halves, added up in single precision; BLAS has none."""

    def rule(block: Block, index: Index) -> Operand:
        return block.let("cast", (reduced(block, "sum", terms, axes, index, DType.f32),), DType.f16)

    if op.result.type.rank:
        state.define_array(op.result, rule, list(operands), terms.work)
    else:
        state.env[op.result] = rule(state.block, ())


def _terms(
    state: State, letters: Letters, left: Array, right: Array, sizes: dict[str, Dim], dtype: DType
) -> Array:
    """The products before they are summed, indexed by the letters of the result, then the summed ones."""
    order = letters.result + letters.summed

    def rule(block: Block, index: Index) -> Operand:
        place = dict(zip(order, index, strict=True))
        x = left.at(block, tuple(place[c] for c in letters.left))
        y = right.at(block, tuple(place[c] for c in letters.right))
        if x.dtype is not dtype:
            x, y = (block.let("cast", (v,), dtype) for v in (x, y))
        return scalar(block, "mul", (x, y), dtype)

    cost = left.work + right.work + 1
    dims = tuple(sizes[c] for c in order)
    return Array(dims, dtype, rule=rule, parents=(left, right), cost=cost, level=state.level)


def multiply(
    state: State,
    letters: Letters,
    sizes: dict[str, Dim],
    operands: tuple[Array, Array],
    target: View,
    terms: Array,
    accumulate: bool = False,
) -> None:
    """Compute a contraction with summed letters into a view."""
    groups = (letters.rows, letters.columns, letters.summed)
    counts = [product(tuple(sizes[c] for c in group)).value for group in groups]
    small = all(count is not None and count <= SMALL for count in counts)
    single = all(len(group) <= 1 for group in groups)
    if target.buffer.dtype.is_float and single and not small and _writable(letters, target):
        _by_blas(state, letters, sizes, operands, target, accumulate)
    else:
        _by_loops(state, letters, operands, target, terms, accumulate)


def _writable(letters: Letters, target: View) -> bool:
    """Whether BLAS can write the result: one of its matrix axes is contiguous."""
    strides = dict(zip(letters.result, target.strides, strict=True))
    used = [strides[c] for c in letters.rows + letters.columns]
    return ONE in used


def _by_loops(
    state: State,
    letters: Letters,
    operands: Sequence[Array],
    target: View,
    terms: Array,
    accumulate: bool,
) -> None:
    """Row by row where the last letter of the result runs through the right operand, else dot products."""
    for operand in operands:
        if operand.work > 1:
            state.force(operand)
    kept = len(letters.result)
    if letters.columns and letters.result[-1] in letters.columns:
        _rows(state, terms, kept, target, accumulate)
        return
    dims, dtype = terms.dims[:kept], target.buffer.dtype
    axes = tuple(range(kept, len(terms.dims)))
    dots = Array(dims, dtype, rule=lambda b, i: reduced(b, "sum", terms, axes, i, dtype), level=state.level)
    state.fill(target, dots, "add" if accumulate else "")


def _rows(state: State, terms: Array, kept: int, target: View, accumulate: bool) -> None:
    """out[..., :] += x[..., k] * y[k, :], the last axis fastest."""
    dims = terms.dims[:kept]
    if not accumulate:
        zero = Lit(0.0 if terms.dtype.is_float else 0, terms.dtype)
        state.fill(target, Array(dims, terms.dtype, rule=lambda block, index: zero))
    order = [*range(kept - 1), *range(kept, len(terms.dims)), kept - 1]
    variables, moved = state.block.domain([terms.dims[k] for k in order])
    index = [moved[order.index(k)] for k in range(len(terms.dims))]
    with state.blocks.inside(pure=True) as body:
        value = terms.at(body, tuple(index))
        body.store(target.buffer, target.at(index[:kept]), value, "add")
    state.emit_nest(variables, body)


def _by_blas(
    state: State,
    letters: Letters,
    sizes: dict[str, Dim],
    operands: tuple[Array, Array],
    target: View,
    accumulate: bool,
) -> None:
    """One library product, or one per element of the batch; the contiguous axis of the result is its last."""
    strides = dict(zip(letters.result, target.strides, strict=True))
    if letters.rows and strides[letters.rows] == ONE:
        letters = Letters(letters.right, letters.left, letters.result)
        operands = (operands[1], operands[0])
    rows, columns, summed = letters.rows, letters.columns, letters.summed
    left = _matrix_view(state, operands[0], letters.left, rows + summed)
    right = _matrix_view(state, operands[1], letters.right, summed + columns)
    variables = tuple(Var(state.names.fresh("#"), sizes[c]) for c in letters.batch)
    where = {c: Dim.symbol(v.name) for c, v in zip(letters.batch, variables, strict=True)}
    m, n, k = (sizes[group] if group else ONE for group in (rows, columns, summed))
    operation = Product(
        (m, n, k),
        _matrix(left, letters.left, (rows, summed), where),
        _matrix(right, letters.right, (summed, columns), where),
        _matrix(target, letters.result, (rows, columns), where),
        accumulate,
    )
    state.block.add(Nest(variables, (operation,)) if variables else operation)


def _matrix_view(state: State, operand: Array, letters: str, used: str) -> View:
    """The operand in memory as BLAS takes it: a vector, or a matrix with one contiguous axis."""
    if operand.view is not None:
        strides = dict(zip(letters, operand.view.strides, strict=True))
        wanted = [strides[c] for c in used]
        if all(_positive(s) for s in wanted) and (len(wanted) < 2 or ONE in wanted):
            return operand.view
    return state.force_contiguous(operand)


def _positive(stride: Dim) -> bool:
    """Whether a stride is at least 1 wherever the array has more than no elements."""
    return stride != ZERO and all(factor > 0 for _, factor in stride.terms)


def _matrix(view: View, letters: str, groups: tuple[str, str], where: dict[str, Dim]) -> Matrix:
    """The matrix of an operand at one element of the batch; a missing axis has stride 0."""
    base = view.base
    strides = dict(zip(letters, view.strides, strict=True))
    for letter, place in where.items():
        base = base + strides[letter] * place
    rows, columns = (strides[group] if group else ZERO for group in groups)
    return Matrix(view.buffer, base, rows, columns)
