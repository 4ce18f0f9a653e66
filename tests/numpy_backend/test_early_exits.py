"""Breaks, continues and early returns in generated source stand where they stand in the user's."""

from __future__ import annotations

import re
from typing import Any

import adgen
from tests import corpus


def words(text: str) -> list[str]:
    return re.findall(r"\b(?:break|continue|return|for|while)\b", text)


def primal(name: str) -> str:
    program = corpus.load(name)
    source: Any = adgen.jit(program.fun, backend="numpy").lower(program.signature).source
    text = str(source)
    return text[text.index(f"def {program.fun.__name__}(") :].split("\n\n\n")[0].split('"""')[-1]


def test_the_primal_returns_early() -> None:
    assert words(primal("early_return")) == ["return", "for", "return", "return"]


def test_break_and_continue_come_back() -> None:
    assert words(primal("break_continue")) == ["for", "continue", "for", "break", "break", "return"]


def test_nested_loops_are_left_at_once() -> None:
    found = words(primal("positive_prefix"))
    assert found == ["while", "for", "while", "break", "continue", "return", "return", "return"]


def test_no_flags_are_left() -> None:
    for name in ("early_return", "break_continue", "positive_prefix"):
        assert not re.search(r"returned|stopped|skipped", primal(name)), name


def test_forward_returns_early_and_the_joint_program_breaks() -> None:
    program = corpus.load("early_return")
    text = str(
        adgen.value_and_grad(program.fun, wrt=program.wrt, backend="numpy").lower(program.signature).source
    )
    forward = text[text.index("def forward(") : text.index("def backward(")]
    assert forward.count("return ") == 3
    joint = text[text.index("def value_and_grad(") : text.index("def grad(")]
    assert joint.count("break") == 1
