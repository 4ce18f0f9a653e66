"""The arguments of a native entry in the order of the parameters, however they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.llvm_backend.layout import ITEMS, SIZE
from adgen.llvm_backend.writer import Writer


def arguments(
    w: Writer, external: Callable[[str], str], keywords: Sequence[tuple[bool, bool, bool]], count: int
) -> str:
    """The address of `count` arguments; calls that give them otherwise go to the block `slow`.

    Names are compared by address: those of a call that is written out are interned. Of each argument
    `keywords` says whether it may be given by position, by name, and not at all (then its default takes its
    place).
    """
    by_position = sum(position for position, *_ in keywords) if keywords else count
    given = w.alloca("ptr")
    named, plain, ready = w.fresh("named"), w.fresh("plain"), w.fresh("ready")
    w.branch_if(w.value("icmp eq ptr %names, null"), plain, named if keywords else "slow")
    w.start_block(plain)
    all_there = w.fresh("all")
    fewer = named if any(default for *_, default in keywords) else "slow"
    whole = w.value(f"icmp eq i64 %nargs, {count}")
    w.branch_if(whole, all_there if by_position == count else fewer, fewer)
    if by_position == count:
        w.start_block(all_there)
        w.emit(f"store ptr %args, ptr {given}")
        w.branch(ready)
    if keywords:
        w.start_block(named)
        _by_name(w, external, keywords, by_position, given)
        w.branch(ready)
    w.start_block(ready)
    return w.value(f"load ptr, ptr {given}")


def _by_name(
    w: Writer,
    external: Callable[[str], str],
    keywords: Sequence[tuple[bool, bool, bool]],
    by_position: int,
    given: str,
) -> None:
    """Positional arguments, then each keyword at the place of its name."""
    count = len(keywords)
    slots = w.alloca("ptr", max(count, 2))
    named = _names_given(w)
    relation = "sle" if any(default for *_, default in keywords) else "eq"
    _must(w, w.value(f"icmp {relation} i64 {w.value(f'add i64 {named}, %nargs')}, {count}"))
    _must(w, w.value(f"icmp sle i64 %nargs, {by_position}"))
    for k in range(count):
        _positional(w, slots, k)
    names = w.value(f"getelementptr inbounds i8, ptr %names, i64 {ITEMS}")
    with w.loop("0", named) as at:
        key = w.value(f"load ptr, ptr {w.value(f'getelementptr inbounds ptr, ptr {names}, i64 {at}')}")
        where = "-1"
        for k, (_, allowed, _) in enumerate(keywords):
            if allowed:
                same = w.value(f"icmp eq ptr {key}, {external(f'keyword.{k}')}")
                where = w.value(f"select i1 {same}, i64 {k}, i64 {where}")
        _must(w, w.value(f"icmp sge i64 {where}, 0"))
        slot = _slot(w, slots, where)
        _must(w, w.value(f"icmp eq ptr {w.value(f'load ptr, ptr {slot}')}, null"))
        from_ = w.value(f"add i64 {at}, %nargs")
        value = w.value(f"load ptr, ptr {w.value(f'getelementptr inbounds ptr, ptr %args, i64 {from_}')}")
        w.emit(f"store ptr {value}, ptr {slot}")
    if relation == "sle":
        _fill(w, external, keywords, slots)
    w.emit(f"store ptr {slots}, ptr {given}")


def _positional(w: Writer, slots: str, k: int) -> None:
    """The argument at a position, null where it is not given so."""
    given, ready, slot = w.fresh("given"), w.fresh("ready"), _slot(w, slots, str(k))
    w.emit(f"store ptr null, ptr {slot}")
    w.branch_if(w.value(f"icmp slt i64 {k}, %nargs"), given, ready)
    w.start_block(given)
    place = w.value(f"getelementptr inbounds ptr, ptr %args, i64 {k}")
    w.emit(f"store ptr {w.value(f'load ptr, ptr {place}')}, ptr {slot}")
    w.branch(ready)
    w.start_block(ready)


def _names_given(w: Writer) -> str:
    """How many arguments are given by name."""
    some, counted = w.fresh("some"), w.fresh("counted")
    place = w.alloca("i64")
    w.emit(f"store i64 0, ptr {place}")
    w.branch_if(w.value("icmp eq ptr %names, null"), counted, some)
    w.start_block(some)
    size = w.value(f"getelementptr inbounds i8, ptr %names, i64 {SIZE}")
    w.emit(f"store i64 {w.value(f'load i64, ptr {size}')}, ptr {place}")
    w.branch(counted)
    w.start_block(counted)
    return w.value(f"load i64, ptr {place}")


def _fill(
    w: Writer, external: Callable[[str], str], keywords: Sequence[tuple[bool, bool, bool]], slots: str
) -> None:
    """Defaults where nothing is given; what has none must be given."""
    for k, (*_, default) in enumerate(keywords):
        slot = _slot(w, slots, str(k))
        value = w.value(f"load ptr, ptr {slot}")
        missing = w.value(f"icmp eq ptr {value}, null")
        if default:
            value = w.value(f"select i1 {missing}, ptr {external(f'default.{k}')}, ptr {value}")
            w.emit(f"store ptr {value}, ptr {slot}")
        else:
            _must(w, w.value(f"xor i1 {missing}, true"))


def _slot(w: Writer, slots: str, index: str) -> str:
    return w.value(f"getelementptr inbounds ptr, ptr {slots}, i64 {index}")


def _must(w: Writer, condition: str) -> None:
    go_on = w.fresh("ok")
    w.branch_if(condition, go_on, "slow")
    w.start_block(go_on)
