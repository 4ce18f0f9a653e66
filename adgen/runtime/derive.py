"""Derivatives of traced functions, as traced functions: what makes transforms nest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.autodiff.forward import pushforward
from adgen.autodiff.jacobians import jacobian
from adgen.autodiff.reverse import Split, joint, split
from adgen.diagnostics import Span, UserError, refuse
from adgen.ir.core import Definitions, Func, Region
from adgen.ir.types import Type
from adgen.objects.containers import TUPLE
from adgen.runtime.abstract import AbstractTree, cotangent_spec
from adgen.runtime.plans import Plan, Selector, selected_name
from adgen.runtime.stages import checked, optimised
from adgen.runtime.traced import Linearised, Traced
from adgen.runtime.trees import LEAF, ROWS, STATIC, TreeSpec, leaf_spec


def derive(traced: Traced, plan: Plan) -> Traced:
    """The function that a plan makes of ``traced``; for mode ``split`` see :func:`linearise`."""
    match plan.mode:
        case "primal":
            return replace(traced, func=optimised(traced.func))
        case "tangent":
            return _tangent(traced, plan)
        case "jacobian":
            return _jacobian(traced, plan)
        case "hvp":
            return _curvature(traced, plan)
        case _:
            return _gradient(traced, plan)


# -- reverse mode, joint --------------------------------------------------------------------------------
def _gradient(traced: Traced, plan: Plan) -> Traced:
    wrt = wrt_leaves(traced, plan.wrt)
    value, aux = _differentiated(traced, plan)
    count = len(traced.func.results)
    func = optimised(checked("reverse", joint(optimised(traced.func), wrt, (0,))))
    gradients = gradient_spec(traced, plan)
    aux_leaves = range(1, traced.result.leaf_count)
    found = range(count, count + len(wrt))
    mutated = range(traced.result.leaf_count, count)
    if plan.mode == "grad":
        spec, kept = gradients, [*found]
        if aux is not None:
            spec, kept = _pair(gradients, aux), [*found, *aux_leaves]
    else:
        spec, kept = _pair(value if aux is None else _pair(value, aux), gradients), [0, *aux_leaves, *found]
    func = checked("select", selected(func, (*kept, *mutated)))
    return replace(traced, func=func, result=spec)


class Inner:
    """Derivatives of programs, for those that are taken inside a function."""

    @staticmethod
    def gradient(func: Func, wrt: Sequence[int]) -> Func:
        """The results of a program followed by gradients of the first."""
        return optimised(checked("reverse", joint(optimised(func), wrt, (0,))))

    @staticmethod
    def pullback(func: Func, wrt: Sequence[int], outputs: Sequence[int]) -> Func:
        """The results followed by gradients, for cotangents of ``outputs`` that are further parameters."""
        return optimised(checked("reverse", joint(optimised(func), wrt, outputs, seeded=True)))

    @staticmethod
    def pushforward(func: Func, wrt: Sequence[int], outputs: Sequence[int]) -> Func:
        """The results followed by tangents of ``outputs``; those of ``wrt`` are further parameters."""
        return optimised(checked("forward", pushforward(optimised(func), wrt, outputs)))

    @staticmethod
    def jacobian(func: Func, wrt: Sequence[int], outputs: Sequence[int], mode: str) -> Func:
        """The results followed by the Jacobian of each of ``outputs`` by each of ``wrt``."""
        return optimised(checked("jacobian", jacobian(optimised(func), wrt, outputs, mode)))


def selected(func: Func, results: Sequence[int]) -> Func:
    """``func`` with only some of its results."""
    from adgen.transform.dce import eliminate_dead_code

    body = Region(func.params, func.body.nodes, tuple(func.results[k] for k in results))
    names = tuple(func.result_names[k] for k in results) if func.result_names else ()
    return eliminate_dead_code(replace(func, body=body, result_names=names))


def _differentiated(traced: Traced, plan: Plan) -> tuple[TreeSpec, TreeSpec | None]:
    """The specs of the differentiated value and of aux. Raises AG303, AG304 or AG308."""
    value, aux, name = traced.result, None, traced.func.name
    if plan.has_aux:
        if value.kind != TUPLE or len(value.children) != 2:
            raise refuse("AG308", result_place(traced), name=name)
        value, aux = value.children
    if value.kind != LEAF:
        raise refuse("AG303", result_place(traced), name=name, what=_described(value))
    type_ = traced.func.results[0].type
    if type_.rank:
        raise refuse("AG303", result_place(traced), name=name, what=f"an array {type_}")
    if not type_.is_float or type_.is_complex:
        raise refuse("AG304", result_place(traced), name=name, dtype=type_.dtype.value)
    return value, aux


def _described(spec: TreeSpec) -> str:
    if spec.kind == STATIC:
        return repr(spec.value)
    if spec.kind == ROWS:
        return "a list whose length is known only at run time"
    return f"a {spec.kind} of {len(spec.children)}"


def result_place(traced: Traced) -> Span | None:
    """Where the first result is computed."""
    if traced.result_span is not None:
        return traced.result_span
    if not traced.func.results:
        return traced.func.span
    op = Definitions.of(traced.func.body).table.get(traced.func.results[0])
    return traced.func.span if op is None else op.span


def argument_of(traced: Traced, selector: Selector) -> tuple[AbstractTree, range]:
    """The structure and types of what a selector picks, and the positions of its leaves. Raises AG271."""
    if isinstance(selector, int):
        return traced.arguments[selector], traced.leaves_of(selector)
    position, label = selector
    tree, leaves = traced.arguments[position], traced.leaves_of(position)
    labels = tree.spec.keys or tuple(range(len(tree.spec.children)))
    if label not in labels:
        name = traced.parameters[position]
        if isinstance(label, str):
            raise refuse("AG270", traced.name_span, name=label, function=traced.func.name)
        count = position + len(labels)
        found = position + label
        raise refuse("AG271", traced.name_span, position=found, count=count, function=name)
    at = labels.index(label)
    start = sum(child.leaf_count for child in tree.spec.children[:at])
    end = start + tree.spec.children[at].leaf_count
    return AbstractTree(tree.spec.children[at], tree.types[start:end]), leaves[start:end]


def float_leaves(traced: Traced, selector: Selector) -> list[int]:
    """The leaves of a parameter that vary continuously. Raises AG302 or AG306 where there is none."""
    tree, leaves = argument_of(traced, selector)
    found = [leaf for leaf, type_ in zip(leaves, tree.types, strict=True) if type_.is_float]
    if found or (tree.spec.kind not in (LEAF, STATIC) and not tree.types):
        return found
    raise _no_derivative(traced, selector, tree)


def _no_derivative(traced: Traced, selector: Selector, tree: AbstractTree) -> UserError:
    name = selected_name(traced.parameters, selector)
    place = traced.parameter_spans.get(name, traced.func.span)
    if tree.types:
        return refuse("AG302", place, name=name, dtype=tree.types[0].dtype.value)
    return refuse("AG306", place, name=name, what=repr(tree.spec.value))


def gradient_spec(traced: Traced, plan: Plan) -> TreeSpec:
    """The structure of the gradients: that of the parameters, None for integers."""
    specs = [cotangent_spec(argument_of(traced, p)[0]) for p in plan.wrt]
    return specs[0] if plan.single else TreeSpec(TUPLE, tuple(specs))


def _pair(first: TreeSpec, second: TreeSpec) -> TreeSpec:
    return TreeSpec(TUPLE, (first, second))


# -- reverse mode, split --------------------------------------------------------------------------------
def wrt_leaves(traced: Traced, parameters: Sequence[Selector]) -> tuple[int, ...]:
    """The leaves that have a gradient. Raises AG302 or AG306."""
    return tuple(leaf for p in parameters for leaf in float_leaves(traced, p))


def linearise(traced: Traced, wrt: Sequence[int] | None = None, has_aux: bool = False) -> Linearised:
    """The split form with respect to some leaves (by default every float one).

    Raises AG304 or AG306 where nothing varies.
    """
    if wrt is None:
        wrt = [leaf for leaf, type_ in enumerate(traced.leaf_types) if type_.is_float]
    if not wrt:
        float_leaves(traced, 0)
    types = [v.type for v in traced.func.results[: traced.result.leaf_count]]
    spec = cotangent_spec(AbstractTree(traced.result, tuple(types)))
    seeds = tuple(k for k, type_ in enumerate(types) if type_.is_float)
    if has_aux:
        spec, seeds = spec.children[0], seeds[:1]
    if not seeds:
        dtype = types[0].dtype.value if types else _described(traced.result)
        raise refuse("AG304", result_place(traced), name=traced.func.name, dtype=dtype)
    func = checked("reverse", joint(optimised(traced.func), wrt, seeds, seeded=True))
    halves: Split = split(func, len(traced.func.results), len(seeds))
    forward, backward = (optimised(checked("split", f)) for f in (halves.forward, halves.backward))
    return Linearised(traced, forward, backward, seeds, tuple(wrt), halves.residuals, spec)


# -- forward mode ---------------------------------------------------------------------------------------
def _tangent(traced: Traced, plan: Plan) -> Traced:
    """The results and their tangents; the tangents of ``plan.leaves`` are further parameters."""
    count = traced.result.leaf_count
    types = [v.type for v in traced.func.results[:count]]
    floats = [k for k, type_ in enumerate(types) if type_.is_float]
    func = optimised(checked("forward", pushforward(optimised(traced.func), plan.leaves, floats)))
    spec = _pair(traced.result, _tangent_spec(traced.result, types))
    total = len(traced.func.results)
    kept = [*range(count), *range(total, total + len(floats)), *range(count, total)]
    return replace(traced, func=checked("select", selected(func, kept)), result=spec)


def _curvature(traced: Traced, plan: Plan) -> Traced:
    """The derivative of the gradient in a direction: the Hessian is not formed."""
    pair = _tangent(_gradient(traced, replace(plan, mode="grad")), plan)
    gradient, product = pair.result.children
    kept = range(gradient.leaf_count, len(pair.func.results))
    return replace(pair, func=checked("select", selected(pair.func, kept)), result=product)


def _tangent_spec(spec: TreeSpec, types: Sequence[Type]) -> TreeSpec:
    return cotangent_spec(AbstractTree(spec, tuple(types)))


# -- Jacobians ------------------------------------------------------------------------------------------
def _jacobian(traced: Traced, plan: Plan) -> Traced:
    """An array for every leaf of the result and of the arguments, in one program."""
    for selector in plan.wrt:
        types = argument_of(traced, selector)[0].types
        wrong = [t for t in types if not t.is_float]
        if wrong or not types:
            raise _no_derivative(traced, selector, AbstractTree(leaf_spec(), tuple(wrong)))
    count, total = traced.result.leaf_count, len(traced.func.results)
    wrt, outputs = wrt_leaves(traced, plan.wrt), range(count)
    integers = [v.type for v in traced.func.results[:count] if not v.type.is_float]
    if integers:
        raise refuse("AG304", result_place(traced), name=traced.func.name, dtype=integers[0].dtype.value)
    for v in (*(traced.func.params[k] for k in wrt), *traced.func.results[:count]):
        if v.type.is_complex:
            raise refuse("AG318", traced.name_span, dtype=v.type.dtype.value)
    func = optimised(checked("jacobian", jacobian(optimised(traced.func), wrt, outputs, plan.direction)))
    kept = [*range(total, total + count * len(wrt)), *range(count, total)]
    spec = _filled(traced.result, gradient_spec(traced, plan))
    return replace(traced, func=checked("select", selected(func, kept)), result=spec)


def _filled(spec: TreeSpec, leaf: TreeSpec) -> TreeSpec:
    """The structure with another one in place of every leaf."""
    if spec.kind == LEAF:
        return leaf
    return replace(spec, children=tuple(_filled(child, leaf) for child in spec.children))
