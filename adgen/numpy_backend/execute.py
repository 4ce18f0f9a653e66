"""Generated text as callables. Tracebacks and debuggers show the generated source."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable
from types import ModuleType
from typing import Any

from adgen.ir.core import Func


def load_module(text: str, name: str) -> ModuleType:
    """Execute the text of a module. Its file name holds a digest of the text, so that it is stable."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    file = f"<adgen {name} {digest}>"
    module = ModuleType(name)
    module.__file__ = file
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), module.__dict__)
    return module


def compile_function(func: Func, name: str | None = None) -> Callable[..., Any]:
    """The function as a callable without checks: one argument per leaf, a result or a tuple of results."""
    from adgen.numpy_backend.names import clean

    module = load_module(function_text(func, name), func.name)
    found: Callable[..., Any] = getattr(module, clean(name or func.name))
    return found


def function_text(func: Func, name: str | None = None) -> str:
    """A module with the function in it."""
    from adgen.numpy_backend.function import print_function
    from adgen.numpy_backend.names import imported

    text = print_function(func, name)
    imports = "".join(f"import {module}\n" for module in sorted({"math", *imported(text)}))
    return f"{imports}\nimport numpy as np\n\n\n{text}"
