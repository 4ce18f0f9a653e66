"""Surgery on the backward pass: functions of adgen that are written as a user would write them.

Inside a function that is differentiated they are read like the user's own, so what they do to a cotangent
stands in the generated source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adgen.runtime.custom import custom_vjp


@custom_vjp
def straight_through(f: Callable[[Any], Any], x: Any) -> Any:
    """``f(x)``; its derivative is that of the identity.

    >>> import adgen
    >>> import numpy as np
    >>> adgen.grad(lambda x: np.sum(adgen.straight_through(np.round, x) ** 2))(np.array([0.4, 1.7]))
    array([0., 4.])
    """
    return f(x)


straight_through.defvjp(lambda f, x: (straight_through(f, x), None), lambda saved, g: (None, g))


@custom_vjp
def cotangent(x: Any, change: Callable[[Any], Any]) -> Any:
    """``x`` itself; the reverse sweep puts ``change(g)`` in place of its cotangent ``g``.

    >>> import adgen
    >>> import numpy as np
    >>> def loss(x):
    ...     h = adgen.cotangent(x * x, lambda g: np.clip(g, -1.0, 1.0))
    ...     return np.sum(h**2)
    ...
    >>> adgen.grad(loss)(np.array([0.5, 3.0]))
    array([0.5, 6. ])
    """
    return x


cotangent.defvjp(lambda x, change: (x, change), lambda change, g: (change(g), None))
