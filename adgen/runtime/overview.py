"""A program at a glance: what it is made of, and its data flow as a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from adgen.analysis.storage import Storage, place
from adgen.diagnostics import Diagnostic, Span
from adgen.ir.core import Func, Node, Op, Region, Value, operands_of, regions_of, walk

if TYPE_CHECKING:
    from adgen.runtime.backends import Program


def explanation(
    program: Program, storage: Storage, remarks: Sequence[Diagnostic], lanes: Sequence[Span | None] = ()
) -> str:
    """Backend, parameters, operations, copies and storage of a program, and the remarks made about it.

    ``lanes`` are the places of loops of which several rounds run at once.
    """
    func = program.final
    counts = operation_counts(func)
    lines = [f"{func.name}: runs on {program.backend}"]
    lines += [f"  parameter {p.hint}: {p.any_type}" for p in func.params]
    lines += [f"  assumes {a.dim} {'==' if a.exact else '>='} 0" for a in func.assumptions]
    lines.append(f"  {sum(counts.values())} operations, {counts['copy']} copies of arrays")
    lines += [f"    {name}: {count}" for name, count in sorted(counts.items())]
    if storage.entries:
        lines += [f"  {line}" for line in storage.text().splitlines()]
    lines += [f"  rounds in lanes: the loop at {place(span)}" for span in lanes if span]
    lines += _kernel(program)
    lines += [f"  remark[{r.code}]: {r.title}" for r in remarks]
    return "\n".join(lines)


def _kernel(program: Program) -> list[str]:
    """What the kernel does in which order, where there is one."""
    if program.backend != "llvm":
        return []
    from adgen.loops.schedule import schedule

    return ["  schedule:", *(f"    {line}" for line in schedule(program.kernel.kernel))]


def operation_counts(func: Func) -> Counter[str]:
    """How often each operation is written in a program (not how often it runs)."""
    return Counter(_label(node) for node in walk(func.body))


def graph_text(func: Func) -> str:
    """The data flow in Graphviz's language; loops and branches are clusters."""
    names: dict[Value, str] = {}
    lines = [f'digraph "{func.name}" {{', "  rankdir=TB;"]
    for k, param in enumerate(func.params):
        names[param] = f"p{k}"
        lines.append(f'  p{k} [shape=box, label="{param.hint or k}: {param.any_type}"];')
    _Graph(names, lines).region(func.body, "n", "  ")
    for k, result in enumerate(func.results):
        lines += [f'  r{k} [shape=box, label="result {k}"];', f"  {names[result]} -> r{k};"]
    return "\n".join([*lines, "}"]) + "\n"


class _Graph:
    def __init__(self, names: dict[Value, str], lines: list[str]) -> None:
        self._names = names
        self._lines = lines

    def region(self, region: Region, prefix: str, indent: str) -> None:
        for k, node in enumerate(region.nodes):
            self._node(node, f"{prefix}_{k}", indent)

    def _node(self, node: Node, name: str, indent: str) -> None:
        self._lines.append(f'{indent}{name} [label="{_label(node)}"];')
        used = dict.fromkeys(v for v in operands_of(node) if v in self._names)
        self._lines += [f"{indent}{self._names[v]} -> {name};" for v in used]
        for k, inner in enumerate(regions_of(node)):
            self._lines.append(f"{indent}subgraph cluster_{name}_{k} {{")
            self._names.update((p, name) for p in inner.params)
            self.region(inner, f"{name}_{k}", indent + "  ")
            self._lines.append(f"{indent}}}")
        self._names.update((v, name) for v in node.results)


def _label(node: Node) -> str:
    return node.prim.name if isinstance(node, Op) else type(node).__name__.lower()
