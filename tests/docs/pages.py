"""The pages of the documentation, read block by block and run.

A fenced block says by its language, or by a comment on the line before it, what it is:

    ```python                            executed in the page's namespace; prints nothing
    ```pycon                             a session: what it prints is compared
    ```console                           `$ command` lines, run in the page's folder; output is compared
    <!-- file: NAME -->                  the block is the content of a file in the page's folder
    <!-- output: COMMAND -->             the block is what the command prints
    <!-- patch: adgen -->                the block is a difference, applied to a copy of adgen that what
                                         follows on the page uses
    <!-- not run: REASON -->             the block is only read

A comment `<!-- table: COMMAND -->` says that the table below it is what the command prints.

Every other block is an error: nothing in the documentation goes unchecked by accident.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adgen.cli import main

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)$")
#: one command of adgen, alone or piped into others
OWN = re.compile(r"adgen (?P<arguments>(?:[^|;&<>\"']|\"[^\"]*\"|'[^']*')+)(?:\| (?P<rest>.+))?")
TABLE = re.compile(r"^<!-- table: (?P<command>.+) -->$")
DIRECTIVE = re.compile(r"^ *<!-- (?P<kind>file|output|patch|not run): (?P<value>.+) -->$")


@dataclass(slots=True)
class Block:
    """One fenced block: lines ``first`` to before ``last`` of the page are its content."""

    language: str
    first: int
    last: int
    indent: str
    directive: tuple[str, str] | None


@dataclass(slots=True)
class Page:
    """One page, run in a folder of its own; ``run`` leaves the text with current output in ``lines``."""

    lines: list[str]
    folder: Path
    root: Path = ROOT
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})

    def run(self) -> str:
        """The text of the page with every output as it is now."""
        found = blocks(self.lines)
        replaced = [(block, self._block(block)) for block in found]
        for block, text in reversed(replaced):
            if text is not None:
                lines = [(block.indent + line).rstrip() for line in text.splitlines()]
                self.lines[block.first : block.last] = lines
        self._tables()
        return "\n".join(self.lines) + "\n"

    def _tables(self) -> None:
        for number in reversed(range(len(self.lines))):
            found = TABLE.match(self.lines[number])
            if found is not None:
                first = last = number + 1
                while last < len(self.lines) and self.lines[last].startswith("|"):
                    last += 1
                self.lines[first:last] = self._shell(found["command"]).splitlines()

    def _block(self, block: Block) -> str | None:
        """Run a block; its current content, or None where that is not output."""
        cut = len(block.indent)
        text = "".join(line[cut:] + "\n" for line in self.lines[block.first : block.last])
        match block.directive:
            case ("file", name):
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                return None
            case ("output", command):
                if not (printed := self._shell(command)):
                    raise ValueError(f"line {block.first}: {command} prints nothing")
                return printed
            case ("patch", _):
                self._patch(text)
                return None
            case ("not run", _):
                return None
        runners: dict[str, Callable[[str, int], str | None]] = {
            "python": self._python,
            "pycon": self._session,
            "console": self._console,
        }
        if block.language not in runners:
            raise ValueError(f"line {block.first}: a {block.language or 'plain'} block that nothing checks")
        return runners[block.language](text, block.first)

    def _python(self, text: str, line: int) -> None:
        path = self.folder / f"block_{line}.py"
        path.write_text(text)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(text, str(path), "exec"), self.names)
        if printed.getvalue():
            raise ValueError(f"line {line}: a python block prints; write a pycon block")

    def _session(self, text: str, line: int) -> str:
        lines = []
        for part in doctest.DocTestParser().parse(text):
            if isinstance(part, str):
                lines += part.splitlines()
                continue
            source = part.source.splitlines()
            lines += [f"{'>>>' if k == 0 else '...'} {row}".rstrip() for k, row in enumerate(source)]
            lines += ["..."] if source[-1].startswith(" ") else []
            lines += self._example(part.source, line + part.lineno).splitlines()
        return "\n".join(lines)

    def _example(self, source: str, line: int) -> str:
        path = self.folder / f"session_{line}.py"
        path.write_text(source)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(source, str(path), "single"), self.names)
            except Exception as error:
                print(f"Traceback (most recent call last):\n    ...\n{type(error).__qualname__}: {error}")
        return printed.getvalue()

    def _patch(self, text: str) -> None:
        copy = self.folder / "copy"
        if not copy.exists():
            ignored = shutil.ignore_patterns("__pycache__")
            for name in ("adgen", "tests", "docs", "samples"):
                shutil.copytree(ROOT / name, copy / name, ignore=ignored)
            for name in ("README.md", "pyproject.toml"):
                shutil.copy(ROOT / name, copy)
            self.root = copy
        command = ["git", "apply", "--recount", "-"]
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder)}
        subprocess.run(command, cwd=copy, input=text, text=True, check=True, env=environment)

    def _console(self, text: str, line: int) -> str:
        shown = []
        for row in text.splitlines():
            if row.startswith("$ "):
                shown.append(row)
                shown += self._shell(row[2:]).splitlines()
        return "\n".join(shown)

    def _shell(self, command: str) -> str:
        own = OWN.fullmatch(command)
        if own is not None and self.root is ROOT:
            printed = self._adgen(shlex.split(own["arguments"]))
            return self._process(own["rest"], printed) if own["rest"] else printed.rstrip("\n")
        return self._process(command)

    def _adgen(self, arguments: list[str]) -> str:
        """What the command line prints, in this process: it saves starting one."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main(arguments)
        return printed.getvalue()

    def _process(self, command: str, given: str = "") -> str:
        tools = self.folder / ".tools"
        if not tools.exists():
            tools.mkdir()
            (tools / "adgen").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adgen "$@"\n')
            (tools / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
            for tool in tools.iterdir():
                tool.chmod(0o755)
        path = os.pathsep.join((str(tools), os.environ.get("PATH", "")))
        python_path = os.pathsep.join((str(self.root), str(self.root / "samples")))
        environment = {
            **os.environ,
            "PATH": path,
            "PYTHONPATH": python_path,
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout.rstrip("\n")


def blocks(lines: list[str]) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    opened: tuple[str, str, int] | None = None
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = (fence["language"], fence["indent"], number)
            continue
        language, indent, start = opened
        comment = DIRECTIVE.match(lines[start - 1]) if start else None
        directive = (comment["kind"], comment["value"]) if comment else None
        found.append(Block(language, start + 1, number, indent, directive))
        opened = None
    if opened is not None:
        raise ValueError(f"line {opened[2] + 1}: this block has no end")
    return found
