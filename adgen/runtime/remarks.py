"""What is worth saying about a derivative that is right but may surprise: AG320, AG321 and AG323."""

from __future__ import annotations

from adgen.analysis.cuts import find_cuts
from adgen.autodiff.composites import naive_composites
from adgen.diagnostics import Diagnostic, diagnose
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
            found.append(diagnose("AG321", place, name=selected_name(traced.parameters, p)))
    return tuple(d.with_sources(*traced.sources) for d in found)
