"""Programs that run on NumPy until their kernels are compiled (``warmup="numpy"``)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from adgen.runtime.backends import Program
from adgen.runtime.executables import Executable, SplitExecutable

Runs = Executable | SplitExecutable


class Warming:
    """What answers calls while the kernels of ``later`` are compiled in another thread.

    Both are the same derivative: only rounding differs between NumPy and kernels.
    """

    def __init__(self, now: Runs, later: Runs, programs: Sequence[Program]) -> None:
        self._now = now
        self._later = later
        self._programs = programs
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._compile, name="adgen-warmup")
        self._thread.start()

    def _compile(self) -> None:
        try:
            for program in self._programs:
                program.kernel.load()
        except BaseException as error:
            self._failure = error

    def __call__(self, leaves: list[Any]) -> Any:
        """The result of the call."""
        return self.best()(leaves)

    @property
    def ready(self) -> bool:
        """Whether the kernels are there (or cannot be)."""
        return not self._thread.is_alive()

    def best(self) -> Runs:
        """What answers a call now. Raises what compilation raised."""
        if not self.ready:
            return self._now
        if self._failure is not None:
            raise self._failure
        return self._later
