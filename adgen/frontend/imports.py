"""``import`` inside a function: of NumPy, ``math`` and the other libraries that the frontend knows."""

from __future__ import annotations

import libcst as cst

from adgen.frontend.abstract import Module
from adgen.frontend.attributes import attribute
from adgen.frontend.expressions import code_of
from adgen.frontend.liveness import names_imported
from adgen.frontend.reader import Reader
from adgen.frontend.scope import is_library
from adgen.frontend.state import Activation


def import_statement(r: Reader, act: Activation, node: cst.Import) -> None:
    """``import a.b as c``."""
    for alias in node.names:
        module = code_of(alias.name)
        if not is_library(module):
            raise r.refuse("AG108", act, node)
        found = module if alias.asname is not None else module.partition(".")[0]
        r.state.frames[act.key][_bound(alias)] = Module(found)


def import_from(r: Reader, act: Activation, node: cst.ImportFrom) -> None:
    """``from a import b as c``."""
    module = "" if node.module is None else code_of(node.module)
    if node.relative or not is_library(module) or isinstance(node.names, cst.ImportStar):
        raise r.refuse("AG108", act, node)
    for alias in node.names:
        with r.at(act, alias):
            found = attribute(r, Module(module), code_of(alias.name), f"{module}.{code_of(alias.name)}")
        r.state.frames[act.key][_bound(alias)] = found


def _bound(alias: cst.ImportAlias) -> str:
    return next(names_imported(cst.Import([alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)])))
