"""Functions of the program made whole: what they use of the functions around them becomes parameters.

While it is lowered, a function that calls itself simply uses values and sizes from around it. Here every
call hands these on, and the functions get names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from adgen.frontend.finishing import finished
from adgen.frontend.recursion import Raw
from adgen.ir.builder import Builder, dims_in_attrs
from adgen.ir.calls import calls_in, is_call, named_in, names_function
from adgen.ir.core import Func, Node, Op, Region, Value, operands_of, regions_of, walk
from adgen.ir.dims import Dim, linear_in
from adgen.ir.types import I64, StackType, Type
from adgen.primitives.calling import checked_call
from adgen.primitives.sizes import bind_dim, size_value
from adgen.records import dataclass
from adgen.transform.rebuild import Rebuild, with_callees


@dataclass(slots=True, eq=False)
class _Open:
    """A function, the values and symbols it has, and those it lacks, in order of first use."""

    raw: Raw
    region: Region
    own: set[Value] = field(default_factory=set)
    symbols: set[str] = field(default_factory=set)
    values: dict[Value, None] = field(default_factory=dict)
    sizes: dict[str, None] = field(default_factory=dict)
    checks: bool = False

    def use(self, value: Value) -> None:
        if value not in self.own:
            self.values.setdefault(value)

    @property
    def missing(self) -> list[str]:
        """Sizes that neither its own nor the added parameters show."""
        shown = _shown([*self.raw.params, *self.values])
        return [s for s in self.sizes if s not in self.symbols and s not in shown]


def closed(
    nodes: Sequence[Node],
    yields: Sequence[Value],
    raw: Mapping[str, Raw],
    names: Mapping[Value, str],
    comments: Mapping[int, str],
    whole: Mapping[str, Func],
) -> tuple[tuple[Node, ...], tuple[Value, ...], tuple[Func, ...]]:
    """The main program's nodes and results with complete calls, and the functions that are called.

    ``whole`` are functions that are complete already.
    """
    main = Region((), tuple(nodes), tuple(yields))
    keys = _reached(main, raw, whole)
    table = {key: _opened(raw[key]) for key in keys if key in raw}
    given = tuple(whole[key] for key in keys if key not in raw)
    if not table:
        return main.nodes, main.yields, given
    _settle(table)
    functions, named = _functions(table, names, comments, whole)
    rebuild = _Close(table, named, names)
    with rebuild.b.block() as found:
        rebuild.nodes(main.nodes)
    return tuple(found), rebuild.values(main.yields), (*functions, *given)


def missing_sizes(region: Region, params: Sequence[Value]) -> list[str]:
    """The symbols of a program that neither it nor its parameters say the sizes of."""
    raw = Raw("", tuple(params), region.nodes, region.yields, None)
    open_ = _opened(raw)
    open_.sizes.update((s, None) for v in (*params, *region.yields) for s in _symbols(v))
    return open_.missing


def _reached(main: Region, raw: Mapping[str, Raw], whole: Mapping[str, Func]) -> list[str]:
    found: dict[str, None] = {}
    pending = [main]
    while pending:
        for op in named_in(pending.pop()):
            key = op.attr("callee")
            if key not in found:
                found[key] = None
                pending.append(Region((), raw[key].nodes, ()) if key in raw else whole[key].body)
    return list(found)


# -- what is missing ----------------------------------------------------------------------------------------
def _opened(raw: Raw) -> _Open:
    open_ = _Open(raw, Region(raw.params, raw.nodes, raw.yields), set(raw.params))
    for node in walk(open_.region):
        open_.own.update(node.results)
        for inner in regions_of(node):
            open_.own.update(inner.params)
        if isinstance(node, Op) and node.prim is bind_dim:
            open_.symbols.add(node.attr("sym"))
        open_.checks = open_.checks or (isinstance(node, Op) and node.prim.pinned)
    for node in walk(open_.region):
        for value in operands_of(node):
            open_.use(value)
        for inner in regions_of(node):
            for value in inner.yields:
                open_.use(value)
            open_.sizes.update((s, None) for p in inner.params for s in _symbols(p))
        open_.sizes.update((s, None) for v in node.results for s in _symbols(v))
        if isinstance(node, Op):
            open_.sizes.update((s, None) for d in dims_in_attrs(node.attrs) for s in d.symbols())
    for value in open_.region.yields:
        open_.use(value)
    return open_


def _settle(table: Mapping[str, _Open]) -> None:
    """Hand what a callee lacks on to its callers, to a fixed point."""
    changed = True
    while changed:
        changed = False
        for open_ in table.values():
            count = len(open_.values) + len(open_.sizes)
            for op in named_in(open_.region):
                callee = table.get(op.attr("callee"))
                if callee is None:
                    continue
                for value in callee.values:
                    open_.use(value)
                open_.sizes.update(dict.fromkeys(callee.missing))
            open_.sizes.update((s, None) for v in open_.values for s in _symbols(v))
            called = [table.get(op.attr("callee")) for op in calls_in(open_.region)]
            checks = any(callee.checks for callee in called if callee is not None)
            changed = changed or (checks and not open_.checks)
            open_.checks = open_.checks or checks
            changed = changed or len(open_.values) + len(open_.sizes) > count


def _symbols(value: Value) -> list[str]:
    found = value.any_type.element if isinstance(value.any_type, StackType) else value.any_type
    return [s for d in found.dims for s in d.symbols()]


def _shown(values: Sequence[Value]) -> set[str]:
    """The symbols whose sizes follow from arrays of these types."""
    dims = [d for v in values if isinstance(v.any_type, Type) for d in v.type.dims]
    known: set[str] = set()
    while True:
        left = [[s for s in d.symbols() if s not in known] for d in dims]
        more = {n[0] for d, n in zip(dims, left, strict=True) if len(n) == 1 and linear_in(d, n[0])}
        if not more:
            return known
        known |= more


# -- complete functions -------------------------------------------------------------------------------------
def _functions(
    table: Mapping[str, _Open],
    names: Mapping[Value, str],
    comments: Mapping[int, str],
    whole: Mapping[str, Func],
) -> tuple[tuple[Func, ...], dict[str, str]]:
    """The functions, those with the same text once, and the name of each key."""
    named: dict[str, str] = {}
    taken: set[str] = set(whole)
    for key, open_ in table.items():
        stem = _identifier(open_.raw.name)
        name = next(
            n
            for k in range(len(table) + len(whole) + 1)
            if (n := stem if k == 0 else f"{stem}_{k}") not in taken
        )
        taken.add(name)
        named[key] = name
    found = {key: _function(table, named, key, names, comments) for key in table}
    return _merged(found, named)


def _merged(found: Mapping[str, Func], named: dict[str, str]) -> tuple[tuple[Func, ...], dict[str, str]]:
    """Functions that differ in nothing but their name are one."""
    from adgen.ir.text import to_text

    texts: dict[str, str] = {}
    functions: list[Func] = []
    for key, func in found.items():
        text = to_text(func).replace(f"@{func.name}(", "@(").replace(repr(func.name), "''")
        if text in texts:
            named[key] = texts[text]
        else:
            texts[text] = func.name
            functions.append(func)
    kept = {f.name for f in functions}
    again = {func.name: named[key] for key, func in found.items() if func.name not in kept}
    return tuple(with_callees(f, again) for f in functions) if again else tuple(functions), named


def _function(
    table: Mapping[str, _Open],
    named: Mapping[str, str],
    key: str,
    names: Mapping[Value, str],
    comments: Mapping[int, str],
) -> Func:
    open_ = table[key]
    rebuild = _Close(table, named, names)
    params = tuple(rebuild.fresh(v) for v in (*open_.raw.params, *open_.values))
    sizes = tuple(Value(I64, s.partition(".")[0]) for s in open_.missing)
    with rebuild.b.block() as nodes:
        for size, symbol in zip(sizes, open_.missing, strict=True):
            rebuild.b.emit(bind_dim, (size,), {"sym": symbol})
        cut = open_.raw.cut
        if cut is not None and cut < len(open_.raw.nodes):
            rebuild.turn = open_.raw.nodes[cut]
        rebuild.nodes(open_.raw.nodes)
    body = Region((*params, *sizes), tuple(nodes), rebuild.values(open_.raw.yields))
    span = open_.raw.span
    own = (
        ()
        if span is None
        else tuple((n, c) for n, c in sorted(comments.items()) if span.line <= n <= span.end_line)
    )
    return finished(Func(named[key], body, comments=own, span=span, cut=rebuild.cut), {})


def _identifier(name: str) -> str:
    return name if name.isidentifier() else "function"


class _Close(Rebuild):
    """Emits a program again, its calls with everything that the callee needs."""

    def __init__(
        self, table: Mapping[str, _Open], named: Mapping[str, str], names: Mapping[Value, str]
    ) -> None:
        super().__init__(Builder())
        self._table = table
        self._named = named
        self._names = names

    def fresh(self, value: Value) -> Value:
        """A new value with its name."""
        self.env[value] = Value(value.any_type, self._names.get(value, value.hint))
        return self.env[value]

    def op(self, op: Op) -> None:
        """Emit an operation, its results named."""
        operands, attrs = self.values(op.operands), dict(op.attrs)
        prim = op.prim
        if names_function(op) and attrs["callee"] in self._table:
            callee = self._table[attrs["callee"]]
            with self.b.at(op.span):
                sizes = tuple(size_value(self.b, Dim.symbol(s)) for s in callee.missing)
            operands = (*operands, *self.values(tuple(callee.values)), *sizes)
            prim = checked_call if callee.checks and is_call(op) else prim
            attrs["callee"] = self._named[attrs["callee"]]
        hints = [self._names.get(v, v.hint) for v in op.results]
        found = self.b.emit(prim, operands, attrs, hints, op.span)
        self.env.update(zip(op.results, found, strict=True))
