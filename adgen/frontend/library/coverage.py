"""The coverage page of the documentation, made from the tables of the library and of the primitives.

``python -m adgen.frontend.library.coverage > docs/coverage.md`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.frontend.abstract import DTypeObject
from adgen.frontend.entries import Entry, Found
from adgen.frontend.library import TABLE
from adgen.frontend.library.inventory import Function, absent, differentiable, functions
from adgen.primitives.define import Absent, Inactive, Primitive
from adgen.primitives.registry import REGISTRY

RECORDS = {found.name: found for found in functions()}
_GROUPS = (
    ("numpy", "NumPy"),
    ("numpy.linalg", "numpy.linalg"),
    ("numpy.ndarray", "Methods and attributes of arrays"),
    ("math", "math"),
    ("cmath", "cmath"),
    ("builtins", "Builtins"),
    ("adgen", "adgen"),
    ("scipy", "SciPy"),
)


def coverage_page() -> str:
    """The text of ``docs/coverage.md``."""
    counted = f"{len(differentiable())} distinct public functions have a derivative, in both modes."
    lines = ["# Coverage", "", _INTRODUCTION, "", f"{counted} `adgen primitives` lists them.", ""]
    for group, title in _GROUPS:
        rows = sorted((name, found) for name, found in TABLE.items() if group_of(name) == group)
        entries = [(name, found) for name, found in rows if isinstance(found, Entry)]
        lines += [f"## {title}", "", "| name | what it is | derivative |", "|---|---|---|"]
        lines += [_row(RECORDS[name]) for name, _ in entries]
        lines += ["", *_constants(rows)]
    missing = [
        f"- {group}: {', '.join(f'`{_spelled(n)}`' for n in names)}" for group, names in absent().items()
    ]
    lines += ["## Absent", "", _ABSENT, "", *(missing or ["At present there are none."])]
    lines += ["", "## Primitives", "", _PRIMITIVES, "", "| primitive | what it is | derivative | at kinks |"]
    lines += ["|---|---|---|---|", *(_primitive_row(p) for _, p in sorted(REGISTRY.table.items()))]
    return "\n".join(lines) + "\n"


_INTRODUCTION = (
    "What a differentiated function may call. The page is generated from the tables that the frontend reads, "
    "so it is complete: a name that is not here is refused with diagnostic AG202 or AG203. Operators, "
    "subscripts, `len`, `range`, `enumerate`, `zip` and `reversed` belong to the language itself."
)
_ABSENT = "Functions that users of automatic differentiation expect, and that are refused with AG202."
_PRIMITIVES = (
    "The operations of the intermediate representation. Everything above is made of them. Each has a rule "
    "for forward and for reverse mode that is checked, to second order, on its own samples."
)


def group_of(name: str) -> str:
    """The namespace that a qualified name belongs to."""
    for group in ("numpy.linalg", "numpy.ndarray"):
        if name.startswith(f"{group}."):
            return group
    return name.partition(".")[0] if not name.startswith("adgen.nn") else "adgen.nn"


def _spelled(name: str) -> str:
    for full, short in (("numpy.ndarray.", "x."), ("numpy.", "np."), ("builtins.", "")):
        if name.startswith(full):
            return short + name.removeprefix(full)
    return name


def _row(found: Function) -> str:
    """A line of a table: the name with its parameters, what it is, and its derivative."""
    shown = f"`{_spelled(found.name)}{found.signature}`".replace("|", "\\|")
    notes = [found.derivative, *found.kinks]
    if "llvm" not in found.backends:
        notes.append("NumPy backend only")
    summary = f"{_plain(found.summary)} Another name of `{_spelled(found.same_as)}`." if found.same_as else ""
    return f"| {shown} | {summary or _plain(found.summary)} | {_plain('; '.join(notes))} |"


def _plain(text: str) -> str:
    """The text as a cell of a table."""
    return text.strip().replace("``", "`").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


def _constants(rows: list[tuple[str, Found]]) -> Iterator[str]:
    """Constants and dtypes in one line each."""
    for title, kept in (("Dtypes", True), ("Constants", False)):
        names = [
            f"`{_spelled(name)}`"
            for name, found in rows
            if not isinstance(found, Entry) and isinstance(found, DTypeObject) == kept and _is_leaf(found)
        ]
        if names:
            yield from (f"{title}: {', '.join(names)}.", "")


def _is_leaf(found: Found) -> bool:
    from adgen.frontend.abstract import Module

    return not isinstance(found, Module)


def _primitive_row(prim: Primitive) -> str:
    cells = (f"`{prim.name}`", _plain(prim.doc), _derivative(prim), _plain("; ".join(prim.kinks)))
    return f"| {' | '.join(cells)} |".replace("  ", " ")


def _derivative(prim: Primitive) -> str:
    if prim.inactive is not None:
        return f"none: {prim.inactive.reason}"
    facets = (prim.partials, prim.vjp, prim.jvp)
    for facet in facets:
        if isinstance(facet, Absent | Inactive):
            return f"none: {facet.reason}"
    return "partials" if prim.partials is not None else "both modes"


if __name__ == "__main__":
    print(coverage_page(), end="")
