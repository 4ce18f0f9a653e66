"""Functions of NumPy whose derivative on duals is that of a text in simpler functions.

The value is NumPy's own; differences check the text together with everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.frontend.library.written import MODULES
from tests.oracle.dual import Dual, strip
from tests.oracle.dual_functions import has_dual

if TYPE_CHECKING:
    from tests.oracle.dual_run import Run


def _live(name: str) -> Any:
    home, _, short = name.rpartition(".")
    return getattr(import_module(home), short, None) if home in ("numpy", "scipy.ndimage") else None


#: the function of NumPy or SciPy -> the text
WRITTEN: dict[Any, Callable[..., Any]] = {
    _live(name): function
    for module in MODULES
    for names, function in module.NAMES.items()
    for name in names.split()
    if callable(_live(name))
}
#: these call functions of the user, which see duals
_CALLING = {np.piecewise, np.apply_along_axis, np.apply_over_axes, np.vectorize, np.fromfunction}


class Written:
    """A function of NumPy on duals by its text."""

    def __init__(self, function: Any, run: Run) -> None:
        self._function = function
        self._run = run

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._function in _CALLING or any(has_dual(x) for x in (*args, *kwargs.values())):
            found = self._run.rebinder(own=True).function(WRITTEN[self._function])(*args, **kwargs)
            if self._function in _CALLING:
                return found
            plain = {name: strip(x) for name, x in kwargs.items()}
            return _valued(found, self._function(*(strip(x) for x in args), **plain))
        found = self._function(*args, **kwargs)
        return (
            type(found)(map(self._run.lift, found)) if type(found) in (list, tuple) else self._run.lift(found)
        )


def _valued(found: Any, value: Any) -> Any:
    """The dual with another innermost value."""
    if isinstance(found, (list, tuple)):
        return type(found)(_valued(f, v) for f, v in zip(found, value, strict=True))
    return Dual(_valued(found.p, value), found.t) if isinstance(found, Dual) else value
