"""Refused programs beside those of the table: the same codes reached in other ways.

Each row is (code, refused program with its place marked, corrected twin).
"""

from __future__ import annotations

from adgen.diagnostics import Example

Row = tuple[str, Example, Example]

MORE: list[Row] = []
