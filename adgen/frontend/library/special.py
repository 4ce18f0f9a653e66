"""Functions of scipy.special."""

from __future__ import annotations

from collections.abc import Callable

from adgen.frontend.abstract import Abstract
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table, documented
from adgen.ir.types import DType
from adgen.primitives import activations, error_function, gamma_functions
from adgen.primitives.define import Primitive

table = Table()
table.module("scipy")
table.module("scipy.special")

_UNARY = {
    "erf": error_function.erf,
    "expit": activations.sigmoid,
    "gamma": gamma_functions.gamma,
    "gammaln": gamma_functions.gammaln,
    "digamma": gamma_functions.digamma,
    "psi": gamma_functions.digamma,
}


def _unary(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract) -> Result:
        return c.elementwise(prim, x, to_float=True)

    return documented(apply, prim.doc)


for _name, _prim in _UNARY.items():
    table.function(f"scipy.special.{_name}")(_unary(_prim))


@table.function("scipy.special.polygamma")
def polygamma(c: LibraryContext, n: Abstract, x: Abstract) -> Result:
    """Derivative n of digamma, for an integer n known at build time."""
    order = c.static_int(n, "the order of polygamma")
    if order < 0:
        raise c.error("AG205", n, function="scipy.special.polygamma", reason="the order is negative")
    if not order:
        return c.elementwise(gamma_functions.digamma, x, to_float=True)
    wide = c.cast(c.value(x), DType.f64)
    return c.elementwise(gamma_functions.polygamma, wide, to_float=True, n=order)
