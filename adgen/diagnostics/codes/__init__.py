"""The table of diagnostic codes, one module per range.

To add a diagnostic, add one ``Code(...)`` entry to the module of its range and raise it with
``raise refuse("AGnnn", span, field=...)`` from :mod:`adgen.diagnostics`. Nothing else has to change: the
explain page, the JSON form and the test that runs its ``bad`` and ``good`` programs come from the entry.

======  ==========================================  ==========================================
range   about                                       module
======  ==========================================  ==========================================
AG1xx   the accepted language                       ``statements``, ``expressions``
AG2xx   names, types, shapes, signatures, sources   ``names``, ``shapes``, ``storage``, ``signatures``
AG3xx   differentiability and residuals             ``differentiability``, ``rules``
AG4xx   checkpointing, and what is not there yet    ``availability``
AG5xx   NumPy source                                ``emission``
AG6xx   kernels                                     ``kernels``
AG7xx   guards at run time                          ``guards``
AG8xx   command line and files                      ``command``
AG9xx   adgen's own faults                          ``internal``
======  ==========================================  ==========================================

A code is never used again for something else; a retired one stays in the table.
"""

from __future__ import annotations

from adgen.diagnostics.codes import (
    availability,
    command,
    differentiability,
    emission,
    expressions,
    guards,
    internal,
    kernels,
    names,
    rules,
    shapes,
    signatures,
    statements,
    storage,
)
from adgen.diagnostics.codes.entry import Code, Example, Severity

_MODULES = (
    statements,
    expressions,
    names,
    shapes,
    storage,
    signatures,
    differentiability,
    rules,
    availability,
    emission,
    kernels,
    guards,
    command,
    internal,
)


def _table() -> dict[str, Code]:
    entries = sorted((entry for module in _MODULES for entry in module.CODES), key=lambda entry: entry.code)
    table = {entry.code: entry for entry in entries}
    if len(table) != len(entries):
        raise ValueError("a diagnostic code is used twice")
    return table


CODES: dict[str, Code] = _table()
"""Every code, in order."""

__all__ = ["CODES", "Code", "Example", "Severity"]
