"""The generated module of a plan: which public functions it has, and their programs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from adgen.diagnostics import refuse
from adgen.numpy_backend.economy import value_is_cheap
from adgen.numpy_backend.entry import Argument, Entry
from adgen.numpy_backend.module import Delegate, Origin, print_module
from adgen.numpy_backend.residuals import field_names
from adgen.numpy_backend.trees import RECORDS, Tree
from adgen.objects.containers import TUPLE
from adgen.runtime.abstract import cotangent_spec
from adgen.runtime.derive import derive, gradient_spec, linearise, wrt_leaves
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan, selected_name
from adgen.runtime.stages import in_place
from adgen.runtime.traced import Linearised, Traced
from adgen.runtime.trees import TreeSpec, leaf_spec

Public = Entry | Delegate

LARGEST = 64
"""Elements of a captured array that is written into a module."""


def module_text(traced: Traced, plan: Plan, options: Options, standalone: bool = False) -> str:
    """The module's source. Captured values become keyword parameters; small ones are their defaults.

    With ``standalone`` every one of them has to be (AG502), so that the module can be used alone.
    """
    if standalone:
        for hidden, example in zip(traced.hidden, traced.examples, strict=True):
            if captured_text(example) is None:
                raise refuse("AG502", traced.name_span, name=hidden.name)
    return print_module(_origin(traced, options), _summary(traced, plan), _functions(traced, plan))


def _origin(traced: Traced, options: Options) -> Origin:
    changed = {name: value for name, value in options.changed().items() if name != "backend"}
    file = traced.func.span.file if traced.func.span is not None else None
    return Origin(
        traced.func.name,
        file,
        traced.digest or None,
        tuple((name, repr(value)) for name, value in changed.items()),
    )


_SUMMARIES = {
    "primal": "`{name}`, in plain NumPy.",
    "jacobian": "The Jacobian of `{name}` with respect to {wrt}, in plain NumPy.",
    "hvp": "The Hessian of `{name}` with respect to {wrt} times a direction, in plain NumPy.",
    "tangent": "`{name}` and its derivative in a direction, in plain NumPy.",
    "split": "`{name}` and its reverse mode derivative in two parts, in plain NumPy.",
}


def _summary(traced: Traced, plan: Plan) -> str:
    text = _SUMMARIES.get(plan.mode, "The gradient of `{name}` with respect to {wrt}, in plain NumPy.")
    return text.format(name=traced.func.name, wrt=_variables(traced, plan))


def _variables(traced: Traced, plan: Plan) -> str:
    """The parameters that have a gradient, in prose."""
    names = [f"`{selected_name(traced.parameters, p)}`" for p in plan.wrt]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _functions(traced: Traced, plan: Plan) -> list[Public]:
    match plan.mode:
        case "primal":
            return [_plain(traced, plan, traced.func.name, f"The value of `{traced.func.name}`.")]
        case "jacobian":
            return [
                _plain(
                    traced,
                    plan,
                    "jacobian",
                    f"The Jacobian of `{traced.func.name}` by {_variables(traced, plan)}.",
                )
            ]
        case "hvp":
            return [_plain(traced, plan, "hvp", f"The Hessian of `{traced.func.name}` times a direction.")]
        case "tangent":
            return [_plain(traced, plan, "jvp", "The value and its derivative in the given direction.")]
        case "split":
            wrt = wrt_leaves(traced, plan.wrt) if plan.wrt else None
            return _split(traced, linearise(traced, wrt), plan if plan.wrt else None)
    joint = Plan("value_and_grad", plan.wrt, plan.single, plan.has_aux)
    name, variables = traced.func.name, _variables(traced, plan)
    both = _plain(traced, joint, "value_and_grad", f"The value of `{name}` and its gradient by {variables}.")
    found: list[Public] = [both]
    if not plan.has_aux:
        alone = Plan("grad", plan.wrt, plan.single)
        own = _plain(traced, alone, "grad", f"The gradient of `{name}` by {variables}.")
        cheap = value_is_cheap(both.func, own.func)
        found.append(Delegate("grad", both, 1, own.summary) if cheap else own)
    halves = linearise(traced, wrt_leaves(traced, plan.wrt), plan.has_aux)
    return [*found, *_split(traced, halves, plan)]


def _plain(traced: Traced, plan: Plan, name: str, summary: str) -> Entry:
    derived = derive(traced, plan)
    func = in_place(derived.func)
    records: list[tuple[tuple[int, ...], str]] = []
    if plan.mode in ("value_and_grad", "grad"):
        wrt = [selected_name(traced.parameters, p) for p in plan.wrt]
        at = (1,) if plan.mode == "value_and_grad" else ()
        records = [(at, wrt[0])] if plan.single else [((*at, k), p) for k, p in enumerate(wrt)]
    arguments = _arguments(derived) + tuple(
        Argument(func.params[k].hint or f"dot_{k}", leaf_spec())
        for k in range(len(traced.func.params), len(func.params))
    )
    return Entry(name, func, arguments, derived.result, summary, tuple(records), mutated=traced.mutated)


def _arguments(traced: Traced) -> tuple[Argument, ...]:
    pairs = zip(traced.parameters, traced.arguments, strict=True)
    given = [Argument(name, tree.spec, traced.defaults.get(name)) for name, tree in pairs]
    taken = list(traced.parameters)
    for hidden, example in zip(traced.hidden, traced.examples, strict=True):
        name = next(n for n in _variants(hidden.name) if n not in taken)
        taken.append(name)
        given.append(Argument(name, hidden.spec, captured_text(example), captured=True))
    return tuple(given)


def _variants(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{k}" for k in count(1))


def captured_text(value: Any) -> str | None:
    """The source text of a captured value, or None where it is too large to be written into a module."""
    if isinstance(value, bool | int | float | complex):
        kind = "complex" if isinstance(value, complex) else "float"
        return repr(value) if np.isfinite(value) else f"{kind}({str(value)!r})"
    if not isinstance(value, np.ndarray | np.generic) or value.size > LARGEST or not np.isfinite(value).all():
        return None
    if isinstance(value, np.generic):
        return repr(value)
    dtype = "" if np.asarray(value.tolist()).dtype == value.dtype else f", dtype=np.{value.dtype.name}"
    shape = "" if value.size else f".reshape({value.shape})"
    return f"np.array({value.tolist()}{dtype}){shape}"


def _split(traced: Traced, halves: Linearised, plan: Plan | None) -> list[Public]:
    forward, backward = in_place(halves.forward), in_place(halves.backward)
    names = field_names(halves.residuals, [])
    kept = () if plan is None else _with_records(traced, plan)
    out = Entry(
        "forward",
        forward,
        _arguments(traced),
        traced.result,
        f"The value of `{traced.func.name}`, and what `backward` needs of the forward sweep.",
        mutated=traced.mutated,
        residuals_out=names,
        kept=kept,
    )
    if plan is None:
        result = TreeSpec(TUPLE, tuple(cotangent_spec(tree) for tree in traced.arguments))
        wanted: list[tuple[tuple[int, ...], str]] = []
    else:
        result = gradient_spec(traced, plan)
        wrt = [selected_name(traced.parameters, p) for p in plan.wrt]
        wanted = [((), wrt[0])] if plan.single else [((k,), p) for k, p in enumerate(wrt)]
    back = Entry(
        "backward",
        backward,
        (Argument("cotangent", halves.cotangent),),
        result,
        "The gradient, from the residuals and the cotangent of the value.",
        tuple(wanted),
        residuals_in=names,
        kept=kept,
    )
    return [out, back]


def _with_records(traced: Traced, plan: Plan) -> tuple[str, ...]:
    """The differentiated parameters that are or hold NamedTuples or dataclasses."""
    places = dict.fromkeys(p if isinstance(p, int) else p[0] for p in plan.wrt)
    return tuple(traced.parameters[p] for p in places if _holds_record(traced.arguments[p].spec))


def _holds_record(tree: Tree) -> bool:
    return tree.kind in RECORDS or any(_holds_record(child) for child in tree.children)
