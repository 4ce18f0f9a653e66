"""The machine layer: objects without undefined symbols, the cache on disk, externals."""

from __future__ import annotations

import ctypes
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from adgen.llvm_backend import externals
from adgen.llvm_backend.compile import CompileOptions, Target, emit_object
from adgen.llvm_backend.loading import TABLE, load
from adgen.llvm_backend.objects import key_of, object_for

TEXT = f"""
@rt = internal global [1 x ptr] zeroinitializer
define ptr @{TABLE}() {{
  ret ptr @rt
}}
define i64 @answer(i64 %x) {{
  %y = add i64 %x, 41
  ret i64 %y
}}
"""


def answer(code: bytes) -> int:
    loaded = load(code, ["answer"], [])
    return int(ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(loaded.addresses["answer"])(1))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_object_is_kept_and_found_again(cache: Path) -> None:
    first = object_for(TEXT)
    (path,) = cache.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.stat().st_mtime_ns
    assert object_for(TEXT) == first
    assert path.stat().st_mtime_ns == before
    assert answer(first) == 42


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_entry_is_compiled_again(cache: Path, damage: bytes | None) -> None:
    good = object_for(TEXT)
    (path,) = cache.iterdir()
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"\x55" if damage is None else damage)
    assert object_for(TEXT) == good
    assert path.read_bytes() == content


def test_an_entry_others_could_write_is_not_trusted(cache: Path) -> None:
    object_for(TEXT)
    (path,) = cache.iterdir()
    path.chmod(0o666)
    object_for(TEXT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_unwritable_cache_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(blocker / "below"))
    assert answer(object_for(TEXT)) == 42


def test_the_key_depends_on_everything() -> None:
    host, options = Target.host(), CompileOptions()
    keys = {
        key_of(TEXT, host, options),
        key_of(TEXT + " ", host, options),
        key_of(TEXT, Target(host.triple, "x86-64", host.features), options),
        key_of(TEXT, host, CompileOptions(fast=True)),
    }
    assert len(keys) == 4


def test_undefined_symbols_are_refused() -> None:
    call = "define double @f(double %x) {\n  %y = call double @tan(double %x)\n  ret double %y\n}"
    with pytest.raises(RuntimeError, match="tan"):
        emit_object(f"{TEXT}\ndeclare double @tan(double)\n{call}")


def test_externals() -> None:
    assert externals.address("libm.tan")
    assert externals.address("blas.dgemm")
    assert externals.address("c.malloc")
    assert not externals.available("libm.no_such_function")
    assert not externals.available("nowhere.tan")


def test_blas_is_found_without_the_package_around_it() -> None:
    script = (
        "import sys\n"
        "from adgen.llvm_backend import externals\n"
        "found = externals.address('blas.dgemm'), externals.address('lapack.dpotrf')\n"
        "assert all(found) and 'scipy.linalg' not in sys.modules\n"
        "import scipy.linalg\n"
        "import scipy.linalg.cython_blas as later\n"
        "assert later is externals._extension('cython_blas')\n"
        "assert scipy.linalg.cholesky([[4.0]])[0, 0] == 2.0\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
