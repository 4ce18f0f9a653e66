"""README.md and every page of docs/ hold: their blocks run, and print what the page says.

`pytest tests/docs --update-golden` writes the current output into the pages; the difference is then reviewed.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Page, blocks

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#]+)(#[^)]*)?\)")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    text = path.read_text()
    _forget_modules_of_other_tests(text, monkeypatch)
    loaded = set(sys.modules)
    try:
        found = Page(text.splitlines(), tmp_path).run()
    finally:
        for name in set(sys.modules) - loaded:
            if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
    if request.config.getoption("--update-golden") and not os.environ.get("CI"):
        path.write_text(found)
    assert found == path.read_text()
    for accident in ("Traceback", "internal error", "command not found", "No such file"):
        assert accident not in found


def _forget_modules_of_other_tests(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's `import model` means the file it shows, not one that another test imported."""
    for name in re.findall(r"<!-- file: (\w+)\.py -->", text):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links(path: Path) -> None:
    for target, _ in LINK.findall(path.read_text()):
        assert (path.parent / target).exists(), target


# -- the runner itself ----------------------------------------------------------------------------------
def _run(folder: Path, text: str) -> str:
    return Page(text.splitlines(), folder).run()


def test_wrong_output_is_found(tmp_path: Path) -> None:
    text = "```pycon\n>>> 1 + 1\n3\n```\n"
    assert _run(tmp_path, text) == "```pycon\n>>> 1 + 1\n2\n```\n"
    text = "```console\n$ echo one\ntwo\n```\n"
    assert _run(tmp_path, text) == "```console\n$ echo one\none\n```\n"
    text = "<!-- output: echo one -->\n```text\ntwo\n```\n"
    assert _run(tmp_path, text) == "<!-- output: echo one -->\n```text\none\n```\n"


def test_failing_python_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _run(tmp_path, "```python\n1 / 0\n```\n")


def test_unchecked_blocks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing checks"):
        _run(tmp_path, "```sh\nrm nothing\n```\n")
    with pytest.raises(ValueError, match="no end"):
        blocks(["```python", "x = 1"])


def test_sessions_keep_their_shape(tmp_path: Path) -> None:
    text = "```pycon\n>>> for i in range(2):\n...     print(i)\n...\n0\n1\n>>> x = 3\n\n>>> x\n3\n```\n"
    assert _run(tmp_path, text) == text


def test_tables_are_replaced(tmp_path: Path) -> None:
    text = "<!-- table: echo '| a |' -->\n| b |\n| c |\n\nend\n"
    assert _run(tmp_path, text) == "<!-- table: echo '| a |' -->\n| a |\n\nend\n"


# -- what pages say of the project ----------------------------------------------------------------------
def test_every_folder_has_its_place() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    folders = sorted(path.parent.name for path in (ROOT / "adgen").glob("*/__init__.py"))
    assert folders == sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_named_files_exist(path: Path) -> None:
    for name in re.findall(r"`((?:adgen|tests|samples|docs)/[\w/.-]*)`", path.read_text()):
        assert (ROOT / name).exists(), name
