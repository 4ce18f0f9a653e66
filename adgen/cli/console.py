"""What the command line prints, and where: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from adgen.diagnostics import Diagnostic, render_all
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Console:
    """The output of one command. With ``as_json`` standard output gets exactly one JSON object."""

    as_json: bool = False
    quiet: bool = False
    verbose: int = 0
    color: str = "auto"

    def result(self, text: str, /, **data: Any) -> None:
        """The result of the command: ``text`` for people, ``data`` for machines."""
        if self.as_json:
            self._object({"ok": True, **data})
        elif text:
            sys.stdout.write(text if text.endswith("\n") else text + "\n")

    def say(self, text: str) -> None:
        """A remark on what is done."""
        if not self.quiet and not self.as_json:
            print(text, file=sys.stderr)

    def detail(self, text: str) -> None:
        """A remark that only ``-v`` shows."""
        if self.verbose:
            self.say(text)

    def remarks(self, diagnostics: Sequence[Diagnostic]) -> None:
        """What the user should know about a result that is right."""
        if diagnostics and not self.quiet and not self.as_json:
            print(render_all(diagnostics, color=self._colored(sys.stderr)), file=sys.stderr)

    def refused(self, diagnostics: Iterable[Diagnostic], **data: Any) -> None:
        """Why the command did not do what it was asked."""
        found = list(diagnostics)
        if self.as_json:
            self._object({"ok": False, "diagnostics": [d.to_json() for d in found], **data})
        else:
            print(render_all(found, color=self._colored(sys.stderr)), file=sys.stderr)

    def failed(self, text: str, /, **data: Any) -> None:
        """The command was carried out, and its verdict is bad."""
        if self.as_json:
            self._object({"ok": False, **data})
        else:
            print(text, file=sys.stderr)

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """Show on a terminal that work of over a second goes on; with ``-v`` say how long it took."""
        began = time.perf_counter()
        with self._bar(what):
            yield
        self.detail(f"{what}: {time.perf_counter() - began:.2f} s")

    @contextmanager
    def _bar(self, what: str) -> Iterator[None]:
        if self.quiet or self.as_json or not sys.stderr.isatty():
            yield
            return
        done = threading.Event()
        shower = threading.Thread(target=_spin, args=(what, done, sys.stderr), daemon=True)
        shower.start()
        try:
            yield
        finally:
            done.set()
            shower.join()

    def _object(self, data: dict[str, Any]) -> None:
        print(json.dumps(data, indent=2))

    def _colored(self, stream: TextIO) -> bool:
        if self.color == "auto":
            return stream.isatty() and not os.environ.get("NO_COLOR")
        return self.color == "always"


def _spin(what: str, done: threading.Event, stream: TextIO) -> None:
    """A bar that moves until ``done``: how long the work will take is not known beforehand."""
    if done.wait(1.0):
        return
    width, step = 20, 0
    while not done.wait(0.1):
        at = step % (2 * width)
        place = at if at < width else 2 * width - 1 - at
        stream.write(f"\r{what} [{' ' * place}={' ' * (width - 1 - place)}]")
        stream.flush()
        step += 1
    stream.write("\r" + " " * (len(what) + width + 3) + "\r")
    stream.flush()
