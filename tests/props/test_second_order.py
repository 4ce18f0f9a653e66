"""Random programs to second order: forward over reverse against nested dual numbers.

`pytest tests/props --hypothesis-profile=hunt` looks for more than the fixed slice of a normal run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import adgen
from tests.oracle import dual_run
from tests.oracle.compare import assert_close, copy_of, is_float, leaves, random_like
from tests.props.examine import defined, forgotten
from tests.props.kinds import KINDS, Kind

SETTINGS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.generate),
    "max_examples": 12,
}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def _direction(args: tuple[Any, ...], seed: int) -> tuple[Any, ...]:
    """A random direction in the floats, None for the rest."""
    return tuple(random_like(a, np.random.default_rng(seed)) if is_float(a) else None for a in args)


def _for_oracle(args: tuple[Any, ...], direction: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a if d is None else d for a, d in zip(args, direction, strict=True))


def _check(kind: Kind, seed: int) -> None:
    text, args = kind.text(seed), kind.arguments(seed * 6)
    fun = defined(text)
    value = fun(*copy_of(args))
    assume(np.ndim(value) == 0 and np.isfinite(value) and abs(value) < 1e4)
    assume(dual_run.margin(fun, args) > 1e-7)
    u, v = _direction(args, 1), _direction(args, 2)
    exact = dual_run.second(fun, args, _for_oracle(args, u), _for_oracle(args, v))
    assume(abs(exact) < 1e5)
    with forgotten(fun):
        gradient = adgen.grad(fun, wrt=kind.wrt, backend="numpy")
        try:
            slope = adgen.jvp(gradient, copy_of(args), copy_of(v), backend="numpy")[1]
        except adgen.UserError as error:
            assume(error.diagnostic.code not in ("AG115", "AG206", "AG245", "AG248", "AG304"))
            raise
    pairs = zip((u[k] for k in kind.wrt), leaves(slope), strict=True)
    assert_close(sum(np.sum(a * b) for a, b in pairs), exact, 1e-7, text)


@pytest.mark.parametrize("kind", KINDS)
def test_second_order_equals_nested_duals(kind: str) -> None:
    @settings(**SETTINGS)
    @given(st.integers(0, 10**6))
    def check(seed: int) -> None:
        _check(KINDS[kind], seed)

    check()
