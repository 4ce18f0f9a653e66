"""Dimensions: integer polynomials over symbols.

A :class:`Dim` is kept in one canonical form, so two dims are provably equal exactly when they compare equal.
Symbols stand for array lengths and are never negative.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from adgen.records import dataclass

Monomial = tuple[str, ...]
_TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_][A-Za-z_0-9.]*)|([-+*()]))")


@dataclass(frozen=True, slots=True)
class Dim:
    """A polynomial with integer coefficients; ``terms`` maps sorted monomials to non-zero coefficients."""

    terms: tuple[tuple[Monomial, int], ...]

    @staticmethod
    def const(value: int) -> Dim:
        """The constant ``value``.

        >>> str(Dim.const(3))
        '3'
        """
        return _canonical({(): value})

    @staticmethod
    def symbol(name: str) -> Dim:
        """The symbol ``name``."""
        return Dim((((name,), 1),))

    @staticmethod
    def parse(text: str) -> Dim:
        """Read a polynomial such as ``n*m-2``.

        >>> str(Dim.parse("2 + n*m - 4 + n"))
        'm*n+n-2'
        """
        return OPEN if text.strip() == "?" else parse_polynomial(text, Dim.symbol)

    @property
    def value(self) -> int | None:
        """The constant value, or None where a symbol occurs."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and self.terms[0][0] == ():
            return self.terms[0][1]
        return None

    def symbols(self) -> tuple[str, ...]:
        """Names of the symbols that occur, sorted, each once."""
        return tuple(sorted({name for monomial, _ in self.terms for name in monomial}))

    def substitute(self, mapping: Mapping[str, Dim]) -> Dim:
        """Replace symbols by dims."""
        if not any(name in mapping for name in self.symbols()):
            return self
        total = ZERO
        for monomial, coefficient in self.terms:
            product = Dim.const(coefficient)
            for name in monomial:
                product = product * mapping.get(name, Dim.symbol(name))
            total = total + product
        return total

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        """The number this dim is for the given sizes of its symbols."""
        total = 0
        for monomial, coefficient in self.terms:
            product = coefficient
            for name in monomial:
                product *= sizes[name]
            total += product
        return total

    def lower_bound(self) -> int | None:
        """A bound that holds for all non-negative symbols, or None where there is none."""
        if any(c < 0 for m, c in self.terms if m):
            return None
        return sum(c for m, c in self.terms if not m)

    def __add__(self, other: Dim | int) -> Dim:
        result = dict(self.terms)
        for monomial, coefficient in as_dim(other).terms:
            result[monomial] = result.get(monomial, 0) + coefficient
        return _canonical(result)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return Dim(tuple((m, -c) for m, c in self.terms))

    def __sub__(self, other: Dim | int) -> Dim:
        return self + (-as_dim(other))

    def __rsub__(self, other: int) -> Dim:
        return as_dim(other) - self

    def __mul__(self, other: Dim | int) -> Dim:
        result: dict[Monomial, int] = {}
        for m1, c1 in self.terms:
            for m2, c2 in as_dim(other).terms:
                key = tuple(sorted(m1 + m2))
                result[key] = result.get(key, 0) + c1 * c2
        return _canonical(result)

    __rmul__ = __mul__

    def __str__(self) -> str:
        return render(self, lambda name: name, "")


def render(dim: Dim, spell: Callable[[str], str], space: str = " ") -> str:
    """The text of ``dim`` with each symbol spelled by ``spell`` and ``space`` around ``+`` and ``-``."""
    parts: list[str] = []
    for monomial, coefficient in dim.terms:
        factors = [spell(name) for name in monomial]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, str(abs(coefficient)))
        text = (f"{space}*{space}" if space else "*").join(factors)
        if parts:
            parts.append(f"{space}{'-' if coefficient < 0 else '+'}{space}{text}")
        else:
            parts.append(f"-{text}" if coefficient < 0 else text)
    return "".join(parts) or "0"


def parse_polynomial(text: str, symbol: Callable[[str], Dim]) -> Dim:
    """Read a sum of products; ``symbol`` gives the dim of a name. Raises ValueError on anything else."""
    return _PolynomialParser(text, symbol).read()


class _PolynomialParser:
    def __init__(self, text: str, symbol: Callable[[str], Dim]) -> None:
        self._text = text
        self._symbol = symbol
        self._tokens = list(self._split())
        self._at = 0

    def _split(self) -> Iterator[str]:
        position, text = 0, self._text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ValueError(f"{self._text!r} is not a dimension")
            yield match.group().strip()
            position = match.end()

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def read(self) -> Dim:
        result = self._sum()
        if self._peek():
            raise ValueError(f"{self._text!r} is not a dimension")
        return result

    def _sum(self) -> Dim:
        result = self._product()
        while self._peek() in ("+", "-") and self._peek():
            result = result + self._product() if self._next() == "+" else result - self._product()
        return result

    def _product(self) -> Dim:
        result = self._atom()
        while self._peek() == "*":
            self._next()
            result = result * self._atom()
        return result

    def _atom(self) -> Dim:
        token = self._next()
        if token == "-":
            return -self._atom()
        if token == "(":
            inner = self._sum()
            if self._next() != ")":
                raise ValueError(f"{self._text!r} is not a dimension")
            return inner
        if token.isdigit():
            return Dim.const(int(token))
        if token and (token[0].isalpha() or token[0] == "_"):
            return self._symbol(token)
        raise ValueError(f"{self._text!r} is not a dimension")


def solve(pairs: Iterable[tuple[Dim, int]]) -> dict[str, int]:
    """Sizes of the symbols from dims and the numbers they are; each pair may give one more symbol.

    A symbol is found where a dim is linear in it and the others are known. Symbols that no dim gives are left
    out; raises ValueError where a number does not fit.

    >>> solve([(Dim.parse("t+1"), 5), (Dim.parse("2*n"), 6)])
    {'t': 4, 'n': 3}
    """
    found: dict[str, int] = {}
    waiting = list(pairs)
    while waiting:
        later = [pair for pair in waiting if not _solve_one(*pair, found)]
        if len(later) == len(waiting):
            break
        waiting = later
    return found


def _solve_one(dim: Dim, size: int, found: dict[str, int]) -> bool:
    """Whether the pair is done with: it gave its symbol or has none left to give."""
    unknown = [name for name in dim.symbols() if name not in found]
    if not unknown:
        return True
    if len(unknown) > 1 or not linear_in(dim, unknown[0]):
        return False
    (name,) = unknown
    factor = dict(dim.terms)[(name,)]
    rest = size - sum(_value(m, c, found) for m, c in dim.terms if m != (name,))
    if dim == Dim.symbol(name) and size < 0:
        raise ValueError("negative dimensions are not allowed")
    if rest % factor or rest // factor < 0:
        raise ValueError(f"{size} is not {dim} for any size {name}")
    found[name] = rest // factor
    return True


def _value(monomial: Monomial, coefficient: int, sizes: Mapping[str, int]) -> int:
    for name in monomial:
        coefficient *= sizes[name]
    return coefficient


def linear_in(dim: Dim, name: str) -> bool:
    """Whether ``name`` occurs in ``dim`` only as a term of its own, so that its size follows from the dim."""
    return [m for m, _ in dim.terms if name in m] == [(name,)]


def as_dim(value: Dim | int) -> Dim:
    """``value`` as a :class:`Dim`."""
    return value if isinstance(value, Dim) else Dim.const(int(value))


def product(dims: tuple[Dim, ...]) -> Dim:
    """The number of elements of an array of these dims."""
    result = ONE
    for dim in dims:
        result = result * dim
    return result


def _canonical(terms: Mapping[Monomial, int]) -> Dim:
    kept = [(m, c) for m, c in terms.items() if c != 0]
    return Dim(tuple(sorted(kept, key=lambda item: (-len(item[0]), item[0]))))


#: The size of an array of open dims (:mod:`adgen.primitives.opening`): it stands for any number.
OPEN = Dim.symbol("?")
ZERO = Dim.const(0)
ONE = Dim.const(1)
