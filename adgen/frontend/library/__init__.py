"""The library: what functions of NumPy, ``math``, ``builtins`` and adgen mean, by qualified name."""

from __future__ import annotations

from adgen.frontend.entries import Found, merge
from adgen.frontend.library import (
    arrays,
    bitwise,
    builtin_functions,
    complexes,
    correlating,
    creating,
    densities,
    diagonals,
    drawing,
    factorizations,
    fourier,
    joining,
    linalg,
    math_functions,
    matrix_functions,
    multivariate,
    names,
    neural,
    norms,
    ordering,
    orthogonal,
    placing,
    products,
    reducing,
    scipy_linalg,
    shaping,
    slicing,
    special,
    structured,
    ufunc_methods,
    ufuncs,
    written,
)

TABLE: dict[str, Found] = merge(
    names.table,
    ufuncs.table,
    bitwise.table,
    math_functions.table,
    builtin_functions.table,
    reducing.table,
    products.table,
    linalg.table,
    norms.table,
    orthogonal.table,
    scipy_linalg.table,
    matrix_functions.table,
    structured.table,
    factorizations.table,
    shaping.table,
    joining.table,
    creating.table,
    diagonals.table,
    complexes.table,
    fourier.table,
    slicing.table,
    ufunc_methods.table,
    placing.table,
    arrays.table,
    drawing.table,
    neural.table,
    special.table,
    densities.table,
    multivariate.table,
    ordering.table,
    correlating.table,
    written.table,
)


def lookup(name: str) -> Found | None:
    """The entry of a qualified name such as ``numpy.linalg.norm``, or None."""
    return TABLE.get(name)
