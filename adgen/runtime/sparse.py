"""Sparse Jacobians and Hessians: a guaranteed pattern, colours, and one product per colour."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.analysis.colouring import Indices, colours, transposed
from adgen.analysis.sparsity import Rows, pattern
from adgen.diagnostics import refuse
from adgen.records import dataclass
from adgen.runtime.derive import float_leaves, result_place
from adgen.runtime.dispatch import Dispatcher
from adgen.runtime.options import Options, read_options
from adgen.runtime.plans import Plan, selected_name
from adgen.runtime.products import find, pull_back_bound, push_forward_bound
from adgen.runtime.replicas import Replicas
from adgen.runtime.subject import Subject, subject_of, wrt_positions
from adgen.runtime.trees import LEAF, flatten


@dataclass(frozen=True, slots=True)
class Compressed:
    """How a sparse Jacobian is evaluated: ``mode``, and the colour of each column (or row, in reverse)."""

    rows: Rows
    shape: tuple[int, int]
    mode: str
    colours: Indices


class SparseJacobian:
    """The Jacobian of an array by an array, as a ``scipy.sparse.csr_array``.

    Its shape is (number of results, number of inputs), both in C order.
    """

    def __init__(self, subject: Subject, position: int, options: Options) -> None:
        self._subject = subject
        self._position = position
        self._options = options
        functools.update_wrapper(self, subject.plain, updated=())
        self.__signature__ = subject.signature

    def __repr__(self) -> str:
        return f"<adgen.sparse_jacobian of {self._subject.plain.__qualname__}>"

    @staticmethod
    def of(fun: Any, wrt: Any, backend: str, options: dict[str, Any]) -> SparseJacobian:
        """Validate what a user gave. Raises AG324 for several arguments."""
        subject = subject_of(fun)
        positions, single = wrt_positions(subject, wrt)
        if not single or not isinstance(positions[0], int):
            raise refuse("AG324", subject.place(), name="`wrt`", reason="it names one argument, an array")
        return SparseJacobian(subject, positions[0], read_options(backend, options, subject.place))

    def pattern(self, *args: Any, **kwargs: Any) -> Any:
        """Where the Jacobian may have elements, whatever the floats are: a sparse array of True."""
        plan = self._plan(self._subject.bind(args, kwargs))
        return _csr(plan, np.ones(sum(map(len, plan.rows)), bool))

    def colours(self, *args: Any, **kwargs: Any) -> int:
        """How many products a call takes."""
        return int(self._plan(self._subject.bind(args, kwargs)).colours.max(initial=-1)) + 1

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments."""
        arguments = self._subject.bind(args, kwargs)
        plan = self._plan(arguments)
        replicas = Replicas()
        found = self._by_columns(plan, arguments, replicas) if plan.mode == "forward" else None
        if found is None:
            found = self._by_rows(plan, arguments, replicas)
        replicas.commit()
        return _csr(plan, found)

    # -- the plan ---------------------------------------------------------------------------------------
    def _plan(self, arguments: Sequence[Any]) -> Compressed:
        dispatcher = Dispatcher(self._subject, Plan("primal"), self._options)
        bound, leaves = find(dispatcher, arguments)
        traced = bound.specialisation.traced
        own = float_leaves(traced, self._position)
        if traced.arguments[self._position].spec.kind != LEAF:
            name = selected_name(self._subject.parameters, self._position)
            raise refuse("AG324", self._subject.place(), name=f"`{name}`", reason="it is one array")
        if traced.result.kind != LEAF:
            raise refuse("AG324", result_place(traced), name="the result", reason="it is one array")
        rows = pattern(traced.func, leaves, own[0])
        count = int(np.size(leaves[own[0]]))
        by_columns, by_rows = colours(rows, count), colours(transposed(rows, count), len(rows))
        forward = by_columns.max(initial=-1) <= by_rows.max(initial=-1)
        found = by_columns if forward else by_rows
        return Compressed(rows, (len(rows), count), "forward" if forward else "reverse", found)

    # -- the products -----------------------------------------------------------------------------------
    def _by_columns(self, plan: Compressed, arguments: Sequence[Any], replicas: Replicas) -> Any:
        x = arguments[self._position]
        found = []
        for colour in range(plan.colours.max(initial=-1) + 1):
            tangents: list[Any] = [None] * len(arguments)
            tangents[self._position] = _direction(x, plan.colours == colour)
            slope = push_forward_bound(self._subject, self._options, arguments, tangents, replicas)[1]
            found.append(np.ravel(slope))
        values = [found[plan.colours[j]][i] for i, row in enumerate(plan.rows) for j in row]
        return np.array(values, dtype=found[0].dtype if found else np.float64)

    def _by_rows(self, plan: Compressed, arguments: Sequence[Any], replicas: Replicas) -> Any:
        result, pull = pull_back_bound(self._subject, self._options, arguments, replicas=replicas)
        found = []
        for colour in range(plan.colours.max(initial=-1) + 1):
            gradients = pull(_direction(result, plan.colours == colour))
            found.append(np.ravel(flatten(gradients[self._position])[1][0]))
        values = [found[plan.colours[i]][j] for i, row in enumerate(plan.rows) for j in row]
        return np.array(values, dtype=found[0].dtype if found else np.float64)


def _direction(like: Any, chosen: Any) -> Any:
    """One where it is chosen, in the type of a number or an array."""
    array = np.asarray(like)
    found = np.reshape(chosen, array.shape).astype(array.dtype)
    return found if isinstance(like, np.ndarray) else array.dtype.type(found)


def _csr(plan: Compressed, values: Any) -> Any:
    from scipy import sparse

    starts = np.concatenate([[0], np.cumsum([len(row) for row in plan.rows])]).astype(np.int64)
    columns = np.concatenate([np.zeros(0, np.int64), *plan.rows])
    return sparse.csr_array((values, columns, starts), shape=plan.shape)
