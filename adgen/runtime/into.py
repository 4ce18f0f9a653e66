"""Gradients written into arrays that the caller owns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.diagnostics import UserError, refuse
from adgen.runtime.native import DECLINED, declined, entry_into
from adgen.runtime.plans import Plan
from adgen.runtime.specialise import Bound
from adgen.runtime.subject import Subject
from adgen.runtime.trees import LEAF, STATIC, TreeSpec, flatten


class Into:
    """A transform with its gradients written to arrays; it returns the value.

    The first call that a kernel answers leaves a native entry that hands the arrays to the kernel. Where
    gradients are added the kernel writes to arrays of the same shapes, which are made once.
    """

    def __init__(self, transform: Any, plan: Plan, outputs: Any, workspace: Any, accumulate: bool) -> None:
        if plan.mode not in ("grad", "value_and_grad"):
            raise refuse("AG401", name=f"{plan.mode}.into")
        subject: Subject = transform.__adgen_subject__
        if workspace is not None and type(workspace).__name__ != "Workspace":
            raise refuse("AG274", subject.place(), name="workspace", value=repr(workspace))
        self._transform = transform
        self._plan = plan
        self._subject = subject
        self._workspace = workspace
        self._spec, self._targets = flatten(outputs)
        self._accumulate = accumulate
        self._entered = False
        functools.update_wrapper(self, subject.plain, updated=())
        self.__signature__ = subject.signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it; the value, where the transform gives one."""
        bound, result = self._transform._answered(args, kwargs)
        value, gradients = self._taken_apart(result)
        self._store(gradients)
        if not self._entered and getattr(bound.run, "backend", "") == "llvm":
            self._entered = True
            self._enter(bound)
        return value

    def _taken_apart(self, result: Any) -> tuple[Any, Any]:
        if self._plan.mode == "value_and_grad":
            return result[0], result[1]
        return (result[1], result[0]) if self._plan.has_aux else (None, result)

    # -- natively ---------------------------------------------------------------------------------------
    def _enter(self, bound: Bound) -> None:
        """Put a native entry in front of this, where there can be one."""
        targets = self._targets
        if self._accumulate:
            targets = [np.empty_like(target) for target in targets]
        gradients = self._positions(bound)
        if gradients is None:
            return
        keep, positions = gradients
        outputs = tuple(zip(positions, targets, strict=True))
        slow = declined if self._accumulate else self._python
        function = entry_into(bound, self._subject, slow, keep, outputs, self._workspace)
        if function is None:
            return
        if self._accumulate:
            self._run_native, self._scratch = function, targets
            self.__class__ = Added
        else:
            self.__class__ = type("Into", (Into,), {"__call__": function})

    def _positions(self, bound: Bound) -> tuple[TreeSpec | None, Sequence[int]] | None:
        """The structure of what is returned, and the positions of the gradients among the results."""
        spec = bound.run.traced.result  # type: ignore[union-attr]
        if self._plan.mode == "value_and_grad":
            value, gradients = spec.children
        elif self._plan.has_aux:
            gradients, value = spec.children
        else:
            value, gradients = None, spec
        first = 0 if value is None or spec.children[0] is not value else value.leaf_count
        if gradients != self._spec or _has_static(gradients):
            return None
        return value, range(first, first + gradients.leaf_count)

    def _python(self, *args: Any, **kwargs: Any) -> Any:
        return Into.__call__(self, *args, **kwargs)

    # -- in Python --------------------------------------------------------------------------------------
    def _store(self, gradients: Any) -> None:
        found, values = flatten(gradients)
        if found != self._spec:
            raise self._wrong(f"structure {self._spec} instead of {found}")
        for target, value in zip(self._targets, values, strict=True):
            if not isinstance(target, np.ndarray) or target.shape != np.shape(value):
                shape = getattr(target, "shape", "no array")
                raise self._wrong(f"{shape} instead of an array of shape {np.shape(value)}")
            if not np.can_cast(np.asarray(value).dtype, target.dtype, "same_kind"):
                raise self._wrong(f"dtype {target.dtype} instead of {np.asarray(value).dtype}")
            if not target.flags.writeable:
                raise self._wrong("an array is read-only")
        self._put(values)

    def _put(self, values: Sequence[Any]) -> None:
        for target, value in zip(self._targets, values, strict=True):
            if self._accumulate:
                np.add(target, value, out=target, casting="same_kind")
            else:
                np.copyto(target, value)

    def _wrong(self, reason: str) -> UserError:
        place = self._subject.place()
        return refuse("AG307", place, what="`outputs`", of="the gradients", reason=reason)


class Added(Into):
    """With the gradients of the kernel added to the arrays."""

    _run_native: Callable[..., Any]
    _scratch: list[Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it; the value, where the transform gives one."""
        value = self._run_native(*args, **kwargs)
        if value is DECLINED:
            return self._python(*args, **kwargs)
        self._put(self._scratch)
        return value


def _has_static(spec: TreeSpec) -> bool:
    """Whether a tree has leaves that are no arrays of gradients."""
    if spec.kind == LEAF:
        return False
    return spec.kind == STATIC or any(_has_static(child) for child in spec.children)
