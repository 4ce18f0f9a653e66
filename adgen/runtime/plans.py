"""What is made of a function: which derivative, with respect to what."""

from __future__ import annotations

from dataclasses import dataclass

#: ``primal`` the function itself; ``value_and_grad`` and ``grad`` joint programs; ``split`` a forward and a
#: backward program linked by residuals; ``tangent`` forward mode.
MODES = ("primal", "value_and_grad", "grad", "split", "tangent")


@dataclass(frozen=True, slots=True)
class Plan:
    """A derivative of a function. ``wrt`` are positions of parameters, ``single`` gives a bare gradient.

    ``leaves`` (of mode ``tangent``) are the positions of the leaves that have a tangent.
    """

    mode: str
    wrt: tuple[int, ...] = ()
    single: bool = False
    has_aux: bool = False
    leaves: tuple[int, ...] = ()
