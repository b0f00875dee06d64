"""Whether a collection has a size that the code bounds."""

from __future__ import annotations

from llmlint.facts import model as m
from llmlint.project.kinds import Data, External
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_DEPTH = 6
_SAME = frozenset(
    {
        "builtins.enumerate",
        "builtins.list",
        "builtins.reversed",
        "builtins.set",
        "builtins.sorted",
        "builtins.tuple",
    }
)
"""Functions whose result is as long as what they are given."""
_VIEWS = frozenset({"items", "keys", "values", "copy"})


class Sizes:
    """Open means: it is as long as whoever filled it wanted, and nothing here cuts it."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def open(self, expr: m.Expr, func: Func, depth: int = 0) -> bool:
        """Whether nothing that can be seen bounds the size of a collection."""
        if depth > _DEPTH:
            return False
        match expr:
            case m.Name(id=name):
                return self._open_name(name, expr, func, depth)
            case m.Await(value=value) | m.Star(value=value):
                return self.open(value, func, depth + 1)
            case m.Comp(clauses=clauses):
                return self.open(clauses[0].iter, func, depth + 1)
            case m.Call():
                return self._open_call(expr, func, depth)
            case m.Attr(value=value):
                # What an object was made with is settings; what was sent or answered is not.
                held = isinstance(value, m.Name) and value.id in (func.receiver, "self", "cls")
                return not held and not self._literal(expr, func)
            case m.Sub(index=index):
                return not isinstance(index, m.Slice) and not self._literal(expr, func)
            case _:
                return False

    def _open_name(self, name: str, expr: m.Name, func: Func, depth: int) -> bool:
        if self._literal(expr, func) or _measured(name, func):
            return False
        bindings = func.bindings.get(name, ())
        if not bindings:
            return False
        for binding in bindings:
            if binding.kind == "param":
                continue
            if binding.kind != "value" or binding.expr is None or binding.unpack:
                return False
            empty = isinstance(binding.expr, m.Seq) and not binding.expr.items
            if not empty and not self.open(binding.expr, func, depth + 1):
                return False
        return True

    def _open_call(self, call: m.Call, func: Func, depth: int) -> bool:
        first = call.args[0].value if call.args and not call.args[0].star else None
        names = {v.name for v in self._evaluator.eval(call.func, func) if isinstance(v, External)}
        if names & _SAME:
            return first is not None and self.open(first, func, depth + 1)
        if "builtins.zip" in names:
            return all(self.open(arg.value, func, depth + 1) for arg in call.args)
        if isinstance(call.func, m.Attr) and call.func.name in _VIEWS and not call.args:
            return self.open(call.func.value, func, depth + 1)
        # A query: a number among its arguments is a limit, as far as we know.
        return bool(not names and call.args) and not any(
            arg.star or _numeric(arg.value) or self._numbered(arg.value, func) for arg in call.args
        )

    def _numbered(self, expr: m.Expr, func: Func) -> bool:
        values = self._evaluator.eval(expr, func)
        return any(isinstance(v, Data) and _numeric(v.expr) for v in values)

    def _literal(self, expr: m.Expr, func: Func) -> bool:
        """Whether a collection is one that is written down."""
        return any(
            isinstance(v, Data) and isinstance(v.expr, m.Seq | m.DictDisplay) and v.expr.items
            for v in self._evaluator.eval(expr, func)
        )


def _numeric(expr: m.Expr) -> bool:
    return isinstance(expr, m.Const) and isinstance(expr.value, int | float)


def _measured(name: str, func: Func) -> bool:
    """Whether the function compares how long the collection is, or cuts it."""
    for node in func.nodes:
        match node:
            case m.Compare(left=left, rights=rights):
                for side in (left, *rights):
                    match side:
                        case m.Call(func=m.Name(id="len"), args=(m.Arg(value=m.Name(id=measured)),)):
                            zero = any(isinstance(r, m.Const) and r.value in (0, 1) for r in (left, *rights))
                            if measured == name and not zero:
                                return True
                        case _:
                            pass
            case m.Sub(value=m.Name(id=cut), index=m.Slice()) if cut == name:
                return True
            case _:
                pass
    return False
