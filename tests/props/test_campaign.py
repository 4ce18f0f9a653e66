"""A fixed slice of the campaigns over random and mutated programs: `python -m tests.props` runs more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.props.campaign import Campaign, case_of, outcome_of
from tests.props.examine import Outcome, Ways, examine
from tests.props.kinds import KINDS
from tests.props.mutation import mutant
from tests.props.reduction import reduced

SEED = 2024
#: how many programs of a kind, and the part of them that may be refused
SLICES = {"state": (50, 0.3), "vector": (20, 0.1), "matrix": (20, 0.1), "alias": (40, 0.5)}
#: what random programs may be refused for: arrays that may be one of two, uses of lists, unbound names
REFUSALS = {"AG115", "AG206", "AG245", "AG248"}


@pytest.mark.parametrize("kind", KINDS)
def test_random_programs(kind: str) -> None:
    """Python, dual numbers, interpreter, both backends, optimised or not, unrolled or not: all agree."""
    count, largest = SLICES[kind]
    campaign = Campaign(seed=SEED, llvm=5, other=4, kind=kind)
    outcomes = Counter[str]()
    for number in range(count):
        found = outcome_of(case_of(campaign, number))
        assert found.status != "wrong", f"program {number}: {found}\n{case_of(campaign, number).text}"
        outcomes[str(found)] += 1
    refused = {text.split()[1]: number for text, number in outcomes.items() if text.startswith("refused")}
    assert refused.keys() <= REFUSALS
    assert sum(refused.values()) <= largest * count
    assert outcomes["same"] >= 0.4 * count


def test_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    """Broken programs are refused, fail as in Python, or mean what Python says."""
    campaign = Campaign("mutants", SEED, other=0)
    for number in range(150):
        found = outcome_of(case_of(campaign, number))
        assert found.status != "wrong", f"mutant {number}: {found}\n{case_of(campaign, number).text}"
    capsys.readouterr()


# -- the campaign can find something -------------------------------------------------------------------------
X = np.array([0.3, -0.7, 1.1])


def _examined(text: str) -> Outcome:
    return examine(f"import numpy as np\n\n\n{text}\n", (X.copy(),), (0,), Ways())


def test_a_wrong_derivative_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def program(x):\n    return np.sum(x * x)"
    assert _examined(text) == Outcome("same")
    monkeypatch.setattr("adgen.autodiff.reverse.constant", lambda b, value, type_: _half(b, type_))
    assert _examined(text).status == "wrong"


def _half(b: object, type_: object) -> object:
    from adgen.primitives.sizes import constant

    return constant(b, 0.5, type_)  # type: ignore[arg-type]


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("adgen.runtime.derive.joint", fails)
    found = _examined("def program(x):\n    return np.sum(x)")
    assert found.status == "wrong"
    assert "InternalError" in found.detail


def test_a_wrong_value_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tests.props.examine.adgen.value_and_grad", lambda fun, **_: lambda x: (fun(x) + 1.0, x)
    )
    assert "value" in _examined("def program(x):\n    return np.sum(x)").detail


def test_endless_programs_are_left_alone() -> None:
    found = _examined("def program(x):\n    while True:\n        x = x + 1.0\n    return x")
    assert found == Outcome("endless")


def test_reduction_keeps_what_fails() -> None:
    text = case_of(Campaign(seed=SEED), 3).text
    small = reduced(text, lambda t: "np.sum" in t and "def program" in t, 20.0)
    assert len(small) < 120


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_mutants_compile_and_repeat() -> None:
    for seed in range(30):
        found = mutant(seed)
        compile(found.text, "<mutant>", "exec")
        assert found.text == mutant(seed).text


def test_failures_are_written_as_corpus_programs(tmp_path: Path) -> None:
    from tests.props.campaign import write

    campaign = Campaign(seed=SEED, folder=tmp_path)
    write(campaign, 3, case_of(campaign, 3).text, Outcome("wrong", "numpy, value: 1 instead of 2"))
    space: dict[str, object] = {}
    exec((tmp_path / "program_3.py").read_text(), space)
    case = space["CASE"]
    assert isinstance(case, dict)
    args = case["args"](np.random.default_rng(0))
    assert np.isfinite(space[case["fun"]](*args))  # type: ignore[operator]
