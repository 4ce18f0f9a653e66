"""Every entry of the table of codes: its form, the programs it refuses, and their corrected twins.

A refused program has to give exactly its code at the marked place, through a call of the public interface
and, where the example has a signature, also when built from its file alone, without being imported.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import adgen
from adgen.cli import main
from adgen.diagnostics import CODES, Code, Example, UserError, diagnose
from tests.diagnostics.programs import MORE

HEADER = "import math\n\nimport numpy as np\n\nimport adgen\n\n\n"
HEADER_LINES = HEADER.count("\n")

#: a call names lengths after arguments (`x_0`) or pins them, a signature has names of its own
LENGTH = re.compile(r"\b([a-z]_\d|[a-z]|\d+)\b")

Case = tuple[str, Example]


def refused() -> list[Any]:
    named = [(entry.code, entry.bad, "") for entry in CODES.values() if entry.bad]
    named += [(code, bad, f"-{i}") for i, (code, bad, _) in enumerate(MORE)]
    return [pytest.param(code, example, id=code + suffix) for code, example, suffix in named]


def accepted() -> list[Any]:
    named = [(entry.code, entry.good, "") for entry in CODES.values() if entry.good]
    named += [(code, good, f"-{i}") for i, (code, _, good) in enumerate(MORE)]
    return [pytest.param(example, id=code + suffix) for code, example, suffix in named]


def of_files(cases: list[Any]) -> list[Any]:
    return [case for case in cases if case.values[-1].signature]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "program.py"
    sys.modules.pop("program", None)


def load(path: Path, example: Example) -> ModuleType:
    path.write_text(HEADER + example.text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("program", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    return module


def call(path: Path, example: Example) -> None:
    eval(example.call, vars(load(path, example)))


def build(path: Path, example: Example, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    path.write_text(HEADER + example.text, encoding="utf-8")
    output = str(path.with_name("out.py"))
    status = main(["build", f"{path}:f", "--signature", example.signature, "-o", output, "--json"])
    return status, json.loads(capsys.readouterr().out)


def expected_place(example: Example) -> tuple[int, int] | None:
    return None if example.mark is None else (example.mark[0] + HEADER_LINES, example.mark[1])


@pytest.mark.parametrize(("code", "example"), refused())
def test_refused_when_called(code: str, example: Example, program: Path) -> None:
    with pytest.raises(UserError) as caught:
        call(program, example)
    assert [d.code for d in caught.value.diagnostics] == [code], str(caught.value)
    primary = caught.value.diagnostic.primary
    place = expected_place(example)
    if place is not None:
        assert primary is not None
        assert (primary.line, primary.col) == place, str(caught.value)
        assert primary.file == str(program)


@pytest.mark.parametrize(("code", "example"), of_files(refused()))
def test_refused_when_built_from_the_file(
    code: str, example: Example, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = build(program, example, capsys)
    assert status == 1
    assert [d["code"] for d in report["diagnostics"]] == [code], report
    place = expected_place(example)
    if place is not None:
        primary = report["diagnostics"][0]["primary"]
        assert (primary["line"], primary["col"]) == place


@pytest.mark.parametrize(("code", "example"), of_files(refused()))
def test_both_ways_say_the_same(
    code: str, example: Example, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError) as caught:
        call(program, example)
    _, report = build(program, example, capsys)
    live, read = caught.value.diagnostic.to_json(), report["diagnostics"][0]
    for part in ("title", "help", "notes"):
        assert LENGTH.sub("n", str(live[part])) == LENGTH.sub("n", str(read[part]))


@pytest.mark.parametrize("example", accepted())
def test_corrected_twin_compiles(example: Example, program: Path) -> None:
    call(program, example)


@pytest.mark.parametrize("example", of_files(accepted()))
def test_corrected_twin_builds_from_the_file(
    example: Example, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = build(program, example, capsys)
    assert (status, report["ok"]) == (0, True), report


@pytest.mark.parametrize("entry", CODES.values(), ids=list(CODES))
def test_entry_is_complete(entry: Code) -> None:
    assert (entry.bad is not None and entry.good is not None) != bool(entry.no_example)
    assert entry.page.endswith(".")
    assert not entry.title.endswith(".")
    assert entry.title[0] in "`{" or entry.title[0].islower() or entry.title.startswith("NumPy")
    fields = {name: "something" for name in entry.fields()}
    assert diagnose(entry.code, **fields).title
    assert not entry.good or entry.good.mark is None


def test_there_are_enough_programs() -> None:
    assert len(refused()) >= 120
    assert len(of_files(refused())) >= 60


def test_every_code_is_raised_somewhere() -> None:
    package = Path(adgen.__file__).parent
    sources = [p for p in package.rglob("*.py") if p.parent.name != "codes"]
    text = "\n".join(p.read_text() for p in sources)
    assert [code for code in CODES if code not in text] == []
