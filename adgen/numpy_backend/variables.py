"""Which values live in one Python variable, and what the variables are called.

Values that take over each other's storage, and the values a loop or a branch hands on, share a variable where
no two of them are needed at the same time. Variables whose lives do not overlap may share a name when the
user gave both the same one.
"""

from __future__ import annotations

from dataclasses import field

from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While, regions_of
from adgen.ir.types import DType, Kind, Type
from adgen.numpy_backend.folding import Folding
from adgen.numpy_backend.names import Namer, clean
from adgen.numpy_backend.numbering import Numbering, Site
from adgen.records import dataclass

#: what derivatives of values called ``_`` are called
_NAMELESS = ("_bar", "_dot", "_tape")


@dataclass(slots=True, eq=False)
class Variable:
    """Values that live in one variable; ``life`` has a bit for each point (two per number) it is needed."""

    life: int
    category: str
    hints: list[str] = field(default_factory=list)
    first: int = 0
    name: str = ""
    values: list[Value] = field(default_factory=list)

    @property
    def hint(self) -> str | None:
        """The name asked for."""
        return self.hints[0] if self.hints else None


@dataclass(slots=True)
class Variables:
    """The variable of every value that has one."""

    numbering: Numbering
    folding: Folding
    table: dict[Value, Variable] = field(default_factory=dict)
    wishes: dict[Value, str] = field(default_factory=dict)
    nameless: str = "t"

    @staticmethod
    def of(func: Func, numbering: Numbering, folding: Folding) -> Variables:
        """Assign variables to the values of a function; names are given by :meth:`name_all`."""
        variables = Variables(numbering, folding)
        for value in numbering.home:
            if value not in folding.folded:
                variables._create(value)
        variables._keep_bound_sizes()
        for node, _ in numbering.nodes:
            variables._share_storage(node)
        for node, _ in numbering.nodes:
            variables._share_carried(node)
        return variables

    def _create(self, value: Value) -> None:
        home = self.numbering.home[value]
        variable = Variable(self._life(value), category(value), [], home.point, "", [value])
        if value.hint is not None and value.hint.strip("_") and value.hint not in _NAMELESS:
            variable.hints.append(value.hint)
        self.table[value] = variable

    # -- lives ------------------------------------------------------------------------------------------
    def _life(self, value: Value) -> int:
        home = self.numbering.home[value]
        life = _bits(2 * home.point + 1, 2 * home.point + 1)
        for site in self.folding.sites(value):
            life |= self._path(home, site)
        return life

    def _path(self, home: Site, use: Site) -> int:
        """The points a value lives through on its way from its definition to one use."""
        life, region, point = 0, use.region, use.point
        while region is not home.region:
            life |= _bits(2 * self.numbering.start[region], 2 * point)
            node, outer = self.numbering.owner[region]
            if not isinstance(node, If):
                life |= _bits(2 * self.numbering.head[node], 2 * self.numbering.exit[node])
            region, point = outer, self.numbering.head[node]
        return life | _bits(2 * home.point + 1, 2 * point)

    def _keep_bound_sizes(self) -> None:
        """A value that names a size lives to the end of the function: types may mention it anywhere."""
        for node, region in self.numbering.nodes:
            if isinstance(node, Op) and node.prim.name == "bind_dim" and node.operands[0] in self.table:
                variable = self.table[node.operands[0]]
                last = self.numbering.end[region]
                variable.life |= _bits(2 * self.numbering.head[node], 2 * last + 1)

    # -- sharing ----------------------------------------------------------------------------------------
    def _share_storage(self, node: object) -> None:
        """In-place results and what a loop carries must live in one variable."""
        if isinstance(node, Op):
            for slot in node.prim.consumes:
                self._merge(node.operands[slot], node.results[0])
        elif isinstance(node, For):
            for param, result in zip(node.carried, node.results, strict=True):
                self._merge(param, result)
                self._hold(param, node.body)
        elif isinstance(node, While):
            for param, body, result in zip(node.cond.params, node.carried, node.results, strict=True):
                self._merge(param, body)
                self._merge(param, result)
                self._hold(param, node.body)
                start, end = self.numbering.start[node.cond], self.numbering.end[node.cond]
                self.table[param].life |= _bits(2 * start, 2 * end + 1)

    def _hold(self, param: Value, body: Region) -> None:
        """A carried variable is assigned before the loop begins and where its body ends."""
        node = self.numbering.owner[body][0]
        begin, start = 2 * self.numbering.head[node] + 1, 2 * self.numbering.start[body] + 1
        end, leave = 2 * self.numbering.end[body] + 1, 2 * self.numbering.exit[node] + 1
        self.table[param].life |= _bits(begin, start) | _bits(end, leave)

    def _share_carried(self, node: object) -> None:
        """What enters and leaves a loop or a branch shares a variable where it can."""
        if isinstance(node, For | While):
            for init, param, final in zip(node.inits, node.carried, node.body.yields, strict=True):
                self._try(param, init)
                self._try(param, final)
        elif isinstance(node, If):
            for result, one, other in zip(node.results, node.then.yields, node.orelse.yields, strict=True):
                self._try(result, one)
                self._try(result, other)

    def _try(self, one: Value, other: Value) -> None:
        first, second = self.table.get(one), self.table.get(other)
        if first is None or second is None or first is second:
            return
        agree = first.hint is None or second.hint is None or first.hint == second.hint
        agree = agree or (first.category.endswith("[]") and self.folding.stored_into(one))
        if agree and first.category == second.category and not first.life & second.life:
            self._merge(other, one)

    def _merge(self, keep: Value, other: Value) -> None:
        first, second = self.table[keep], self.table[other]
        if first is second:
            return
        if second.first < first.first:
            first, second = second, first
        first.life |= second.life
        first.hints += [h for h in second.hints if h not in first.hints]
        first.values += second.values
        for value in second.values:
            self.table[value] = first

    # -- names ------------------------------------------------------------------------------------------
    def name_all(self, func: Func, parameters: tuple[str, ...], namer: Namer, sizes: dict[str, str]) -> None:
        """Give every variable its name: parameters first, then sizes (as wished), then in order."""
        lives: dict[str, list[Variable]] = {}
        for value, name in zip(func.params, parameters, strict=True):
            variable = self.table[value]
            variable.name = name
            lives.setdefault(name, []).append(variable)
            namer.take(name)
        for symbol, wish in sizes.items():
            sizes[symbol] = namer.fresh(wish)
        self._name_tapes()
        self._name_counters()
        if any("t" in variable.hints for variable in self.table.values()):
            self.nameless = "tmp"
        ordered = sorted(dict.fromkeys(self.table.values()), key=lambda v: v.first)
        for variable in ordered:
            if not variable.name:
                self._name(variable, namer, lives)

    def _name_counters(self) -> None:
        """Loop counters that the user did not name are called i, j, k by depth, as far as these are free."""
        taken = {hint for variable in self.table.values() for hint in variable.hints}
        free = [name for name in "ijkpqr" if name not in taken] or ["step"]
        depths: dict[Region, int] = {}
        for node, region in self.numbering.nodes:
            depth, counter = depths.get(region, 0), self._counter(node)
            for inner in regions_of(node):
                depths[inner] = depth + (counter is not None)
            if counter is not None and self.table[counter].hint is None:
                self.table[counter].hints.append(free[min(depth, len(free) - 1)])

    def _counter(self, node: Node) -> Value | None:
        """What a ``for`` counts with, or a ``while`` that is written as one."""
        if isinstance(node, For):
            return node.counter
        counted = self.folding.counted.get(node) if isinstance(node, While) else None
        return None if counted is None or not isinstance(node, While) else node.carried[counted.counter]

    def _name_tapes(self) -> None:
        """A tape of an unnamed value is called after the name that the value gets."""
        for node, _ in self.numbering.nodes:
            if isinstance(node, Op) and node.prim.name in ("write", "push"):
                tape, stored = self.table[node.operands[0]], node.operands[1]
                if tape.hint == "tape" and not tape.name and stored in self.wishes:
                    tape.hints[0] = f"{self.wishes[stored]}_tape"
        for node, _ in self.numbering.nodes:
            if isinstance(node, Op) and node.prim.name in ("read", "pop") and node.results[-1] in self.table:
                source, value = self.table.get(node.operands[0]), self.table[node.results[-1]]
                hint = (source.hint if source is not None else None) or ""
                if value.hint is None and hint.endswith("_tape"):
                    value.hints.append(hint.removesuffix("_tape"))

    def _name(self, variable: Variable, namer: Namer, lives: dict[str, list[Variable]]) -> None:
        suggested = (self.wishes[v] for v in variable.values if v in self.wishes)
        wish = clean(variable.hint or next(suggested, self.nameless))
        for name in namer.candidates(wish):
            others = lives.get(name)
            if others is None and namer.is_free(name):
                break
            fits = others is not None and all(
                not o.life & variable.life and o.category == variable.category for o in others
            )
            if fits and variable.hint is not None:
                break
        variable.name = name
        lives.setdefault(name, []).append(variable)


def category(value: Value) -> str:
    """What a static type checker takes a variable for."""
    if not isinstance(value.any_type, Type):
        return "list" if value.is_stack else "tape"
    type_ = value.any_type
    if type_.kind is Kind.array:
        return f"{type_.dtype.value}[]"
    return type_.dtype.value if type_.is_py or type_.dtype is DType.f64 else f"np.{type_.dtype.value}"


def _bits(first: int, last: int) -> int:
    """The bits from ``first`` to ``last``, both included."""
    return ((1 << (last - first + 1)) - 1) << first if last >= first else 0
