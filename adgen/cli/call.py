"""One call of the target, its arguments taken from an example or made up from a signature."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from adgen.cli.console import Console
from adgen.cli.live import Call, example_call, import_function
from adgen.cli.request import Request
from adgen.cli.sampling import choose_sizes, sample
from adgen.diagnostics import refuse
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.signatures import parse_signature


def make_call(
    request: Request, console: Console, *, first_size: int, sizes: Mapping[str, int], seed: int
) -> Call:
    """Import the target and find arguments for it."""
    console.say(f"importing {request.target.path}, which runs it")
    if request.example is not None:
        return example_call(request.target, request.example)
    function = inspect.unwrap(import_function(request.target))
    if request.signature is None:
        raise refuse("AG260", name=request.target.name, help="give `--signature` or `--example`")
    trees = _trees(request.signature, inspect.signature(function).parameters, request.target.name)
    return Call(function, sample(trees, choose_sizes(trees, first_size, sizes), seed))


def _trees(signature: str, parameters: Mapping[str, Any], name: str) -> list[AbstractTree]:
    defaults = [p for p, parameter in parameters.items() if parameter.default is not inspect.Parameter.empty]
    bound = parse_signature(signature).bind(tuple(parameters), defaults, name, None)
    return list(bound.values())
