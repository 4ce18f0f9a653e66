"""scipy.integrate.solve_ivp: the solution of an ordinary differential equation from its initial value."""

from __future__ import annotations

import math
from typing import NamedTuple

from adgen.frontend.abstract import Abstract, Known, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.written import entry
from adgen.frontend.written import ordinary

table = Table()
_RK45, _RTOL, _ATOL, _INF = Known("RK45"), Known(1e-3), Known(1e-6), Known(math.inf)
_at_times = entry(ordinary, ordinary.at_times)
_at_steps = entry(ordinary, ordinary.at_steps)


class Solution(NamedTuple):
    """The attributes of a solution."""

    t: Abstract
    y: Abstract
    sol: Abstract
    t_events: Abstract
    y_events: Abstract
    status: Abstract
    message: Abstract
    success: Abstract


@table.function("scipy.integrate.solve_ivp")
def solve_ivp(
    c: LibraryContext,
    fun: Abstract,
    t_span: Abstract,
    y0: Abstract,
    method: Abstract = _RK45,
    t_eval: Abstract = NONE,
    *,
    args: Abstract = NONE,
    rtol: Abstract = _RTOL,
    atol: Abstract = _ATOL,
    max_step: Abstract = _INF,
    first_step: Abstract = NONE,
) -> Result:
    """The solution by the steps of an explicit method, which are what is differentiated."""
    if c.static(method, "the method") not in ("RK45", "RK23", "DOP853"):
        reason = "only the methods RK45, RK23 and DOP853 are supported"
        raise c.error("AG205", method, function="scipy.integrate.solve_ivp", reason=reason)
    given = Tuple(()) if c.is_none(args) else args
    settings = (given, rtol, atol, max_step, first_step, method)
    if c.is_none(t_eval):
        found = _at_steps(c, fun, t_span, y0, *settings)
    else:
        found = _at_times(c, fun, t_span, y0, t_eval, *settings)
    assert isinstance(found, Tuple)
    message = Known("The solver successfully reached the end of the integration interval.")
    t, y = found.items
    return Solution(t, y, NONE, NONE, NONE, Known(0), message, Known(True))
