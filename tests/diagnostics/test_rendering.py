"""The text and the JSON form of a diagnostic."""

from __future__ import annotations

import json
from textwrap import dedent

from adgen.diagnostics import Diagnostic, SourceText, Span, UserError, diagnose, refuse, render, render_all

SOURCE = SourceText("model.py", "        t = np.sin(x[i])\n        x[i] = t * w\n", first_line=13)


def sample() -> Diagnostic:
    return diagnose(
        "AG246",
        Span("model.py", 14, 9, 14, 13),
        label="overwritten here",
        labels=[(Span("model.py", 13, 20, 13, 24), "`t` is a float")],
        notes=["NumPy cuts it down silently"],
        value="`t * w`",
        dtype="i64",
    ).with_sources(SOURCE)


def test_text_form() -> None:
    expected = """\
        error[AG246]: cannot store `t * w` in an array of i64
          --> model.py:14:9
           |
        13 |         t = np.sin(x[i])
           |                    ---- `t` is a float
        14 |         x[i] = t * w
           |         ^^^^ overwritten here
           |
           = note: NumPy cuts it down silently
           = help: give the array the dtype of what is stored in it
           = more: adgen explain AG246"""
    assert render(sample()) == dedent(expected)


def test_color_only_on_request() -> None:
    assert "\x1b" not in render(sample())
    colored = render(sample(), color=True)
    assert "\x1b[1;31merror[AG246]\x1b[0m" in colored


def test_distant_lines_are_separated() -> None:
    source = SourceText("a.py", "\n".join(f"line{i}" for i in range(1, 21)))
    found = diagnose(
        "AG206", Span("a.py", 20, 1, 20, 5), labels=[(Span("a.py", 2, 1, 2, 5), "cause")], name="y"
    ).with_sources(source)
    assert "\n 2 | line2\n   | ---- cause\n...\n20 | line20\n   | ^^^^\n" in render(found)


def test_two_marks_on_one_line_and_tabs() -> None:
    source = SourceText("a.py", "\ty = a + b\n")
    found = diagnose(
        "AG230",
        Span("a.py", 1, 6, 1, 11),
        label="here",
        labels=[(Span("a.py", 1, 10, 1, 11), "f64[m]")],
        left="(n,)",
        right="(m,)",
    ).with_sources(source)
    lines = render(found).splitlines()
    assert "1 |     y = a + b" in lines
    assert "  |             - f64[m]" in lines
    assert "  |         ^^^^^ here" in lines


def test_span_over_several_lines_is_underlined_to_the_end_of_its_first() -> None:
    source = SourceText("a.py", "y = (a\n     + b)\n")
    found = diagnose("AG101", Span("a.py", 1, 5, 2, 10)).with_sources(source)
    assert "  |     ^^\n" in render(found)


def test_label_in_another_file_is_shown_under_its_own_place() -> None:
    found = diagnose(
        "AG101", Span("a.py", 1, 1, 1, 4), labels=[(Span("b.py", 1, 1, 1, 4), "called here")]
    ).with_sources(SourceText("a.py", "try:"), SourceText("b.py", "f(x)"))
    assert " ::: b.py:1:1\n" in render(found)
    assert "1 | f(x)\n  | --- called here\n" in render(found)


def test_without_source_the_place_still_shows() -> None:
    text = render(
        diagnose("AG101", Span("gone.py", 3, 1, 3, 4), label="here"), lines=lambda file, number: None
    )
    assert "--> gone.py:3:1" in text
    assert "line 3: here" in text


def test_many_diagnostics_are_capped() -> None:
    text = render_all([sample()] * 12)
    assert text.count("error[AG246]") == 10
    assert text.endswith("... and 2 more")


def test_json_form_is_plain_data() -> None:
    data = json.loads(json.dumps(sample().to_json()))
    assert data["code"] == "AG246"
    assert data["primary"] == {"file": "model.py", "line": 14, "col": 9, "end_line": 14, "end_col": 13}
    assert data["labels"][0]["text"] == "`t` is a float"


def test_text_of_the_exception_is_the_rendering() -> None:
    error = UserError(sample())
    assert str(error).strip("\n") == render(sample())
    assert refuse("AG201", name="foo").diagnostic.title == "name `foo` is not defined"
