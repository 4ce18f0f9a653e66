"""Functions with a derivative of their own: ``custom_vjp`` and ``custom_jvp``."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

from adgen.diagnostics import refuse

Function = Callable[..., Any]


class CustomRule:
    """A function whose derivative is a rule of the user; called as it stands it is the function itself.

    A ``solver`` takes a function first, which it calls for ``*args`` at the end: what that function reads
    from around it is differentiated as well.
    """

    __adgen_rule__ = ""

    def __init__(self, fun: Function, result: Function | None = None) -> None:
        if not callable(fun) or not (result is None or callable(result)):
            raise refuse("AG213", name=type(fun).__name__)
        self.fun = fun
        self.result = result
        self.rules: tuple[Function, ...] = ()
        self.solver = False
        functools.update_wrapper(self, fun, updated=())
        with contextlib.suppress(ValueError):  # functions written in C need not have one
            self.__signature__ = inspect.signature(fun)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value of the function."""
        return self.fun(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self) -> Any:
        home: Any = sys.modules.get(str(self.fun.__module__))
        name = getattr(self.fun, "__qualname__", "")
        for part in name.split("."):
            home = getattr(home, part, None)
        return name if home is self else super().__reduce__()

    def __repr__(self) -> str:
        return f"<adgen.custom_{self.__adgen_rule__} of {getattr(self.fun, '__qualname__', self.fun)}>"

    def _given(self, rules: Sequence[Function], check: Sequence[Any] | None) -> None:
        for rule in rules:
            if not callable(rule):
                raise refuse("AG213", name=repr(rule))
        self.rules = tuple(rules)
        if check is not None:
            importlib.import_module("adgen").check_grad(self, *check)


class CustomVjp(CustomRule):
    """A function with a rule for reverse mode, given by :meth:`defvjp`."""

    __adgen_rule__ = "vjp"

    def defvjp(self, fwd: Function, bwd: Function, *, check: Sequence[Any] | None = None) -> None:
        """Give the rule: ``fwd(*args)`` is the result and what ``bwd`` needs, ``bwd(saved, cotangent)`` the
        cotangents, one for each argument (None where there is none; for one argument it may stand alone).

        With ``check``, arguments of an example, the rule is compared there with numerical derivatives of the
        function. Raises GradientMismatch, whose text is the report, where they differ.
        """
        self._given((fwd, bwd), check)


class CustomJvp(CustomRule):
    """A function with a rule for forward mode, given by :meth:`defjvp`."""

    __adgen_rule__ = "jvp"

    def defjvp(self, rule: Function, *, check: Sequence[Any] | None = None) -> Function:
        """Give the rule: ``rule(primals, tangents)`` takes tuples, and is the result and its tangent.

        A tangent is None for an argument that has none. ``check`` is as in ``defvjp``. Gives back ``rule``,
        so that it serves as a decorator.
        """
        self._given((rule,), check)
        return rule


def custom_vjp(fun: Function | None = None, *, result: Function | None = None) -> Any:
    """A function whose derivative in reverse mode is given by ``f.defvjp(fwd, bwd)``.

    Nothing is differentiated through the function itself, and forward mode is the rule transposed. A
    function that cannot be read (of C, say) is called where it stands: ``result``, a function of the same
    arguments that can be read, says what its result is like. Its module has to have it by name, and kernels
    do not take it.

    >>> import adgen
    >>> import numpy as np
    >>> @adgen.custom_vjp
    ... def log1pexp(x):
    ...     return np.log(1.0 + np.exp(x))
    ...
    >>> def fwd(x):
    ...     return log1pexp(x), np.exp(x)
    ...
    >>> def bwd(e, g):
    ...     return (g * (1.0 - 1.0 / (1.0 + e)),)
    ...
    >>> log1pexp.defvjp(fwd, bwd, check=(0.5,))
    >>> adgen.grad(log1pexp)(100.0)
    1.0
    """
    if fun is None:
        return lambda function: CustomVjp(function, result)
    return CustomVjp(fun, result)


def custom_jvp(fun: Function | None = None, *, result: Function | None = None) -> Any:
    """A function whose derivative in forward mode is given by ``f.defjvp(rule)``; reverse mode transposes it.

    ``result`` is as in ``custom_vjp``.

    >>> import adgen
    >>> import numpy as np
    >>> @adgen.custom_jvp
    ... def sinc(x):
    ...     return np.sin(x) / x if x != 0.0 else 1.0
    ...
    >>> @sinc.defjvp
    ... def rule(primals, tangents):
    ...     (x,), (dx,) = primals, tangents
    ...     slope = (np.cos(x) - sinc(x)) / x if x != 0.0 else 0.0
    ...     return sinc(x), slope * dx
    ...
    >>> adgen.grad(sinc)(0.0)
    0.0
    """
    if fun is None:
        return lambda function: CustomJvp(function, result)
    return CustomJvp(fun, result)
