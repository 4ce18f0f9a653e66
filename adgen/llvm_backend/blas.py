"""Matrix products through BLAS, whose functions take everything by address and think in columns.

A row-major matrix is the column-major transposed one, so out = left @ right is computed as
out^T = right^T @ left^T without moving anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.llvm_backend.routines import integer, letter, number
from adgen.llvm_backend.writer import literal, scalar_type
from adgen.loops.calls import Matrix, Product

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements


def emit_product(s: Statements, stmt: Product) -> None:
    """A matrix-matrix or matrix-vector product."""
    m, n, k = stmt.sizes
    dtype = stmt.out.buffer.dtype
    beta = 1.0 if stmt.accumulate else 0.0
    scale = literal(1.0, dtype) if stmt.scale is None else s.w.operand(stmt.scale)
    call = _Call(s, dtype, scale, beta)
    if stmt.right.columns == ZERO and n == ONE:
        call.matrix_vector(stmt.left, (m, k), (stmt.right, stmt.right.rows), (stmt.out, stmt.out.rows))
    elif stmt.left.rows == ZERO and m == ONE:
        flipped = Matrix(stmt.right.buffer, stmt.right.base, stmt.right.columns, stmt.right.rows)
        call.matrix_vector(flipped, (n, k), (stmt.left, stmt.left.columns), (stmt.out, stmt.out.columns))
    else:
        call.matrix_matrix(stmt)


class _Call:
    """One library call being prepared."""

    def __init__(self, s: Statements, dtype: DType, scale: str, beta: float) -> None:
        self.s = s
        self.w = s.w
        self.dtype = dtype
        self.type = scalar_type(dtype)
        self.prefix = "d" if dtype is DType.f64 else "s"
        self.alpha = self._number(scale)
        self.beta = self._number(literal(beta, dtype))
        self.accumulate = beta != 0.0

    def matrix_vector(
        self,
        matrix: Matrix,
        sizes: tuple[Dim, Dim],
        vector: tuple[Matrix, Dim],
        out: tuple[Matrix, Dim],
    ) -> None:
        """out[i] (+)= sum over k of matrix[i, k] * vector[k].

        BLAS returns early where nothing is summed, so then zeros are written here.
        """
        if not self.accumulate and not (sizes[1].value or 0) > 0:
            self._clear(sizes, out)
        transposed = matrix.columns == ONE
        rows, columns = (sizes[1], sizes[0]) if transposed else sizes
        leading = matrix.rows if transposed else matrix.columns
        given = [
            self._letter("T" if transposed else "N"),
            self._integer(rows),
            self._integer(columns),
            self.alpha,
            self._address(matrix),
            self._integer(leading, at_least_dim=rows),
            self._address(vector[0]),
            self._stride(vector[1]),
            self.beta,
            self._address(out[0]),
            self._stride(out[1]),
        ]
        self._emit("gemv", given)

    def _clear(self, sizes: tuple[Dim, Dim], out: tuple[Matrix, Dim]) -> None:
        w, t = self.w, self.type
        nothing = w.value(f"icmp sle i64 {w.dim(sizes[1])}, 0")
        count = w.value(f"select i1 {nothing}, i64 {w.dim(sizes[0])}, i64 0")
        first, step = self._address(out[0]), w.dim(out[1])
        with w.loop("0", count) as at:
            place = w.value(f"mul nsw i64 {at}, {step}")
            place = w.value(f"getelementptr inbounds {t}, ptr {first}, i64 {place}")
            w.emit(f"store {t} {literal(0.0, self.dtype)}, ptr {place}")

    def matrix_matrix(self, stmt: Product) -> None:
        """out (+)= left @ right, as the transposed product."""
        m, n, k = stmt.sizes
        right, left = stmt.right, stmt.left
        right_plain, left_plain = right.columns == ONE, left.columns == ONE
        given = [
            self._letter("N" if right_plain else "T"),
            self._letter("N" if left_plain else "T"),
            self._integer(n),
            self._integer(m),
            self._integer(k),
            self.alpha,
            self._address(right),
            self._integer(right.rows if right_plain else right.columns, at_least_dim=n if right_plain else k),
            self._address(left),
            self._integer(left.rows if left_plain else left.columns, at_least_dim=k if left_plain else m),
            self.beta,
            self._address(stmt.out),
            self._integer(stmt.out.rows, at_least_dim=n),
        ]
        self._emit("gemm", given)

    # -- arguments --------------------------------------------------------------------------------------
    def _emit(self, name: str, given: list[str]) -> None:
        function = self.s.table.load(self.w, f"blas.{self.prefix}{name}")
        self.w.emit(f"call void {function}({', '.join(f'ptr {g}' for g in given)})")

    def _address(self, matrix: Matrix) -> str:
        return self.s.memory.element(matrix.buffer, matrix.base)

    def _letter(self, text: str) -> str:
        return letter(self.w, text)

    def _number(self, text: str) -> str:
        return number(self.w, self.type, text)

    def _integer(self, value: Dim, at_least_dim: Dim = ONE) -> str:
        """An integer argument; strides at least as long as what they step over, as BLAS wants it."""
        w = self.w
        wide = w.dim(value)
        if at_least_dim != ONE:
            wide = w.value(f"call i64 @llvm.smax.i64(i64 {wide}, i64 {w.dim(at_least_dim)})")
            wide = w.value(f"call i64 @llvm.smax.i64(i64 {wide}, i64 1)")
        return integer(w, wide)

    def _stride(self, value: Dim) -> str:
        """The stride of a vector, which BLAS wants to be positive even where it has one element or none."""
        if value.value is not None:
            return integer(self.w, str(max(value.value, 1)))
        return integer(self.w, self.w.value(f"call i64 @llvm.smax.i64(i64 {self.w.dim(value)}, i64 1)"))
