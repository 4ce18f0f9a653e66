"""From a function and types to a traced program: through the frontend, or through an inner transform."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.runtime.abstract import AbstractTree
from adgen.runtime.derive import derive
from adgen.runtime.subject import Subject
from adgen.runtime.traced import Traced


def trace(subject: Subject, trees: Sequence[AbstractTree]) -> Traced:
    """The program of the subject at these types."""
    if subject.plan is None or subject.inner is None:
        return trace_function(subject, trees)
    return derive(trace(subject.inner, trees), subject.plan)


def trace_function(subject: Subject, trees: Sequence[AbstractTree]) -> Traced:
    """A Python function through the frontend."""
    raise NotImplementedError
