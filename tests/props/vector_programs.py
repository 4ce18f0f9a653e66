"""Random well-typed programs, as Python source text.

Every program is a function of two vectors of equal length `n >= 3` and a number, and returns a
number. Expressions are smooth and mostly bounded; branches on floats are taken with a margin that
the test measures. Statements: assignments, augmented assignments, element and slice stores, stores
through views, nested and triangular loops, counted `while` loops, branches, ternaries, helper calls,
accumulators that start as integers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

UNARY = ("np.sin({})", "np.tanh({})", "np.cos({})", "np.exp(-({}) ** 2)", "np.sqrt(1.0 + ({}) ** 2)", "-({})")
BINARY = ("{} + {}", "{} - {}", "0.5 * {} * ({})", "{} / (2.0 + ({}) ** 2)")
CONSTANTS = ("0.5", "1.5", "-0.3", "2.0", "0.1")

HELPERS = """
def blend(a, b, n=2):
    for i in range(n):
        a = 0.5 * a + np.sin(b) / (i + 1)
    return a


def energy(v, k):
    total = 0
    for j in range(v.shape[0]):
        if j % 2 == k % 2:
            total += v[j] * v[j]
        else:
            total -= 0.3 * v[j]
    return np.tanh(total)


def shifted(v, s):
    w = v * s
    w[0] = np.cos(v[-1])
    return w
"""


@dataclass(frozen=True)
class Scope:
    """What a statement may use: numbers, vectors (owned ones may be stored into), loop indices."""

    numbers: tuple[str, ...] = ("s",)
    vectors: tuple[str, ...] = ("x", "y")
    owned: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    depth: int = 0


@dataclass
class Writer:
    """Builds the lines of one function; every choice comes from one generator."""

    rng: random.Random
    views: bool
    lines: list[str] = field(default_factory=list)
    names: int = 0

    def pick(self, items: tuple[str, ...]) -> str:
        """One of some texts."""
        return self.rng.choice(items)

    def chance(self, percent: int) -> bool:
        """True in about so many of a hundred draws; false is the simpler case."""
        return self.rng.randint(0, 99) >= 100 - percent

    def fresh(self, letter: str) -> str:
        """A new name."""
        self.names += 1
        return f"{letter}{self.names}"

    def emit(self, scope: Scope, text: str) -> None:
        """One line at the scope's depth."""
        self.lines.append("    " * (scope.depth + 1) + text)

    # -- expressions -----------------------------------------------------------------------------------
    def index(self, scope: Scope) -> str:
        """A subscript within every vector."""
        fixed = ("0", "1", "-1", "n - 1", "n - 2")
        moving = tuple(t for i in scope.indices for t in (i, f"n - 1 - {i}", f"{i} - 1", f"{i} // 2"))
        return self.pick(moving if moving and self.chance(70) else fixed)

    def number(self, scope: Scope, fuel: int = 2) -> str:
        """An expression of one number."""
        if fuel == 0 or self.chance(20):
            leaves = [*scope.numbers, *CONSTANTS, *(f"0.1 * {i}" for i in scope.indices)]
            if self.chance(60):
                return f"{self.pick(scope.vectors)}[{self.index(scope)}]"
            return self.pick(tuple(leaves))
        form = self.rng.randint(0, 9)
        if form < 4:
            return (
                "("
                + self.pick(BINARY).format(self.number(scope, fuel - 1), self.number(scope, fuel - 1))
                + ")"
            )
        if form < 7:
            return self.pick(UNARY).format(self.number(scope, fuel - 1))
        if form == 7:
            return f"np.sum({self.vector(scope, fuel - 1)}) * 0.2"
        if form == 8:
            return f"blend({self.number(scope, fuel - 1)}, {self.number(scope, 0)})"
        return f"energy({self.pick(scope.vectors)}, {self.pick(('0', '1', *scope.indices))})"

    def vector(self, scope: Scope, fuel: int = 2) -> str:
        """An expression of one vector of length n, newly made."""
        if fuel <= 0:
            return self.pick(scope.vectors)
        form = self.rng.randint(0, 9)
        if form < 4:
            right = self.number(scope, 0) if self.chance(40) else self.vector(scope, fuel - 1)
            return "(" + self.pick(BINARY).format(self.vector(scope, fuel - 1), right) + ")"
        if form < 7:
            return self.pick(UNARY).format(self.vector(scope, fuel - 1))
        if form == 7:
            return f"{self.pick(scope.vectors)}[::-1]"
        if form == 8:
            return f"np.where({self.pick(scope.vectors)} > 0.05, {self.vector(scope, fuel - 1)}, 0.25)"
        return f"shifted({self.pick(scope.vectors)}, {self.number(scope, 0)})"

    # -- statements ------------------------------------------------------------------------------------
    def block(self, scope: Scope, fuel: int) -> Scope:
        """One to three statements."""
        for _ in range(self.rng.randint(1, 3)):
            scope = self.statement(scope, fuel)
        return scope

    def statement(self, scope: Scope, fuel: int) -> Scope:
        """One statement; returns the scope after it."""
        simple = (self.assign_number, self.assign_vector, self.update_number, self.store, self.store_slice)
        nested = (self.for_loop, self.while_loop, self.branch)
        choices = (*simple, *nested, *nested) if fuel > 0 else simple
        if self.views:
            choices = (*choices, self.through_view)
        return self.rng.choice(choices)(scope, fuel)

    def assign_number(self, scope: Scope, fuel: int) -> Scope:
        name = self.fresh("t")
        if self.chance(20):
            condition = f"{self.number(scope, 1)} > 0.1"
            self.emit(scope, f"{name} = {self.number(scope)} if {condition} else {self.number(scope)}")
        else:
            self.emit(scope, f"{name} = {self.number(scope)}")
        return replace(scope, numbers=(*scope.numbers, name))

    def assign_vector(self, scope: Scope, fuel: int) -> Scope:
        name = self.fresh("v")
        text = self.pick(("np.zeros(n)", "{0}.copy()", "{1} * 1.0", "{1} + 0.1"))
        self.emit(scope, f"{name} = " + text.format(self.pick(scope.vectors), self.vector(scope)))
        return replace(scope, vectors=(*scope.vectors, name), owned=(*scope.owned, name))

    def update_number(self, scope: Scope, fuel: int) -> Scope:
        own = tuple(name for name in scope.numbers if name != "s")
        if not own:
            return self.assign_number(scope, fuel)
        operator = self.pick(("+=", "-=", "*="))
        self.emit(scope, f"{self.pick(own)} {operator} 0.5 * {self.number(scope, 1)}")
        return scope

    def store(self, scope: Scope, fuel: int) -> Scope:
        if not scope.owned:
            return self.assign_vector(scope, fuel)
        target = f"{self.pick(scope.owned)}[{self.index(scope)}]"
        operator = self.pick(("=", "+=", "=", "*="))
        self.emit(scope, f"{target} {operator} {self.number(scope)}")
        return scope

    def store_slice(self, scope: Scope, fuel: int) -> Scope:
        if not scope.owned:
            return self.assign_vector(scope, fuel)
        target, source = self.pick(scope.owned), self.vector(scope, 1)
        cut, other = self.rng.choice(
            (("1:", ":-1"), (":-1", "1:"), ("1:-1", "2:"), (":", ":"), ("::-1", ":"))
        )
        operator = self.pick(("=", "+=", "*="))
        self.emit(scope, f"{target}[{cut}] {operator} ({source})[{other}] * 0.8")
        return scope

    def through_view(self, scope: Scope, fuel: int) -> Scope:
        if not scope.owned:
            return self.assign_vector(scope, fuel)
        name = self.fresh("w")
        self.emit(scope, f"{name} = {self.pick(scope.owned)}[{self.pick(('1:', ':-1', '::-1'))}]")
        self.emit(scope, f"{name}[{self.pick(('0', '-1', '1'))}] = {self.number(scope)}")
        if self.chance(50):
            self.emit(scope, f"{name} *= {self.number(scope, 1)}")
        return scope

    def for_loop(self, scope: Scope, fuel: int) -> Scope:
        index = self.fresh("i")
        bounds = ["n", "1, n", "n - 1, -1, -1", "n - 1", "0"]
        bounds += [f"{outer}" for outer in scope.indices] + [f"{outer}, n" for outer in scope.indices]
        self.emit(scope, f"for {index} in range({self.pick(tuple(bounds))}):")
        self.block(replace(scope, indices=(*scope.indices, index), depth=scope.depth + 1), fuel - 1)
        return scope

    def while_loop(self, scope: Scope, fuel: int) -> Scope:
        counter = self.fresh("k")
        limit = self.pick(("2", "n", "3"))
        self.emit(scope, f"{counter} = 0")
        self.emit(scope, f"while {counter} < {limit}:")
        inner = replace(scope, depth=scope.depth + 1)
        self.block(inner, fuel - 1)
        self.emit(inner, f"{counter} += 1")
        return scope

    def branch(self, scope: Scope, fuel: int) -> Scope:
        if scope.indices and self.chance(50):
            condition = f"{self.pick(scope.indices)} % 2 == 0"
        else:
            condition = f"{self.number(scope, 1)} > {self.pick(('0.1', '-0.2', '0.4'))}"
        inner = replace(scope, depth=scope.depth + 1)
        self.emit(scope, f"if {condition}:")
        self.block(inner, fuel - 1)
        if self.chance(60):
            self.emit(scope, "else:")
            self.block(inner, fuel - 1)
        return scope


def program_text(seed: int, views: bool = False) -> str:
    """The text of a module with the function `program(x, y, s)`."""
    writer = Writer(random.Random(seed), views)
    scope = Scope()
    writer.emit(scope, "n = x.shape[0]")
    writer.emit(scope, "t = 0")
    scope = writer.assign_vector(replace(scope, numbers=("s", "t")), 0)
    for _ in range(writer.rng.randint(1, 4)):
        scope = writer.statement(scope, 2)
    results = " + ".join(f"np.sum(np.sin({v}))" for v in scope.owned)
    body = "\n".join(writer.lines)
    tail = " + ".join(scope.numbers)
    return (
        f"import numpy as np\n\n{HELPERS}\n\ndef program(x, y, s):\n{body}\n    return {results} + {tail}\n"
    )
