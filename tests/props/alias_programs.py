"""Random programs full of aliases: views, stores through them, swaps, branches, loops that are left early."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_HEAD = [
    "import numpy as np",
    "def program(x, w, k):",
    "    n0 = 0",
    "    n1 = 1.0",
    "    b = np.ones(4)",
]
_RANGES = ("4", "1, 4", "k", "3, -1, -1")
_SLICES = ("1:", "1:3", ":", "::2", ":-1", ":2")


@dataclass
class Writer:
    """Writes one program; all choices come from ``dice``."""

    dice: random.Random
    lines: list[str] = field(default_factory=lambda: list(_HEAD))
    arrays: list[str] = field(default_factory=lambda: ["x", "w", "b"])
    numbers: list[str] = field(default_factory=lambda: ["n0", "n1"])
    counters: list[str] = field(default_factory=list)
    count: int = 0

    def fresh(self, kind: str, taken: list[str]) -> str:
        """A name to assign to: a new one or one that is bound already."""
        bound = [name for name in taken if name not in ("x", "w")]
        if bound and self.dice.random() < 0.5:
            return self.dice.choice(bound)
        self.count += 1
        return f"{kind}{self.count}"

    def number(self, depth: int = 0) -> str:
        """An expression that is a number."""
        choice = 0 if depth > 2 else self.dice.randrange(8)
        match choice:
            case 2:
                return f"{self.dice.choice(self.arrays)}[{self.index()}]"
            case 3:
                return f"np.sum({self.dice.choice(self.arrays)})"
            case 4 if self.counters:
                return self.dice.choice(self.counters)
            case 5:
                return f"np.sin({self.number(depth + 1)})"
            case 6:
                return f"({self.number(depth + 1)} if {self.test()} else {self.number(depth + 1)})"
            case 7:
                return f"({self.number(depth + 1)} {self.dice.choice('+-*')} {self.number(depth + 1)})"
        return self.dice.choice([*self.numbers, "1.5", "2", "0.5", "-1"])

    def index(self) -> str:
        """An index within four elements."""
        counted = [f(i) for i in self.counters for f in (str, "{} - 1".format, "-{}".format)]
        return self.dice.choice(["0", "-1", "1", "2", *counted])

    def array(self, depth: int = 0) -> str:
        """An expression that is an array of four elements."""
        name = self.dice.choice(self.arrays)
        match 0 if depth > 1 else self.dice.randrange(9):
            case 2:
                return f"{name}[::-1]"
            case 3:
                return "np.zeros(4)"
            case 4:
                return f"{name}.copy()"
            case 5:
                return f"({self.array(depth + 1)} + {self.number(1)})"
            case 6:
                return f"({name} if {self.test()} else {self.dice.choice(self.arrays)})"
            case 7:
                return f"np.tanh({self.array(depth + 1)})"
            case 8:
                return f"({self.array(depth + 1)} * {self.array(depth + 1)})"
        return name

    def test(self) -> str:
        """A condition."""
        parity = [f"{i} % 2 == 0" for i in self.counters]
        return self.dice.choice([f"{self.number(2)} > {self.number(2)}", f"{self.number(2)} < 0.3", *parity])

    def block(self, indent: int, depth: int, length: int) -> None:
        """Some statements."""
        for _ in range(length):
            self.statement("    " * indent, indent, depth)
        self.lines.append("    " * indent + "pass")

    def statement(self, pad: str, indent: int, depth: int) -> None:
        """One statement."""
        dice, name = self.dice, self.dice.choice(self.arrays)
        match dice.randrange(13):
            case 0 | 1:
                self.bind(pad, "n", self.number(), self.numbers)
            case 2 | 3:
                self.bind(pad, "a", self.array(), self.arrays)
            case 4 | 5:
                symbol = dice.choice(["=", "+=", "*=", "-="])
                self.lines.append(f"{pad}{name}[{self.index()}] {symbol} {self.number()}")
            case 6:
                symbol = dice.choice(["=", "+=", "*="])
                self.lines.append(f"{pad}{name}[{dice.choice(_SLICES)}] {symbol} {self.number(2)}")
            case 7:
                amount = self.number(2) if dice.random() < 0.5 else self.array(2)
                self.lines.append(f"{pad}{name} {dice.choice(['+=', '*='])} {amount}")
            case 8 if depth < 2:
                self.branch(pad, indent, depth)
            case 9 | 10 if depth < 2:
                self.loop(pad, indent, depth)
            case 11 if len(self.arrays) > 1:
                left, right = dice.sample(self.arrays, 2)
                self.lines.append(f"{pad}{left}, {right} = {right}, {left}")
            case 12 if dice.random() < 0.3:
                self.lines += [f"{pad}if {self.test()}:", f"{pad}    return {self.number(2)}"]

    def bind(self, pad: str, kind: str, value: str, names: list[str]) -> None:
        """An assignment to a name."""
        name = self.fresh(kind, names)
        self.lines.append(f"{pad}{name} = {value}")
        if name not in names:
            names.append(name)

    def branch(self, pad: str, indent: int, depth: int) -> None:
        """An ``if``, perhaps with ``else``."""
        before = list(self.arrays), list(self.numbers)
        self.lines.append(f"{pad}if {self.test()}:")
        self.block(indent + 1, depth + 1, self.dice.randrange(1, 3))
        self.arrays, self.numbers = list(before[0]), list(before[1])
        if self.dice.random() < 0.5:
            self.lines.append(f"{pad}else:")
            self.block(indent + 1, depth + 1, self.dice.randrange(1, 3))
            self.arrays, self.numbers = before

    def loop(self, pad: str, indent: int, depth: int) -> None:
        """A ``for``, perhaps left or cut short."""
        counter = "ij"[depth]
        before = list(self.arrays), list(self.numbers)
        self.lines.append(f"{pad}for {counter} in range({self.dice.choice(_RANGES)}):")
        self.counters.append(counter)
        self.block(indent + 1, depth + 1, self.dice.randrange(1, 4))
        if self.dice.random() < 0.4:
            leave = self.dice.choice(["break", "continue", f"return {self.dice.choice(before[1])}"])
            self.lines += [f"{pad}    if {self.test()}:", f"{pad}        {leave}"]
            self.block(indent + 1, depth + 1, 1)
        self.counters.remove(counter)
        self.arrays, self.numbers = before


def program_text(seed: int) -> str:
    """The text of a program; every array and number in reach is part of its result."""
    writer = Writer(random.Random(seed))
    writer.block(1, 0, writer.dice.randrange(3, 8))
    terms = [f"np.sum({name})" for name in writer.arrays] + writer.numbers
    return "\n".join([*writer.lines, f"    return {' + '.join(terms)}", ""])
