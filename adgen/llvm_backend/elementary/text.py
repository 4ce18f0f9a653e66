"""Straight-line LLVM text for one scalar function: registers with operators, no branches.

Every elementary function is written once, over `Reg` values, for both float widths: the `Float` record
holds what differs (bit layout, number of polynomial terms).
"""

from __future__ import annotations

import struct

from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Float:
    """A floating point format, the integer type of its bits, and the number of lanes (0: a scalar)."""

    name: str
    scalar: str
    scalar_int: str
    mantissa: int
    bias: int
    lanes: int = 0

    @property
    def text(self) -> str:
        """The LLVM type."""
        return f"<{self.lanes} x {self.scalar}>" if self.lanes else self.scalar

    @property
    def int_text(self) -> str:
        """The LLVM type of the bits."""
        return f"<{self.lanes} x {self.scalar_int}>" if self.lanes else self.scalar_int

    @property
    def bool_text(self) -> str:
        """The LLVM type of a comparison."""
        return f"<{self.lanes} x i1>" if self.lanes else "i1"

    @property
    def suffix(self) -> str:
        """The suffix of intrinsics over this type."""
        return f"v{self.lanes}{self.name}" if self.lanes else self.name

    @property
    def is_double(self) -> bool:
        """Whether this is binary64."""
        return self.mantissa == 52

    def literal(self, value: float) -> str:
        """An exact constant of this type."""
        text = float_text(value, self)
        return f"splat ({self.scalar} {text})" if self.lanes else text

    def int_literal(self, value: int) -> str:
        """An integer constant of the type of the bits."""
        return f"splat ({self.scalar_int} {value})" if self.lanes else str(value)

    @property
    def magic(self) -> float:
        """Adding this rounds to the nearest integer, which then sits in the low bits."""
        return 1.5 * 2.0**self.mantissa


#: The number of the metadata on selections of which one side is hardly ever taken.
SELDOM, OFTEN = 1_000_100, 1_000_101
METADATA = "\n".join(
    f'!{k} = !{{!"branch_weights", i32 {yes}, i32 {no}}}'
    for k, yes, no in ((SELDOM, 1, 100_000), (OFTEN, 100_000, 1))
)

F64 = Float("f64", "double", "i64", 52, 1023)
F32 = Float("f32", "float", "i32", 23, 127)


def bits_of(value: float, fp: Float) -> int:
    """The bit pattern of a constant in the given format."""
    if fp.is_double:
        return int(struct.unpack("<q", struct.pack("<d", value))[0])
    return int(struct.unpack("<i", struct.pack("<f", value))[0])


def round_to(value: float, fp: Float) -> float:
    """The nearest value of the format."""
    return value if fp.is_double else float(struct.unpack("<f", struct.pack("<f", value))[0])


def float_text(value: float, fp: Float) -> str:
    """An exact LLVM literal (hexadecimal bits of a double, also for `float`)."""
    pattern = struct.unpack("<Q", struct.pack("<d", round_to(value, fp)))[0]
    return f"0x{pattern:016X}"


class Reg:
    """A value inside a function: operators append instructions to its body."""

    __slots__ = ("body", "name", "type")

    def __init__(self, body: Body, name: str, type_: str) -> None:
        self.body = body
        self.name = name
        self.type = type_

    def __add__(self, other: Operand) -> Reg:
        return self.body.binary("add", self, other)

    def __sub__(self, other: Operand) -> Reg:
        return self.body.binary("sub", self, other)

    def __mul__(self, other: Operand) -> Reg:
        return self.body.binary("mul", self, other)

    def __truediv__(self, other: Operand) -> Reg:
        return self.body.binary("div", self, other)

    def __radd__(self, other: float) -> Reg:
        return self.body.const_like(other, self) + self

    def __rsub__(self, other: float) -> Reg:
        return self.body.const_like(other, self) - self

    def __rmul__(self, other: float) -> Reg:
        return self.body.const_like(other, self) * self

    def __rtruediv__(self, other: float) -> Reg:
        return self.body.const_like(other, self) / self

    def __neg__(self) -> Reg:
        return self.body.emit(f"fneg {self.type} {self.name}", self.type)


Operand = Reg | float | int
COMPARES = {
    "<": "olt",
    ">": "ogt",
    "<=": "ole",
    ">=": "oge",
    "==": "oeq",
    "unordered": "uno",
    "not <": "uge",
    "unordered or ==": "ueq",
}


class Body:
    """The instructions of one function over one float format."""

    def __init__(self, fp: Float) -> None:
        self.fp = fp
        self.lines: list[str] = []

    def emit(self, text: str, type_: str) -> Reg:
        """Append `%k = text` and return the register."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return Reg(self, name, type_)

    def const_like(self, value: float | int, like: Reg) -> Reg:
        """A literal of the type of `like`."""
        is_float = like.type == self.fp.text
        text = self.fp.literal(float(value)) if is_float else self.fp.int_literal(int(value))
        return Reg(self, text, like.type)

    def coerce(self, value: Operand, like: Reg) -> Reg:
        """A register or a literal of the type of `like`."""
        return value if isinstance(value, Reg) else self.const_like(value, like)

    def binary(self, kind: str, left: Reg, right: Operand) -> Reg:
        """An arithmetic instruction, float or integer by the type of its operands."""
        other = self.coerce(right, left)
        opcode = "f" + kind if left.type == self.fp.text else kind
        return self.emit(f"{opcode} {left.type} {left.name}, {other.name}", left.type)

    def integer(self, opcode: str, left: Reg, right: int | Reg) -> Reg:
        """A bit operation: shl, lshr, ashr, and, or, xor."""
        other = self.coerce(right, left)
        return self.emit(f"{opcode} {left.type} {left.name}, {other.name}", left.type)

    def fma(self, a: Reg, b: Operand, c: Operand) -> Reg:
        """a * b + c with one rounding."""
        t = self.fp.text
        operands = f"{t} {a.name}, {t} {self.coerce(b, a).name}, {t} {self.coerce(c, a).name}"
        return self.emit(f"call {t} @llvm.fma.{self.fp.suffix}({operands})", t)

    def abs(self, a: Reg) -> Reg:
        """|a|."""
        return self.emit(f"call {a.type} @llvm.fabs.{self.fp.suffix}({a.type} {a.name})", a.type)

    def floor(self, a: Reg) -> Reg:
        """The greatest whole number up to a."""
        return self.emit(f"call {a.type} @llvm.floor.{self.fp.suffix}({a.type} {a.name})", a.type)

    def copysign(self, magnitude: Operand, sign: Reg) -> Reg:
        """The magnitude with the sign of another value."""
        t, m = sign.type, self.coerce(magnitude, sign)
        return self.emit(f"call {t} @llvm.copysign.{self.fp.suffix}({t} {m.name}, {t} {sign.name})", t)

    def compare(self, a: Reg, relation: str, b: Operand) -> Reg:
        """An ordered comparison (or `unordered`, `not <`)."""
        return self.emit(
            f"fcmp {COMPARES[relation]} {a.type} {a.name}, {self.coerce(b, a).name}", self.fp.bool_text
        )

    def test(self, a: Reg, relation: str, b: int) -> Reg:
        """A signed integer comparison: eq, ne, slt, sgt."""
        return self.emit(f"icmp {relation} {a.type} {a.name}, {self.fp.int_literal(b)}", self.fp.bool_text)

    def select(self, cond: Reg, a: Operand, b: Operand, hint: str = "") -> Reg:
        """a where cond else b; at least one of them is a register."""
        like = a if isinstance(a, Reg) else b
        if not isinstance(like, Reg):
            like = Reg(self, "", self.fp.text)
        a, b = self.coerce(a, like), self.coerce(b, like)
        return self.emit(
            f"select {cond.type} {cond.name}, {like.type} {a.name}, {like.type} {b.name}{hint}", like.type
        )

    def seldom(self, cond: Reg, a: Operand, b: Operand) -> Reg:
        """A selection whose condition hardly ever holds: a predicted branch where the code is scalar."""
        return self.select(cond, a, b, f", !prof !{SELDOM}")

    def often(self, cond: Reg, a: Operand, b: Operand) -> Reg:
        """A selection whose condition nearly always holds."""
        return self.select(cond, a, b, f", !prof !{OFTEN}")

    def bits(self, a: Reg) -> Reg:
        """The bit pattern of a float."""
        return self.emit(f"bitcast {a.type} {a.name} to {self.fp.int_text}", self.fp.int_text)

    def from_bits(self, a: Reg) -> Reg:
        """The float of a bit pattern."""
        return self.emit(f"bitcast {a.type} {a.name} to {self.fp.text}", self.fp.text)

    def pow2(self, exponent: Reg) -> Reg:
        """2**exponent for an integer register in the normal range."""
        return self.from_bits(self.integer("shl", exponent + self.fp.bias, self.fp.mantissa))

    def clamp(self, a: Reg, low: float, high: float) -> Reg:
        """`a` between two bounds; NaN stays NaN."""
        a = self.select(self.compare(a, "<", low), low, a)
        return self.select(self.compare(a, ">", high), high, a)

    def round_split(self, scaled: Reg) -> tuple[Reg, Reg]:
        """The nearest integer of a float, as float and as integer (garbage, not poison, for NaN)."""
        shifted = scaled + self.fp.magic
        return shifted - self.fp.magic, self.bits(shifted) - bits_of(self.fp.magic, self.fp)

    def round_product(self, x: Reg, factor: float) -> tuple[Reg, Reg]:
        """The same for a product, of which no more than the integer is needed."""
        shifted = self.fma(x, factor, self.fp.magic)
        return shifted - self.fp.magic, self.bits(shifted) - bits_of(self.fp.magic, self.fp)

    def int_to_float(self, small: Reg) -> Reg:
        """A small integer as a float, without a conversion instruction."""
        return self.from_bits(small + bits_of(self.fp.magic, self.fp)) - self.fp.magic

    def horner(self, x: Reg, coefficients: list[float]) -> Reg:
        """Polynomial, constant term first, by fused steps from the top."""
        acc: Operand = coefficients[-1]
        for c in reversed(coefficients[:-1]):
            acc = self.fma(acc, x, c) if isinstance(acc, Reg) else self.fma(x, acc, c)
        return self.coerce(acc, x)

    def estrin(self, x: Reg, coefficients: list[float]) -> Reg:
        """Polynomial by pairs: the same number of steps, a third of the latency."""
        terms: list[Operand] = list(coefficients)
        power = x
        while len(terms) > 1:
            pairs: list[Operand] = [
                self._pair(power, terms[k], terms[k + 1]) for k in range(0, len(terms) - 1, 2)
            ]
            terms = pairs + ([terms[-1]] if len(terms) % 2 else [])
            power = power * power if len(terms) > 1 else power
        return self.coerce(terms[0], x)

    def _pair(self, x: Reg, low: Operand, high: Operand) -> Reg:
        return self.fma(high, x, low) if isinstance(high, Reg) else self.fma(x, high, low)


def define(name: str, fp: Float, body: Body, result: Reg, arity: int = 1, inline: bool = True) -> str:
    """The text of an internal function, by default inlined wherever it is called."""
    params = ", ".join(f"{fp.text} %{p}" for p in "xyz"[:arity])
    how = f"{'alwaysinline' if inline else 'noinline'} nounwind willreturn memory(none)"
    head = f"define internal {fp.text} @{name}({params}) {how} {{"
    return "\n".join([head, *body.lines, f"  ret {fp.text} {result.name}", "}"])
