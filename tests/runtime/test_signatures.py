"""Signatures and annotations: what parses, what it means, where the caret stands when it does not."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.diagnostics import UserError
from adgen.runtime.annotations import annotated_text, annotated_tree
from adgen.runtime.signatures import parse_signature


@pytest.mark.parametrize(
    "text",
    [
        "f64[n,m], f64[m], f64[B,n], i64[B]",
        "w: f64[n,m], b: f64[m]",
        "(f64[n], f64), [f64, f32[3]]",
        "p: {w: f64[n,m], b: f64[m]}",
        "f64[], np.f64, bool, i64",
        "f64[n], f64[n-2], f64[2*n]",
        "f64[n], None, 3, 'same', (f64,)",
        "",
    ],
)
def test_prints_as_it_was_read(text: str) -> None:
    assert str(parse_signature(text)) == text
    assert str(parse_signature(text.replace(",", " , "))) == text


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("f64[n", "AG261", 6),
        ("f65[n]", "AG261", 1),
        ("f64[n], f64[n+]", "AG261", 13),
        ("f64[n] f64", "AG261", 8),
        ("f64[n-2]", "AG261", 5),
        ("f64[n], f64[-1]", "AG261", 13),
        ("x: f64, f64", "AG266", 9),
        ("f64, x: f64", "AG266", 6),
        ("x: f64, x: f64", "AG261", 9),
        ("(f64", "AG261", 5),
        ("{w f64}", "AG261", 4),
    ],
)
def test_refused_with_a_caret(text: str, code: str, column: int) -> None:
    with pytest.raises(UserError) as caught:
        parse_signature(text)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert diagnostic.primary is not None
    assert diagnostic.primary.col == column
    assert text.splitlines()[0] in str(caught.value)


def test_binding_to_parameters() -> None:
    read = parse_signature("b: f64[m], a: f64")
    bound = read.bind(("a", "b"), (), "f", None)
    assert {name: str(tree) for name, tree in bound.items()} == {"a": "f64", "b": "f64[m]"}
    assert list(parse_signature("f64").bind(("a", "b"), ("b",), "f", None)) == ["a"]
    for text, code in (("c: f64", "AG262"), ("f64", "AG263"), ("f64, f64, f64", "AG263")):
        with pytest.raises(UserError) as caught:
            parse_signature(text).bind(("a", "b"), (), "f", None)
        assert caught.value.diagnostic.code == code


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('adgen.f64["n,m"]', "f64[n,m]"),
        ('f32["n", 3]', "f32[n,3]"),
        ("f64", "f64"),
        ('f64[""]', "f64[]"),
        ("f64[n, 2*n]", "f64[n,2*n]"),
        ("float", "f64"),
        ("int", "i64"),
        ("np.float32", "np.f32"),
        ("Float64[Array, 'n m']", "f64[n,m]"),
        ('jt.Float32[np.ndarray, "2*n"]', "f32[2*n]"),
        ("tuple[float, f64['n']]", "(f64, f64[n])"),
        ("np.ndarray", None),
        ("list[float]", None),
        ("Float64[Array, '... n']", None),
        ("x +", None),
    ],
)
def test_annotations_as_text(text: str, tree: str | None) -> None:
    found = annotated_text(text)
    assert (None if found is None else str(found)) == tree


def test_annotations_as_objects() -> None:
    assert str(annotated_tree(adgen.f64["n,m"])) == "f64[n,m]"
    assert str(annotated_tree(adgen.f64["n", 3])) == "f64[n,3]"
    assert str(annotated_tree(np.float32)) == "np.f32"
    assert str(annotated_tree(tuple[float, int])) == "(f64, i64)"
    assert annotated_tree(np.ndarray) is None
    assert repr(adgen.f64["n"]) == 'adgen.f64["n"]'
