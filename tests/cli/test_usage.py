"""Usage, exit statuses and the terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adgen.cli import main
from adgen.cli.console import Console
from adgen.cli.files import write_output
from adgen.cli.target import Target
from adgen.diagnostics import UserError, diagnose


@pytest.mark.parametrize("argv", [[], ["frobnicate"], ["build"], ["show", "a.py:f", "--stage", "nothing"]])
def test_wrong_usage_is_status_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert "usage: adgen" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["build", "--help"]])
def test_help_is_status_0(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 0
    assert "adgen" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [("a.py:f", "a.py", "f"), ("dir/a.py:_g2", "dir/a.py", "_g2"), ("C:a.py:f", "C:a.py", "f")],
)
def test_target(text: str, path: str, name: str) -> None:
    assert Target.parse(text) == Target(Path(path), name)


@pytest.mark.parametrize("text", ["a.py", "a.py:", "a:f", "a.py:f.g", "a.py:2f", ":f"])
def test_not_a_target(text: str) -> None:
    with pytest.raises(UserError, match="AG804"):
        Target.parse(text)


def test_module_runs_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "adgen", "explain", "AG101"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("error[AG101]")


def test_color_only_when_asked_or_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Console().refused([diagnose("AG101")])
    assert "\x1b" not in capsys.readouterr().err
    Console(color="always").refused([diagnose("AG101")])
    assert "\x1b" in capsys.readouterr().err


def test_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "out.py"
    write_output(path, "one")
    write_output(path, "two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["out.py"]


def test_unwritable_output_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="AG805"):
        write_output(tmp_path / "file" / "out.py", "")
