"""``adgen primitives``: what there is, and how much of it has a derivative."""

from __future__ import annotations

import json

import pytest

from adgen.cli import main
from adgen.frontend.library.coverage import coverage_page
from adgen.frontend.library.inventory import absent, differentiable, functions


def test_the_count_is_of_distinct_functions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["primitives", "--count"]) == 0
    count = int(capsys.readouterr().out)
    assert count == len(differentiable())
    assert count >= 330
    names = {f.name for f in differentiable()}
    assert "numpy.absolute" in names
    assert not names & {"numpy.abs", "numpy.ndarray.sum", "numpy.floor", "numpy.add.reduce"}


def test_json_has_a_record_for_every_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["primitives", "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["count"] == len(differentiable())
    (median,) = (f for f in page["functions"] if f["name"] == "numpy.median")
    assert median["signature"] == "(a, axis=None, *, overwrite_input=False, keepdims=False)"
    assert median["modes"] == ["forward", "reverse"]
    assert median["backends"] == ["numpy", "llvm"]


def test_markdown_is_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["primitives", "--markdown"]) == 0
    assert capsys.readouterr().out == coverage_page()


def test_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["primitives"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "numpy.sort(a, axis=-1, kind=None, order=None, *, stable=None)  both modes  numpy+llvm" in lines
    assert lines[-1].endswith("in both modes.")


def test_kinks_come_from_the_primitives() -> None:
    (maximum,) = (f for f in functions() if f.name == "numpy.maximum")
    assert maximum.kinks == ("maximum where both are equal -> 1/2, 1/2",)


def test_nothing_that_is_there_counts_as_absent() -> None:
    names = {f.name for f in functions()}
    assert not names & {n for group in absent().values() for n in group}
