"""What is worth saying about a derivative that is right but may surprise: AG320 and AG321."""

from __future__ import annotations

from adgen.analysis.cuts import find_cuts
from adgen.diagnostics import Diagnostic, diagnose
from adgen.runtime.derive import wrt_leaves
from adgen.runtime.plans import Plan, selected_name
from adgen.runtime.traced import Traced


def derivative_remarks(traced: Traced, plan: Plan) -> tuple[Diagnostic, ...]:
    """Operations that cut every path through them, and parameters that the value does not depend on."""
    if plan.mode not in ("grad", "value_and_grad"):
        return ()
    inputs = [traced.func.params[leaf] for leaf in wrt_leaves(traced, plan.wrt)]
    cuts = find_cuts(traced.func, inputs, traced.func.results[:1])
    found = [diagnose("AG320", op.span, name=op.prim.name) for op in cuts.ops]
    for p in plan.wrt:
        leaves = {traced.func.params[leaf] for leaf in wrt_leaves(traced, (p,))}
        if leaves and leaves <= set(cuts.unused):
            place = traced.parameter_spans.get(traced.parameters[p if isinstance(p, int) else p[0]])
            found.append(diagnose("AG321", place, name=selected_name(traced.parameters, p)))
    return tuple(d.with_sources(*traced.sources) for d in found)
