"""The primitives, family by family. Nothing registers itself: what is not listed here does not exist."""

from __future__ import annotations

from adgen.primitives import (
    activations,
    banded,
    bessel_functions,
    bits,
    calling,
    checks,
    complexes,
    contract,
    correlation,
    determinants,
    draws,
    eigenvalues,
    elementwise,
    elliptic,
    entropy_functions,
    error_function,
    exponential,
    extrema,
    fourier,
    gamma_functions,
    hyperbolic,
    hypergeometric,
    indexing,
    integral_functions,
    krylov,
    linear_algebra,
    lists,
    matrix_functions,
    normal_functions,
    opaque,
    opening,
    ordering,
    orthogonal,
    paired_integrals,
    patterns,
    positions,
    powers,
    recurrences,
    reduce,
    reductions,
    rounding,
    searching,
    segments,
    shape,
    signs,
    singular_values,
    sizes,
    softmax,
    stacking,
    strong,
    sylvester,
    tape,
    triangular,
    trigonometric,
)
from adgen.primitives.define import Primitive, Registry

FAMILIES = (
    *(sizes, elementwise, strong, complexes, powers, exponential, trigonometric, hyperbolic),
    *(error_function, normal_functions, gamma_functions, hypergeometric),
    *(entropy_functions, integral_functions, bessel_functions, paired_integrals, elliptic),
    *(rounding, signs, bits, extrema, activations, reduce, recurrences, reductions, softmax),
    *(contract, correlation, shape, stacking, patterns),
    *(indexing, positions, ordering, searching, fourier),
    *(linear_algebra, singular_values, determinants, triangular, orthogonal, banded),
    *(sylvester, matrix_functions, eigenvalues, krylov),
    *(tape, lists, opening, draws, checks, calling, segments, opaque),
)

REGISTRY = Registry()
for _family in FAMILIES:
    REGISTRY.add(_family.PRIMITIVES)


def primitive(name: str) -> Primitive:
    """The primitive of that name. Raises KeyError where there is none."""
    return REGISTRY.table[name]


#: what NumPy and SciPy do not compute of half precision
SINGLE_AT_LEAST = frozenset(
    primitive.name
    for family in (
        *(linear_algebra, singular_values, determinants, triangular, orthogonal, banded),
        *(sylvester, matrix_functions, eigenvalues, krylov, fourier),
    )
    for primitive in family.PRIMITIVES
)
