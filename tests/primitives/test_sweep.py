"""A slice of ``python -m tests.primitives``, and that it finds what is wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import mul
from adgen.primitives.exponential import exp
from adgen.primitives.literals import literal
from tests.primitives import __main__ as command
from tests.primitives import facets
from tests.primitives.cases import Case
from tests.primitives.expressions import EXPRESSIONS
from tests.primitives.facets import Report, Subject, examine
from tests.primitives.programs import programs_of
from tests.primitives.sweep import CHANGES, SETTINGS, Form, changed, forms

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
#: one of so many forms; no multiple of the number of forms that a primitive or an expression has
EVERY = 61
ALL = forms()


@pytest.mark.parametrize("form", [pytest.param(f, id=f.name) for f in ALL[::EVERY]])
def test_form(form: Form) -> None:
    subject = form.make()
    if isinstance(subject, Subject):
        assert not examine(subject).failures


@pytest.mark.parametrize("thing", ["stack-0", "np.tanh(x)"])
def test_forms_of_a_thing_share_programs(thing: str) -> None:
    """As many checks as each form has on its own, of programs that are made once."""
    programs_of.cache_clear()
    found = [form.make() for form in ALL if form.thing == thing]
    subjects = [subject for subject in found if isinstance(subject, Subject)]
    together = [sum(examine(subject).counts.values()) for subject in subjects]
    made = programs_of.cache_info().misses
    alone = []
    for subject in subjects:
        programs_of.cache_clear()
        alone.append(sum(examine(subject).counts.values()))
    assert together == alone
    assert made == len({subject.func for subject in subjects})
    assert (made < len(subjects)) == (thing in EXPRESSIONS)


def test_there_are_many() -> None:
    """With two backends for the value alone, and the slice meets every kind of form."""
    assert len(ALL) > 10_000
    assert math.gcd(EVERY, len(CHANGES) * len(SETTINGS)) == 1


def _report(prim: Primitive, change: str = "") -> Report:
    assert isinstance(prim.samples, tuple)
    subject = changed(Case(prim, prim.samples[0], 0), change, CHANGES[change])
    assert subject is not None
    return examine(subject)


def test_what_never_ends_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless() -> Subject:
        while True:
            pass

    monkeypatch.setattr(command, "LIMIT", 1)
    monkeypatch.setattr(command, "_forms", lambda: [Form("endless", "endless", endless), ALL[0]])
    count, report = command.run([0, 1])
    assert count == 2
    assert [name for name, *_ in report.failures] == ["endless"]
    assert report.counts


def test_a_wrong_rule_is_found() -> None:
    wrong = replace(exp, partials=lambda b, r, x: (mul(b, r, literal(b, r, 2)),))
    assert {name for _, name, _ in _report(wrong).failures} >= {"differences"}
    assert not _report(exp).failures


def test_a_wrong_backend_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(self: Any, backend: str, programs: Any, args: Any) -> Any:
        found = plain(self, backend, programs, args)
        return tuple(v + 1 if backend == "llvm" else v for v in found)

    plain = facets.Facets.run
    monkeypatch.setattr(facets.Facets, "run", off)
    failed = {name for _, name, _ in _report(exp).failures}
    assert failed
    assert all(name.endswith(", llvm") for name in failed)
