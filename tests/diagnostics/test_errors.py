"""The exception families."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from adgen.diagnostics import (
    AdgenError,
    GradientMismatch,
    InternalError,
    RunError,
    Span,
    UserError,
    refuse,
    run_error,
)

SPAN = Span("m.py", 3, 1, 3, 2)
KINDS = [
    IndexError,
    ValueError,
    ZeroDivisionError,
    OverflowError,
    TypeError,
    MemoryError,
    np.linalg.LinAlgError,
]


@pytest.mark.parametrize("kind", KINDS)
def test_run_error_is_also_the_python_type(kind: type[Exception]) -> None:
    error = run_error(kind, "it failed", SPAN)
    assert isinstance(error, RunError)
    assert isinstance(error, kind)
    assert error.line == 3
    assert str(error) == "it failed (m.py:3:1)"


@pytest.mark.parametrize("error", [run_error(IndexError, "m", SPAN, "AG702"), refuse("AG101", SPAN)])
def test_errors_pickle(error: AdgenError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)


def test_families_share_one_base() -> None:
    for family in (UserError, RunError, GradientMismatch, InternalError):
        assert issubclass(family, AdgenError)
    assert issubclass(GradientMismatch, AssertionError)


def test_internal_error_says_how_to_report_it() -> None:
    text = str(InternalError("types differ", stage="reverse", excerpt="%1 = add(%0)", span=SPAN))
    assert "bug in adgen" in text
    assert "please report" in text
    assert "%1 = add(%0)" in text


def test_a_user_error_has_a_diagnostic() -> None:
    with pytest.raises(ValueError, match="at least one"):
        UserError()
