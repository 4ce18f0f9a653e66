"""Statements on lists: Python's own where a position is known to be within, small helpers elsewhere."""

from __future__ import annotations

from adgen.ir.core import Op
from adgen.numpy_backend.expressions import Expressions, OperationSpeller
from adgen.primitives.lists import zero_text

_SET = '''
def _set(cells, i, value, zero):
    """cells[i] = value; cells that are not there yet are zero."""
    cells.extend([zero] * (i + 1 - len(cells)))
    cells[i] = value
'''
_ADD = '''
def _add(cells, i, value, zero):
    """cells[i] += value; cells that are not there yet are zero."""
    cells.extend([zero] * (i + 1 - len(cells)))
    cells[i] = cells[i] + value
'''
_TAKE = '''
def _take(cells, i, zero):
    """The last cell of i + 1, taken off; zero where it is not there yet."""
    return cells.pop() if len(cells) > i else zero
'''
_ADD_ROWS = '''
def _add_rows(cells, rows, zero):
    """cells[i] += rows[i] for every row; cells that are not there yet are zero."""
    cells.extend([zero] * (len(rows) - len(cells)))
    for i, row in enumerate(rows):
        cells[i] = cells[i] + row
'''


def list_statement(e: Expressions, op: Op, used: bool) -> str:
    """The statement for an operation that changes a list; ``used`` says whether a taken element is."""
    s = OperationSpeller(op, e)
    name = e.name(op.operands[0])
    match op.prim.name:
        case "set_cell" if op.attr("append"):
            return f"{name}.append({s.arg(2)})"
        case "set_cell" if op.attr("exact"):
            return f"{name}[{s.arg(1)}] = {s.arg(2)}"
        case "set_cell":
            return f"{s.helper('_set', _SET)}({name}, {s.arg(1)}, {s.arg(2)}, {zero_text(s)})"
        case "add_cell":
            return f"{s.helper('_add', _ADD)}({name}, {s.arg(1)}, {s.arg(2)}, {zero_text(s)})"
        case "take":
            call = f"{name}.pop()"
            if not op.attr("exact"):
                call = f"{s.helper('_take', _TAKE)}({name}, {s.arg(1)}, {zero_text(s)})"
            return f"{e.name(op.results[1])} = {call}" if used else call
        case "truncate":
            return f"del {name}[{s.arg(1)}:]"
        case "add_cells":
            return f"{s.helper('_add_rows', _ADD_ROWS)}({name}, {s.arg(1)}, {zero_text(s)})"
    return f"{s.helper('_add_rows', _ADD_ROWS)}({name}, {s.arg(1)}, {zero_text(s)})"


STATEMENTS = frozenset({"set_cell", "add_cell", "take", "truncate", "add_cells", "add_list"})
