"""What is worth saying about a derivative that is right but may surprise: AG320, AG321 and AG323."""

from __future__ import annotations

from adgen.analysis.activity import varied
from adgen.analysis.cuts import find_cuts
from adgen.autodiff.composites import naive_composites
from adgen.diagnostics import Diagnostic, Span, diagnose
from adgen.ir.core import Func, Op, Value, walk
from adgen.runtime.derive import wrt_leaves
from adgen.runtime.plans import Plan, selected_name
from adgen.runtime.traced import Traced


def derivative_remarks(traced: Traced, plan: Plan) -> tuple[Diagnostic, ...]:
    """Operations that cut every path, parameters that the value does not depend on, unstable spellings."""
    if plan.mode not in ("grad", "value_and_grad"):
        return ()
    inputs = [traced.func.params[leaf] for leaf in wrt_leaves(traced, plan.wrt)]
    cuts = find_cuts(traced.func, inputs, traced.func.results[:1])
    found = [diagnose("AG320", op.span, name=op.prim.name) for op in cuts.ops]
    found += [
        diagnose("AG323", n.op.span, name=n.what, instead=n.instead) for n in naive_composites(traced.func)
    ]
    for p in plan.wrt:
        leaves = {traced.func.params[leaf] for leaf in wrt_leaves(traced, (p,))}
        if leaves and leaves <= set(cuts.unused):
            place = traced.parameter_spans.get(traced.parameters[p if isinstance(p, int) else p[0]])
            labels, notes = _why(traced.func, leaves, place)
            name = selected_name(traced.parameters, p)
            found.append(diagnose("AG321", place, labels=labels, notes=notes, name=name))
    return tuple(d.with_sources(*traced.sources) for d in found)


_SPOKEN = {
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), "a comparison"),
    "cast": "a conversion to another dtype",
}


def _why(func: Func, leaves: set[Value], place: Span | None) -> tuple[list[tuple[Span, str]], list[str]]:
    """Where the derivative by some parameters ends, or that there is none to begin with."""
    reached = varied(func.body, leaves)
    ends: dict[Span, str] = {}
    used = False
    for node in walk(func.body):
        if not isinstance(node, Op) or not any(v in reached for v in node.operands):
            continue
        used = True
        if node.span is not None and node.span != place and not any(v in reached for v in node.results):
            name = _SPOKEN.get(node.prim.name, f"`{node.prim.name}`")
            ends.setdefault(node.span, f"{name} passes no derivative on")
    if ends:
        return list(ends.items())[:3], []
    if used or any(v in leaves for v in func.results):
        return [], ["what is computed from it does not reach the result"]
    return [], ["its elements are not used"]
