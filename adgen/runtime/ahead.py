"""Work ahead of time: a function of a file, which is neither imported nor run, at a signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adgen.diagnostics import Span, refuse
from adgen.frontend.lowering import file_helper
from adgen.frontend.scope import Captured, Helper, Unusable
from adgen.records import dataclass
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.annotations import annotated_text
from adgen.runtime.budgets import within_budget
from adgen.runtime.derive import wrt_leaves
from adgen.runtime.keys import NotTaken, abstract_example, refusal
from adgen.runtime.options import read_options
from adgen.runtime.plans import Plan
from adgen.runtime.signatures import parse_signature
from adgen.runtime.subject import wrt_positions
from adgen.runtime.surface import Lowered
from adgen.runtime.tracing import trace_helper


@dataclass(frozen=True, slots=True)
class FileSubject:
    """A function of a file with what its text says of its parameters."""

    helper: Helper

    @staticmethod
    def of(path: str, name: str) -> FileSubject:
        """The function ``name`` of a file. Raises AG801 (no such file), AG802 (no such function) or AG214."""
        try:
            return FileSubject(file_helper(path, name))
        except OSError as error:
            raise refuse("AG801", path=path, reason=error.strerror or str(error)) from None
        except UnicodeDecodeError as error:
            raise refuse("AG801", path=path, reason=str(error)) from None

    @property
    def name(self) -> str:
        """The function's name."""
        return self.helper.source.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters' names, in order."""
        return tuple(p.name.value for p in self.helper.source.parameters)

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The values of the defaults that the text shows."""
        found = self.helper.defaults.items()
        rest, others = self.starred
        empty: dict[str, Any] = {} if rest is None else {rest: ()}
        empty |= {} if others is None else {others: {}}
        return empty | {name: meaning.value for name, meaning in found if isinstance(meaning, Captured)}

    @property
    def starred(self) -> tuple[str | None, str | None]:
        """The names of ``*args`` and ``**kwargs``."""
        marks = {p.star: p.name.value for p in self.helper.source.parameters}
        return marks.get("*"), marks.get("**")

    def place(self) -> Span | None:
        """Where the function is named."""
        return self.helper.source.name_span

    def parameter_place(self, name: str) -> Span | None:
        """Where a parameter stands."""
        source = self.helper.source
        return next((source.span(p.name) for p in source.parameters if p.name.value == name), None)

    def annotation(self, name: str) -> AbstractTree | None:
        """The type that a parameter's annotation states."""
        text = self.helper.source.annotation(name)
        return None if text is None else annotated_text(text)


def lower_file(
    path: str,
    name: str,
    *,
    signature: str | None = None,
    wrt: Any = 0,
    mode: str = "value_and_grad",
    backend: str = "numpy",
    has_aux: bool = False,
    **options: Any,
) -> Lowered:
    """The program of one function of a file; ``mode`` is one of :data:`adgen.runtime.plans.MODES`.

    Types come from ``signature``, else from annotations. Raises AG260 where neither states them.
    """
    subject = FileSubject.of(path, name)
    read = read_options(backend, options, subject.place)
    positions, single = wrt_positions(subject, wrt)
    trees = argument_trees(subject, signature)
    traced = trace_helper(subject.helper, trees, max_ops=read.max_ops)
    texts = {
        p: repr(v)
        for p, v in subject.defaults.items()
        if v is None or isinstance(v, bool | int | float | complex | str)
    }
    traced = within_budget(replace(traced, defaults=texts), read)
    leaves = wrt_leaves(traced, positions) if mode in ("tangent", "hvp") else ()
    plan = Plan(mode, positions, single, has_aux, leaves, "auto" if mode == "jacobian" else "")
    return Lowered(traced, plan, read, standalone=True)


def argument_trees(subject: FileSubject, signature: str | None) -> dict[str, AbstractTree]:
    """The types of the parameters."""
    given: Mapping[str, AbstractTree] = {}
    if signature is not None:
        given = parse_signature(signature).bind(
            subject.parameters,
            (*subject.helper.defaults, *subject.defaults),
            subject.name,
            subject.place(),
            subject.starred[0],
        )
    return {p: _tree(subject, p, given.get(p)) for p in subject.parameters}


def _tree(subject: FileSubject, name: str, given: AbstractTree | None) -> AbstractTree:
    tree = given or subject.annotation(name)
    if tree is not None:
        return tree
    default = subject.helper.defaults.get(name)
    if isinstance(default, Unusable):
        raise refuse(default.code, subject.parameter_place(name), **default.fields)
    if name not in subject.defaults:
        raise refuse("AG260", subject.place(), name=subject.name)
    try:
        return abstract_example(subject.defaults[name], name)
    except NotTaken as problem:
        raise refusal(name, problem, subject.parameter_place(name)) from None
