"""``adgen bench``: time a function and its gradient on both backends."""

from __future__ import annotations

import argparse
import timeit
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import adgen
from adgen.cli.call import make_call
from adgen.cli.console import Console
from adgen.cli.live import Call
from adgen.cli.request import Request, Wrt
from adgen.cli.sampling import parse_sizes
from adgen.diagnostics import UserError
from adgen.records import dataclass

SIZE = 64
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """Best of several runs, in seconds per call, and as a multiple of the user's own function."""

    what: str
    seconds: float
    ratio: float


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print a table of times: the user's function as it is, compiled, and its gradient on both backends."""
    request = Request.of(arguments)
    sizes = parse_sizes(arguments.sizes)
    call = make_call(request, console, first_size=SIZE, sizes=sizes, seed=arguments.seed)
    timings: list[Timing] = []
    for what, function in _candidates(call, request.wrt):
        try:
            with console.progress(what):
                function(*call.arguments)
                seconds = _best(function, call.arguments)
        except UserError as error:
            console.say(f"{what}: {error.diagnostic.title} [{error.diagnostic.code}]")
            continue
        timings.append(Timing(what, seconds, seconds / (timings[0].seconds if timings else seconds)))
    console.result(_table(timings), target=str(request.target), timings=[asdict(t) for t in timings])
    return 0


def _candidates(call: Call, wrt: Wrt) -> Iterator[tuple[str, Callable[..., Any]]]:
    yield "function, Python", call.function
    yield "function, llvm", adgen.jit(call.function, backend="llvm")
    yield "value and gradient, numpy", adgen.value_and_grad(call.function, wrt, backend="numpy")
    yield "value and gradient, llvm", adgen.value_and_grad(call.function, wrt, backend="llvm")


def _best(function: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    timer = timeit.Timer(lambda: function(*arguments))
    number, _ = timer.autorange()
    return min(timer.repeat(REPEATS, number)) / number


def _table(timings: list[Timing]) -> str:
    width = max(len(t.what) for t in timings)
    return "\n".join(f"{t.what:<{width}}  {t.seconds * 1e6:12.2f} us  {t.ratio:8.2f} x" for t in timings)
