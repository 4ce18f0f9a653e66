"""What a function of the module demands of its arguments: sizes, dtypes, shapes, entry assumptions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from adgen.ir.core import Assumption, Func
from adgen.ir.dims import Dim, linear_in
from adgen.ir.types import GENERATOR, Kind, Type
from adgen.numpy_backend.annotations import scalar_type
from adgen.numpy_backend.dimtext import polynomial_text

Spell = Callable[[str], str]

CHECK = '''
def _check(
    value: Any, name: str, dtype: type[np.generic], shape: tuple[int, ...]
) -> None:
    """Raise ValueError unless an argument has this dtype and shape."""
    if shape and not isinstance(value, np.ndarray):
        raise ValueError(f"{name} is a {type(value).__name__}, expected an array")
    given = np.asarray(value)
    if given.dtype != dtype and (shape or not np.can_cast(given.dtype, dtype)):
        raise ValueError(f"{name} has dtype {given.dtype}, expected {np.dtype(dtype)}")
    if given.shape != shape:
        raise ValueError(f"{name} has shape {given.shape}, expected {shape}")
'''

SHAPE = '''
def _shape(value: Any, name: str, rank: int) -> tuple[int, ...]:
    """The shape of an argument. Raise ValueError unless it has this number of dims."""
    if np.ndim(value) != rank:
        raise ValueError(f"{name} has {np.ndim(value)} dims, expected {rank}")
    return np.shape(value)
'''

APART = '''
def _apart(written: Any, name: str, /, **others: Any) -> None:
    """Raise ValueError where an argument that is written shares memory with another."""
    for other, value in others.items():
        if isinstance(value, np.ndarray) and np.shares_memory(written, value):
            raise ValueError(f"{name} is written and overlaps with {other}: pass a copy")
'''


def size_bindings(types: Sequence[tuple[str, Type]], sizes: dict[str, str], checked: bool) -> list[str]:
    """Statements that name sizes: ``n, m = w.shape``, ``n = x.shape[0] - 1``.

    ``types`` are the named array arguments, ``sizes`` the symbols to bind and their names.
    """
    lines: list[str] = []
    sizes = _with_helpers(types, sizes)
    missing = dict(sizes)
    for solved in (_bare_symbol, _single_symbol):
        for name, type_ in types:
            found = {axis: s for axis, d in enumerate(type_.dims) if (s := solved(d)) in missing}
            first = {s: axis for axis, s in reversed(found.items())}
            wanted = {axis: s for axis, s in found.items() if first[s] == axis}
            if not wanted:
                continue
            lines += _bound(name, type_, wanted, missing, checked)
            for symbol in wanted.values():
                del missing[symbol]
    for name, axis, dim, symbol in _following(types, list(missing), sizes):
        lines.append(f"{sizes[symbol]} = {_solution(f'{name}.shape[{axis}]', dim, symbol, sizes)}")
    return lines


def _with_helpers(types: Sequence[tuple[str, Type]], sizes: dict[str, str]) -> dict[str, str]:
    """The symbols to bind, and others that they follow from where no dim shows them by themselves."""
    shown = {_bare_symbol(d) or _single_symbol(d) for _, t in types for d in t.dims}
    hidden = {s for s in sizes if s not in shown}
    beside = [s for _, t in types for d in t.dims if hidden & set(d.symbols()) for s in d.symbols()]
    return {**sizes, **{s: f"{s}_size" for s in beside if s not in sizes and s in shown}}


def _following(
    types: Sequence[tuple[str, Type]], missing: list[str], known: Collection[str]
) -> Iterator[tuple[str, int, Dim, str]]:
    """Dims in which all symbols but one, that occurs by itself, are known by then."""
    left = list(missing)
    while left:
        for name, axis, dim in [(name, axis, d) for name, t in types for axis, d in enumerate(t.dims)]:
            unknown = [s for s in dim.symbols() if s in left]
            settled = all(s in left or s in known for s in dim.symbols())
            if settled and len(unknown) == 1 and linear_in(dim, unknown[0]):
                yield name, axis, dim, unknown[0]
                left.remove(unknown[0])
                break
        else:
            return


def _solution(size: str, dim: Dim, symbol: str, names: dict[str, str]) -> str:
    """The symbol, from the size that a dim has."""
    factor = dict(dim.terms)[(symbol,)]
    rest = dim - Dim.symbol(symbol) * factor
    moved = polynomial_text(Dim.symbol(size) - rest, lambda s: names.get(s, s)).text
    return moved if factor == 1 else f"({moved}) // {factor}"


def _bound(name: str, type_: Type, wanted: dict[int, str], names: dict[str, str], checked: bool) -> list[str]:
    rank = type_.rank
    bare = all(type_.dims[axis] == Dim.symbol(s) for axis, s in wanted.items())
    shape = f'_shape({name}, "{name}", {rank})' if checked else f"{name}.shape"
    if bare and len(wanted) == rank:
        targets = ", ".join(names[s] for s in wanted.values())
        if rank > 1:
            return [f"{targets} = {shape}"]
        return [f"({targets},) = {shape}"] if checked else [f"{targets} = {shape}[0]"]
    lines = []
    for axis, symbol in wanted.items():
        rest = type_.dims[axis] - Dim.symbol(symbol)
        offset = -(rest.value or 0)
        text = f"{shape}[{axis}]"
        if offset:
            text += f" {'+' if offset > 0 else '-'} {abs(offset)}"
        lines.append(f"{names[symbol]} = {text}")
    return lines


def _bare_symbol(dim: Dim) -> str:
    symbols = dim.symbols()
    return symbols[0] if len(symbols) == 1 and dim == Dim.symbol(symbols[0]) else ""


def _single_symbol(dim: Dim) -> str:
    """The symbol of ``n + constant``."""
    symbols = dim.symbols()
    if len(symbols) == 1 and (dim - Dim.symbol(symbols[0])).value is not None:
        return symbols[0]
    return ""


def unbound_symbols(types: Sequence[tuple[str, Type]], symbols: Sequence[str]) -> list[str]:
    """The symbols that no argument's shape shows."""
    shown = {_bare_symbol(d) or _single_symbol(d) for _, t in types for d in t.dims}
    hidden = [s for s in symbols if s not in shown]
    found = {
        symbol for *_, symbol in _following(types, hidden, _with_helpers(types, dict.fromkeys(symbols, "")))
    }
    return [s for s in hidden if s not in found]


def check_lines(types: Sequence[tuple[str, Type]], spell: Spell) -> list[str]:
    """One ``_check`` per argument."""
    lines = []
    for name, type_ in types:
        if type_ == GENERATOR:
            lines.append(f"if not isinstance({name}, np.random.Generator):")
            lines.append(f'    raise ValueError("{name} is no numpy.random.Generator")')
            continue
        dims = [polynomial_text(d, spell).text for d in type_.dims]
        shape = f"({', '.join(dims)}{',' if len(dims) == 1 else ''})"
        lines.append(f'_check({name}, "{name}", {scalar_type(type_.dtype)}, {shape})')
    return lines


def apart_lines(types: Sequence[tuple[str, Type]], written: Sequence[str]) -> list[str]:
    """One ``_apart`` per array argument that the function writes, if there are others; each pair once."""
    lines = []
    others = [n for n, t in types if t != GENERATOR and t.kind is Kind.array]
    for name in written:
        others = [n for n in others if n != name]
        if others:
            lines.append(f'_apart({name}, "{name}", {", ".join(f"{n}={n}" for n in others)})')
    return lines


def assumption_lines(assumptions: Sequence[Assumption], spell: Spell) -> list[str]:
    """``if n < 2: raise ValueError(...)`` for each fact required on entry."""
    lines: list[str] = []
    for assumption in assumptions:
        left, right = _sides(assumption.dim, spell)
        wrong, sign = ("!=", "==") if assumption.exact else ("<", ">=")
        reason = f" ({assumption.reason})" if assumption.reason else ""
        message = f"{left} {sign} {right} is required{reason}".replace('"', "'")
        lines += [f"if {left} {wrong} {right}:", f'    raise ValueError("{message}")']
    return lines


def _sides(dim: Dim, spell: Spell) -> tuple[str, str]:
    """``dim`` compared with zero as two positive sides."""
    left = Dim(tuple((m, c) for m, c in dim.terms if c > 0))
    right = Dim(tuple((m, -c) for m, c in dim.terms if c < 0))
    return polynomial_text(left, spell).text, polynomial_text(right, spell).text


def named_types(func: Func, names: Sequence[str]) -> list[tuple[str, Type]]:
    """Parameters that are no tapes, with their names."""
    return [(n, p.type) for n, p in zip(names, func.params, strict=True) if isinstance(p.any_type, Type)]
