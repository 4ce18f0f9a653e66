"""Shared by all tests: the repository root is importable, so that `tests.oracle` is a package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the whole suite."""
    parser.addoption(
        "--all-programs", action="store_true", help="every corpus program on every backend in every mode"
    )
