"""``match``: the cases are tried one after the other; patterns take apart what is known when it is read."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from adgen.frontend.abstract import Abstract, Array, Grown, Known, Number, Tuple
from adgen.frontend.assignments import bind
from adgen.frontend.conditions import compare, condition
from adgen.frontend.expressions import expression
from adgen.frontend.joining import join_branches
from adgen.frontend.lists import new_list
from adgen.frontend.liveness import Names, statements
from adgen.frontend.merging import both
from adgen.frontend.operators import negated, truth
from adgen.frontend.reader import Reader
from adgen.frontend.reflection import class_of_value, named_class
from adgen.frontend.sequences import static_items
from adgen.frontend.state import Activation
from adgen.primitives.elementwise import logical_and, logical_or

_YES, _NO = Known(True), Known(False)


def match_statement(r: Reader, act: Activation, node: cst.Match) -> None:
    """A ``match`` statement."""
    subject = expression(r, act, node.subject)
    _cases(r, act, subject, node.cases, act.liveness.after[node])


def _cases(
    r: Reader, act: Activation, subject: Abstract, cases: Sequence[cst.MatchCase], live: Names
) -> None:
    from adgen.frontend.statements import block

    if not cases:
        return
    case, rest = cases[0], cases[1:]
    with r.at(act, case.pattern):
        test = _fits(r, act, subject, case.pattern)
        if test != _NO and case.guard is not None:
            guard = condition(r, act, case.guard)
            test = _conjunction(r, test, guard)
    if test == _NO:
        _cases(r, act, subject, rest, live)
    elif test == _YES:
        block(r, act, statements(case.body), live)
    else:
        with r.at(act, case):
            pred = r.value(test)
            sides = both(
                r,
                pred,
                lambda: block(r, act, statements(case.body), live),
                lambda: _cases(r, act, subject, rest, live),
            )
            join_branches(r, pred, sides, act.key, live, r.b.span)


def _conjunction(r: Reader, left: Abstract, right: Abstract) -> Abstract:
    if left == _NO or right == _NO:
        return _NO
    if left == _YES:
        return right
    return left if right == _YES else Number(logical_and(r.b, r.value(left), r.value(right)))


def _disjunction(r: Reader, left: Abstract, right: Abstract) -> Abstract:
    return left if right == _NO else Number(logical_or(r.b, r.value(left), r.value(right)))


# -- patterns ---------------------------------------------------------------------------------------------
def _fits(r: Reader, act: Activation, x: Abstract, pattern: cst.MatchPattern) -> Abstract:
    """Whether a value has a form; names in the pattern are bound as far as it has."""
    match pattern:
        case cst.MatchValue(value=value):
            return truth(r, compare(r, "==", x, expression(r, act, value)))
        case cst.MatchSingleton(value=value):
            wanted = {"None": None, "True": True, "False": False}[value.value]
            return _YES if isinstance(x, Known) and x.value is wanted else _singleton(r, act, x, wanted)
        case cst.MatchAs(pattern=inner, name=name):
            test = _YES if inner is None else _fits(r, act, x, inner)
            if name is not None and test != _NO:
                bind(r, act, name, x)
            return test
        case cst.MatchOr(patterns=elements):
            total: Abstract = _NO
            for element in elements:
                test = _fits(r, act, x, element.pattern)
                if test == _YES:
                    return _YES
                total = test if total == _NO else _disjunction(r, total, test)
            return total
        case cst.MatchList(patterns=elements) | cst.MatchTuple(patterns=elements):
            return _sequence(r, act, x, elements)
        case cst.MatchMapping():
            return _mapping(r, act, x, pattern)
        case cst.MatchClass():
            return _instance(r, act, x, pattern)
    raise r.refuse("AG111", act, pattern)


def _singleton(r: Reader, act: Activation, x: Abstract, wanted: object) -> Abstract:
    if wanted is None or class_of_value(r, x) is not bool:
        return _NO
    test = truth(r, x)
    return test if wanted else negated(r, test)


def _all(r: Reader, act: Activation, pairs: Sequence[tuple[Abstract, cst.MatchPattern]]) -> Abstract:
    total: Abstract = _YES
    for x, pattern in pairs:
        total = _conjunction(r, total, _fits(r, act, x, pattern))
        if total == _NO:
            return _NO
    return total


def _sequence(r: Reader, act: Activation, x: Abstract, elements: Sequence[cst.CSTNode]) -> Abstract:
    if not (isinstance(x, Tuple) and x.kind in ("tuple", "list", "namedtuple")):
        if isinstance(x, Array | Grown):
            raise r.error("AG111")
        return _NO
    items = static_items(r, x) or ()
    starred = [at for at, e in enumerate(elements) if isinstance(e, cst.MatchStar)]
    fixed = len(elements) - len(starred)
    if len(items) != fixed if not starred else len(items) < fixed:
        return _NO
    if starred:
        at, end = starred[0], len(items) - (fixed - starred[0])
        star = elements[at]
        assert isinstance(star, cst.MatchStar)
        if star.name is not None:
            bind(r, act, star.name, new_list(r, items[at:end]))
        items = (*items[:at], *items[end:])
    patterns = [e.value for e in elements if isinstance(e, cst.MatchSequenceElement)]
    return _all(r, act, list(zip(items, patterns, strict=True)))


def _mapping(r: Reader, act: Activation, x: Abstract, pattern: cst.MatchMapping) -> Abstract:
    if not isinstance(x, Tuple) or x.kind != "dict":
        return _NO
    pairs = []
    for element in pattern.elements:
        key = r.static(expression(r, act, element.key), "the key of a pattern")
        if key not in x.keys:
            return _NO
        pairs.append((x.items[x.keys.index(key)], element.pattern))
    if pattern.rest is not None:
        raise r.refuse("AG111", act, pattern.rest)
    return _all(r, act, pairs)


def _instance(r: Reader, act: Activation, x: Abstract, pattern: cst.MatchClass) -> Abstract:
    from adgen.frontend.attributes import attribute

    wanted = named_class(expression(r, act, pattern.cls))
    cls = class_of_value(r, x)
    if wanted is None or cls is None:
        raise r.refuse("AG111", act, pattern.cls)
    if not issubclass(cls, wanted):
        return _NO
    places = [element.value for element in pattern.patterns]
    names = getattr(wanted, "__match_args__", None)
    if names is None and places:
        return _fits(r, act, x, places[0]) if len(places) == 1 else _NO
    if len(places) > len(names or ()):
        raise r.refuse("AG111", act, pattern)
    pairs = [(attribute(r, x, n, n), p) for n, p in zip(names or (), places, strict=False)]
    pairs += [(attribute(r, x, k.key.value, k.key.value), k.pattern) for k in pattern.kwds]
    return _all(r, act, pairs)
