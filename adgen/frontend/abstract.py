"""What a user's expression stands for while the function is read.

Some things exist only at build time (literals, tuples, functions, modules, dtypes, slices); numbers and
arrays become values of the program. A number is immutable and is its value. An array is a *place*: a root
(one allocation) seen through a path of view steps, so that a store through one name is seen through every
alias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from adgen.diagnostics.spans import Span
from adgen.ir.core import Indexer, Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Type
from adgen.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A Python constant (number, str, None or Ellipsis); an operation makes it a value when needed."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Known) or type(self.value) is not type(other.value):
            return False
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self.value), self._key()))

    def _key(self) -> object:
        return self.value if isinstance(self.value, int) else repr(self.value)

    @property
    def fits(self) -> bool:
        """Whether the constant is no integer of more than 64 bits."""
        return not isinstance(self.value, int) or -(2**63) <= self.value < 2**63


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A scalar computed by the program: a Python number or a NumPy scalar (never a 0-d array)."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Generator:
    """A generator of random numbers (a ``numpy.random.Generator``)."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """One allocation. ``origin`` is ``argument``, ``captured`` or ``local``; identity is what counts.

    With ``either`` it is none of its own, but one of others (:mod:`adgen.frontend.either`).
    """

    origin: str
    name: str | None = None
    span: Span | None = None
    either: Either | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """A view step: basic indexing (points, ranges, whole dims); its operands stand in the program."""

    indexer: Indexer
    operands: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Permute:
    """A view step: the dims in another order (``axes[i]`` is the old position of new dim ``i``)."""

    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reshape:
    """A view step: the same elements in C order under other dims; or the same dims by other ``names``."""

    dims: tuple[Dim, ...]
    names: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A read-only view step: new dims, ``axes[i]`` the new position of old dim ``i`` (as broadcast)."""

    dims: tuple[Dim, ...]
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A view step: the ``real`` or ``imag`` parts of complex elements."""

    name: str


Step = Index | Permute | Reshape | Stretch | Part


@dataclass(frozen=True, slots=True)
class Array:
    """An array: the current version of ``root``, seen through the view steps of ``path``."""

    root: Root
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """One of two places; ``pred`` says at run time which."""

    pred: Value
    then: Array | Either
    orelse: Array | Either


@dataclass(frozen=True, slots=True, eq=False)
class Maybe:
    """A value, or None where ``absent`` turns out to hold (:mod:`adgen.frontend.optional`)."""

    absent: Value
    item: Abstract


@dataclass(frozen=True, slots=True)
class Tuple:
    """A container of known length; ``kind``, ``keys`` and ``cls`` as in a specialisation's ``Branch``.

    ``owner`` is the identity of a list made by the function, where it is known which one it is.
    """

    items: tuple[Abstract, ...]
    kind: str = "tuple"
    keys: tuple[Any, ...] = ()
    cls: type | None = None
    owner: Root | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Inner:
    """Lists as elements of a list: how deep they are nested, and the type of the numbers in the innermost."""

    depth: int
    leaf: Type


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """A list filled by a loop: the first ``count`` rows of ``place``, elements of type ``element``.

    ``place`` and ``element`` are None as long as nothing was appended. With ``inner`` its elements are lists,
    which are kept side by side as rows of ``place``.
    """

    place: Array | None
    count: Dim
    element: Type | None
    owner: Root | None
    inner: Inner | None = None

    def same_as(self, other: Grown) -> bool:
        """Whether both are one list of one length."""
        mine, others = (self.place, self.count, self.element), (other.place, other.count, other.element)
        return mine == others and self.owner is other.owner


#: how an element of a list is made of its leaves
Form = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """A list whose length is known only at run time (:mod:`adgen.frontend.cells`).

    The versions of ``roots`` are stacks, one for every leaf of an element of this ``form``; ``types`` are
    those of the leaves. ``form`` is None as long as nothing is known of the elements.
    """

    owner: Root
    form: Form | None = None
    roots: tuple[Root, ...] = ()
    types: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class DTypeObject:
    """A dtype such as ``np.float64``; calling it converts."""

    dtype: DType


@dataclass(frozen=True, slots=True)
class Module:
    """A module or namespace by its full name, such as ``numpy.linalg``."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Namespace:
    """A module of the user; ``scope`` finds its names."""

    name: str
    scope: Any


@dataclass(frozen=True, slots=True)
class Slice:
    """``start:stop:step`` inside a subscript (``Known(None)`` where left out)."""

    start: Abstract
    stop: Abstract
    step: Abstract


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as attributes of a loop: its name, and how many steps or slots (or bytes of them).

    ``inner`` are slots inside segments; with ``disk`` the states between segments are kept there.
    """

    kind: str
    count: int | None = None
    memory: int | None = None
    inner: int | None = None
    disk: bool = False

    @property
    def attrs(self) -> dict[str, object]:
        """The attributes of the loop."""
        found = {"schedule": self.kind, "count": self.count, "memory": self.memory}
        found |= {"inner": self.inner, "disk": self.disk or None}
        return {key: value for key, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Iterable:
    """What a ``for`` takes; ``kind`` is ``range``, ``enumerate``, ``zip``, ``reversed`` or ``unroll``.

    ``scheduled`` is anything else with a :class:`Schedule` for the loop over it.
    """

    kind: str
    items: tuple[Abstract, ...]


@dataclass(frozen=True, slots=True)
class LibraryFunction:
    """A function of NumPy, ``math``, ``builtins`` or adgen that the library table knows.

    ``bound`` is the array of a method.
    """

    name: str
    function: Callable[..., Any]
    bound: Abstract | None = None


@dataclass(frozen=True, slots=True, eq=False)
class UserFunction:
    """A function of the user with what its free names mean; ``definition`` belongs to the frontend.

    With a ``rule`` its derivative is what the rule says.
    """

    name: str
    definition: Any
    rule: Rule | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """The rule of a function: ``kind`` "vjp" with ``fwd`` and ``bwd``, or "jvp" with one function.

    Without functions it was not given yet. With ``opaque`` (a module, a name in it, a path and the object
    there) the function itself cannot be read: what it was made of says what its result is like. That of a
    ``solver`` takes a function and, behind its other arguments, what that function reads from around.
    """

    kind: str
    functions: tuple[Abstract, ...]
    opaque: tuple[str, str, Any, Any] | None = None
    solver: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A function with some of its arguments given; calls of a ``recomputed`` one are segments."""

    function: UserFunction | LibraryFunction | Partial | Class
    positional: tuple[Abstract, ...] = ()
    named: tuple[tuple[str, Abstract], ...] = ()
    recomputed: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the user, identified by ``cls``; ``definition`` belongs to the frontend."""

    cls: type
    definition: Any = field(compare=False)

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.__name__


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of the user around the function; ``scope`` finds its attributes."""

    cls: Class
    scope: Any


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """``super()`` of an instance: ``members`` are the attributes of its class behind the current one."""

    base: Abstract
    cls: Class
    members: Any


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A text that depends on what the program computes; nothing but output can take it.

    ``integers`` are those in it: with them known the text is, if it holds nothing else.
    """

    integers: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Derivative:
    """``adgen.grad(f, wrt)`` used inside a function.

    ``mode`` is ``grad``, ``value_and_grad`` or ``jacobian``, whose ``direction`` is forward, reverse or auto.
    """

    function: Abstract
    mode: str
    wrt: tuple[int | str, ...]
    single: bool
    has_aux: bool
    direction: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Pullback:
    """What ``adgen.vjp`` gives beside the result: the second part of a program, for cotangents.

    ``count`` is the number of its results in front of the gradients; ``result`` and ``primals`` are the
    structures of the function's result and arguments.
    """

    parts: Any
    count: int
    result: Abstract
    primals: tuple[Abstract, ...]


Abstract = (
    Known
    | Maybe
    | Number
    | Generator
    | Array
    | Tuple
    | Grown
    | Cells
    | DTypeObject
    | Module
    | Namespace
    | Slice
    | Iterable
    | LibraryFunction
    | UserFunction
    | Partial
    | Class
    | Instance
    | Parent
    | Message
    | Derivative
    | Pullback
)
