"""Programs on disk: a new process (here: new modules and empty tables) finds what an earlier one made."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.runtime import dispatch, specialise
from tests.oracle.compare import assert_same_kind

SOURCE = """
import numpy as np

FACTOR = 2.0
STEPS = 3


def half(x):
    return x / 2


def loss(x, y):
    if np.sum(y) > 1e6:
        raise ValueError("too much")
    for _ in range(STEPS):
        x = half(np.tanh(FACTOR * x))
    return np.sum(x * y)
"""
BACKENDS = pytest.mark.parametrize("backend", ["llvm", "numpy"])
X, Y = np.linspace(-1.0, 1.0, 5), np.arange(5.0)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which programs are kept."""
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ADGEN_CACHE", "all")
    monkeypatch.delenv("ADGEN_CHECK", raising=False)  # checked programs are made anew
    return tmp_path / "cache"


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> Callable[..., ModuleType]:
    """What a new process sees of a module with this source."""

    def start(source: str = SOURCE) -> ModuleType:
        monkeypatch.setattr(specialise, "_SHARED", {})
        path = tmp_path / "program.py"
        path.write_text(source)
        module = ModuleType("program")
        module.__file__ = str(path)
        monkeypatch.setitem(sys.modules, "program", module)
        exec(compile(source, str(path), "exec"), module.__dict__)
        return module

    return start


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Grows by one element whenever something is traced."""
    found: list[Any] = []
    original = dispatch.Dispatcher.trace

    def trace(self: Any, *args: Any, **kwargs: Any) -> Any:
        found.append(args)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(dispatch.Dispatcher, "trace", trace)
    return found


def programs(cache: Path) -> list[Path]:
    return sorted(cache.glob("programs/*/*.program"))


@BACKENDS
def test_a_stored_program_gives_what_the_first_one_gave(process: Any, traced: Any, backend: str) -> None:
    first = adgen.value_and_grad(process().loss, (0, 1), backend=backend)(X, Y)
    count = len(traced)
    transform = adgen.value_and_grad(process().loss, (0, 1), backend=backend)
    for _ in range(4):
        assert_same_kind(transform(X, Y), first)
        np.testing.assert_array_equal(transform(X, Y)[1][0], first[1][0])
    assert len(traced) == count
    assert_same_kind(transform(X[:2], Y[:2]), adgen.value_and_grad(process().loss, (0, 1))(X[:2], Y[:2]))
    assert "def " in transform.source  # looked at, it is made again
    assert len(traced) > count


@BACKENDS
def test_failures_of_a_stored_program_are_those_of_the_first(process: Any, backend: str) -> None:
    adgen.grad(process().loss, backend=backend)(X, Y)
    transform = adgen.grad(process().loss, backend=backend)
    with pytest.raises(ValueError, match="too much"):
        transform(X, Y * 1e9)
    with pytest.raises(ValueError, match="AG702"):
        transform(X, Y[:2])


@pytest.mark.parametrize(
    ("old", "new"),
    [("x / 2", "x / 4"), ("STEPS = 3", "STEPS = 4"), ("np.tanh", "np.sin"), ("FACTOR = 2.0", "FACTOR = 3.0")],
)
def test_what_changed_is_made_again(process: Any, old: str, new: str) -> None:
    adgen.grad(process().loss)(X, Y)
    changed = process(SOURCE.replace(old, new))
    found = adgen.grad(changed.loss)(X, Y)
    step = 1e-6 * np.eye(5)
    wanted = [(changed.loss(X + h, Y) - changed.loss(X - h, Y)) / 2e-6 for h in step]
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9)


def test_a_changed_surrounding_is_noticed(process: Any) -> None:
    module = process()
    adgen.grad(module.loss)(X, Y)
    again = process()
    again.STEPS = 1
    again.half = lambda x: 3.0 * x
    wanted = 3.0 * 2.0 * Y / np.cosh(2.0 * X) ** 2
    np.testing.assert_allclose(adgen.grad(again.loss)(X, Y), wanted)


@pytest.mark.parametrize("damage", [b"", b"garbage", None, 0o666])
def test_damaged_and_foreign_files_count_for_nothing(
    process: Any, traced: Any, cache: Path, damage: bytes | int | None
) -> None:
    wanted = adgen.grad(process().loss)(X, Y)
    (path,) = programs(cache)
    content = path.read_bytes()
    if isinstance(damage, int):
        path.chmod(damage)
    else:
        path.write_bytes(content[:-1] + b"\x55" if damage is None else damage)
    count = len(traced)
    np.testing.assert_array_equal(adgen.grad(process().loss)(X, Y), wanted)
    assert len(traced) > count
    assert programs(cache) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_kept_where_that_is_switched_off(
    process: Any, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADGEN_CACHE", "objects")
    adgen.grad(process().loss)(X, Y)
    assert not programs(cache)


def test_a_new_process_needs_neither_libcst_nor_the_frontend(tmp_path: Path, cache: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import sys
            import numpy as np
            import adgen

            def loss(x):
                return np.sum(np.tanh(x) ** 2)

            gradient = adgen.grad(loss, backend="llvm")
            print(gradient(np.arange(3.0)).tolist())
            print(gradient(np.arange(3.0)).tolist())
            print(*(name in sys.modules for name in ("libcst", "adgen.frontend", "adgen.loops.lower")))
        """)
    )
    runs = [
        subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=os.environ.copy())
        for _ in range(2)
    ]
    outputs = [run.stdout.splitlines() for run in runs]
    assert outputs[0][-1] == "True True True", runs[0].stderr
    assert outputs[1] == [*outputs[0][:-1], "False False False"]


# -- what is no plain function ---------------------------------------------------------------------------
OBJECTS = """
import functools

import numpy as np


class Model:
    scale = 3.0

    def __init__(self, weight, count):
        self.weight = weight
        self.count = count

    def step(self, x):
        return np.sin(self.scale * x)

    def loss(self, x):
        for _ in range(self.count):
            x = self.step(x)
        return np.sum(self.weight * x * x)


class Other(Model):
    def step(self, x):
        return np.cos(self.scale * x)


def power(a, x, b):
    return np.sum(a * np.tanh(x) ** b)


def two(x, y):
    return x * y, np.sum(x)
"""


def test_methods_are_stored(process: Any, traced: Any) -> None:
    first = adgen.grad(process(OBJECTS).Model(2.0, 2).loss)(X)
    count = len(traced)
    module = process(OBJECTS)
    np.testing.assert_array_equal(adgen.grad(module.Model(2.0, 2).loss)(X), first)
    np.testing.assert_allclose(adgen.grad(module.Model(6.0, 2).loss)(X), 3.0 * first)
    assert len(traced) == count


def test_methods_of_other_objects_are_told_apart(process: Any) -> None:
    adgen.grad(process(OBJECTS).Model(2.0, 2).loss)(X)
    module = process(OBJECTS)
    changed = process(OBJECTS)
    changed.Model.scale = 2.0
    for model in (module.Other(2.0, 2), module.Model(2.0, 1), changed.Model(2.0, 2)):
        step = 1e-6 * np.eye(5)
        wanted = [(model.loss(X + h) - model.loss(X - h)) / 2e-6 for h in step]
        np.testing.assert_allclose(adgen.grad(model.loss)(X), wanted, rtol=1e-5, atol=1e-8)


def test_partial_functions_are_stored(process: Any, traced: Any) -> None:
    first = adgen.grad(functools.partial(process(OBJECTS).power, 2.0, b=3))(X)
    count = len(traced)
    power = process(OBJECTS).power
    np.testing.assert_array_equal(adgen.grad(functools.partial(power, 2.0, b=3))(X), first)
    assert len(traced) == count
    np.testing.assert_allclose(adgen.grad(functools.partial(power, 4.0, b=3))(X), 2.0 * first)
    np.testing.assert_allclose(adgen.grad(functools.partial(power, 2.0, b=1))(X), 2.0 / np.cosh(X) ** 2)


@BACKENDS
def test_both_halves_are_stored(process: Any, traced: Any, backend: str) -> None:
    first, pullback = adgen.vjp(process(OBJECTS).two, X, Y, backend=backend)
    gradients = pullback((Y, 2.0))
    count = len(traced)
    two = process(OBJECTS).two
    for _ in range(3):
        found, pullback = adgen.vjp(two, X, Y, backend=backend)
        assert_same_kind(found, first)
        for _ in range(2):
            for mine, wanted in zip(pullback((Y, 2.0)), gradients, strict=True):
                np.testing.assert_array_equal(mine, wanted)
        np.testing.assert_array_equal(adgen.jvp(two, (X, Y), (Y, None), backend=backend)[1][0], Y * Y)
    assert len(traced) == count + 1  # the tangent was not made before
