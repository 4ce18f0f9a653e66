"""Elementwise functions that scipy.special computes: for the interpreter, NumPy source and kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adgen.ir.types import DType
from adgen.primitives.define import Partials, Primitive, Sample, Speller, Text, Ufunc, elementwise


def scipy_special(name: str, *args: Any) -> Any:
    """The function of scipy.special, which is imported when it is first needed."""
    import scipy.special

    return getattr(scipy.special, name)(*args)


def _spelled(name: str) -> Callable[[Speller], Text]:
    def spell(s: Speller) -> Text:
        """A call; a Python number beside single precision would have SciPy compute in double precision."""
        texts = [s.arg(k) for k in range(len(s.op.operands))]
        if s.op.result.type.dtype is DType.f32 and any(_is_number(s, k) for k in range(len(texts))):
            texts.append(f"dtype={s.dtype(DType.f32)}")
        return Text(f"scipy.special.{name}({', '.join(texts)})")

    return spell


def _is_number(s: Speller, index: int) -> bool:
    folded = s.folded(index)
    return folded is not None and folded.prim.name in ("broadcast", "cast", "const")


def special(
    name: str,
    partials: Partials,
    doc: str,
    samples: tuple[Sample, ...],
    python: Any = None,
    kinks: tuple[str, ...] = (),
    scalar: str | None = None,
) -> Primitive:
    """The ufunc of scipy.special of that name; kernels call its inner loop, or their own `scalar`."""
    return elementwise(
        name,
        eval=lambda *xs: scipy_special(name, *xs),
        spell=_spelled(name),
        python=python,
        partials=partials,
        scalar=scalar or Ufunc(f"scipy.special.{name}"),
        doc=doc,
        samples=samples,
        kinks=kinks,
    )


def few(low: float, high: float, arity: int = 1) -> tuple[Sample, ...]:
    """A matrix, a vector in single precision, numbers and the sizes 0 and 1, from a domain."""
    types = ("f64[3,4]", "f32[4]", "np.f64", "f64", "f64[0]", "f64[1]")
    return tuple(Sample((t,) * arity, low, high) for t in types)


def held(*first: float, low: float, high: float) -> tuple[Sample, ...]:
    """Values of parameters that are not differentiated, before an argument from a domain."""
    sizes = {"f64[3]": 3, "f32[3]": 3, "f64[0]": 0, "f64[1]": 1, "f64": None}
    return tuple(
        Sample(
            (t,) * (len(first) + 1),
            low,
            high,
            values=(*(v if n is None else (v,) * n for v in first), None),
            smooth=False,
        )
        for t, n in sizes.items()
    )
