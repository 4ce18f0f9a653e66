"""Shared by all tests: the repository root is importable, so that `tests.oracle` is a package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

# Programs are made anew in every run: tests change what they are made by.
os.environ["ADGEN_CACHE"] = "objects"

# The verifier runs after every pass of every program.
os.environ.setdefault("ADGEN_CHECK", "1")

# The same examples in every run; `--hypothesis-profile=hunt` looks for new ones.
settings.register_profile("slice", max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("hunt", max_examples=2000)
settings.load_profile("slice")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the whole suite."""
    parser.addoption(
        "--all-programs", action="store_true", help="every corpus program on every backend in every mode"
    )
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


def pytest_configure(config: pytest.Config) -> None:
    """Reports of failing random programs import libcst's tools, which warn about a typing module."""
    config.addinivalue_line("filterwarnings", "ignore:mypy_extensions.TypedDict:DeprecationWarning")
