"""The arguments of a native entry in the order of the parameters, however they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.llvm_backend.layout import ITEMS, SIZE
from adgen.llvm_backend.writer import Writer


def arguments(
    w: Writer, external: Callable[[str], str], keywords: Sequence[tuple[bool, bool]], count: int
) -> str:
    """The address of `count` arguments; calls that give them otherwise go to the block `slow`.

    Names are compared by address: those of a call that is written out are interned.
    """
    by_position = sum(position for position, _ in keywords) if keywords else count
    given = w.alloca("ptr")
    named, plain, ready = w.fresh("named"), w.fresh("plain"), w.fresh("ready")
    w.branch_if(w.value("icmp eq ptr %names, null"), plain, named if keywords else "slow")
    w.start_block(plain)
    all_there = w.fresh("all")
    w.branch_if(
        w.value(f"icmp eq i64 %nargs, {count}"), all_there if by_position == count else "slow", "slow"
    )
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
    keywords: Sequence[tuple[bool, bool]],
    by_position: int,
    given: str,
) -> None:
    """Positional arguments, then each keyword at the place of its name."""
    count = len(keywords)
    slots = w.alloca("ptr", max(count, 2))
    size = w.value(f"getelementptr inbounds i8, ptr %names, i64 {SIZE}")
    named = w.value(f"load i64, ptr {size}")
    _must(w, w.value(f"icmp eq i64 {w.value(f'add i64 {named}, %nargs')}, {count}"))
    _must(w, w.value(f"icmp sle i64 %nargs, {by_position}"))
    for k in range(count):
        place = w.value(f"getelementptr inbounds ptr, ptr %args, i64 {k}")
        positional = w.value(f"icmp slt i64 {k}, %nargs")
        value = w.value(f"select i1 {positional}, ptr {w.value(f'load ptr, ptr {place}')}, ptr null")
        w.emit(f"store ptr {value}, ptr {_slot(w, slots, str(k))}")
    names = w.value(f"getelementptr inbounds i8, ptr %names, i64 {ITEMS}")
    with w.loop("0", named) as at:
        key = w.value(f"load ptr, ptr {w.value(f'getelementptr inbounds ptr, ptr {names}, i64 {at}')}")
        where = "-1"
        for k, (_, allowed) in enumerate(keywords):
            if allowed:
                same = w.value(f"icmp eq ptr {key}, {external(f'keyword.{k}')}")
                where = w.value(f"select i1 {same}, i64 {k}, i64 {where}")
        _must(w, w.value(f"icmp sge i64 {where}, 0"))
        slot = _slot(w, slots, where)
        _must(w, w.value(f"icmp eq ptr {w.value(f'load ptr, ptr {slot}')}, null"))
        from_ = w.value(f"add i64 {at}, %nargs")
        value = w.value(f"load ptr, ptr {w.value(f'getelementptr inbounds ptr, ptr %args, i64 {from_}')}")
        w.emit(f"store ptr {value}, ptr {slot}")
    w.emit(f"store ptr {slots}, ptr {given}")


def _slot(w: Writer, slots: str, index: str) -> str:
    return w.value(f"getelementptr inbounds ptr, ptr {slots}, i64 {index}")


def _must(w: Writer, condition: str) -> None:
    go_on = w.fresh("ok")
    w.branch_if(condition, go_on, "slow")
    w.start_block(go_on)
