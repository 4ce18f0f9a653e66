"""From a call to the program that answers it; everything but the first call of a kind is a look-up."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import Any

from adgen.diagnostics import AdgenError, InternalError, UserError, refuse
from adgen.ir.dims import Dim
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.budgets import within_budget
from adgen.runtime.digests import function_digest
from adgen.runtime.keys import Key, NotTaken, abstract_example, refusal, take_apart
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan
from adgen.runtime.signatures import Signature, parse_signature
from adgen.runtime.specialise import Bound, Specialisation, Table, sizes_of, specialise
from adgen.runtime.stored import Shelf
from adgen.runtime.subject import Subject
from adgen.runtime.surface import Lowered
from adgen.runtime.traced import Traced


class Dispatcher:
    """The programs of one plan for one function."""

    def __init__(self, subject: Subject, plan: Plan, options: Options) -> None:
        self.subject = subject
        self.plan = plan
        self.options = options
        small = options.backend != "numpy"
        self._digest = digest_of(subject, options)
        self.table = Table(subject.root, self._digest, options.static_shapes, small)

    # -- calls ------------------------------------------------------------------------------------------
    def make(self, key: Key, leaves: list[Any], arguments: Sequence[Any]) -> Bound:
        """The slow path: find or make the specialisation for a call."""
        count = len(leaves)
        known = self.table.shared(key, leaves)
        if known is not None and self.plan in known.specialisation.made:
            return known
        del leaves[count:]
        try:
            trees = [abstract_example(a, p) for p, a in zip(self.subject.parameters, arguments, strict=True)]
        except NotTaken:
            raise self.refusal(arguments) from None
        with nothing_collected():
            return self._made(key, leaves, self._named(trees))

    def _made(self, key: Key, leaves: list[Any], trees: list[AbstractTree]) -> Bound:
        count, shelf = len(leaves), self._shelf
        if shelf is None:
            return self.table.make(key, leaves, trees, self.trace)
        bound = self.table.make(key, leaves, trees, self.trace, lambda: shelf.recalled(key, trees))
        if self.plan not in bound.specialisation.made:
            self.executable(bound)
            shelf.keep(key, trees, bound.specialisation, sizes_of(trees, leaves[:count]))
        return bound

    @cached_property
    def _shelf(self) -> Shelf | None:
        """The programs that are stored for this function and plan."""
        return Shelf.of(self.subject, self.plan, self.options, self._digest)

    def _named(self, trees: list[AbstractTree]) -> list[AbstractTree]:
        """The trees with the dims of annotations, where those fit: the user's names and equalities."""
        annotations = self.subject.plain.__annotations__
        if not annotations:
            return trees
        from adgen.runtime.annotations import annotated_tree

        stated = [annotated_tree(annotations.get(name)) for name in self.subject.parameters]
        found = [
            AbstractTree(a.spec, a.types, t.values) if a is not None and a.same_kind(t) else t
            for a, t in zip(stated, trees, strict=True)
        ]
        alone = {name for tree in found for name in tree.plain_symbols()}
        return found if all(name in alone for tree in found for name in tree.symbols()) else trees

    def trace(
        self,
        trees: Sequence[AbstractTree],
        refuted: frozenset[Dim] = frozenset(),
        sizes: Mapping[str, int] = MappingProxyType({}),
    ) -> Traced:
        """The function (a derivative, where the subject is one) at these types."""
        from adgen.runtime.tracing import trace

        with faults_are_ours("frontend"):
            found = trace(self.subject, trees, refuted, sizes, self.options.max_ops)
            return within_budget(found, self.options)

    def executable(self, bound: Bound) -> Any:
        """What runs the plan for a specialisation; compiled once, and bound when it is final."""
        made = bound.specialisation.made
        if self.plan not in made:
            from adgen.runtime.executables import executable

            with faults_are_ours(self.plan.mode), nothing_collected():
                made[self.plan] = executable(bound.specialisation.traced, self.plan, self.options)
        run = made[self.plan]
        if self.options.warmup is not None:
            from adgen.runtime.warming import Warming

            if isinstance(run, Warming):
                if not run.ready:
                    return run.best()
                made[self.plan] = run = run.best()
        bound.run = run
        return run

    def refusal(self, arguments: Sequence[Any]) -> UserError:
        """AG264 for the first argument that is not taken."""
        for name, argument in zip(self.subject.parameters, arguments, strict=True):
            try:
                abstract_example(argument, name)
            except NotTaken as problem:
                return refusal(name, problem, self.subject.parameter_place(name))
        raise AssertionError("every argument is taken")

    # -- ahead of time ----------------------------------------------------------------------------------
    def current(self) -> Lowered:
        """What was made or found last; before a call, what annotations say. Raises AG260."""
        if self.table.latest is not None:
            return self._lowered(self.table.latest)
        return self.lower(None, ())

    def _lowered(self, found: Specialisation) -> Lowered:
        traced = found.traced
        if found.again is not None:
            traced = self.trace(traced.arguments, *found.again)
        return Lowered(traced, self.plan, self.options)

    def lower(self, signature: Any, examples: Sequence[Any]) -> Lowered:
        """The program for a signature, for example arguments, or for the annotations."""
        leaves: list[Any] | None = None
        if isinstance(signature, str | Signature):
            read = parse_signature(signature) if isinstance(signature, str) else signature
            subject = self.subject
            given = read.bind(
                subject.parameters,
                tuple(subject.defaults),
                subject.name,
                subject.place(),
                subject.starred[0],
            )
            trees = [given.get(p) or self._default(p) for p in self.subject.parameters]
        elif signature is not None or examples:
            arguments = self.subject.bind((signature, *examples), {})
            pairs = zip(self.subject.parameters, arguments, strict=True)
            try:
                trees = [abstract_example(a, p) for p, a in pairs]
            except NotTaken:
                raise self.refusal(arguments) from None
            leaves = []
            take_apart(arguments, leaves, [])
            made = specialise(trees, leaves, self.trace, {})
            return Lowered(made.traced, self.plan, self.options, leaves=leaves)
        else:
            trees = self._annotated()
        return Lowered(self.trace(trees), self.plan, self.options, leaves=leaves)

    def _annotated(self) -> list[AbstractTree]:
        from adgen.runtime.annotations import annotated_tree

        trees = []
        for name in self.subject.parameters:
            annotation = self.subject.plain.__annotations__.get(name)
            tree = None if annotation is None else annotated_tree(annotation)
            if tree is None and name not in self.subject.defaults:
                raise refuse("AG260", self.subject.place(), name=self.subject.name)
            trees.append(tree or self._default(name))
        return trees

    def _default(self, name: str) -> AbstractTree:
        try:
            return abstract_example(self.subject.defaults[name], name)
        except NotTaken as problem:
            raise refusal(name, problem, self.subject.parameter_place(name)) from None


@contextmanager
def nothing_collected() -> Iterator[None]:
    """While a program is made much is built and little dropped: the collector would look for nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def faults_are_ours(stage: str) -> Iterator[None]:
    """Whatever comes out of building a program but adgen's own errors is a fault of adgen."""
    try:
        yield
    except (AdgenError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        raise InternalError(f"{type(error).__name__}: {error}", stage) from error


def digest_of(subject: Subject, options: Options) -> str:
    """What functions of equal behaviour share: code, the transforms between, options."""
    parts = [repr(options), function_digest(subject.plain)]
    if subject.root is not subject.plain:
        parts.append(repr((type(subject.root).__qualname__, subject.path, subject.given)))
    inner: Subject | None = subject
    while inner is not None and inner.plan is not None:
        parts.append(repr(inner.plan))
        inner = inner.inner
    return ";".join(parts)
