"""Classes of a file that is neither imported nor run: their fields and methods, as the text shows them.

Each is given a class of the same name and fields, so that records can be told apart and put together.
"""

from __future__ import annotations

import ast
import builtins
import collections
import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adgen.frontend.scope import Captured, Field, Helper, Meaning, Member, Members, Path, Unusable, UserClass
from adgen.frontend.source import parse_definition
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.static_scope import StaticEnvironment

_DATACLASS = ("dataclasses.dataclass",)
_NAMED = ("typing.NamedTuple",)
_TRANSPARENT = {
    "builtins.staticmethod": "static",
    "builtins.classmethod": "class",
    "builtins.property": "property",
    "functools.cached_property": "property",
}


def class_of_file(env: StaticEnvironment, node: ast.ClassDef, path: Path) -> Meaning:
    """What a class definition says; AG215 where the text does not show it."""
    unclear = Unusable("AG215", {"name": node.name})
    bases = [env.qualified(base) or env.resolve(ast.unparse(base)) for base in node.bases]
    named = any(base in _NAMED for base in bases)
    parents = [base for base in bases if isinstance(base, UserClass)]
    raised = [_exception(base) for base in bases]
    if raised and not node.keywords and all(base is not None for base in raised):
        made = env.module.classes.setdefault(
            (node.name, node.lineno), type(node.name, tuple(b for b in raised if b is not None), {})
        )
        return UserClass(path, "exception", made, (), StaticMembers(((env, node),), path))
    if not named and (len(parents) != len(bases) or node.keywords):
        return unclear
    options = _dataclass_options(env, node)
    if options is None or (named and (parents or options.used)):
        return unclear
    members = StaticMembers(((env, node), *(p for parent in parents for p in _parts(parent))), path)
    inherited = tuple(f for parent in reversed(parents) for f in parent.fields)
    kind = "namedtuple" if named else "dataclass" if options.used else "object"
    if kind == "object" and any(parent.kind == "dataclass" for parent in parents):
        kind = "dataclass"
    own = _own_fields(env, node, path, options) if named or options.used else []
    fields = _merged(inherited, own)
    if any(isinstance(f.default, Unusable) for f in fields):
        return unclear
    cls = _stand_in(env, node, kind, [f.name for f in fields], [p.cls for p in parents], options.frozen)
    if kind == "dataclass" and members.member("__init__") is not None:
        kind, fields = "object", ()
    return UserClass(path, kind, cls, fields, members)


def _exception(base: Meaning | str | None) -> type | None:
    """The class of an exception that another one inherits from, or None."""
    if isinstance(base, UserClass):
        return base.cls if base.kind == "exception" else None
    name = base.removeprefix("builtins.") if isinstance(base, str) else ""
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def named_tuple_of_file(env: StaticEnvironment, node: ast.Call, name: str, path: Path) -> Meaning:
    """``name = namedtuple("name", "a b")``."""
    try:
        text, spelled, *more = [ast.literal_eval(arg) for arg in node.args]
    except ValueError:
        return Unusable("AG215", {"name": name})
    names = spelled.replace(",", " ").split() if isinstance(spelled, str) else list(spelled)
    if more or node.keywords:
        return Unusable("AG215", {"name": name})
    key = (name, node.lineno)
    made = env.module.classes.setdefault(key, collections.namedtuple(text, names))
    return UserClass(path, "namedtuple", made, tuple(Field(n) for n in names), StaticMembers((), path))


def _parts(parent: UserClass) -> Sequence[tuple[StaticEnvironment, ast.ClassDef]]:
    return parent.members.parts if isinstance(parent.members, StaticMembers) else ()


@dataclass(frozen=True, slots=True)
class _Options:
    used: bool = False
    frozen: bool = False
    keyword: bool = False


def _dataclass_options(env: StaticEnvironment, node: ast.ClassDef) -> _Options | None:
    """How a class is made a dataclass; None where another decorator is on it."""
    found = _Options()
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if env.qualified(called) not in _DATACLASS:
            return None
        given = decorator.keywords if isinstance(decorator, ast.Call) else []
        try:
            values = {k.arg: ast.literal_eval(k.value) for k in given}
        except ValueError:
            return None
        if values.get("init", True) is not True:
            return None
        found = _Options(True, bool(values.get("frozen")), bool(values.get("kw_only")))
    return found


def _merged(inherited: tuple[Field, ...], own: list[Field]) -> tuple[Field, ...]:
    """The fields of a dataclass: one that is declared again keeps its place."""
    table = {f.name: f for f in inherited} | {f.name: f for f in own}
    return tuple(table.values())


def _own_fields(env: StaticEnvironment, node: ast.ClassDef, path: Path, options: _Options) -> list[Field]:
    found = []
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                if "ClassVar" not in ast.unparse(annotation):
                    found.append(_field(env, name, value, (*path, ("attribute", name)), options.keyword))
            case _:
                continue
    return found


def _field(env: StaticEnvironment, name: str, value: ast.expr | None, path: Path, keyword: bool) -> Field:
    if value is None:
        return Field(name, keyword=keyword)
    if not (isinstance(value, ast.Call) and env.qualified(value.func) == "dataclasses.field"):
        return Field(name, env.constant(name, value, path), keyword=keyword)
    given = {k.arg: k.value for k in value.keywords}
    default = env.constant(name, given["default"], path) if "default" in given else None
    factory = None
    if "default_factory" in given:
        text = given["default_factory"]
        found = env.resolve(text.id) if isinstance(text, ast.Name) else None
        factory = found or Unusable("AG215", {"name": name})
    flags = {k: x.value for k, x in given.items() if isinstance(x, ast.Constant)}
    return Field(name, default, factory, bool(flags.get("init", True)), bool(flags.get("kw_only", keyword)))


def _stand_in(
    env: StaticEnvironment, node: ast.ClassDef, kind: str, names: list[str], bases: list[type], frozen: bool
) -> type:
    """A class of the same name and fields; the same one each time it is asked for."""
    key = (node.name, node.lineno)
    if key not in env.module.classes:
        env.module.classes[key] = _new_class(node.name, kind, names, tuple(bases), frozen)
    return env.module.classes[key]


def _new_class(name: str, kind: str, names: list[str], bases: tuple[type, ...], frozen: bool) -> type:
    if kind == "namedtuple":
        found: type = collections.namedtuple(name, names)  # type: ignore[misc]
        return found
    if kind == "dataclass":
        fields = [(n, Any, dataclasses.field(default=None)) for n in names]
        return dataclasses.make_dataclass(name, fields, bases=bases, frozen=frozen)
    return type(name, bases, {})


@dataclass(frozen=True, slots=True)
class StaticMembers:
    """The attributes of a class: of its own definition, then of those it inherits from."""

    parts: tuple[tuple[StaticEnvironment, ast.ClassDef], ...]
    path: Path

    def member(self, name: str) -> Member | None:
        """What the name means in the first definition that has it."""
        for env, node in self.parts:
            for statement in node.body:
                found = self._of(env, node, statement, name)
                if found is not None:
                    return found
        return None

    def behind(self, owner: str) -> Members:
        """The definitions behind that of the class named ``owner``."""
        names = [node.name for _, node in self.parts]
        start = names.index(owner) + 1 if owner in names else len(names)
        return StaticMembers(self.parts[start:], (*self.path, ("base", str(start))))

    def _of(
        self, env: StaticEnvironment, node: ast.ClassDef, statement: ast.stmt, name: str
    ) -> Member | None:
        where = (*self.path, ("member", name))
        match statement:
            case ast.FunctionDef(name=found) if found == name:
                qualified = [env.qualified(d) for d in statement.decorator_list]
                again = "adgen.recompute" in qualified
                kinds = [_TRANSPARENT.get(name, "") for name in qualified if name != "adgen.recompute"]
                if "" in kinds:
                    shown = ast.unparse(statement.decorator_list[0])
                    return Member("value", Unusable("AG117", {"name": shown}))
                method = replace(_method(env, node, statement, where), recomputed=again)
                return Member(kinds[0] if kinds else "function", method)
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return Member("value", env.constant(name, value, where))
        return None


def _method(env: StaticEnvironment, node: ast.ClassDef, function: ast.FunctionDef, path: Path) -> Helper:
    from adgen.frontend.static_scope import StaticEnvironment, defaults_in

    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    source = parse_definition(env.module.file, env.module.lines, first)
    defaults = {p: env.constant(p, e, (*path, ("default", p))) for p, e in defaults_in(function).items()}
    return Helper(path, source, StaticEnvironment(env.module, path, node.name), defaults)


__all__ = ["Captured", "class_of_file", "named_tuple_of_file"]
