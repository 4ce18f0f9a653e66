"""Products with Jacobians that are native calls: ``jvp``, ``vjp`` and pullbacks without a transform.

Entries are kept for a function as long as it lives. They refer to what is around the function, never to the
function itself; what they decline is answered by the Python path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from adgen.ir.types import Type
from adgen.objects.containers import LIST, NAMED, RECORD, TUPLE, container_of
from adgen.runtime.native import DECLINED, argument_shape, call_form, declined, kept, result_shape
from adgen.runtime.subject import Subject, subject_of
from adgen.runtime.surface import Surface
from adgen.runtime.trees import LEAF, TreeSpec, flatten

if TYPE_CHECKING:
    from adgen.llvm_backend.layout import Shape
    from adgen.runtime.executables import SplitExecutable
    from adgen.runtime.specialise import Bound

LONGEST_CHAIN = 4
"""Entries of one function and derivative; calls of further kinds take the Python path."""


class Chain:
    """The entries of one function for one derivative: ``call`` asks the newest, which asks the next one.

    The second call of a kind makes its entry; one call alone is not worth it.
    """

    __slots__ = ("_asked", "_made", "call")

    def __init__(self) -> None:
        self.call: Callable[..., Any] = declined
        self._asked: set[Any] = set()
        self._made: set[Any] = set()

    def offer(self, kind: Any, make: Callable[[Callable[..., Any]], Callable[..., Any] | None]) -> None:
        """Put an entry in front where a call of this kind comes for the second time."""
        if kind not in self._asked:
            self._asked.add(kind)
        elif kind not in self._made and len(self._made) < LONGEST_CHAIN:
            self._made.add(kind)
            self.call = make(self.call) or self.call


_BY_IDENTITY = (FunctionType, Surface)
_CHAINS: WeakKeyDictionary[Any, dict[Any, Chain]] = WeakKeyDictionary()


def chain_of(fun: Any, derivative: Any, backend: str, options: Mapping[str, Any]) -> Chain:
    """The entries of a function; an empty chain of its own for what is not told apart by identity."""
    key: Any = (derivative, backend, *options.items()) if options else (derivative, backend)
    known = _CHAINS.get(fun) if isinstance(fun, _BY_IDENTITY) else None
    try:
        if known is not None:
            return known.get(key) or known.setdefault(key, Chain())
        if isinstance(fun, _BY_IDENTITY):
            return _CHAINS.setdefault(fun, {}).setdefault(key, Chain())
    except TypeError:  # the value of an option that is refused later
        pass
    return Chain()


# -- forward --------------------------------------------------------------------------------------------
def forward_entry(
    bound: Bound, subject: Subject, given: tuple[Any, Any], moved: Sequence[int], slow: Callable[..., Any]
) -> Callable[..., Any] | None:
    """An entry of ``(primals, tangents)``; None where there can be none."""
    from adgen.llvm_backend.layout import Shape

    executable: Any = bound.run
    primals, tangents = given
    if getattr(executable, "backend", "") != "llvm" or len(primals) != len(subject.parameters):
        return None
    form = call_form(executable, bound, subject)
    if form is None or type(primals) not in _KINDS or type(tangents) not in _KINDS:
        return None
    traced = bound.specialisation.traced
    objects = list(form.objects)
    walk = _Tangents(set(moved), objects)
    parts = [walk.shape(t.spec, x) for t, x in zip(traced.arguments, tangents, strict=True)]
    found = tuple(part for part in parts if part is not None)
    if len(found) < len(parts):
        return None
    shapes = (Shape(_KINDS[type(primals)], form.arguments), Shape(_KINDS[type(tangents)], found))
    count = len(executable.traced.func.params)
    form = replace(
        form,
        parameters=(("primals", True, False), ("tangents", True, False)),
        arguments=shapes,
        objects=tuple(objects),
        captured_at=len(traced.leaf_types),
        defaults=(),
        either=tuple(range(count - len(moved), count)),
    )
    made = executable.program.kernel.entry(slow, form)
    return None if made is None else made.function


_KINDS: dict[type, str] = {tuple: TUPLE, list: LIST}


class _Tangents:
    """The structure of tangents, leaf by leaf: those of ``moved`` leaves are there, all others are None."""

    def __init__(self, moved: set[int], objects: list[Any]) -> None:
        self._moved = moved
        self._objects = objects
        self._next = 0

    def shape(self, spec: TreeSpec, given: Any) -> Shape | int | None:
        """The structure of one tangent; None where an entry cannot take it apart."""
        from adgen.llvm_backend.layout import FIXED, Shape

        if given is None:
            self._next += spec.leaf_count
            return Shape(FIXED, (), kept(self._objects, None))
        if spec.kind == LEAF:
            self._next += 1
            return 0 if self._next - 1 in self._moved else None
        found = container_of(given)
        if found is None or found[0] != spec.kind or argument_shape(spec, []) is None:
            return None
        parts = [self.shape(child, item) for child, item in zip(spec.children, found[1], strict=True)]
        known = tuple(part for part in parts if part is not None)
        held = [spec.cls] if spec.kind in (NAMED, RECORD) else []
        names = spec.keys if spec.kind not in (NAMED, TUPLE, LIST) else ()
        return (
            Shape(spec.kind, known, kept(self._objects, *held, *names)) if len(known) == len(parts) else None
        )


# -- reverse --------------------------------------------------------------------------------------------
class Backward:
    """The second half of a split derivative, for the pullbacks of one forward entry.

    Where ``loose``, nothing that is kept has the sizes of the result, so cotangents are compared with it.
    """

    def __init__(self, executable: SplitExecutable, call: Callable[..., Any], loose: bool) -> None:
        self.executable = executable
        self.call = call
        self.loose = loose


class Pullback:
    """From a cotangent of the result to one per primal."""

    __slots__ = ("_backward", "_fun", "_residuals", "_shapes")

    def __init__(self, backward: Backward, *residuals: Any) -> None:
        self._backward = backward
        self._residuals = residuals

    def started(self, fun: Any, value: Any) -> None:
        """Remember what was differentiated, and the shapes of its result."""
        self._fun = fun
        self._shapes = None if isinstance(value, float) else _shapes_of(value)

    def __call__(self, cotangent: Any) -> Any:
        """One cotangent per primal."""
        backward = self._backward
        if backward.loose and (self._shapes or [()]) != _shapes_of(cotangent):
            return self._declined(cotangent)
        found = backward.call(*self._residuals, cotangent)
        return self._declined(cotangent) if found is DECLINED else found

    def _declined(self, cotangent: Any) -> Any:
        from adgen.runtime.products import seeds_of

        executable = self._backward.executable
        seeds = seeds_of(subject_of(self._fun), executable, cotangent, self._shapes or [()])
        return executable.pull(list(self._residuals), seeds)


def _shapes_of(value: Any) -> list[tuple[int, ...]]:
    if type(value) is np.ndarray:
        return [value.shape]
    return [np.shape(leaf) for leaf in flatten(value)[1]]


def reverse_entry(
    bound: Bound, subject: Subject, count: int, slow: Callable[..., Any]
) -> Callable[..., Any] | None:
    """An entry that gives the result and a pullback; None where there can be none."""
    from adgen.llvm_backend.layout import MADE, Shape

    executable: Any = bound.run
    if (
        not _has_kernels(executable)
        or count != len(subject.parameters)
        or bound.specialisation.traced.mutated
    ):
        return None
    form = call_form(executable, bound, subject)
    backward = None if form is None else _backward_entry(executable)
    if form is None or backward is None:
        return None
    objects = list(form.objects)
    saved = range(executable.saved, len(executable.linearised.forward.results))
    maker = Shape(MADE, tuple(saved), kept(objects, partial(Pullback, backward)))
    form = replace(
        form,
        parameters=tuple((name, True, False) for name in subject.parameters),
        template=Shape(TUPLE, (form.template or 0, maker)),
        objects=tuple(objects),
        defaults=(),
    )
    made = executable.forward.kernel.entry(slow, form)
    return None if made is None else made.function


def _has_kernels(executable: Any) -> bool:
    """Whether both halves are kernels that take and give what the programs do."""
    halves = (getattr(executable, half, None) for half in ("forward", "backward"))
    return all(h is not None and h.backend == "llvm" and h.run is h.kernel for h in halves)


def _backward_entry(executable: SplitExecutable) -> Backward | None:
    from adgen.llvm_backend.native import CallForm

    objects: list[Any] = []
    cotangent = argument_shape(executable.linearised.cotangent, objects)
    template = result_shape(executable.gradient, [0], objects)
    params = executable.linearised.backward.params
    residuals = len(params) - len(executable.linearised.seeds)
    if cotangent is None or template is None:
        return None
    form = CallForm(
        template,
        arguments=(*([0] * residuals), cotangent),
        objects=tuple(objects),
        either=tuple(range(residuals, len(params))),
    )
    backward: Any = executable.backward
    made = backward.kernel.entry(declined, form)
    if made is None:
        return None
    known = _symbols(p.any_type for p in params[:residuals])
    loose = not known.issuperset(_symbols(p.any_type for p in params[residuals:]))
    return Backward(executable, made.function, loose)


def _symbols(types: Any) -> set[str]:
    return {name for t in types if isinstance(t, Type) for d in t.dims for name in d.symbols()}
