"""Which functions a generated module has: of reverse mode, of forward mode, of the primal alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from adgen.ir.core import Func, If, Op, Region, regions_of, walk
from adgen.ir.types import Type
from adgen.numpy_backend.entry import Argument, Entry, Path, field_names
from adgen.numpy_backend.module import Delegate, Origin, print_module
from adgen.numpy_backend.trees import Tree, count
from adgen.transform.dce import eliminate_dead_code


@dataclass(frozen=True, slots=True)
class Pair:
    """A tuple of trees."""

    children: tuple[Tree, ...]
    kind: str = "tuple"
    keys: tuple[str, ...] = ()
    value: None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A user's function: its arguments, the structure of its result and of the gradients.

    ``wrt`` are positions of arguments; ``gradient`` is the structure for them (that of the argument itself
    where ``single``). ``mutated`` are the leaves that the function changes in place, whose new contents
    follow the results of every program that is given.
    """

    origin: Origin
    arguments: tuple[Argument, ...]
    result: Tree
    wrt: tuple[int, ...] = (0,)
    single: bool = True
    gradient: Tree | None = None
    mutated: tuple[int, ...] = ()

    @property
    def gradients(self) -> Tree:
        """The structure of the gradients."""
        if self.gradient is not None:
            return self.gradient
        trees = tuple(self.arguments[k].tree for k in self.wrt)
        return trees[0] if self.single else Pair(trees)

    def records(self, at: Path) -> tuple[tuple[Path, str], ...]:
        """Which argument the containers of the gradients are like, when the gradients stand at a path."""
        names = [self.arguments[k].name for k in self.wrt]
        if self.single:
            return ((at, names[0]),)
        return tuple(((*at, k), name) for k, name in enumerate(names))

    @property
    def with_respect_to(self) -> str:
        """The arguments that have a gradient, for prose."""
        return prose([f"`{self.arguments[k].name}`" for k in self.wrt])


@dataclass(frozen=True, slots=True, eq=False)
class SplitPrograms:
    """The split form: see ``adgen.autodiff.reverse.Split``. ``backward`` gives the gradients of ``wrt``."""

    forward: Func
    backward: Func
    residuals: tuple[str, ...]
    cotangents: Tree


def reverse_module(program: Program, joint: Func, split: SplitPrograms | None = None) -> str:
    """``value_and_grad`` and ``grad``; with ``split`` also ``forward`` and ``backward``.

    The results of ``joint`` are the leaves of the value, the gradients, and the mutated leaves.
    """
    name = program.origin.function
    both = Pair((program.result, program.gradients))
    value_and_grad = Entry(
        "value_and_grad",
        joint,
        program.arguments,
        both,
        f"The value of `{name}` and its gradient with respect to {program.with_respect_to}.",
        records=program.records((1,)),
        mutated=program.mutated,
    )
    functions: list[Entry | Delegate] = [value_and_grad, _gradient_alone(program, value_and_grad)]
    if split is not None:
        functions += split_entries(program, split)
    return print_module(program.origin, f"The gradient of `{name}`, in plain NumPy.", functions)


def split_module(program: Program, split: SplitPrograms) -> str:
    """``forward`` and ``backward`` alone, of a function whose result is not one number."""
    name = program.origin.function
    summary = f"The forward and the reverse sweep of `{name}`, in plain NumPy."
    return print_module(program.origin, summary, split_entries(program, split))


def forward_module(program: Program, tangent: Func, tangents: Sequence[Argument], result_dot: Tree) -> str:
    """``jvp``: the results of ``tangent`` are the leaves of the value and those of its tangent."""
    name = program.origin.function
    entry = Entry(
        "jvp",
        tangent,
        (*program.arguments, *tangents),
        Pair((program.result, result_dot)),
        f"The value of `{name}` and its derivative in the direction of the tangents.",
        mutated=program.mutated,
    )
    return print_module(program.origin, f"The directional derivative of `{name}`, in plain NumPy.", [entry])


def primal_module(program: Program, primal: Func) -> str:
    """The function itself."""
    name = program.origin.function
    entry = Entry(
        name, primal, program.arguments, program.result, f"The value of `{name}`.", mutated=program.mutated
    )
    return print_module(program.origin, f"`{name}`, in plain NumPy.", [entry])


def split_entries(program: Program, split: SplitPrograms) -> list[Entry | Delegate]:
    """``forward`` and ``backward``."""
    name = program.origin.function
    start = count(program.result) + len(program.mutated)
    fields = field_names(split.residuals, (*(a.name for a in program.arguments), "cotangent"))
    forward = Entry(
        "forward",
        split.forward,
        program.arguments,
        program.result,
        f"The value of `{name}` and what `backward` needs.",
        mutated=program.mutated,
        residuals_out=fields,
    )
    assert len(split.forward.results) == start + len(fields)
    backward = Entry(
        "backward",
        split.backward,
        (Argument("cotangent", split.cotangents),),
        program.gradients,
        f"The gradient with respect to {program.with_respect_to} for a cotangent of the value.",
        residuals_in=fields,
    )
    return [forward, backward]


def _gradient_alone(program: Program, both: Entry) -> Entry | Delegate:
    """``grad`` as a call of ``value_and_grad`` where the value costs next to nothing."""
    first = count(program.result)
    summary = f"The gradient of `{program.origin.function}` with respect to {program.with_respect_to}."
    func = both.func
    body = Region(func.params, func.body.nodes, func.results[first:])
    alone = eliminate_dead_code(replace(func, body=body, result_names=func.result_names[first:]))
    if _extra_degree(func, alone) < _degree(alone):
        return Delegate("grad", both, 1, summary)
    return Entry(
        "grad",
        alone,
        program.arguments,
        program.gradients,
        summary,
        records=program.records(()),
        mutated=program.mutated,
    )


def _extra_degree(func: Func, alone: Func) -> int:
    """How the work that ``func`` does beyond ``alone`` grows with the sizes."""
    kept = Counter(n.prim.name for n in walk(alone.body) if isinstance(n, Op))
    degree = 0
    for node, depth in _operations(func.body, 0):
        if kept[node.prim.name]:
            kept[node.prim.name] -= 1
        else:
            degree = max(degree, depth + _op_degree(node))
    return degree


def _degree(func: Func) -> int:
    """How the work grows with the sizes: 3 for a product of matrices, 1 more inside a loop."""
    return max((depth + _op_degree(op) for op, depth in _operations(func.body, 0)), default=0)


def _operations(region: Region, depth: int) -> Iterator[tuple[Op, int]]:
    for node in region.nodes:
        if isinstance(node, Op):
            yield node, depth
        for inner in regions_of(node):
            yield from _operations(inner, depth + (not isinstance(node, If)))


def _op_degree(op: Op) -> int:
    if op.prim.name == "contract":
        return len(set(op.attr("spec")) - set(",->"))
    ranks = [v.type.rank for v in (*op.operands, *op.results) if isinstance(v.any_type, Type)]
    return 0 if op.prim.view else max(ranks, default=0)


def prose(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
