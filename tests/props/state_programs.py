"""Random programs about state: stores, views, aliases, swaps, containers, loops left early.

`program(a, x, y, s, rows, k)` takes a matrix (n, m), two vectors of n, a number, n row numbers (some
negative, some twice) and an integer; it may change `a` and `x`. Shapes are letters: `n`, `m`, `nm`, `mn`,
`c` (n - 1, a vector cut at one end) and `f` (n * m, a flat matrix).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.props.state_expressions import Expressions
from tests.props.state_names import BOUNDS, CUTS, HEAD, HELPERS, VIEWS, Names


@dataclass
class Writer(Expressions):
    """Writes one program."""

    lines: list[str] = field(default_factory=list)

    def emit(self, names: Names, text: str) -> None:
        """One line at the depth of the names."""
        self.lines.append("    " * names.depth + text)

    # -- statements ----------------------------------------------------------------------------------------
    def block(self, names: Names, fuel: int, length: int) -> None:
        """Statements one level further in; what they bind is forgotten after it."""
        inner = names.inside()
        for _ in range(length):
            self.statement(inner, fuel)
        if self.chance(50):
            self.emit(inner, f"total += 0.1 * {self.number(inner, 1)}")
        elif not length:
            self.emit(inner, "pass")

    def statement(self, names: Names, fuel: int) -> None:
        """One statement; new names are added to ``names``."""
        forms = [self.bind_number, self.bind_array, self.bind_whole, self.store_element, self.store_element,
                 self.store_cut, self.store_cut, self.store_cut, self.view, self.view, self.augment,
                 self.swap, self.helper, self.container, self.masked]  # fmt: skip
        if fuel > 0:
            forms += [self.counted, self.counted, self.counted, self.iterated, self.repeated,
                      self.branch, self.branch, self.appended]  # fmt: skip
        if names.counters:
            forms += [self.leave]
        self.dice.choice(forms)(names, fuel)

    def bind_number(self, names: Names, fuel: int) -> None:
        """A number is bound, or bound again."""
        mine = [name for name in names.of("") if name not in ("s", "total") and name in names.plain]
        value = self.number(names)
        if mine and self.chance(50):
            name = self.pick(mine)
            self.emit(names, f"{name} {self.pick(('=', '+=', '-='))} {value}")
            return
        name = self.fresh("t")
        self.emit(names, f"{name} = {value}")
        names.add("", name)

    def bind_array(self, names: Names, fuel: int) -> None:
        """A new array; or a name of the same shape goes on to mean another array."""
        shape = self.pick(("n", "n", "m", "nm", "c"))
        value = self.pick((f"{self.array(names, shape)} * 1.0", f"{self.leaf(names, shape)}.copy()"))
        mine = [name for name in names.of(shape) if name in names.plain]
        name = self.pick(mine) if mine and self.chance(30) else self.fresh("v")
        self.emit(names, f"{name} = {value}")
        names.add(shape, name)

    def bind_whole(self, names: Names, fuel: int) -> None:
        """Integers."""
        parts = [*names.of("int"), "k", "n", "rows[1]", "2"]
        value = self.pick(("{} + {}", "{} * {} - 1", "({} + {}) // 2", "-{} % 3 + {}", "abs({} - {})"))
        mine = [name for name in names.of("int") if name not in ("n", "m", "k") and name in names.plain]
        name = self.pick(mine) if mine and self.chance(50) else self.fresh("j")
        self.emit(names, f"{name} = {value.format(self.pick(parts), self.pick(parts))}")
        if names.counters:
            self.emit(names, f"{name} = {name} % 7")
        names.add("int", name)

    def target(self, names: Names) -> tuple[str, str]:
        """An array to store into, and its shape."""
        shape = self.pick([s for s in CUTS if names.stored(s)])
        return self.pick(names.stored(shape)), shape

    def store_element(self, names: Names, fuel: int) -> None:
        """`v[i] = ...`."""
        name, shape = self.target(names)
        place = self.place(names, name, shape)
        self.emit(names, f"{place} {self.pick(('=', '=', '+=', '*=', '-='))} {self.number(names)}")

    def store_cut(self, names: Names, fuel: int) -> None:
        """`v[1:] = ...`, with slices, rows, columns and row numbers that occur twice."""
        name, shape = self.target(names)
        cut, kind = self.dice.choice(CUTS[shape])
        value = self.number(names, 1) if kind == "" or self.chance(20) else self.array(names, kind, 1)
        if cut == "rows" and shape == "n" and self.chance(50):
            self.emit(names, f"np.add.at({name}, rows, {value})")
            return
        self.emit(names, f"{name}[{cut}] {self.pick(('=', '=', '+=', '*='))} {value}")

    def masked(self, names: Names, fuel: int) -> None:
        """`v[v > c] = ...`."""
        name, shape = self.target(names)
        test = f"{self.leaf(names, shape)} > {self.pick(('0.13', '-0.2', '0.4'))}"
        self.emit(names, f"{name}[{test}] {self.pick(('=', '+=', '*='))} {self.number(names, 1)}")

    def view(self, names: Names, fuel: int) -> None:
        """A view or an alias, often stored into at once."""
        name, shape = self.target(names)
        text, kind = self.dice.choice(VIEWS[shape])
        mine = [other for other in names.of(kind) if other in names.plain and other != name]
        found = self.pick(mine) if mine and self.chance(20) else self.fresh("w")
        self.emit(names, f"{found} = {text.format(name)}")
        names.add(kind, found)
        if self.chance(60):
            self.emit(names, f"{self.place(names, found, kind)} = {self.number(names, 1)}")

    def augment(self, names: Names, fuel: int) -> None:
        """`v += ...` on a whole array."""
        name, shape = self.target(names)
        value = self.number(names, 1) if self.chance(50) else self.array(names, shape, 1)
        self.emit(names, f"{name} {self.pick(('+=', '*=', '-='))} {value}")

    def swap(self, names: Names, fuel: int) -> None:
        """Two buffers change their names, or two elements their places."""
        mine = [name for name in names.of("n") if name in names.plain]
        if len(mine) > 1 and self.chance(70):
            left, right = self.dice.sample(mine, 2)
            self.emit(names, f"{left}, {right} = {right}, {left}")
            return
        name, shape = self.target(names)
        left, right = self.place(names, name, shape), self.place(names, name, shape)
        self.emit(names, f"{left}, {right} = {right}, {left}")

    def helper(self, names: Names, fuel: int) -> None:
        """A call that changes its argument, or gives several results."""
        vector = self.pick(names.stored("n"))
        match self.dice.randrange(4):
            case 0:
                self.emit(names, f"scaled({vector}, {self.number(names, 0)})")
            case 1:
                found = self.fresh("w")
                self.emit(names, f"{found} = turned({vector})")
                names.add("c", found)
            case 2:
                other = self.fresh("v")
                self.emit(names, f"{other} = np.zeros(n)")
                self.emit(names, f"smoothed({self.leaf(names, 'n')}, {other})")
                names.add("n", other)
            case 3:
                first, second = self.fresh("t"), self.fresh("v")
                self.emit(names, f"{first}, {second} = halves({self.array(names, 'n', 1)})")
                names.add("", first)
                names.add("n", second)

    def container(self, names: Names, fuel: int) -> None:
        """Tuples and dicts, and what is stored into their arrays."""
        name = self.fresh("p")
        vector, number = self.pick(names.stored("n")), self.number(names, 1)
        if self.chance(50):
            self.emit(names, f"{name} = ({vector}, {number}, k)")
            self.emit(
                names, f"{name} = ({name}[0], {name}[1] * 0.5 + {self.number(names, 0)}, {name}[2] + 1)"
            )
            parts = (f"{name}[0]", f"{name}[1]", f"{name}[2]")
        else:
            self.emit(names, f'{name} = {{"v": {vector}, "t": {number}, "c": k}}')
            self.emit(names, f'{name}["t"] += {self.number(names, 0)}')
            parts = (f'{name}["v"]', f'{name}["t"]', f'{name}["c"]')
        for shape, part in zip(("n", "", "int"), parts, strict=True):
            names.add(shape, part, plain=False)

    # -- statements with a body ----------------------------------------------------------------------------
    def counted(self, names: Names, fuel: int) -> None:
        """`for i in range(...)`."""
        counter = self.fresh("i")
        bounds = list(BOUNDS)
        bounds += [f.format(i) for i in names.counters for f in ("{}", "{}, n", "{} - 1, -1, -1")]
        self.emit(names, f"for {counter} in range({self.pick(bounds)}):")
        inner = names.inside(0)
        inner.add("int", counter)
        inner.counters.append(counter)
        self.block(inner, fuel - 1, self.dice.randrange(1, 4))
        if self.chance(10):
            self.emit(names, f"{counter} = 0")

    def iterated(self, names: Names, fuel: int) -> None:
        """`for row in a`, `enumerate`, `zip`, `reversed`."""
        inner, one, two = names.inside(0), self.fresh("e"), self.fresh("f")
        vector, other = self.leaf(names, "n"), self.leaf(names, "n")
        match self.dice.randrange(4):
            case 0:
                self.emit(names, f"for {one} in {self.leaf(names, 'nm')}:")
                inner.add("m", one)
            case 1:
                self.emit(names, f"for {two}, {one} in enumerate({vector}):")
                inner.add("int", two)
                inner.counters.append(two)
                inner.add("", one)
            case 2:
                self.emit(names, f"for {one}, {two} in zip({vector}, {other}):")
                inner.add("", one)
                inner.add("", two)
            case 3:
                self.emit(names, f"for {two} in reversed(range({self.pick(('n', 'k'))} % (n + 1))):")
                inner.add("int", two)
                inner.counters.append(two)
        self.block(inner, fuel - 1, self.dice.randrange(1, 3))

    def repeated(self, names: Names, fuel: int) -> None:
        """`while`, by a counter."""
        counter = self.fresh("q")
        self.emit(names, f"{counter} = 0")
        also = f" and {self.number(names, 1)} < 1.7" if self.chance(30) else ""
        self.emit(names, f"while {counter} < {self.pick(('2', 'n', 'k'))}{also}:")
        inner = names.inside(0)
        self.emit(inner.inside(), f"{counter} += 1")
        inner.counters.append(f"({counter} - 1)")
        self.block(inner, fuel - 1, self.dice.randrange(1, 3))

    def branch(self, names: Names, fuel: int) -> None:
        """`if`, `elif`, `else`."""
        self.emit(names, f"if {self.test(names)}:")
        self.block(names, fuel - 1, self.dice.randrange(1, 3))
        if self.chance(20):
            self.emit(names, f"elif {self.test(names)}:")
            self.block(names, fuel - 1, 1)
        if self.chance(50):
            self.emit(names, "else:")
            self.block(names, fuel - 1, self.dice.randrange(1, 3))

    def leave(self, names: Names, fuel: int) -> None:
        """`break`, `continue` or `return`, under a condition."""
        value = f"total + {self.number(names, 1)}"
        self.emit(names, f"if {self.test(names)}:")
        self.emit(names.inside(), self.pick(("break", "continue", "break", "continue", f"return {value}")))

    def appended(self, names: Names, fuel: int) -> None:
        """A list that a loop fills."""
        found, counter = self.fresh("found"), self.fresh("i")
        self.emit(names, f"{found} = []")
        self.emit(names, f"for {counter} in range({self.pick(('n', 'k', '3'))}):")
        inner = names.inside()
        inner.add("int", counter)
        inner.counters.append(f"({counter} % n)")
        vector = self.chance(40)
        self.emit(
            inner, f"{found}.append({self.array(inner, 'n', 1) + ' * 1.0' if vector else self.number(inner)})"
        )
        use = f"{found}[0][1]" if vector else f"{found}[-1]"
        self.emit(names, f"if len({found}) > 0:")
        self.emit(names.inside(), f"total += 0.2 * {use}")


def program_text(seed: int, size: int = 4) -> str:
    """The text of a module with the function `program(a, x, y, s, rows, k)`."""
    writer = Writer(random.Random(seed))
    names = Names.start()
    for _ in range(writer.dice.randint(2, size)):
        writer.statement(names, 2)
    arrays = [name for shape in CUTS for name in names.of(shape)]
    terms = [f"np.sum(np.sin({name})) * 0.5" for name in arrays] + list(names.of(""))
    body = "\n".join(writer.lines)
    head = f"{HEAD}{HELPERS}\n\ndef program(a, x, y, s, rows, k):\n    n, m = a.shape\n    total = 0.0\n"
    return f"{head}{body}\n    return {' + '.join(terms)}\n"
