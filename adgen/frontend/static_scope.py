"""The scope of a function in a file that is neither imported nor run.

The module is indexed by the standard parser: imports, functions, and constants built from literals. What is
bound more than one way, or computed, is refused with the advice to give the value itself.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path as FilePath
from typing import Any

from adgen.diagnostics import Span, UserError, refuse
from adgen.frontend.abstract import Module, Namespace
from adgen.frontend.constants import NotConstant, evaluate
from adgen.frontend.scope import Captured, Derived, Helper, Library, Meaning, Path, Unusable, is_library
from adgen.frontend.source import FunctionSource, parse_definition, parse_lambda, syntax_error
from adgen.records import dataclass

_UNCLEAR = object()
_MATRICES = {"jacobian": "auto", "jacrev": "reverse", "jacfwd": "forward", "hessian": "forward"}
_TRANSFORMS = tuple(
    f"adgen.{name}"
    for name in ("grad", "value_and_grad", "jit", "recompute", "custom_vjp", "custom_jvp", *_MATRICES)
)


@dataclass(slots=True)
class ModuleFile:
    """A parsed file and what its top-level names are bound to."""

    file: str
    lines: list[str]
    bindings: dict[str, Any] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    classes: dict[tuple[str, int], type] = field(default_factory=dict)
    rules: dict[str, list[ast.expr]] = field(default_factory=dict)

    @staticmethod
    def read(path: str | FilePath) -> ModuleFile:
        """Index a file. Raises AG214 where it does not parse."""
        return ModuleFile.of_text(str(path), FilePath(path).read_text(encoding="utf-8"))

    @staticmethod
    def of_text(file: str, text: str) -> ModuleFile:
        """Index the text of a file."""
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise syntax_error(file, error.lineno or 1, error.msg, (error.offset or 1) - 1) from None
        module = ModuleFile(file, text.splitlines(keepends=True))
        for statement in tree.body:
            module._bind(statement)
        return module

    def _bind(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import(names):
                for alias in names:
                    target = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.bindings[alias.asname or target] = ("module", target)
            case ast.ImportFrom(module, names):
                home = "." * statement.level + (module or "")
                for alias in names:
                    if alias.name == "*":
                        self.stars.append(home)
                    else:
                        self.bindings[alias.asname or alias.name] = ("member", home, alias.name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.bindings[statement.name] = statement
                for decorator in filter(_gives_rule, statement.decorator_list):
                    self.rules[decorator.value.id] = [ast.Name(statement.name)]  # type: ignore[attr-defined]
            case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name(id=name)) as method, args=given)) if (
                _gives_rule(method)
            ):
                self.rules[name] = given
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.bindings[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self.bindings[name] = value
            case _ if _is_main_block(statement):
                return
            case _:
                for name in _names_bound(statement):
                    self.bindings[name] = _UNCLEAR

    def function(self, name: str) -> FunctionSource | None:
        """The source of the function that a name is bound to, or None."""
        found = self.bindings.get(name)
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([found.lineno, *(d.lineno for d in found.decorator_list)])
            return parse_definition(self.file, self.lines, first)
        return self.lambda_source(found) if isinstance(found, ast.Lambda) else None

    def lambda_source(self, found: ast.Lambda) -> FunctionSource:
        """The source of a lambda."""
        text = ast.get_source_segment("".join(self.lines), found) or ""
        column = len(self.lines[found.lineno - 1].encode()[: found.col_offset].decode())
        return parse_lambda(self.file, text, found.lineno, column)

    def defaults_of(self, name: str) -> dict[str, ast.expr]:
        """The default expressions of a function's parameters."""
        found = self.bindings.get(name)
        if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return {}
        return defaults_in(found)


def defaults_in(found: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> dict[str, ast.expr]:
    """The default expressions of a definition's parameters."""
    plain = [*found.args.posonlyargs, *found.args.args]
    count = len(found.args.defaults)
    pairs = list(zip(plain[len(plain) - count :], found.args.defaults, strict=True))
    pairs += [
        (a, d) for a, d in zip(found.args.kwonlyargs, found.args.kw_defaults, strict=True) if d is not None
    ]
    return {a.arg: d for a, d in pairs}


def _gives_rule(node: ast.expr) -> bool:
    """Whether an expression is ``f.defvjp`` or ``f.defjvp``."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("defvjp", "defjvp")
        and isinstance(node.value, ast.Name)
    )


def _is_main_block(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in {
        n.id for n in ast.walk(statement.test) if isinstance(n, ast.Name)
    }


def _names_bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case _:
                continue


@dataclass(frozen=True, slots=True, eq=False)
class StaticEnvironment:
    """Names as the file alone shows them."""

    module: ModuleFile
    path: Path = ()
    owner: str = ""

    @staticmethod
    def of_file(path: str | FilePath) -> StaticEnvironment:
        """The scope of a file."""
        return StaticEnvironment(ModuleFile.read(path))

    def helper(self, name: str) -> Helper | None:
        """The function that a name is bound to, with its scope."""
        source = self.module.function(name)
        if source is None:
            return None
        path: Path = (*self.path, ("name", name)) if self.path else (("name", name),)
        defaults: Mapping[str, Meaning] = {
            parameter: self.constant(parameter, expression, (*path, ("default", parameter)))
            for parameter, expression in self.module.defaults_of(name).items()
        }
        return Helper(path, source, StaticEnvironment(self.module, path), defaults)

    def origin(self, name: str, kind: str = "name") -> tuple[Path, Any] | None:
        """Nothing: a file has no live objects."""
        return None

    def resolve(self, name: str) -> Meaning | None:
        """What a free name means; None where it is not defined."""
        found = self.module.bindings.get(name)
        path: Path = (*self.path, ("name", name))
        match found:
            case None:
                return self._elsewhere(name)
            case ("module", str() as module):
                return self._module(module, name, path)
            case ("member", str() as home, str() as member):
                return self._member(home, member, name, path)
            case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
                return self._decorated(self._function(name, path), decorators, name, path)
            case ast.Lambda():
                return self._function(name, path)
            case ast.ClassDef():
                from adgen.frontend.static_classes import class_of_file

                return class_of_file(self, found, path)
            case ast.Call(func=called) if self.qualified(called) == "collections.namedtuple":
                from adgen.frontend.static_classes import named_tuple_of_file

                return named_tuple_of_file(self, found, name, path)
            case ast.Call(func=called, args=[ast.Name(id=inner), *rest], keywords=keywords) if (
                self.qualified(called) in _TRANSFORMS
            ):
                return self._transformed(self.resolve(inner), called, rest, keywords, name, path)
            case ast.expr():
                return self.constant(name, found, path)
        return Unusable("AG215", {"name": name})

    def _function(self, name: str, path: Path) -> Meaning:
        found = StaticEnvironment(self.module, self.path).helper(name)
        assert found is not None
        check_decorators(found.source, self)
        return Helper(path, found.source, StaticEnvironment(self.module, path), found.defaults)

    # -- transforms ---------------------------------------------------------------------------------------
    def qualified(self, node: ast.expr) -> str:
        """The full name of what an expression such as ``adgen.grad`` names, or nothing."""
        if isinstance(node, ast.Name):
            if isinstance(self.module.bindings.get(node.id), ast.ClassDef):
                return ""
            found = self.resolve(node.id)
            return found.name if isinstance(found, Library | Module) else ""
        if isinstance(node, ast.Attribute) and (home := self.qualified(node.value)):
            return f"{home}.{node.attr}"
        return ""

    def _decorated(
        self, function: Meaning | None, decorators: list[ast.expr], name: str, path: Path
    ) -> Meaning:
        """A function with adgen's decorators: a derivative is not the function under it."""
        for node in reversed(decorators):
            if _gives_rule(node):
                continue
            called, given, keywords = (
                (node.func, node.args, node.keywords) if isinstance(node, ast.Call) else (node, [], [])
            )
            function = self._transformed(function, called, given, keywords, name, path)
        assert function is not None
        return function

    def _transformed(
        self,
        function: Meaning | None,
        called: ast.expr,
        given: list[ast.expr],
        keywords: list[ast.keyword],
        name: str,
        path: Path,
    ) -> Meaning:
        """What ``adgen.grad(function, *given, **keywords)`` is."""
        mode = self.qualified(called).rpartition(".")[2]
        if not isinstance(function, Helper | Derived):
            return Unusable("AG215", {"name": name})
        if mode == "jit":
            return function
        if mode == "recompute" and isinstance(function, Helper):
            return replace(function, recomputed=True)
        if mode in ("custom_vjp", "custom_jvp") and isinstance(function, Helper):
            if keywords:  # of `result=`: a function that cannot be read has to be there
                return Unusable("AG215", {"name": name})
            return replace(function, rule=(mode.removeprefix("custom_"), self._rules(name, path), None))
        if mode not in ("grad", "value_and_grad", *_MATRICES):
            return Unusable("AG401", {"name": f"{name} (a derivative inside a differentiated function)"})
        try:
            named = {k.arg: ast.literal_eval(k.value) for k in keywords}
            wrt = ast.literal_eval(given[0]) if given else named.get("wrt", 0)
        except ValueError:
            return Unusable("AG215", {"name": name})
        single = not isinstance(wrt, tuple | list)
        positions = (wrt,) if single else tuple(wrt)
        if mode in _MATRICES:
            direction = named.get("mode", _MATRICES[mode])
            if mode == "hessian":
                function = Derived(path, function, "grad", positions, single, False, None)
            return Derived(path, function, "jacobian", positions, single, False, None, direction)
        return Derived(path, function, mode, positions, single, bool(named.get("has_aux", False)), None)

    def _rules(self, name: str, path: Path) -> tuple[Meaning, ...]:
        """What the functions of a rule mean that was given by ``name.defvjp(fwd, bwd)``."""
        return tuple(
            self._rule(node, name, (*path, ("attribute", "rules"), ("item", k)))
            for k, node in enumerate(self.module.rules.get(name, ()))
        )

    def _rule(self, node: ast.expr, name: str, path: Path) -> Meaning:
        if isinstance(node, ast.Lambda):
            return Helper(path, self.module.lambda_source(node), StaticEnvironment(self.module, path))
        found = self.resolve(node.id) if isinstance(node, ast.Name) else None
        return Unusable("AG215", {"name": name}) if found is None else found

    def _elsewhere(self, name: str) -> Meaning | None:
        from adgen.frontend.library import lookup

        for home in self.module.stars:
            if lookup(f"{home}.{name}") is not None:
                return Library(f"{home}.{name}")
            found = None if is_library(home) else self._member(home, name, name, (*self.path, ("name", name)))
            if found is not None and not isinstance(found, Unusable):
                return found
        return Library(f"builtins.{name}") if hasattr(builtins, name) else None

    def _module(self, module: str, name: str, path: Path) -> Meaning:
        if is_library(module):
            return Module(module)
        file = self._neighbour(module)
        if file is None:
            return Unusable("AG215", {"name": name})
        return Namespace(module, StaticEnvironment(file, path))

    def _member(self, home: str, member: str, name: str, path: Path) -> Meaning | None:
        if is_library(home):
            import importlib.util

            nested = f"{home}.{member}"
            if _is_submodule(nested) and importlib.util.find_spec(home):
                return Module(nested)
            return Library(nested)
        file = self._neighbour(home)
        if file is None:
            return Unusable("AG215", {"name": name})
        found = StaticEnvironment(file, self.path).resolve(member)
        if isinstance(found, Helper):
            return replace(found, path=path, environment=StaticEnvironment(file, path))
        return Captured(path, found.value) if isinstance(found, Captured) else found

    def _neighbour(self, module: str) -> ModuleFile | None:
        """The file of a module that lies beside this one."""
        relative = module.lstrip(".")
        folder = FilePath(self.module.file).parent
        for _ in range(len(module) - len(relative) - 1):
            folder = folder.parent
        candidate = folder.joinpath(*relative.split(".")).with_suffix(".py") if relative else folder
        return ModuleFile.read(candidate) if candidate.is_file() else None

    def constant(self, name: str, expression: ast.expr, path: Path) -> Meaning:
        """The value of an expression that the text shows; AG215 for any other."""
        try:
            return Captured(path, evaluate(expression, self._value_of))
        except NotConstant:
            return Unusable("AG215", {"name": name})

    def _value_of(self, name: str) -> Any:
        found = self.resolve(name)
        if isinstance(found, Captured):
            return found.value
        if isinstance(found, Module | Library):
            return found
        raise NotConstant(name)


_SUBMODULES = (
    *("numpy.linalg", "numpy.random", "numpy.fft"),
    *("scipy.special", "scipy.linalg", "scipy.sparse", "scipy.sparse.linalg"),
    *("scipy.fft", "scipy.signal", "scipy.ndimage", "scipy.stats", "scipy.integrate"),
)


def _is_submodule(name: str) -> bool:
    return name in _SUBMODULES


def check_decorators(source: FunctionSource, environment: StaticEnvironment) -> None:
    """Refuse decorators that are not adgen's own."""
    import libcst as cst

    if not isinstance(source.node, cst.FunctionDef):
        return
    for decorator in source.node.decorators:
        node = decorator.decorator
        called = node.func if isinstance(node, cst.Call) else node
        text = cst.Module(()).code_for_node(called)
        if text.endswith((".defvjp", ".defjvp")):
            continue
        found = environment.resolve(text.partition(".")[0])
        known = (isinstance(found, Module) and found.name == "adgen") or (
            isinstance(found, Library) and found.name.startswith("adgen.")
        )
        if not known:
            raise _unknown_decorator(source, node, text)


def _unknown_decorator(source: FunctionSource, node: Any, text: str) -> UserError:
    span: Span = source.span(node)
    return refuse("AG117", span, name=text).with_sources(source.text)
