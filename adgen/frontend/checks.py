"""Assertions: decided now, or refused."""

from __future__ import annotations

import libcst as cst

from adgen.frontend.abstract import Abstract
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation


def check(r: Reader, act: Activation, node: cst.Assert, test: Abstract) -> None:
    """An assertion that is not known to hold."""
    raise r.refuse("AG118", act, node, construct="assert (of a computed condition)")
