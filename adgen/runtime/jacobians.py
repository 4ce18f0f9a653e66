"""Whole Jacobians, column by column (forward mode) or row by row (reverse mode)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.diagnostics import refuse
from adgen.runtime.keys import NotTaken, leaf_type, refusal
from adgen.runtime.options import Options, read_options
from adgen.runtime.plans import Plan, Selector, selected, selected_name
from adgen.runtime.products import pull_back_bound, push_forward_bound
from adgen.runtime.replicas import Replicas
from adgen.runtime.subject import Subject, subject_of, wrt_positions
from adgen.runtime.trees import TreeSpec, flatten

MODES = ("auto", "forward", "reverse")


@dataclass(frozen=True, slots=True)
class _Target:
    """A leaf of an argument: its number among the argument's leaves, and its parts."""

    position: Selector
    spec: TreeSpec
    leaves: tuple[Any, ...]
    leaf: int

    def direction(self, index: int) -> Any:
        """The argument's tangent that is one at a single element of this leaf."""
        found: list[Any] = [None] * len(self.leaves)
        value = self.leaves[self.leaf]
        basis = np.zeros(np.shape(value), np.asarray(value).dtype)
        basis.flat[index] = 1
        found[self.leaf] = basis
        return self.spec.unflatten(found)


class Jacobian:
    """The Jacobian of a function: called with its arguments, it gives an array per result and argument."""

    def __init__(
        self, subject: Subject, positions: tuple[Selector, ...], single: bool, mode: str, options: Options
    ) -> None:
        self._subject = subject
        self._positions = positions
        self._single = single
        self._mode = mode
        self._options = options
        self.__adgen_subject__ = subject
        self.__adgen_plan__ = Plan("jacobian", positions, single, direction=mode)
        functools.update_wrapper(self, subject.plain, updated=())
        self.__signature__ = subject.signature

    def __repr__(self) -> str:
        return f"<adgen.jacobian of {self._subject.plain.__qualname__}>"

    @staticmethod
    def of(fun: Any, wrt: Any, mode: str, backend: str, options: dict[str, Any]) -> Jacobian:
        """Validate what a user gave."""
        subject = subject_of(fun)
        if mode not in MODES:
            raise refuse("AG274", subject.place(), name="mode", value=repr(mode))
        positions, single = wrt_positions(subject, wrt)
        return Jacobian(subject, positions, single, mode, read_options(backend, options, subject.place))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments."""
        arguments = self._subject.bind(args, kwargs)
        replicas = Replicas()
        found = self._of(arguments, replicas)
        replicas.commit()
        return found

    def _of(self, arguments: Sequence[Any], replicas: Replicas) -> Any:
        if self._mode != "forward":
            result, pull = pull_back_bound(self._subject, self._options, arguments, replicas=replicas)
            rows = sum(np.size(leaf) for leaf in flatten(result)[1])
            columns = sum(
                np.size(leaf) for p in self._positions for leaf in flatten(selected(arguments, p))[1]
            )
            if self._mode == "reverse" or rows <= columns:
                return self._by_rows(arguments, result, pull)
        return self._by_columns(arguments, replicas)

    # -- forward ----------------------------------------------------------------------------------------
    def _by_columns(self, arguments: Sequence[Any], replicas: Replicas) -> Any:
        trees = []
        for position in self._positions:
            spec, leaves = flatten(selected(arguments, position))
            self._refuse_integers(position, spec, leaves)
            targets = [_Target(position, spec, tuple(leaves), k) for k in range(len(leaves))]
            trees.append((spec, [self._columns(arguments, target, replicas) for target in targets]))
        out_spec, out = self._structure(arguments, replicas)
        for leaf in out:
            self._refuse_complex(np.asarray(leaf).dtype)
        parts = [
            [spec.unflatten([columns[k] for columns in per_leaf]) for spec, per_leaf in trees]
            for k in range(len(out))
        ]
        return out_spec.unflatten([p[0] if self._single else tuple(p) for p in parts])

    def _pushed(self, arguments: Sequence[Any], tangents: list[Any], replicas: Replicas) -> tuple[Any, Any]:
        return push_forward_bound(self._subject, self._options, arguments, tangents, replicas)

    def _structure(self, arguments: Sequence[Any], replicas: Replicas) -> tuple[TreeSpec, list[Any]]:
        return flatten(self._pushed(arguments, [None] * len(arguments), replicas)[0])

    def _columns(self, arguments: Sequence[Any], target: _Target, replicas: Replicas) -> list[Any]:
        """For one leaf of an argument, an array per leaf of the result."""
        shape = np.shape(target.leaves[target.leaf])
        found: list[list[Any]] = []
        for index in range(int(np.prod(shape))):
            tangents: list[Any] = [None] * len(arguments)
            _put(tangents, arguments, target.position, target.direction(index))
            slope = self._pushed(arguments, tangents, replicas)[1]
            found.append([np.asarray(leaf) for leaf in flatten(slope)[1]])
        if not found:
            out = self._structure(arguments, replicas)[1]
            return [np.zeros((*np.shape(leaf), *shape), np.asarray(leaf).dtype) for leaf in out]
        stacked = [np.stack([column[k] for column in found], axis=-1) for k in range(len(found[0]))]
        return [s.reshape((*s.shape[:-1], *shape)) for s in stacked]

    def _refuse_integers(self, position: Selector, spec: TreeSpec, leaves: Sequence[Any]) -> None:
        name = selected_name(self._subject.parameters, position)
        place = self._subject.parameter_place(name)
        for leaf, path in zip(leaves, spec.paths(name), strict=True):
            try:
                dtype = leaf_type(leaf, name).dtype
            except NotTaken as problem:
                raise refusal(path, problem, place) from None
            self._refuse_complex(dtype.numpy)
            if not dtype.is_float:
                raise refuse("AG302", place, name=name, dtype=dtype.value)

    def _refuse_complex(self, dtype: np.dtype[Any]) -> None:
        if dtype.kind == "c":
            raise refuse("AG318", self._subject.place(), dtype=str(dtype))

    # -- reverse ----------------------------------------------------------------------------------------
    def _by_rows(self, arguments: Sequence[Any], result: Any, pull: Any) -> Any:
        for position in self._positions:
            self._refuse_integers(position, *flatten(selected(arguments, position)))
        spec, leaves = flatten(result)
        for leaf in leaves:
            self._refuse_complex(np.asarray(leaf).dtype)
        blocks = [self._rows(pull, spec, leaves, k) for k in range(len(leaves))]
        return spec.unflatten([b[0] if self._single else tuple(b) for b in blocks])

    def _rows(self, pull: Any, spec: TreeSpec, leaves: list[Any], k: int) -> list[Any]:
        """For one leaf of the result, a tree of arrays per argument."""
        shape = np.shape(leaves[k])
        rows = []
        for index in range(int(np.prod(shape))):
            basis = np.zeros(shape, np.asarray(leaves[k]).dtype)
            basis.flat[index] = 1
            seeds: list[Any] = [None] * len(leaves)
            seeds[k] = basis
            gradients = pull(spec.unflatten(seeds))
            rows.append([flatten(selected(gradients, p)) for p in self._positions])
        if not rows:
            basis_row = pull(spec.unflatten([None] * len(leaves)))
            rows = [[flatten(selected(basis_row, p)) for p in self._positions]]
            return [_stacked([row[i] for row in rows], shape, True) for i in range(len(self._positions))]
        return [_stacked([row[i] for row in rows], shape, False) for i in range(len(self._positions))]


def _put(tangents: list[Any], arguments: Sequence[Any], position: Selector, direction: Any) -> None:
    """Set the tangent of a parameter, or of one item of a starred one."""
    if isinstance(position, int):
        tangents[position] = direction
        return
    at, label = position
    if isinstance(label, int):
        tangents[at] = tuple(direction if k == label else None for k in range(len(arguments[at])))
    else:
        tangents[at] = {k: direction if k == label else None for k in arguments[at]}


def _stacked(rows: list[tuple[TreeSpec, list[Any]]], shape: tuple[int, ...], empty: bool) -> Any:
    spec = rows[0][0]
    leaves = []
    for k in range(spec.leaf_count):
        stacked = np.stack([np.asarray(row[1][k]) for row in rows])[: 0 if empty else None]
        leaves.append(stacked.reshape((*shape, *stacked.shape[1:])))
    return spec.unflatten(leaves)
