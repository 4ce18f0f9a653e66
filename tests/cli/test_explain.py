"""``adgen explain CODE``."""

from __future__ import annotations

import json

import pytest

from adgen.cli import main
from adgen.diagnostics import CODES


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"{CODES[code].severity}[{code}]: ")
    assert "{" not in text.splitlines()[0]
    assert max(len(line) for line in text.splitlines()) <= 110


def test_page_marks_the_refused_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "ag206"]) == 0
    lines = capsys.readouterr().out.splitlines()
    row = lines.index("            return y")
    assert lines[row + 1] == "                   ^"


def test_json_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "AG206", "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["ok"] is True
    assert page["code"] == "AG206"
    assert "return y" in page["bad"]


def test_unknown_code_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "AG000"]) == 1
    assert "error[AG806]: no diagnostic has code `AG000`" in capsys.readouterr().err


def test_unknown_code_is_refused_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "AG000", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["diagnostics"][0]["code"] == "AG806"
