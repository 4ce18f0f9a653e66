"""The cache on disk has a limit: what was not used for longest goes first."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from adgen.objects import disk


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("ADGEN_CACHE_SIZE", "10 kB")
    return tmp_path


def age(path: Path, hours: float) -> None:
    before = path.stat().st_mtime - 3600.0 * hours
    os.utime(path, (before, before))


def test_what_was_used_last_stays(cache: Path) -> None:
    paths = [cache / f"{k:x}.o" for k in range(1, 13)]
    for k, path in enumerate(paths):
        disk.write(path, bytes(935))  # with its header a thousand
        age(path, 24 - k)
    assert disk.read(paths[0]) is not None  # counts as used now
    disk.sweep()
    kept = [path.name for path in paths if path.exists()]
    assert kept == ["1.o", *(f"{k:x}.o" for k in range(6, 13))]
    disk.sweep()
    assert len(list(cache.iterdir())) == 8


def test_one_write_in_sixteen_looks(cache: Path) -> None:
    for k in range(1, 13):
        disk.write(cache / f"{k:x}.o", bytes(935))
    assert len(list(cache.iterdir())) == 12
    disk.write(cache / "0.o", bytes(935))
    assert len(list(cache.iterdir())) == 8


def test_nobody_looks_before_there_is_much_new(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking takes longer than writing where there are many files."""
    looks: list[int] = []
    monkeypatch.setattr(disk, "sweep", lambda: looks.append(1))
    monkeypatch.setenv("ADGEN_CACHE_SIZE", "64 kB")
    monkeypatch.setattr(disk, "_unseen", 0.0)
    for k in range(23):
        disk.write(cache / f"0{k}.o", bytes(100))
        assert len(looks) == (k + 1) // 10
    disk.write(cache / "1.o", bytes(2000))
    assert len(looks) == 2


def test_folders_of_programs_go_with_their_programs(cache: Path) -> None:
    for k in range(12):
        disk.write(cache / "programs" / f"a{k}" / "f.program", bytes(935))
    (cache / "mine.txt").write_bytes(bytes(50_000))  # nothing of ours
    disk.sweep()
    assert len(list((cache / "programs").iterdir())) == 8
    assert (cache / "mine.txt").exists()


def test_unfinished_files_go_after_a_day(cache: Path) -> None:
    old, new = cache / "x1.part", cache / "x2.part"
    for path in (old, new):
        path.write_bytes(b"half")
    age(old, 25)
    disk.sweep()
    assert not old.exists()
    assert new.exists()


@pytest.mark.parametrize("size", ["", "much", "-3", "0"])
def test_limits_that_mean_nothing_are_the_default(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADGEN_CACHE_SIZE", size)
    assert disk.limit() == 2**30


def test_readers_writers_and_sweepers_at_once(cache: Path) -> None:
    failures: list[str] = []

    def work(seed: int) -> None:
        for k in range(150):
            path = cache / f"{(seed + k) % 23}.o"
            disk.write(path, bytes([(seed + k) % 23 + 1]) * 900)
            found = disk.read(path)
            if found is not None and set(found) != {(seed + k) % 23 + 1}:
                failures.append(path.name)
            disk.sweep()

    threads = [threading.Thread(target=work, args=(7 * s,)) for s in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sum(path.stat().st_size for path in cache.iterdir()) <= 10_000
