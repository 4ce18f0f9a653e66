"""A function at known types: its program, and how arguments and results map to the program's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from adgen.diagnostics import Diagnostic, SourceText, Span
from adgen.ir.core import Func
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.records import dataclass
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.captures import Fixed, Hidden
from adgen.runtime.trees import TreeSpec


@dataclass(frozen=True, slots=True)
class Equality:
    """Two dims that the program needs to be equal; ``symbol`` was replaced by ``dim`` for it.

    Without a symbol nothing was replaced, and ``dim`` is their difference.
    """

    symbol: str | None
    dim: Dim
    left: Dim
    right: Dim
    span: Span | None


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """The parameters of ``func`` are the leaves of ``arguments``, then those of ``hidden`` values.

    Its results are the leaves of ``result``, then the final contents of the leaves in ``mutated``.
    ``demanded`` are leaves whose value is part of the program, ``defaults`` the source of default values,
    ``examples`` the values of the hidden arguments at the time. Of dims that are ``alike`` one is not 1 where
    the other is not.
    """

    func: Func
    parameters: tuple[str, ...]
    arguments: tuple[AbstractTree, ...]
    result: TreeSpec
    mutated: tuple[int, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    demanded: Mapping[int, Any] = field(default_factory=dict)
    equalities: tuple[Equality, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()
    result_span: Span | None = None
    parameter_spans: Mapping[str, Span] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    name_span: Span | None = None
    sources: tuple[SourceText, ...] = ()
    examples: tuple[Any, ...] = ()
    alike: tuple[tuple[Dim, Dim], ...] = ()

    @property
    def leaf_types(self) -> tuple[Type, ...]:
        """Types of the arguments' leaves."""
        return tuple(t for tree in self.arguments for t in tree.types)

    @property
    def leaf_names(self) -> tuple[str, ...]:
        """How a user writes each of the arguments' leaves."""
        pairs = zip(self.parameters, self.arguments, strict=True)
        return tuple(path for name, tree in pairs for path in tree.spec.paths(name))

    def leaves_of(self, parameter: int) -> range:
        """The positions of a parameter's leaves."""
        start = sum(tree.spec.leaf_count for tree in self.arguments[:parameter])
        return range(start, start + self.arguments[parameter].spec.leaf_count)


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """``forward`` gives the results, the mutated arrays and the residuals; ``backward`` the gradients.

    ``seeds`` are the result leaves that have a cotangent, ``wrt`` the leaves that have a gradient;
    ``cotangent`` is the structure of the former.
    """

    traced: Traced
    forward: Func
    backward: Func
    seeds: tuple[int, ...]
    wrt: tuple[int, ...]
    residuals: tuple[str, ...]
    cotangent: TreeSpec
