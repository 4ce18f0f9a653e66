"""The two commands of README.md are those that work: the second is the one that .ci/run calls."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT

COMMANDS = re.findall(
    r"^(python -m pip install .+) && python (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE
)


def test_there_are_two() -> None:
    assert [install for install, _ in COMMANDS] == [
        "python -m pip install -e '.[samples]'",
        "python -m pip install -e '.[test]'",
    ]


def test_the_main_job(tmp_path: Path) -> None:
    script, *options = shlex.split(COMMANDS[0][1])
    command = [sys.executable, str(ROOT / script), *options, "--small"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    written = re.findall(r"^wrote (.+)$", done.stdout, re.MULTILINE)
    assert {Path(name).name for name in written} == {"digits_grad.py", "digits.png"}
    assert all((tmp_path / name).exists() for name in written)


def test_the_tests_are_what_ci_runs() -> None:
    pattern = r"grep -m 1 -E '(.+)' README\.md"
    found = re.search(pattern, (ROOT / ".ci" / "run").read_text())
    assert found is not None
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if re.search(found[1], line)]
    assert len(lines) == 1
    assert lines[0].endswith("python -m pytest -q -n 2")
