"""Where the storage of a value comes from: the chain of in-place operations behind it."""

from __future__ import annotations

from adgen.ir.core import For, If, Node, Op, Region, Value, While, walk


class Origins:
    """Follows values back through in-place operations to the value whose storage they took over."""

    def __init__(self, *regions: Region) -> None:
        self._nodes: dict[Value, Node] = {v: n for r in regions for n in walk(r) for v in n.results}
        self._known: dict[Value, Value] = {}

    def of(self, value: Value) -> Value:
        """The value whose storage this one is in."""
        found = self._known.get(value)
        if found is None:  # both branches of many conditions in a row lead to the same values
            found = self._known[value] = self._found(value)
        return found

    def _found(self, value: Value) -> Value:
        node = self._nodes.get(value)
        match node:
            case Op() if 0 in node.prim.consumes and value is node.results[0]:
                return self.of(node.operands[0])
            case For() | While():
                position = node.results.index(value)
                if self.of(node.body.yields[position]) is node.carried[position]:
                    return self.of(node.inits[position])
            case If():
                position = node.results.index(value)
                then, other = self.of(node.then.yields[position]), self.of(node.orelse.yields[position])
                if then is other:
                    return then
            case _:
                pass
        return value
