"""What ``grad``, ``value_and_grad`` and ``jit`` return: a callable with the user's own signature."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from adgen.runtime.dispatch import Dispatcher
from adgen.runtime.keys import NotTaken, take_apart
from adgen.runtime.options import Options
from adgen.runtime.plans import Plan
from adgen.runtime.specialise import Bound
from adgen.runtime.subject import Subject
from adgen.runtime.surface import Lowered, Surface

if TYPE_CHECKING:
    from adgen.llvm_backend.workspace import Workspace
    from adgen.runtime.into import Into

LONGEST_CHAIN = 4
"""Specialisations of one function that have an entry; calls of further ones take the Python path."""


class Transform(Surface):
    """A derivative (or the compiled form) of a function.

    Calls take the arguments of the user's function. What was made of it last can be looked at: ``source``,
    ``ir``, ``primal_ir``, ``adjoint_ir``, ``llvm_ir``, ``assembly``, ``graph()``, ``explain()``.
    """

    def __init__(self, subject: Subject, plan: Plan, options: Options, arguments: dict[str, Any]) -> None:
        self._dispatcher = Dispatcher(subject, plan, options)
        self._arguments = arguments
        self._entries = 0
        self._arity = len(subject.parameters) if subject.positional == len(subject.parameters) else -1
        self.__adgen_subject__ = subject
        self.__adgen_plan__ = plan
        self.__adgen_primal__ = plan.mode == "primal"
        functools.update_wrapper(self, subject.plain, updated=())
        self.__signature__ = subject.signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
        found, result = self._answered(args, kwargs)
        if not found.entered and found.run is not None:
            found.entered = True
            self._attach(found)
        return result

    def _answered(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Bound, Any]:
        """What a call gives, and the specialisation that answered it."""
        found, leaves = self._bound(args, kwargs)
        run = found.run or self._dispatcher.executable(found)
        return found, run(leaves)

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Bound, list[Any]]:
        """The specialisation for a call, and its leaves."""
        dispatcher = self._dispatcher
        given: Sequence[Any] = args
        if kwargs or len(args) != self._arity:
            given = dispatcher.subject.bind(args, kwargs)
        leaves: list[Any] = []
        key: list[Any] = []
        try:
            take_apart(given, leaves, key)
        except NotTaken:
            raise dispatcher.refusal(given) from None
        found = dispatcher.table.find(tuple(key), leaves)
        if found is None:
            found = dispatcher.make(tuple(key), leaves, given)
        return found, leaves

    def _attach(self, found: Bound) -> None:
        """Put the native entry of a specialisation in front of the Python path, where it has one.

        This is part of its first call: all others take the same time.
        """
        if getattr(found.run, "backend", "") != "llvm" or self._entries >= LONGEST_CHAIN:
            return
        from adgen.runtime.native import entry_of

        slow = type(self).__call__ if self._entries else self._python
        function = entry_of(found, self._dispatcher.subject, slow)
        if function is None:
            found.run.program.kernel.prepare()  # type: ignore[union-attr]
        else:
            self.__class__ = type("Transform", (Transform,), {"__call__": function})
            self._entries += 1

    def _python(self, *args: Any, **kwargs: Any) -> Any:
        return Transform.__call__(self, *args, **kwargs)

    # -- inspection -------------------------------------------------------------------------------------
    def _current(self) -> Lowered:
        return self._dispatcher.current()

    def lower(self, signature: Any = None, *examples: Any) -> Lowered:
        """The program for a signature (text), for the annotations (nothing), or for example arguments."""
        return self._dispatcher.lower(signature, examples)

    def into(self, outputs: Any, workspace: Any = None, accumulate: bool = False) -> Into:
        """A callable with the same signature that writes the gradients into the arrays of ``outputs``.

        It returns the value (nothing, of :func:`grad`). With ``accumulate`` gradients are added to what is
        there. Repeated calls of one kind allocate nothing; ``workspace`` is what :meth:`workspace` gives (one
        is made where none is given) and serves one call at a time.
        """
        from adgen.runtime.into import Into

        return Into(self, self._dispatcher.plan, outputs, workspace, accumulate)

    def workspace(self, *args: Any, **kwargs: Any) -> Workspace | None:
        """A workspace for :meth:`into` of the size that a call with these arguments needs.

        None where the program runs on NumPy, which has its own memory.
        """
        found, leaves = self._bound(args, kwargs)
        run: Any = found.run or self._dispatcher.executable(found)
        if getattr(run, "backend", "") != "llvm":
            return None
        made: Workspace = run.program.kernel.workspace(leaves)
        return made

    # -- as a value -------------------------------------------------------------------------------------
    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self) -> Any:
        subject = self._dispatcher.subject
        home: Any = sys.modules.get(subject.plain.__module__)
        for name in subject.plain.__qualname__.split("."):
            home = getattr(home, name, None)
        if home is self:
            return subject.plain.__qualname__
        return (_again, (self._arguments, subject.function))

    def __repr__(self) -> str:
        subject = self._dispatcher.subject
        return f"<adgen.{self._arguments['kind']} of {subject.plain.__qualname__}>"


def _again(arguments: dict[str, Any], function: Callable[..., Any]) -> Any:
    """Make an unpickled transform."""
    from adgen.runtime import transforms

    rest = {name: value for name, value in arguments.items() if name != "kind"}
    return getattr(transforms, arguments["kind"])(function, **rest)
