"""Scalar operations of kernels as LLVM instructions: one function per operation, NumPy's meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.types import DType
from adgen.llvm_backend import conversions, vector_math
from adgen.llvm_backend.writer import Writer, literal, scalar_type
from adgen.loops.buffers import Lit, Operand, Ref

Emit = Callable[[Writer, "Call"], str]


class Call:
    """One operation on already written operands."""

    def __init__(self, w: Writer, op: str, args: Sequence[Operand], result: DType) -> None:
        self.op = op
        self.operands = tuple(args)
        self.args = [w.operand(a) for a in args]
        self.dtype = args[-1].dtype if op == "where" else args[0].dtype
        self.result = result

    @property
    def type(self) -> str:
        """The LLVM type of the operands."""
        return scalar_type(self.dtype)

    @property
    def signed(self) -> bool:
        """Whether the operands are signed integers."""
        return self.dtype.value.startswith("i")

    def number(self, value: float) -> str:
        """A constant of the operands' type."""
        return literal(value, self.dtype)


def emit_scalar(w: Writer, op: str, args: Sequence[Operand], result: Ref, used: set[tuple[str, str]]) -> str:
    """The value of an operation. Elementary functions are noted in `used`."""
    call = Call(w, op, args, result.dtype)
    if op not in ("where", "cast") and any(a.dtype is DType.f16 for a in args):
        return _in_single(w, call, used)
    return _emitted(w, call, used)


def _in_single(w: Writer, call: Call, used: set[tuple[str, str]]) -> str:
    """An operation on halves: in single precision, rounded once."""
    pairs = zip(call.args, call.operands, strict=True)
    call.args = [conversions.widened(w, x) if a.dtype is DType.f16 else x for x, a in pairs]
    call.dtype = DType.f32 if call.dtype is DType.f16 else call.dtype
    found = _emitted(w, call, used)
    return conversions.narrowed(w, found) if call.result is DType.f16 else found


def _emitted(w: Writer, call: Call, used: set[tuple[str, str]]) -> str:
    op = call.op
    if op == "pow" and not call.dtype.is_float:
        return _integer_power(w, call)
    if op in OPS:
        return OPS[op](w, call)
    return elementary(w, op, call.dtype, call.args, used)


def elementary(w: Writer, name: str, dtype: DType, args: Sequence[str], used: set[tuple[str, str]]) -> str:
    """A call of an elementary function."""
    assert vector_math.known(name), name
    used.add((name, dtype.value))
    t = scalar_type(dtype)
    given = ", ".join(f"{t} {a}" for a in args)
    hint = vector_math.variant_attribute(name, dtype.value)
    return w.value(f"call {t} @{vector_math.symbol(name, dtype.value)}({given}) {hint}".rstrip())


# -- building blocks ------------------------------------------------------------------------------------
def _binary(float_op: str, int_op: str, bool_op: str = "") -> Emit:
    def emit(w: Writer, c: Call) -> str:
        opcode = float_op if c.dtype.is_float else (bool_op if c.dtype is DType.bool else int_op)
        return w.value(f"{opcode} {c.type} {c.args[0]}, {c.args[1]}")

    return emit


def _compare(float_cond: str, signed: str, unsigned: str) -> Emit:
    def emit(w: Writer, c: Call) -> str:
        if c.dtype.is_float:
            return w.value(f"fcmp {float_cond} {c.type} {c.args[0]}, {c.args[1]}")
        cond = signed if c.signed else unsigned
        return w.value(f"icmp {cond} {c.type} {c.args[0]}, {c.args[1]}")

    return emit


def _intrinsic(name: str) -> Emit:
    def emit(w: Writer, c: Call) -> str:
        given = ", ".join(f"{c.type} {a}" for a in c.args)
        return w.value(f"call {c.type} @llvm.{name}.{c.dtype.value}({given})")

    return emit


def _select(w: Writer, cond: str, type_: str, yes: str, no: str) -> str:
    return w.value(f"select i1 {cond}, {type_} {yes}, {type_} {no}")


# -- arithmetic -----------------------------------------------------------------------------------------
def _neg(w: Writer, c: Call) -> str:
    if c.dtype.is_float:
        return w.value(f"fneg {c.type} {c.args[0]}")
    return w.value(f"sub {c.type} 0, {c.args[0]}")


def _abs(w: Writer, c: Call) -> str:
    (x,) = c.args
    if c.dtype.is_float:
        return w.value(f"call {c.type} @llvm.fabs.{c.dtype.value}({c.type} {x})")
    if not c.signed:
        return x
    negative = w.value(f"icmp slt {c.type} {x}, 0")
    return _select(w, negative, c.type, w.value(f"sub {c.type} 0, {x}"), x)


def _sign(w: Writer, c: Call) -> str:
    (x,) = c.args
    if not c.dtype.is_float:
        above = w.value(f"icmp {'sgt' if c.signed else 'ugt'} {c.type} {x}, 0")
        positive = w.value(f"zext i1 {above} to {c.type}")
        if not c.signed:
            return positive
        below = w.value(f"icmp slt {c.type} {x}, 0")
        return _select(w, below, c.type, "-1", positive)
    above = w.value(f"fcmp ogt {c.type} {x}, {c.number(0)}")
    below = w.value(f"fcmp olt {c.type} {x}, {c.number(0)}")
    flat = _select(w, below, c.type, c.number(-1), c.number(0))
    number = _select(w, above, c.type, c.number(1), flat)
    return _select(w, w.value(f"fcmp uno {c.type} {x}, {x}"), c.type, x, number)


def _extremum(float_cond: str, signed: str, unsigned: str) -> Emit:
    """The first operand where it wins or is NaN, else the second (NaN of the second passes through)."""

    def emit(w: Writer, c: Call) -> str:
        x, y = c.args
        if not c.dtype.is_float:
            wins = w.value(f"icmp {signed if c.signed else unsigned} {c.type} {x}, {y}")
            return _select(w, wins, c.type, x, y)
        wins = w.value(f"fcmp {float_cond} {c.type} {x}, {y}")
        nan = w.value(f"fcmp uno {c.type} {x}, {x}")
        return _select(w, w.value(f"or i1 {wins}, {nan}"), c.type, x, y)

    return emit


def _square(w: Writer, c: Call) -> str:
    x = c.args[0]
    return w.value(f"{'fmul' if c.dtype.is_float else 'mul'} {c.type} {x}, {x}")


def _powi(w: Writer, c: Call) -> str:
    """Repeated squaring, a reciprocal at the end for negative exponents."""
    exponent = c.operands[1]
    assert isinstance(exponent, Lit)
    n, base, result = abs(int(exponent.value)), c.args[0], ""
    multiply = f"{'fmul' if c.dtype.is_float else 'mul'} {c.type}"
    while n:
        if n & 1:
            result = base if not result else w.value(f"{multiply} {result}, {base}")
        n >>= 1
        if n:
            base = w.value(f"{multiply} {base}, {base}")
    result = result or c.number(1)
    return result if exponent.value >= 0 else w.value(f"fdiv {c.type} {c.number(1)}, {result}")


def _integer_power(w: Writer, c: Call) -> str:
    extend = "sext" if c.signed else "zext"
    wide = c.args if c.type == "i64" else [w.value(f"{extend} {c.type} {a} to i64") for a in c.args]
    power = w.value(f"call i64 @adgen.ipow(i64 {wide[0]}, i64 {wide[1]})")
    return power if c.type == "i64" else w.value(f"trunc i64 {power} to {c.type}")


def _reciprocal(w: Writer, c: Call) -> str:
    return w.value(f"fdiv {c.type} {c.number(1)}, {c.args[0]}")


def _relu(w: Writer, c: Call) -> str:
    below = w.value(f"fcmp olt {c.type} {c.args[0]}, {c.number(0)}")
    return _select(w, below, c.type, c.number(0), c.args[0])


def _fma(w: Writer, c: Call) -> str:
    given = ", ".join(f"{c.type} {a}" for a in c.args)
    return w.value(f"call {c.type} @llvm.fma.{c.dtype.value}({given})")


def _divided(w: Writer, c: Call) -> tuple[str, str, str]:
    """Truncated quotient and remainder of integers, and whether the divisor is zero; never undefined."""
    x, y = c.args
    zero = w.value(f"icmp eq {c.type} {y}, 0")
    trap = zero
    if c.signed:
        minus = w.value(f"icmp eq {c.type} {y}, -1")
        trap = w.value(f"or i1 {zero}, {minus}")
    safe = _select(w, trap, c.type, "1", y)
    prefix = "s" if c.signed else "u"
    quotient = w.value(f"{prefix}div {c.type} {x}, {safe}")
    if c.signed:
        quotient = _select(w, minus, c.type, w.value(f"sub {c.type} 0, {x}"), quotient)
    rest = w.value(f"sub {c.type} {x}, {w.value(f'mul {c.type} {quotient}, {y}')}")
    return quotient, rest, zero


def _uneven(w: Writer, c: Call, rest: str) -> str:
    """Whether rounding down differs from truncating: a remainder with the other sign than the divisor."""
    some = w.value(f"icmp ne {c.type} {rest}, 0")
    mixed = w.value(f"icmp slt {c.type} {w.value(f'xor {c.type} {rest}, {c.args[1]}')}, 0")
    return w.value(f"and i1 {some}, {mixed}")


def _floor_divide(w: Writer, c: Call) -> str:
    quotient, rest, zero = _divided(w, c)
    if c.signed:
        below = w.value(f"sub {c.type} {quotient}, 1")
        quotient = _select(w, _uneven(w, c, rest), c.type, below, quotient)
    return _select(w, zero, c.type, "0", quotient)


def _mod(w: Writer, c: Call) -> str:
    _, rest, zero = _divided(w, c)
    if c.signed:
        moved = w.value(f"add {c.type} {rest}, {c.args[1]}")
        rest = _select(w, _uneven(w, c, rest), c.type, moved, rest)
    return _select(w, zero, c.type, "0", rest)


# -- tests and selection --------------------------------------------------------------------------------
def _isnan(w: Writer, c: Call) -> str:
    return w.value(f"fcmp uno {c.type} {c.args[0]}, {c.args[0]}")


def _finite_test(cond: str) -> Emit:
    def emit(w: Writer, c: Call) -> str:
        size = w.value(f"call {c.type} @llvm.fabs.{c.dtype.value}({c.type} {c.args[0]})")
        return w.value(f"fcmp {cond} {c.type} {size}, {c.number(float('inf'))}")

    return emit


def _where(w: Writer, c: Call) -> str:
    return _select(w, c.args[0], c.type, c.args[1], c.args[2])


def _not(w: Writer, c: Call) -> str:
    return w.value(f"xor i1 {c.args[0]}, true")


def _within(w: Writer, c: Call) -> str:
    return w.value(f"icmp ult i64 {c.args[0]}, {c.args[1]}")


# -- casts ----------------------------------------------------------------------------------------------
def _cast(w: Writer, c: Call) -> str:
    return conversions.converted(w, c.args[0], c.dtype, c.result)


# -- bits -----------------------------------------------------------------------------------------------
def _left_shift(w: Writer, c: Call) -> str:
    """Beyond the width of the type nothing is left."""
    x, count, width = c.args[0], c.args[1], 8 * c.dtype.itemsize
    inside = w.value(f"icmp ult {c.type} {count}, {width}")
    shifted = w.value(f"shl {c.type} {x}, {_select(w, inside, c.type, count, '0')}")
    return _select(w, inside, c.type, shifted, "0")


def _right_shift(w: Writer, c: Call) -> str:
    """Beyond the width of the type the sign is left."""
    x, count, width = c.args[0], c.args[1], 8 * c.dtype.itemsize
    inside = w.value(f"icmp ult {c.type} {count}, {width}")
    if c.signed:
        return w.value(f"ashr {c.type} {x}, {_select(w, inside, c.type, count, str(width - 1))}")
    shifted = w.value(f"lshr {c.type} {x}, {_select(w, inside, c.type, count, '0')}")
    return _select(w, inside, c.type, shifted, "0")


def _invert(w: Writer, c: Call) -> str:
    return w.value(f"xor {c.type} {c.args[0]}, -1")


OPS: dict[str, Emit] = {
    "bit_and": _binary("", "and"),
    "bit_or": _binary("", "or"),
    "bit_xor": _binary("", "xor"),
    "bit_not": _invert,
    "left_shift": _left_shift,
    "right_shift": _right_shift,
    "add": _binary("fadd", "add", "or"),
    "sub": _binary("fsub", "sub", "xor"),
    "mul": _binary("fmul", "mul", "and"),
    "div": _binary("fdiv", "sdiv"),
    "logical_and": _binary("", "and", "and"),
    "logical_or": _binary("", "or", "or"),
    "logical_xor": _binary("", "xor", "xor"),
    "logical_not": _not,
    "neg": _neg,
    "abs": _abs,
    "sign": _sign,
    "maximum": _extremum("ogt", "sgt", "ugt"),
    "minimum": _extremum("olt", "slt", "ult"),
    "square": _square,
    "powi": _powi,
    "reciprocal": _reciprocal,
    "relu": _relu,
    "fma": _fma,
    "floor_divide": _floor_divide,
    "mod": _mod,
    "lt": _compare("olt", "slt", "ult"),
    "le": _compare("ole", "sle", "ule"),
    "gt": _compare("ogt", "sgt", "ugt"),
    "ge": _compare("oge", "sge", "uge"),
    "eq": _compare("oeq", "eq", "eq"),
    "ne": _compare("une", "ne", "ne"),
    "isnan": _isnan,
    "isinf": _finite_test("oeq"),
    "isfinite": _finite_test("olt"),
    "where": _where,
    "within": _within,
    "cast": _cast,
    "sqrt": _intrinsic("sqrt"),
    "floor": _intrinsic("floor"),
    "ceil": _intrinsic("ceil"),
    "trunc": _intrinsic("trunc"),
    "rint": _intrinsic("roundeven"),
    "copysign": _intrinsic("copysign"),
}


_INTEGER_POWER = """define internal i64 @adgen.ipow(i64 %x, i64 %n) nounwind memory(none) {
start:
  br label %head
head:
  %base = phi i64 [ %x, %start ], [ %squared, %body ]
  %left = phi i64 [ %n, %start ], [ %halved, %body ]
  %result = phi i64 [ 1, %start ], [ %next, %body ]
  %more = icmp ne i64 %left, 0
  br i1 %more, label %body, label %done
body:
  %odd = trunc i64 %left to i1
  %product = mul i64 %result, %base
  %next = select i1 %odd, i64 %product, i64 %result
  %squared = mul i64 %base, %base
  %halved = lshr i64 %left, 1
  br label %head
done:
  ret i64 %result
}"""


def declarations() -> str:
    """The intrinsics that scalar operations use, besides those of the elementary functions."""
    lines = [_INTEGER_POWER]
    for dtype in (DType.f64, DType.f32):
        t, name = scalar_type(dtype), dtype.value
        one = ("ceil", "trunc", "roundeven")
        lines += [f"declare {t} @llvm.{function}.{name}({t})" for function in one]
        lines += [
            f"declare i{bits} @llvm.{kind}.sat.i{bits}.{name}({t})"
            for bits in (8, 16, 32, 64)
            for kind in ("fptosi", "fptoui")
        ]
    return "\n".join(lines)
