"""From a request to what was made of the function: from the file alone, or from an example call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

import adgen
from adgen.cli.console import Console
from adgen.cli.live import example_call
from adgen.cli.request import Request
from adgen.cli.target import Target
from adgen.diagnostics import refuse
from adgen.runtime.surface import Lowered

T = TypeVar("T")

PLAN_OF = {
    "reverse": "value_and_grad",
    "vjp": "split",
    "forward": "tangent",
    "jvp": "tangent",
    "hvp": "hvp",
    "jacobian": "jacobian",
}
"""What a mode of the command line is called in a plan."""


def lower(request: Request, console: Console) -> Lowered:
    """The derivative that was asked for. The module is imported only for an example, and that is said."""
    if request.mode not in PLAN_OF:
        raise refuse("AG807", value=request.mode, option="--mode")
    if request.backend not in ("numpy", "llvm"):
        raise refuse("AG807", value=request.backend, option="--backend")
    if request.example is not None:
        return _from_example(request, request.example, console)
    from adgen.runtime.ahead import lower_file

    return _reading(
        request.target,
        lambda: lower_file(
            str(request.target.path),
            request.target.name,
            signature=request.signature,
            wrt=request.wrt,
            mode=PLAN_OF[request.mode],
            backend=request.backend,
            memory=request.memory,
        ),
    )


def source_text(target: Target) -> str:
    """The lines of the function as the user wrote them."""
    from adgen.frontend.lowering import file_helper

    found = _reading(target, lambda: file_helper(str(target.path), target.name))
    return found.source.text.text


def _from_example(request: Request, example: str, console: Console) -> Lowered:
    if PLAN_OF[request.mode] != "value_and_grad":
        raise refuse("AG807", value=request.mode, option="--mode with --example")
    console.say(f"importing {request.target.path}, which runs it")
    call = example_call(request.target, example)
    function, memory = inspect.unwrap(call.function), request.memory
    transform = adgen.value_and_grad(function, request.wrt, backend=request.backend, memory=memory)
    found = transform.lower(*call.arguments).artifacts
    return Lowered(found.traced, found.plan, found.options, standalone=True, leaves=found.leaves)


def _reading(target: Target, read: Callable[[], T]) -> T:
    try:
        return read()
    except OSError as error:
        raise refuse("AG801", path=target.path, reason=error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise refuse("AG801", path=target.path, reason=str(error)) from None
