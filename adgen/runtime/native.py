"""Calls that never reach Python: a transform whose ``__call__`` is the native entry of its kernel.

The entry checks types, sizes, entry assumptions and surroundings itself and hands every other call on: to the
entry of an earlier specialisation, in the end to the Python path.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import FunctionType, MemberDescriptorType, MethodType
from typing import TYPE_CHECKING, Any

from adgen.ir.types import DType
from adgen.objects.containers import DICT, NAMED, RECORD
from adgen.runtime import trees
from adgen.runtime.captures import MISSING, Fixed, Hidden, Path, cell_of, holder_of
from adgen.runtime.trees import TreeSpec

if TYPE_CHECKING:
    from adgen.llvm_backend.layout import Shape
    from adgen.llvm_backend.native import CallForm, Source, Surroundings
    from adgen.runtime.executables import Executable
    from adgen.runtime.specialise import Bound
    from adgen.runtime.subject import Subject
    from adgen.runtime.traced import Traced

_PINNABLE = (DType.i64, DType.bool)

DECLINED = object()
"""What an entry gives for a call that it does not answer, where no Python path is behind it."""


def declined(*args: Any, **kwargs: Any) -> Any:
    """The last one to be asked."""
    return DECLINED


def entry_of(bound: Bound, subject: Subject, slow: Callable[..., Any]) -> Callable[..., Any] | None:
    """A builtin function that answers the calls of one specialisation; None where there can be none."""
    executable: Any = bound.run
    form = call_form(executable, bound, subject)
    if form is None:
        return None
    made = executable.program.kernel.entry(slow, form)
    return None if made is None else made.function


def entry_into(
    bound: Bound,
    subject: Subject,
    slow: Callable[..., Any],
    returned: TreeSpec | None,
    outputs: tuple[tuple[int, Any], ...],
    workspace: Any,
) -> Callable[..., Any] | None:
    """An entry that has some results written to arrays and gives the others."""
    executable: Any = bound.run
    form = call_form(executable, bound, subject)
    if form is None:
        return None
    taken = {position for position, _ in outputs}
    first = next(k for k in range(len(taken) + 1) if k not in taken)
    objects = list(form.objects)
    template = None if returned is None else result_shape(returned, [first], objects)
    if template is None and returned is not None:
        return None
    kernel = executable.program.kernel
    form = replace(form, template=template, outputs=outputs, objects=tuple(objects))
    made = kernel.entry(slow, form, workspace)
    return None if made is None else made.function


def call_form(executable: Executable, bound: Bound, subject: Subject) -> CallForm | None:
    """How the entry is called, or None where leaves and arguments are not the same thing."""
    from adgen.llvm_backend.native import CallForm

    traced = bound.specialisation.traced
    parameters = tuple(subject.signature.parameters.values())
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return None
    objects: list[Any] = []
    template = result_shape(executable.traced.result, [0], objects)
    arguments = tuple(argument_shape(tree.spec, objects) for tree in traced.arguments)
    surroundings = _surroundings(traced.fixed, subject.root)
    hidden = _hidden(traced.hidden, subject.root)
    shapes = tuple(shape for shape in arguments if shape is not None)
    if template is None or surroundings is None or hidden is None or len(shapes) < len(arguments):
        return None
    if any(traced.leaf_types[k].dtype not in _PINNABLE for k in traced.demanded):
        return None
    return CallForm(
        template,
        tuple((k, int(value)) for k, value in traced.demanded.items()),
        surroundings,
        tuple(_parameter(p) for p in parameters),
        hidden,
        traced.alike,
        bound.specialisation.guard.refuted,
        (),
        shapes,
        tuple(objects),
        _written(executable.traced),
        defaults=tuple((k, p.default) for k, p in enumerate(parameters) if p.default is not p.empty),
    )


def _parameter(parameter: inspect.Parameter) -> tuple[str, bool, bool]:
    """The name of a parameter, and whether it may be given by position and by name."""
    kinds = inspect.Parameter
    positional = parameter.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    return parameter.name, positional, parameter.kind in (kinds.KEYWORD_ONLY, kinds.POSITIONAL_OR_KEYWORD)


def _hidden(hidden: tuple[Hidden, ...], function: Any) -> tuple[Source, ...] | None:
    """Where captured values are found; None where an entry cannot look for one."""
    found = [_source(item.root or function, item.path) for item in hidden]
    known = tuple(source for source in found if source is not None)
    return known if len(known) == len(found) else None


def _source(root: Any, path: Path) -> Source | None:
    from adgen.llvm_backend.native import Attribute, Constant

    kind, name = path[-1] if path else ("", "")
    if kind == "attribute":
        owner = _lasting(root, path[:-1])
        return None if owner is MISSING or _computed(owner, name) else Attribute(owner, sys.intern(name))
    if kind == "item":
        value = _lasting(root, path)
        return None if value is MISSING else Constant(value)
    holder = holder_of(root, path)
    if not isinstance(holder, FunctionType) or kind != "name":
        return None
    cell = cell_of(holder, name)
    key = next((key for key in holder.__globals__ if key == name), None)
    return cell or (None if key is None else (holder.__globals__, key))


def _lasting(root: Any, path: Path) -> Any:
    """The object at a path along which nothing is ever replaced; MISSING where something may be."""
    found = root
    for kind, name in path:
        match kind:
            case "self" if isinstance(found, MethodType):
                found = found.__self__
            case "attribute" if isinstance(found, MethodType) and name == "__func__":
                found = found.__func__
            case "class":
                found = type(found)
            case "part" if isinstance(found, partial) and name in (0, 1):
                found = (found.func, found.args)[name]
            case "item" if type(found) is tuple:
                found = found[name]
            case _:
                return MISSING
    return found


def _computed(owner: Any, name: str) -> bool:
    """Whether an attribute is more than an object that the owner, or its class, has."""
    raw = inspect.getattr_static(owner, name, None)
    mine = getattr(type(owner), name, None)
    return any(hasattr(type(x), "__get__") and not isinstance(x, MemberDescriptorType) for x in (raw, mine))


def argument_shape(spec: TreeSpec, objects: list[Any]) -> Shape | int | None:
    """The structure of an argument; None where an entry cannot take it apart as Python does."""
    from adgen.llvm_backend.layout import FIXED, Shape

    match spec.kind:
        case trees.LEAF:
            return 0
        case trees.STATIC:
            return Shape(FIXED, (), kept(objects, spec.value))
        case trees.ROWS:
            return None
    if spec.kind == RECORD and not _plain_fields(spec):
        return None
    held = [spec.cls] if spec.kind in (NAMED, RECORD) else []
    names = spec.keys if spec.kind in (DICT, RECORD) else ()
    parts = [argument_shape(child, objects) for child in spec.children]
    found = tuple(part for part in parts if part is not None)
    return Shape(spec.kind, found, kept(objects, *held, *names)) if len(found) == len(parts) else None


def _plain_fields(spec: TreeSpec) -> bool:
    """Whether the fields of a record are kept alive by it: attributes or slots, nothing that is computed."""
    cls: Any = spec.cls
    found = [inspect.getattr_static(cls, key, None) for key in spec.keys]
    plain = all(isinstance(f, MemberDescriptorType) or not hasattr(type(f), "__get__") for f in found)
    return plain and cls.__getattribute__ is object.__getattribute__ and not hasattr(cls, "__getattr__")


def result_shape(spec: TreeSpec, position: list[int], objects: list[Any]) -> Shape | int | None:
    """Numbers of results in the structure of the result; None for what an entry does not build."""
    from adgen.llvm_backend.layout import FIXED, MADE, Shape

    match spec.kind:
        case trees.LEAF:
            position[0] += 1
            return position[0] - 1
        case trees.STATIC:
            return Shape(FIXED, (), kept(objects, spec.value))
        case trees.ROWS:
            return None
    parts = tuple(result_shape(child, position, objects) for child in spec.children)
    found = tuple(part for part in parts if part is not None)
    if len(found) < len(parts):
        return None
    if spec.kind in (NAMED, RECORD):
        make = spec.cls if spec.kind == NAMED else lambda *items: spec.build(list(items))
        return Shape(MADE, found, kept(objects, make))
    return Shape(spec.kind, found, kept(objects, *spec.keys))


def kept(objects: list[Any], *found: Any) -> tuple[int, ...]:
    """Where the objects are, added to those that are kept; names are those that Python's code uses."""
    objects += [sys.intern(item) if type(item) is str else item for item in found]
    return tuple(range(len(objects) - len(found), len(objects)))


def _written(traced: Traced) -> tuple[tuple[int, int], ...]:
    """The leaves that are written in place, with the positions of the results that they hold afterwards."""
    first = traced.result.leaf_count
    return tuple((leaf, first + k) for k, leaf in enumerate(traced.mutated))


def _surroundings(fixed: tuple[Fixed, ...], function: Any) -> Surroundings | None:
    """Where the baked objects are found; None where an entry cannot look for one."""
    from adgen.llvm_backend.native import Surroundings

    found: dict[str, list[Any]] = {"names": [], "cells": [], "attributes": [], "types": []}
    for item in fixed:
        root = item.root or function
        if _lasting(root, item.path) is MISSING and not _condition(root, item.path, found):
            return None
        if item.path and item.path[-1][0] == "class":
            found["types"].append((_lasting(root, item.path[:-1]), item.value))
    return Surroundings(*(tuple(found[kind]) for kind in ("names", "cells", "attributes", "types")))


def _condition(root: Any, path: Path, found: dict[str, list[Any]]) -> bool:
    """Add the condition that an object is where it was; whether there is one."""
    from adgen.llvm_backend.native import ABSENT

    kind, name = path[-1] if path else ("", "")
    if kind in ("attribute", "member"):
        owner = _lasting(root, path[:-1])
        raw = inspect.getattr_static(owner, name, None)
        plain = isinstance(raw, FunctionType | property | staticmethod)
        if owner is MISSING or (not plain if kind == "member" else _computed(owner, name)):
            return False
        found["attributes"].append((owner, sys.intern(name), getattr(owner, name)))
        return True
    holder = holder_of(root, path)
    if not isinstance(holder, FunctionType) or kind not in ("name", "absent"):
        return False
    if kind == "absent":
        found["names"].append((holder.__globals__, name, ABSENT))
        return True
    cell = cell_of(holder, name)
    if cell is not None:
        found["cells"].append((cell, cell.cell_contents))
    elif name in holder.__globals__:
        found["names"].append((holder.__globals__, name, holder.__globals__[name]))
    return cell is not None or name in holder.__globals__
