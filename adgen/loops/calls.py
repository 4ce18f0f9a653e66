"""Calls out of the loop-level program: products, inner loops of ufuncs, routines, draws of random numbers."""

from __future__ import annotations

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Operand, Ref
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Matrix:
    """An operand of a library product: element (r, c) is buffer[base + r*rows + c*columns]."""

    buffer: Buffer
    base: Dim
    rows: Dim
    columns: Dim


@dataclass(frozen=True, slots=True)
class Product:
    """out = scale * left @ right by BLAS, or out += scale * left @ right; sizes m x k times k x n."""

    sizes: tuple[Dim, Dim, Dim]
    left: Matrix
    right: Matrix
    out: Matrix
    accumulate: bool = False
    scale: Operand | None = None

    @property
    def reads(self) -> tuple[Buffer, ...]:
        """The buffers it reads."""
        return (self.left.buffer, self.right.buffer)

    @property
    def writes(self) -> tuple[Buffer, ...]:
        """The buffers it writes."""
        return (self.out.buffer,)

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Every polynomial in it."""
        matrices = (self.left, self.right, self.out)
        return (*self.sizes, *(d for m in matrices for d in (m.base, m.rows, m.columns)))


@dataclass(frozen=True, slots=True)
class Strided:
    """An array operand of a library loop: where it starts and how far apart elements are along each axis."""

    buffer: Buffer
    base: Dim
    strides: tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """One call of the inner loop of a NumPy or SciPy ufunc.

    `sizes` are the number of repetitions and the sizes of the core dims; the first stride of an operand is
    that of the repetitions. The last `outputs` operands are written. `failed` is whether the loop reported
    an invalid value, where that is asked for.
    """

    loop: str
    sizes: tuple[Dim, ...]
    operands: tuple[Strided, ...]
    outputs: int = 1
    failed: Ref | None = None

    @property
    def reads(self) -> tuple[Buffer, ...]:
        """The buffers it reads."""
        return tuple(x.buffer for x in self.operands[: -self.outputs])

    @property
    def writes(self) -> tuple[Buffer, ...]:
        """The buffers it writes."""
        return tuple(x.buffer for x in self.operands[-self.outputs :])

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Every polynomial in it."""
        return (*self.sizes, *(d for x in self.operands for d in (x.base, *x.strides)))


@dataclass(frozen=True, slots=True)
class Address:
    """Where the elements of an argument start."""

    buffer: Buffer
    base: Dim


@dataclass(frozen=True, slots=True)
class Positive:
    """A size that is handed over as 1 where it is 0."""

    size: Dim


Argument = str | Dim | Positive | float | Address | None


@dataclass(frozen=True, slots=True)
class Routine:
    """One call of a routine of BLAS or LAPACK, which takes everything by address.

    Arguments are letters, sizes (32-bit integers), numbers in `dtype`, addresses, and None for a null
    pointer. With `checked` the routine also says in a last argument whether it failed, which is `failed`
    where that is asked for. It may write the buffers `writes` and only those.
    """

    name: str
    dtype: DType
    arguments: tuple[Argument, ...]
    writes: tuple[Buffer, ...]
    checked: bool = False
    failed: Ref | None = None

    @property
    def reads(self) -> tuple[Buffer, ...]:
        """The buffers it may read."""
        return tuple(x.buffer for x in self.arguments if isinstance(x, Address))

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Every polynomial in it."""
        sizes = tuple(x for x in self.arguments if isinstance(x, Dim))
        sizes += tuple(x.size for x in self.arguments if isinstance(x, Positive))
        return (*sizes, *(x.base for x in self.arguments if isinstance(x, Address)))


@dataclass(frozen=True, slots=True)
class Draw:
    """Numbers drawn by one of NumPy's C functions, or a permutation, or what Python is asked to draw.

    The first of `args` is the generator. A single number is `result`; `count` numbers go to `out` from `base`
    on. Draws stay in their order. Python (`function` starts with `host.`) gets its parameters in `inputs`,
    with the `sizes` of the result and of those, and says in `failed` whether it raised.
    """

    function: str
    args: tuple[Operand, ...]
    result: Ref | None = None
    out: Buffer | None = None
    base: Dim = ZERO
    count: Dim = ZERO
    inputs: tuple[Strided | Operand, ...] = ()
    sizes: tuple[Dim, ...] = ()
    failed: Ref | None = None

    @property
    def reads(self) -> tuple[Buffer, ...]:
        """The buffers it reads."""
        return tuple(x.buffer for x in self.inputs if isinstance(x, Strided))

    @property
    def writes(self) -> tuple[Buffer, ...]:
        """The buffers it writes."""
        return () if self.out is None else (self.out,)

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Every polynomial in it."""
        return (self.base, self.count, *self.sizes, *(x.base for x in self.inputs if isinstance(x, Strided)))
