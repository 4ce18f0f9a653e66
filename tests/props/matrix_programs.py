"""Random programs on matrices: products, reductions along axes, broadcasting, gathers, rows and columns.

`program(a, x, y, s, rows, limit)` takes a matrix (n, m), vectors of n and m, a number, n row numbers and
an integer, and returns a number. Shapes are tracked as pairs of the letters n and m.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

UNARY = ("np.sin({})", "np.tanh({})", "np.exp(-({}) ** 2)", "np.log1p(({}) ** 2)", "-({})", "abs({})")
BINARY = ("{} + {}", "{} - {}", "0.5 * {} * ({})", "{} / (2.0 + ({}) ** 2)", "np.maximum({}, {})")
CONSTANTS = ("0.5", "1.5", "-0.3", "2")

HELPERS = """
SCALE = 0.3


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def pair(u, k=1.0):
    return np.sum(u) * SCALE, u[0] - k


def clipped(u, top=0.9):
    if np.sum(u) > 0.37:
        return np.clip(u, -0.8, top)
    return np.minimum(u, top) * 1.1
"""


@dataclass(frozen=True)
class Names:
    """The names in scope by shape; owned ones may be stored into."""

    table: tuple[tuple[str, tuple[str, ...]], ...]
    owned: tuple[tuple[str, str], ...] = ()
    depth: int = 1

    def of(self, shape: str) -> tuple[str, ...]:
        """The names of one shape."""
        return dict(self.table).get(shape, ())

    def with_name(self, shape: str, name: str, owned: bool) -> Names:
        """One more name."""
        table = dict(self.table)
        table[shape] = (*table.get(shape, ()), name)
        extra = ((shape, name),) if owned else ()
        return replace(self, table=tuple(table.items()), owned=(*self.owned, *extra))


START = Names((("", ("s",)), ("n", ("x",)), ("m", ("y",)), ("nm", ("a",))))


@dataclass
class Writer:
    """Draws a program line by line."""

    rng: random.Random
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def pick(self, items: tuple[str, ...]) -> str:
        """One of some texts."""
        return self.rng.choice(items)

    def number(self, top: int) -> int:
        """A number from 0."""
        return self.rng.randint(0, top)

    def fresh(self, letter: str) -> str:
        """A new name."""
        self.count += 1
        return f"{letter}{self.count}"

    def emit(self, names: Names, text: str) -> None:
        """One line."""
        self.lines.append("    " * names.depth + text)

    def expression(self, names: Names, shape: str, fuel: int = 2) -> str:
        """An expression of a shape."""
        if fuel <= 0:
            return self.leaf(names, shape)
        form = self.number(9)
        if form < 3:
            return self.pick(UNARY).format(self.expression(names, shape, fuel - 1))
        if form < 6:
            return (
                "("
                + self.pick(BINARY).format(
                    self.expression(names, shape, fuel - 1), self.partner(names, shape)
                )
                + ")"
            )
        special = (self.scalar, self.vector, self.matrix)[len(shape)]
        return special(names, shape, fuel - 1)

    def leaf(self, names: Names, shape: str) -> str:
        """A name, or the simplest expression of the shape."""
        found = names.of(shape)
        if shape == "":
            return self.pick((*found, *CONSTANTS))
        if found:
            return self.pick(found)
        if shape == "mn":
            return f"{self.pick(names.of('nm'))}.T"
        return {"nn": "np.outer(x, x)", "mm": "np.outer(y, y)"}[shape]

    def partner(self, names: Names, shape: str) -> str:
        """A second operand that broadcasts to the shape."""
        choices = ["", shape]
        if len(shape) == 2:
            choices += [shape[1], f"{shape[0]}:"]
        chosen = self.pick(tuple(choices))
        if chosen.endswith(":"):
            return f"{self.leaf(names, chosen[0])}[:, None]"
        return self.leaf(names, chosen)

    def scalar(self, names: Names, shape: str, fuel: int) -> str:
        vector, matrix = self.pick(("n", "m")), self.pick(("nm", "mn"))
        forms = (
            lambda: f"np.sum({self.expression(names, vector, fuel)})",
            lambda: f"np.mean({self.expression(names, matrix, fuel)})",
            lambda: f"({self.leaf(names, vector)} @ {self.expression(names, vector, fuel)})",
            lambda: f"{self.leaf(names, vector)}[{self.pick(('0', '-1', '1'))}]",
            lambda: f"np.max({self.expression(names, vector, fuel)})",
            lambda: f"{self.leaf(names, 'nm')}[rows[0], -1]",
        )
        return self.rng.choice(forms)()

    def vector(self, names: Names, shape: str, fuel: int) -> str:
        other = self.pick(("n", "m"))
        forms = [
            lambda: f"{self.leaf(names, shape + other)} @ {self.expression(names, other, fuel)}",
            lambda: f"np.sum({self.expression(names, shape + other, fuel)}, axis=1)",
            lambda: f"np.mean({self.expression(names, other + shape, fuel)}, axis=0)",
            lambda: f"({self.expression(names, shape + other, fuel)}).max(axis=-1)",
            lambda: f"{self.leaf(names, shape + other)}[:, 0]",
            lambda: f"{self.leaf(names, other + shape)}[1]",
            lambda: f"np.where({self.leaf(names, shape)} > 0.11, {self.expression(names, shape, fuel)}, s)",
            lambda: f"clipped({self.expression(names, shape, fuel)})",
            lambda: f"np.concatenate([{self.leaf(names, shape)}[1:], {self.leaf(names, shape)}[:1]])",
        ]
        if shape == "n":
            forms.append(lambda: f"({self.expression(names, 'n', fuel)})[rows]")
        return "(" + self.rng.choice(forms)() + ")"

    def matrix(self, names: Names, shape: str, fuel: int) -> str:
        inner, (k, j) = self.pick(("n", "m")), shape
        forms = [
            lambda: f"{self.leaf(names, k + inner)} @ {self.expression(names, inner + j, fuel)}",
            lambda: f"np.outer({self.expression(names, k, fuel)}, {self.leaf(names, j)})",
            lambda: f"({self.expression(names, j + k, fuel)}).T",
            lambda: f"softmax({self.expression(names, shape, fuel)})",
            lambda: f"np.broadcast_to({self.leaf(names, j)}, ({k}, {j}))",
            lambda: f"({self.expression(names, shape, fuel)}).reshape(-1).reshape({k}, {j})",
            lambda: f"{self.leaf(names, shape)} - np.mean({self.leaf(names, shape)}, axis=0, keepdims=True)",
        ]
        if k == "n":
            forms.append(lambda: f"({self.expression(names, shape, fuel)})[rows]")
        return "(" + self.rng.choice(forms)() + ")"

    # -- statements ------------------------------------------------------------------------------------
    def statement(self, names: Names, fuel: int) -> Names:
        """One statement."""
        simple = (self.assign, self.store, self.store, self.update, self.unpack)
        nested = (self.rows_loop, self.elements_loop, self.counted_loop, self.branch)
        return self.rng.choice((*simple, *nested) if fuel else simple)(names, fuel)

    def block(self, names: Names, fuel: int) -> None:
        """A few statements one level in."""
        inner = replace(names, depth=names.depth + 1)
        for _ in range(1 + self.number(1)):
            inner = self.statement(inner, fuel)
        name = inner.owned[-1][1] if inner.owned else "x"
        value = f"{inner.of('')[-1]} * np.sum({name})" if self.number(1) else self.expression(inner, "", 1)
        self.emit(inner, f"total += 0.1 * {value}")

    def assign(self, names: Names, fuel: int) -> Names:
        shape = self.pick(("", "n", "m", "nm", "nn", "mn"))
        name = self.fresh("tuvwM"[min(len(shape), 2)])
        text = self.expression(names, shape)
        self.emit(names, f"{name} = " + (f"({text}) * 1.0" if shape else text))
        return names.with_name(shape, name, owned=bool(shape))

    def store(self, names: Names, fuel: int) -> Names:
        if not names.owned:
            return self.assign(names, fuel)
        shape, name = self.rng.choice(names.owned)
        operator = self.pick(("=", "+=", "*="))
        if len(shape) == 1:
            place, value = self.pick(("0", "-1", "1:", ":-1", "::-1")), ""
        else:
            cuts = (("0", shape[1]), ("-1", shape[1]), (":, 1", shape[0]), ("1, -1", ""), ("1:", shape[1]))
            place, value = self.rng.choice(cuts)
        self.emit(names, f"{name}[{place}] {operator} {self.expression(names, value, 1)}")
        return names

    def update(self, names: Names, fuel: int) -> Names:
        if not names.owned:
            return self.assign(names, fuel)
        shape, name = self.rng.choice(names.owned)
        self.emit(names, f"{name} = {self.expression(names, shape, 1)} + 0.5 * {name}")
        return names

    def unpack(self, names: Names, fuel: int) -> Names:
        first, second = self.fresh("p"), self.fresh("q")
        if self.number(1):
            self.emit(names, f"{first}, {second} = pair({self.expression(names, self.pick(('n', 'm')), 1)})")
        else:
            values = [self.expression(names, "", 1) for _ in range(2)]
            self.emit(names, f"{first}, {second} = {values[0]}, {values[1]}")
            self.emit(names, f"{first}, {second} = {second}, {first} * 0.5")
        return names.with_name("", first, False).with_name("", second, False)

    def rows_loop(self, names: Names, fuel: int) -> Names:
        row = self.fresh("r")
        self.emit(names, f"for {row} in {self.leaf(names, 'nm')}:")
        self.block(names.with_name("m", row, False), fuel - 1)
        self.emit(replace(names, depth=names.depth + 1), f"total += np.sum({row}) * 0.1")
        return names

    def elements_loop(self, names: Names, fuel: int) -> Names:
        index, left, right = self.fresh("i"), self.fresh("e"), self.fresh("f")
        vector = self.pick(("n", "m"))
        if self.number(1):
            self.emit(names, f"for {index}, {left} in enumerate({self.leaf(names, vector)}):")
            extra, inside = f"{left} * {index} * 0.1", names.with_name("", left, False)
        else:
            sources = f"{self.leaf(names, vector)}, {self.leaf(names, vector)}"
            self.emit(names, f"for {left}, {right} in zip({sources}):")
            extra = f"{left} * {right}"
            inside = names.with_name("", left, False).with_name("", right, False)
        self.block(inside, fuel - 1)
        self.emit(replace(names, depth=names.depth + 1), f"total += {extra}")
        return names

    def counted_loop(self, names: Names, fuel: int) -> Names:
        counter = self.fresh("c")
        self.emit(names, f"for {counter} in range({self.pick(('limit', '2', 'n - 1'))}):")
        self.block(names, fuel - 1)
        return names

    def branch(self, names: Names, fuel: int) -> Names:
        condition = self.pick((f"{self.expression(names, '', 1)} > 0.17", "limit > 1", "0.1 < s < 5.0"))
        self.emit(names, f"if {condition}:")
        self.block(names, fuel - 1)
        if self.number(4) == 0:
            self.emit(
                replace(names, depth=names.depth + 1), f"return total + {self.expression(names, '', 1)}"
            )
        if self.number(1):
            self.emit(names, "else:")
            self.block(names, fuel - 1)
        return names


def program_text(seed: int) -> str:
    """The text of a module with the function `program(a, x, y, s, rows, limit)`."""
    writer = Writer(random.Random(seed))
    writer.emit(START, "n, m = a.shape")
    writer.emit(START, "total = 0")
    names = START
    for _ in range(writer.rng.randint(2, 5)):
        names = writer.statement(names, 2)
    parts = [f"np.sum(np.sin({name}))" for _, name in names.owned] + list(names.of(""))
    body = "\n".join(writer.lines)
    head = f"import numpy as np\n\n{HELPERS}\n\ndef program(a, x, y, s, rows, limit):\n"
    return f"{head}{body}\n    return total + {' + '.join(parts)}\n"
