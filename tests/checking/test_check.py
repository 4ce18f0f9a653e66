"""The gradient check itself: it passes right derivatives and catches seeded wrong ones.

The derivatives come from the dual-number oracle here, so that the check is tested on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.checking import check, check_grad
from adgen.checking.numeric import differentiate
from adgen.diagnostics import GradientMismatch, UserError
from tests.oracle import dual_run

Seed = Callable[[Any], Any]


def dense(w: np.ndarray, b: np.ndarray, x: np.ndarray) -> float:
    z = np.tanh(x @ w + b)
    return float(np.sum(z * z))


def _arguments() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((3, 2)), rng.standard_normal(2), rng.standard_normal((4, 3))


def _fake_api(reverse: Seed, forward: Seed) -> Callable[[str], Callable[..., Any]]:
    def value_and_grad(fun: Any, wrt: Any, **options: Any) -> Callable[..., Any]:
        return lambda *args: (fun(*args), reverse(tuple(dual_run.gradient(fun, args, i) for i in wrt)))

    def jvp(fun: Any, args: Any, tangents: Any, **options: Any) -> Any:
        value, tangent = dual_run.jvp(fun, args, tangents)
        return value, forward(tangent)

    table = {"value_and_grad": value_and_grad, "jvp": jvp}
    return lambda name: table[name]


def _run(
    monkeypatch: pytest.MonkeyPatch, reverse: Seed = lambda g: g, forward: Seed = lambda t: t, **k: Any
) -> Any:
    monkeypatch.setattr(check, "_api", _fake_api(reverse, forward))
    return check_grad(dense, *_arguments(), **k)


def test_right_derivatives_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    report = _run(monkeypatch)
    assert report.ok
    assert report.judged == report.compared
    text = str(report)
    assert "reverse mode, order 1" in text
    assert "complex step" in text or "differences" in text
    assert "3x2" in text


WRONG: dict[str, Seed] = {
    "dropped factor": lambda g: (g[0] * 0.5, *g[1:]),
    "sign flip": lambda g: (g[0], -g[1], g[2]),
    "one element": lambda g: (g[0], g[1], g[2] * np.where(np.arange(12).reshape(4, 3) == 7, 1.0001, 1.0)),
    "nan": lambda g: (g[0] * np.nan, *g[1:]),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradient_is_caught(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(GradientMismatch, match="WRONG") as caught:
        _run(monkeypatch, reverse=WRONG[name])
    assert isinstance(caught.value, AssertionError)


def test_missing_broadcast_sum_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_row(g: Any) -> Any:
        w, b, x = _arguments()
        z = np.tanh(x @ w + b)
        return g[0], (2.0 * z * (1.0 - z * z))[0], g[2]

    with pytest.raises(GradientMismatch, match=r"b +2 .*WRONG"):
        _run(monkeypatch, reverse=one_row, modes=("rev",))


def test_wrong_tangent_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GradientMismatch, match=r"direction 1 .*WRONG"):
        _run(monkeypatch, forward=lambda t: t * 1.001)


def test_tiny_slip_is_caught_by_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GradientMismatch, match=r"against reverse .*WRONG"):
        _run(monkeypatch, forward=lambda t: t * (1.0 + 1e-9))


def test_wrt_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    report = _run(monkeypatch, wrt="b", modes=("rev",))
    assert [row.name for row in report.sections[0].rows] == ["value", "b"]


def test_kink_is_not_judged() -> None:
    estimate = differentiate(lambda h: np.array([abs(h) if h > 0 else 0.0 * h + np.sin(1e6 * h), h * h]))
    assert estimate.error[0] > 1e-5
    assert estimate.error[1] < 1e-10


@pytest.mark.parametrize("fun", [lambda h: max(h, 0.0), abs, lambda h: 3.0 * h + 0.01 * abs(h)])
def test_the_sides_of_a_kink_are_told_apart(fun: Callable[[float], float]) -> None:
    estimate = differentiate(lambda h: np.array([fun(h), np.sin(h) + 100.0]))
    assert estimate.error[0] == np.inf
    assert estimate.value[1] == pytest.approx(1.0, abs=1e-8)
    assert estimate.error[1] < 1e-7


def test_complex_step_only_where_it_confirms() -> None:
    analytic = differentiate(lambda h: np.array([np.exp(h)]), lambda h: np.exp(h))
    assert analytic.method == "complex step"
    broken = differentiate(lambda h: np.array([np.exp(h)]), lambda h: np.abs(np.exp(h)) + 0j)
    assert broken.method == "central differences"
    assert broken.value[0] == pytest.approx(1.0, abs=1e-9)


def at_a_tie(x: np.ndarray) -> float:
    return np.max(x) + np.sum(x * x)


def test_derivatives_at_ties_are_not_called_wrong() -> None:
    report = check_grad(at_a_tie, np.array([1.0, 1.0, 0.0]), backend="numpy")
    verdicts = {row.name: (row.unsettled, row.verdict) for row in report.sections[0].rows}
    assert verdicts["x"] == (2, "ok")
    assert "do not converge" in str(report)


def test_second_order_through_the_public_interface() -> None:
    report = check_grad(dense, *_arguments(), order=2, backend="numpy")
    assert [section.title for section in report.sections] == [
        f"{mode} mode, order {order}" for order in (1, 2) for mode in ("reverse", "forward")
    ]
    assert report.judged == report.compared


@pytest.mark.parametrize("settings", [{"order": 3}, {"modes": ("reverse",)}])
def test_unknown_settings_are_refused(settings: Any) -> None:
    with pytest.raises(UserError) as caught:
        check_grad(dense, *_arguments(), **settings)
    assert caught.value.diagnostic.code == "AG274"


def test_cancelling_numbers_are_not_compared_relative_to_nothing() -> None:
    """A derivative that is zero, computed as a difference of equal numbers."""

    def flat(x: Any) -> Any:
        return abs((0.3 - 0.2j) * np.sum(x * np.array([0.1, 0.7, -0.3])))

    for backend in ("numpy", "llvm"):
        assert check_grad(flat, np.array([0.3, 1.7, -0.2]), order=2, backend=backend).ok


def test_complex_arguments_are_checked_in_both_directions() -> None:
    def loss(z: Any, w: Any) -> Any:
        return np.sum((z * w * z.conj()).imag) + abs(w) ** 3

    z = np.array([1.0 + 2.0j, -0.3j])
    report = check_grad(loss, z, 0.4 - 0.7j, order=2)
    assert report.ok
    assert "2x2" in str(report)


def test_a_wrong_conjugate_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from adgen.autodiff import rules

    monkeypatch.setattr(rules, "conjugate", lambda b, partial: partial)

    def turned(z: Any) -> Any:
        return np.sum((z * (0.3 + 1.5j)).real)

    with pytest.raises(GradientMismatch):
        check_grad(turned, np.array([1.0 + 2.0j, -0.3j]), backend="numpy")
