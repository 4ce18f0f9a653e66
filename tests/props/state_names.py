"""What a random program about state may use at one place: names by shape, counters, helpers."""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = "import math\n\nimport numpy as np\n"

HELPERS = """

def scaled(v, c):
    v *= 0.5 * c
    v[0] = np.sin(v[-1])


def turned(v):
    v[0], v[-1] = v[-1], 0.5 * v[0]
    return v[1:]


def first_above(v, limit):
    for value in v:
        if value > limit:
            return value
    return limit


def smoothed(u, out):
    for i in range(1, len(u) - 1):
        out[i] = 0.5 * (u[i - 1] + u[i + 1])


def halves(u):
    return np.mean(u), u * 0.5


def mixed(u, w=0.3):
    if u > w:
        return u * w
    return 0.5 * (u - w)
"""

#: forms of a shape that need no name of it: their text and the shape of the name inside
LEAF_FORMS = {
    "n": (("{}[:, 0]", "nm"), ("{}[::-1]", "n"), ("{}", "n")),
    "m": (("{}[0]", "nm"), ("{}[-1]", "nm"), ("{}[1]", "nm")),
    "c": (("{}[1:]", "n"), ("{}[:-1]", "n")),
    "nm": (("{}", "nm"), ("{}[::-1]", "nm")),
    "mn": (("{}.T", "nm"),),
    "f": (("{}.reshape(-1)", "nm"), ("{}.T.ravel()", "nm")),
}

UNARY = ("np.sin({})", "np.tanh({})", "np.cos({})", "-({})", "np.abs({})", "np.sqrt(1.0 + ({}) ** 2)")
BINARY = ("{} + {}", "{} - {}", "0.5 * {} * ({})", "{} / (2.0 + np.abs({}))", "np.maximum({}, {})")
SCALAR = ("math.sin({})", "np.exp(-abs({}))", "-({})", "min({}, 0.7)", "max({}, -0.4)", "({}) ** 2 * 0.3")
#: an index within a vector of n, from a counter below n
MOVING = ("{}", "-{} - 1", "n - 1 - {}", "({} + 1) % n")
BOUNDS = ("n", "n", "1, n", "n - 1, -1, -1", "n - 1", "0", "0, n, 2", "min(k, n)", "k, n", "n - 1, 0, -2")
CONSTANTS = ("0.5", "1.5", "-0.3", "2", "0.1")
#: a place in a vector, and the shape of what is stored there
CUTS = {
    "n": ((":", "n"), ("1:", "c"), (":-1", "c"), ("::-1", "n"), ("rows", "n"), ("1:2", ""), ("::2", "")),
    "m": ((":", "m"), ("::-1", "m"), ("::2", ""), ("1:", "")),
    "c": ((":", "c"), ("::-1", "c"), ("1:", "")),
    "f": ((":", "f"), ("::-1", "f"), ("1::2", "")),
    "nm": ((":", "nm"), ("0", "m"), ("-1", "m"), (":, 0", "n"), (":, -1", "n"), ("rows", "nm"), ("1:", "m"),
           ("1:, 0", "c"), (":, ::-1", "nm"), ("rows, 0", "n"), ("::-1", "nm"), ("1, 1:", "")),
    "mn": ((":", "mn"), ("0", "n"), (":, 0", "m"), (":, -1", "m"), ("-1, 1:", "c"), ("0, rows", "n")),
}  # fmt: skip
#: a view of a shape: its text and shape
VIEWS = {
    "n": (("{}[1:]", "c"), ("{}[:-1]", "c"), ("{}[::-1]", "n"), ("{}[:]", "n"), ("{}", "n")),
    "m": (("{}[::-1]", "m"), ("{}", "m")),
    "c": (("{}[::-1]", "c"), ("{}", "c")),
    "f": (("{}[::-1]", "f"), ("{}.reshape(n, m)", "nm"), ("{}", "f")),
    "nm": (("{}[0]", "m"), ("{}[-1]", "m"), ("{}[:, 1]", "n"), ("{}.T", "mn"), ("{}.reshape(-1)", "f"),
           ("{}.ravel()", "f"), ("{}[::-1]", "nm"), ("{}[1:, 0]", "c"), ("{}", "nm"), ("{}.T[0]", "n")),
    "mn": (("{}.T", "nm"), ("{}[0]", "n"), ("{}[:, -1]", "m"), ("{}[0, 1:]", "c"), ("{}", "mn")),
}  # fmt: skip


@dataclass
class Names:
    """Names by shape (`""` numbers, `int` integers); plain ones are names, not parts of a container."""

    table: dict[str, list[str]]
    depth: int = 1
    counters: list[str] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)

    @staticmethod
    def start() -> Names:
        """The parameters."""
        table = {"": ["s", "total"], "int": ["k", "n"], "n": ["x", "y"], "nm": ["a"]}
        return Names(table, plain={"x", "a"})

    def of(self, shape: str) -> list[str]:
        """The names of a shape."""
        return self.table.get(shape, [])

    def stored(self, shape: str) -> list[str]:
        """The names of a shape that may be stored into: all but one argument."""
        return [name for name in self.of(shape) if name != "y"]

    def add(self, shape: str, name: str, plain: bool = True) -> None:
        """One more name."""
        if name not in self.table.setdefault(shape, []):
            self.table[shape].append(name)
        if plain:
            self.plain.add(name)

    def inside(self, levels: int = 1) -> Names:
        """The same names for a block further in; what is added there is forgotten after it."""
        table = {shape: list(found) for shape, found in self.table.items()}
        return Names(table, self.depth + levels, list(self.counters), set(self.plain))
