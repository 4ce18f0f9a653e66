"""Gradient checks: derivatives made by adgen against independent numerical ones."""

from __future__ import annotations

from adgen.checking.check import check_grad
from adgen.checking.report import CheckReport, Row, Section

__all__ = ["CheckReport", "Row", "Section", "check_grad"]
