"""One product with a Jacobian: ``vjp`` and ``jvp``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.diagnostics import UserError, refuse
from adgen.ir.types import Kind, Type
from adgen.objects.containers import container_of
from adgen.runtime.direct import Chain, forward_entry, reverse_entry
from adgen.runtime.dispatch import Dispatcher
from adgen.runtime.executables import SplitExecutable
from adgen.runtime.keys import NotTaken, leaf_type, take_apart
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan
from adgen.runtime.replicas import Replicas
from adgen.runtime.results import converter
from adgen.runtime.specialise import Bound
from adgen.runtime.subject import Subject
from adgen.runtime.trees import ROWS, STATIC, TreeSpec, flatten, is_static


def find(dispatcher: Dispatcher, arguments: Sequence[Any]) -> tuple[Bound, list[Any]]:
    """The specialisation for a call, and its leaves with the hidden ones."""
    leaves: list[Any] = []
    key: list[Any] = []
    try:
        take_apart(arguments, leaves, key)
    except NotTaken:
        raise dispatcher.refusal(arguments) from None
    bound = dispatcher.table.find(tuple(key), leaves)
    return bound or dispatcher.make(tuple(key), leaves, arguments), leaves


def _taken(bound: Bound, leaves: list[Any], replicas: Replicas | None) -> list[Any]:
    return leaves if replicas is None else replicas.take(leaves, bound.specialisation.traced)


# -- reverse --------------------------------------------------------------------------------------------
def pull_back(
    subject: Subject, options: Options, primals: Sequence[Any], chain: Chain
) -> tuple[Any, Callable[[Any], Any]]:
    """Result and pullback; entries for further calls are put into ``chain``."""
    dispatcher = Dispatcher(subject, Plan("split"), options)
    bound, leaves = find(dispatcher, subject.bind(primals, {}))
    count = len(primals)
    found = _pulled_back(subject, dispatcher, bound, leaves, count)
    chain.offer(bound.specialisation, lambda slow: reverse_entry(bound, subject, count, slow))
    return found


def pull_back_bound(
    subject: Subject,
    options: Options,
    arguments: Sequence[Any],
    count: int | None = None,
    replicas: Replicas | None = None,
) -> tuple[Any, Callable[[Any], Any]]:
    """Result and pullback for an argument per parameter. With ``replicas`` they stay as they are.

    The pullback gives as many gradients as there are parameters, or ``count`` in the order of positions.
    """
    dispatcher = Dispatcher(subject, Plan("split"), options)
    bound, leaves = find(dispatcher, arguments)
    return _pulled_back(subject, dispatcher, bound, _taken(bound, leaves, replicas), count)


def _pulled_back(
    subject: Subject, dispatcher: Dispatcher, bound: Bound, leaves: list[Any], count: int | None
) -> tuple[Any, Callable[[Any], Any]]:
    executable: SplitExecutable = dispatcher.executable(bound)
    result, pull, shapes = executable(leaves)

    def pullback(cotangent: Any) -> Any:
        """From a cotangent of the result to one per primal."""
        found = pull(seeds_of(subject, executable, cotangent, shapes))
        return found if count is None else tuple(by_position(subject, found)[:count])

    return result, pullback


def by_position(subject: Subject, values: Sequence[Any]) -> list[Any]:
    """Values of the parameters in the order of positional arguments, those of ``*args`` one by one."""
    rest = subject.starred[0]
    found: list[Any] = []
    for name, value in zip(subject.parameters, values, strict=True):
        if name == rest:
            found.extend(value)
            break
        found.append(value)
    return found


def by_parameter(subject: Subject, values: Sequence[Any]) -> list[Any]:
    """One value per parameter out of one per positional argument."""
    rest = subject.starred[0]
    if rest is None:
        return list(values)
    at = subject.parameters.index(rest)
    return [*values[:at], tuple(values[at:])]


def seeds_of(
    subject: Subject, executable: SplitExecutable, cotangent: Any, shapes: Sequence[tuple[int, ...]]
) -> list[Any]:
    """The leaves of a cotangent, converted to the types of the result's. Raises AG307."""
    traced = executable.traced
    types = [v.type for v in traced.func.results[: traced.result.leaf_count]]
    found = matched(
        traced.result, types, cotangent, lambda reason: _wrong(subject, "cotangent", "the result", reason)
    )
    return [_seed(subject, found[k], types[k], shapes[k]) for k in executable.linearised.seeds]


def _seed(subject: Subject, given: Any, type_: Type, shape: tuple[int, ...]) -> Any:
    if given is None or (np.shape(given) == (0,) and shape[:1] == (0,)):
        return zero(type_, shape)
    if np.shape(given) != shape:
        raise _wrong(subject, "cotangent", "the result", f"shape {np.shape(given)} instead of {shape}")
    return cast_leaf(given, type_, lambda reason: _wrong(subject, "cotangent", "the result", reason))


# -- forward --------------------------------------------------------------------------------------------
def push_forward(
    subject: Subject, options: Options, primals: Sequence[Any], tangents: Sequence[Any], chain: Chain
) -> tuple[Any, Any]:
    """Result and tangent of the result; entries for further calls are put into ``chain``."""
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise _wrong(subject, "`tangents`", "`primals`", "both are tuples, one item per argument")
    if len(primals) != len(tangents):
        raise _wrong(subject, "`tangents`", "`primals`", f"{len(tangents)} items instead of {len(primals)}")
    arguments, given = subject.bind(primals, {}), by_parameter(subject, tangents)
    positions, dots = _moved(subject, arguments, given)
    bound, leaves, run = _pushing(subject, options, arguments, positions)
    found = run([*leaves, *dots])
    kind = (bound.specialisation, positions, type(primals), type(tangents))
    chain.offer(kind, lambda slow: forward_entry(bound, subject, (primals, tangents), positions, slow))
    value, slope = found
    return value, slope


def push_forward_bound(
    subject: Subject,
    options: Options,
    arguments: Sequence[Any],
    tangents: Sequence[Any],
    replicas: Replicas | None = None,
) -> tuple[Any, Any]:
    """Result and tangent of the result, for an argument and a tangent per parameter.

    With ``replicas`` the arguments themselves stay as they are.
    """
    positions, dots = _moved(subject, arguments, tangents)
    bound, leaves, run = _pushing(subject, options, arguments, positions)
    value, slope = run([*_taken(bound, leaves, replicas), *dots])
    return value, slope


def _moved(
    subject: Subject, arguments: Sequence[Any], tangents: Sequence[Any]
) -> tuple[tuple[int, ...], list[Any]]:
    """The leaves that have a tangent, and their tangents."""
    trees = [flatten(a, lambda item: is_static(item) or callable(item)) for a in arguments]
    dots: list[Any] = []
    for k, (spec, leaves) in enumerate(trees):
        given = tangents[k] if k < len(tangents) else None
        dots += _dots(subject, subject.parameters[k], spec, leaves, given)
    positions = tuple(k for k, dot in enumerate(dots) if dot is not None)
    return positions, [dots[k] for k in positions]


def _pushing(
    subject: Subject, options: Options, arguments: Sequence[Any], positions: tuple[int, ...]
) -> tuple[Bound, list[Any], Callable[[list[Any]], Any]]:
    """The program for tangents of these leaves, its leaves with the hidden ones, and what runs it."""
    dispatcher = Dispatcher(subject, Plan("tangent", leaves=positions), options)
    bound, leaves = find(dispatcher, arguments)
    return bound, leaves, dispatcher.executable(bound)


def _dots(subject: Subject, name: str, spec: TreeSpec, leaves: Sequence[Any], tangent: Any) -> list[Any]:
    """A tangent per leaf of one argument, None where it is zero. Raises AG307."""

    def wrong(reason: str) -> UserError:
        return _wrong(subject, f"the tangent of `{name}`", f"`{name}`", reason)

    try:
        types = [leaf_type(leaf, name) for leaf in leaves]
    except NotTaken:
        return [None] * len(leaves)
    found = matched(spec, types, tangent, wrong)
    dots: list[Any] = []
    for leaf, type_, dot in zip(leaves, types, found, strict=True):
        if dot is None or not type_.is_float:
            if dot is not None and np.any(dot):
                place = subject.parameter_place(name)
                raise refuse("AG302", place, name=name, dtype=type_.dtype.value)
            dots.append(None)
            continue
        if np.shape(dot) != np.shape(leaf):
            raise wrong(f"shape {np.shape(dot)} instead of {np.shape(leaf)}")
        dots.append(cast_leaf(dot, type_, wrong))
    return dots


# -- matching -------------------------------------------------------------------------------------------
Wrong = Callable[[str], UserError]


def matched(spec: TreeSpec, types: Sequence[Type], given: Any, wrong: Wrong) -> list[Any]:
    """The leaves of ``given``, which has the structure ``spec``; None stands for a subtree of zeros."""
    leaves: list[Any] = []
    _match(spec, given, leaves, wrong)
    return leaves


def _match(spec: TreeSpec, given: Any, leaves: list[Any], wrong: Wrong) -> None:
    if given is None:
        leaves += [None] * spec.leaf_count
    elif spec.is_leaf:
        leaves.append(given)
    elif spec.kind == ROWS:
        leaves.append(_stacked(spec, given, wrong))
    elif spec.kind == STATIC:
        return
    else:
        found, _ = flatten(given, lambda item: False)
        items = _items(given)
        if (found.kind, found.keys, len(items)) != (spec.kind, spec.keys, len(spec.children)):
            raise wrong(f"structure {found} instead of {spec}")
        for child, item in zip(spec.children, items, strict=True):
            _match(child, item, leaves, wrong)


def _stacked(spec: TreeSpec, given: Any, wrong: Wrong) -> Any:
    """The elements of a list as the rows of an array; None stands for zeros."""
    if not isinstance(given, list | tuple):
        raise wrong(f"structure {flatten(given, lambda item: False)[0]} instead of {spec}")
    known = [item for item in given if item is not None]
    if given and not known:
        return None
    try:
        return np.array([np.zeros_like(known[0]) if item is None else item for item in given])
    except ValueError:
        raise wrong("its elements differ in shape") from None


def _items(given: Any) -> Sequence[Any]:
    found = container_of(given)
    return () if found is None else found[1]


def cast_leaf(given: Any, type_: Type, wrong: Wrong) -> Any:
    """A tangent or cotangent in the dtype and kind of its primal."""
    if isinstance(given, np.ma.MaskedArray):
        raise wrong("it is a masked array")
    try:
        array = np.asarray(given)
    except ValueError:
        raise wrong("it is no array") from None
    if not np.can_cast(array.dtype, type_.dtype.numpy, "same_kind"):
        raise wrong(f"dtype {array.dtype} instead of {type_.dtype.numpy}")
    array = array.astype(type_.dtype.numpy, copy=False)
    return array if type_.kind is Kind.array else converter(type_)(array[()])


def zero(type_: Type, shape: tuple[int, ...]) -> Any:
    """A zero cotangent."""
    array = np.zeros(shape, type_.dtype.numpy)
    return array if type_.kind is Kind.array else converter(type_)(array[()])


def _wrong(subject: Subject, what: str, of: str, reason: str) -> UserError:
    return refuse("AG307", subject.place(), what=what, of=of, reason=reason)
