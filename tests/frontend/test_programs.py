"""What a program means is what Python means, and a file gives the same program as a live function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.frontend import harness, programs


def _ids() -> list[str]:
    return [f"{function.__name__}-{k}" for k, (function, _) in enumerate(programs.CASES)]


@pytest.mark.parametrize(("function", "args"), programs.CASES, ids=_ids())
def test_means_what_python_means(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    live = harness.check(function, *args)
    alone = harness.lowered_from_file(function, *args)
    assert harness.text(alone) == harness.text(live)
    assert alone.func.comments == live.func.comments
    assert [c.name for c in alone.captures] == [c.name for c in live.captures]


def test_lowering_is_deterministic() -> None:
    first = harness.text(harness.lowered(programs.nested_exits, programs.x5, 4))
    assert harness.text(harness.lowered(programs.nested_exits, programs.x5, 4)) == first
