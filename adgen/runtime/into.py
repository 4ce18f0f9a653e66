"""Gradients written into arrays that the caller owns."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.diagnostics import UserError, refuse
from adgen.runtime.plans import Plan
from adgen.runtime.subject import Subject
from adgen.runtime.trees import TreeSpec, flatten


def into(transform: Any, plan: Plan, outputs: Any, accumulate: bool) -> Callable[..., Any]:
    """``transform`` with its gradients written (or added) to ``outputs``; it returns the value."""
    subject: Subject = transform.__adgen_subject__
    if plan.mode not in ("grad", "value_and_grad"):
        raise refuse("AG401", name=f"{plan.mode}.into")
    spec, targets = flatten(outputs)

    @functools.wraps(subject.plain)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = transform(*args, **kwargs)
        if plan.mode == "value_and_grad":
            value, gradients = result
        elif plan.has_aux:
            gradients, value = result
        else:
            value, gradients = None, result
        _store(subject, spec, targets, gradients, accumulate)
        return value

    return call


def _store(subject: Subject, spec: TreeSpec, targets: list[Any], gradients: Any, accumulate: bool) -> None:
    found, values = flatten(gradients)
    if found != spec:
        raise _wrong(subject, f"structure {spec} instead of {found}")
    for target, value in zip(targets, values, strict=True):
        if not isinstance(target, np.ndarray) or target.shape != np.shape(value):
            shape = getattr(target, "shape", "no array")
            raise _wrong(subject, f"{shape} instead of an array of shape {np.shape(value)}")
        if not np.can_cast(np.asarray(value).dtype, target.dtype, "same_kind"):
            raise _wrong(subject, f"dtype {target.dtype} instead of {np.asarray(value).dtype}")
        if not target.flags.writeable:
            raise _wrong(subject, "an array is read-only")
    for target, value in zip(targets, values, strict=True):
        if accumulate:
            np.add(target, value, out=target, casting="same_kind")
        else:
            np.copyto(target, value)


def _wrong(subject: Subject, reason: str) -> UserError:
    return refuse("AG307", subject.place(), what="`outputs`", of="the gradients", reason=reason)
