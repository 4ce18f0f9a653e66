"""Expressions of random programs about state, by shape."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.props.state_names import BINARY, CONSTANTS, LEAF_FORMS, MOVING, SCALAR, UNARY, Names


@dataclass
class Expressions:
    """Writes expressions; all choices come from ``dice``."""

    dice: random.Random
    count: int = 0

    def pick(self, items: tuple[str, ...] | list[str]) -> str:
        """One of some texts."""
        return self.dice.choice(items)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred draws."""
        return self.dice.randrange(100) < percent

    def fresh(self, letter: str) -> str:
        """A new name."""
        self.count += 1
        return f"{letter}{self.count}"

    def index(self, names: Names, last: bool = False) -> str:
        """An index within every axis of a vector of n (or, ``last``, of m or n - 1)."""
        fixed = ["0", "-1", "1"]
        if last:
            return self.pick(fixed)
        moving = [f.format(i) for i in names.counters for f in MOVING]
        moving += [f"{i} % n" for i in names.of("int")] + ["rows[0]", "rows[-1]"]
        return self.pick(moving if self.chance(60) else fixed)

    def element(self, names: Names) -> str:
        """An element of some array."""
        shape = self.pick([s for s in ("n", "n", "nm", "mn", "c", "f", "m") if names.of(s)])
        return self.place(names, self.pick(names.of(shape)), shape)

    def place(self, names: Names, name: str, shape: str) -> str:
        """One element of an array of a shape."""
        match shape:
            case "nm":
                return f"{name}[{self.index(names)}, {self.index(names, True)}]"
            case "mn":
                return f"{name}[{self.index(names, True)}, {self.index(names)}]"
        return f"{name}[{self.index(names, shape != 'n')}]"

    def number(self, names: Names, fuel: int = 2) -> str:
        """An expression of one number."""
        form = self.dice.randrange(12) if fuel > 0 else self.dice.randrange(4)
        match form:
            case 0 | 1:
                return self.element(names)
            case 2 | 3:
                return self.pick([*names.of(""), *CONSTANTS, *(f"0.1 * {i}" for i in names.of("int"))])
            case 4 | 5 | 6:
                left, right = self.number(names, fuel - 1), self.number(names, fuel - 1)
                return "(" + self.pick(BINARY).format(left, right) + ")"
            case 7:
                return self.pick(SCALAR).format(self.number(names, fuel - 1))
            case 8:
                reduce = self.pick(("np.sum({}) * 0.3", "np.mean({})", "np.max({})", "({}).min()"))
                return reduce.format(self.array(names, self.pick(("n", "m", "nm", "c")), fuel - 1))
            case 9:
                vector = self.array(names, "n", 0)
                return self.pick((f"({vector} @ {self.array(names, 'n', fuel - 1)}) * 0.3",
                                  f"first_above({vector}, {self.number(names, 0)})"))  # fmt: skip
            case 10:
                chosen, other = self.number(names, fuel - 1), self.number(names, 0)
                return f"({chosen} if {self.test(names)} else {other})"
        return f"mixed({self.number(names, 0)}, w={self.number(names, 0)})"

    def test(self, names: Names) -> str:
        """A condition."""
        whole = [f.format(i) for i in names.of("int") for f in ("{} % 2 == 0", "{} > 1", "{} != k")]
        if whole and self.chance(50):
            return self.pick(whole)
        plain = f"{self.number(names, 1)} {self.pick(('>', '<'))} {self.pick(('0.13', '-0.27', '0.41'))}"
        match self.dice.randrange(5):
            case 0:
                return f"{plain} and {self.number(names, 0)} < 0.77"
            case 1:
                return f"not ({plain} or k == 1)"
        return plain

    def array(self, names: Names, shape: str, fuel: int = 2) -> str:
        """An expression of an array of a shape."""
        form = self.dice.randrange(9) if fuel > 0 else 0
        match form:
            case 0 | 1:
                return self.leaf(names, shape)
            case 2 | 3:
                return self.pick(UNARY).format(self.array(names, shape, fuel - 1))
            case 4 | 5:
                other = self.number(names, 0) if self.chance(40) else self.array(names, shape, fuel - 1)
                return "(" + self.pick(BINARY).format(self.array(names, shape, fuel - 1), other) + ")"
            case 6:
                taken = self.array(names, shape, fuel - 1)
                return f"np.where({self.leaf(names, shape)} > 0.05, {taken}, {self.number(names, 0)})"
        return self.special(names, shape, fuel)

    def leaf(self, names: Names, shape: str) -> str:
        """A name, or a simple form of the shape."""
        found = names.of(shape)
        if found and self.chance(75):
            return self.pick(found)
        text, of = self.dice.choice(LEAF_FORMS[shape])
        return text.format(self.pick(names.of(of)))

    def special(self, names: Names, shape: str, fuel: int) -> str:
        """A form that only this shape has."""
        leaf, number = self.leaf, self.number(names, 0)
        match shape:
            case "n":
                forms = [
                    f"{leaf(names, 'n')}[rows]",
                    f"np.cumsum({leaf(names, 'n')}) * 0.3",
                    f"np.sum({leaf(names, 'nm')}, axis=1)",
                    f"(a @ {leaf(names, 'm')}) * 0.3",
                    f"np.full(n, {number})",
                    "np.zeros(n)",
                    f"{leaf(names, 'nm')}[rows, -1]",
                ]
            case "m":
                forms = [
                    f"{leaf(names, 'nm')}.sum(axis=0)",
                    f"{leaf(names, 'n')} @ {leaf(names, 'nm')} * 0.3",
                    f"{leaf(names, 'nm')}[{self.index(names)}]",
                ]
            case "nm":
                forms = [
                    f"{leaf(names, 'nm')}[rows]",
                    f"np.outer({leaf(names, 'n')}, {leaf(names, 'm')})",
                    f"({leaf(names, 'n')}[:, None] + {leaf(names, 'm')})",
                    "np.ones((n, m))",
                ]
            case "c":
                forms = [f"np.diff({leaf(names, 'n')})", f"{leaf(names, 'n')}[rows[1:]]"]
            case _:
                forms = [leaf(names, shape)]
        return self.pick(forms)
