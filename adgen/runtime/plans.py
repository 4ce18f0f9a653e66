"""What is made of a function: which derivative, with respect to what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adgen.records import dataclass

#: ``primal`` the function itself; ``value_and_grad`` and ``grad`` joint programs; ``split`` a forward and a
#: backward program linked by residuals; ``tangent`` forward mode; ``jacobian`` all of it in one program;
#: ``hvp`` forward mode over the gradient.
MODES = ("primal", "value_and_grad", "grad", "split", "tangent", "jacobian", "hvp")


Selector = int | tuple[int, int | str]
"""A parameter by position, or one item of ``*args`` or ``**kwargs``."""


def selected(values: Sequence[Any], selector: Selector) -> Any:
    """What a selector picks out of the values of all parameters."""
    if isinstance(selector, int):
        return values[selector]
    return values[selector[0]][selector[1]]


def selected_name(names: Sequence[str], selector: Selector) -> str:
    """How a user writes what a selector picks."""
    return names[selector] if isinstance(selector, int) else f"{names[selector[0]]}[{selector[1]!r}]"


@dataclass(frozen=True, slots=True)
class Plan:
    """A derivative of a function by the parameters ``wrt``; ``single`` gives a bare gradient.

    ``leaves`` (of modes ``tangent`` and ``hvp``) are the positions of the leaves that have a tangent,
    ``direction`` (of mode ``jacobian``) is forward, reverse or auto.
    """

    mode: str
    wrt: tuple[Selector, ...] = ()
    single: bool = False
    has_aux: bool = False
    leaves: tuple[int, ...] = ()
    direction: str = ""
