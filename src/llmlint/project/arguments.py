"""Arguments of calls: literal values, and keywords with ``**settings`` opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.forwarding import Forwarding
from llmlint.project.inforce import in_force
from llmlint.project.kinds import Data, External, ParamValue
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Arguments:
    """Reads arguments."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.forwarding = Forwarding(evaluator)

    def matches(self, when: dict[str, tuple[str | bool | int, ...]], call: m.Call, func: Func) -> bool:
        """Whether every argument named in ``when`` is one of the literals (or dotted names) there."""
        return all(self._matches_one(where, wanted, call, func) for where, wanted in when.items())

    def _matches_one(
        self, where: str, wanted: tuple[str | bool | int, ...], call: m.Call, func: Func
    ) -> bool:
        given, scope = walk.argument(call, where), func
        if given is None:
            keywords, _ = self.keyword_items(call, func)
            for name in where.split("|"):
                if name in keywords:
                    given, scope = keywords[name]
        if given is None:
            return False
        for value in self._evaluator.eval(given, scope):
            if isinstance(value, External) and value.name in wanted:
                return True
            if isinstance(value, Data):
                literal = value.expr
                if isinstance(literal, m.Const | m.Text) and any(
                    _is_literal(literal.value, one) for one in wanted
                ):
                    return True
        return False

    def keyword_items(self, call: m.Call, func: Func) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        """Keywords of a call with literal ``**settings`` opened; and whether all of them are known."""
        found: dict[str, tuple[m.Expr, Func]] = {}
        complete = True
        for arg in call.args:
            if arg.keyword is not None:
                found[arg.keyword] = (arg.value, func)
            elif arg.star == "*":
                complete = False
            elif arg.star == "**":
                items, whole = self._dict_items(arg.value, func, 0, call)
                found.update(items)
                complete = complete and whole
        return found, complete

    def _dict_items(
        self, expr: m.Expr, func: Func, depth: int, call: m.Call | None = None
    ) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        values = self._evaluator.eval(expr, func)
        if len(values) > 1 and call is not None and isinstance(expr, m.Name) and expr.id in func.bindings:
            latest = in_force(expr.id, call, func)
            values = self._evaluator.eval(latest, func) if latest is not None else values
        value = values[0] if len(values) == 1 and depth <= 4 else None
        if isinstance(value, ParamValue) and isinstance(expr, m.Name) and expr.id == value.name:
            param = value.func.params.get(value.name)
            if param is not None and param.kind == "**":
                return self.forwarding.items(value)
        if not isinstance(value, Data):
            return {}, False
        found, complete = self._display_items(value, depth)
        # Keys set later win; where the dict is written and where it is read may be two functions.
        names = [m.Name(n) for n, bound in value.func.bindings.items() for b in bound if b.expr is value.expr]
        places = [(expr, func), *((name, value.func) for name in names)]
        for name, scope in places:
            added = self._added_keys(name, scope)
            if added is None:
                return {}, False
            found.update({key: (item, scope) for key, item in added.items()})
        return found, complete

    def _display_items(self, value: Data, depth: int) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        found: dict[str, tuple[m.Expr, Func]] = {}
        complete = True
        if isinstance(value.expr, m.DictDisplay):
            for key, item in value.expr.items:
                if key is None:
                    items, whole = self._dict_items(item, value.func, depth + 1)
                    found.update(items)
                    complete = complete and whole
                elif isinstance(key, m.Text):
                    found[key.value] = (item, value.func)
                else:
                    complete = False
            return found, complete
        if isinstance(value.expr, m.Call):
            # dict(a=1, **more)
            call = value.expr
            if walk.dotted(call.func) == "dict" and all(a.keyword or a.star == "**" for a in call.args):
                return self.keyword_items(call, value.func)
        return {}, False

    @staticmethod
    def _added_keys(expr: m.Expr, func: Func) -> dict[str, m.Expr] | None:
        """Values set by ``name["key"] = …`` in the scope that reads the dict; None when more may be set."""
        found: dict[str, m.Expr] = {}
        if not isinstance(expr, m.Name):
            return found
        for stmt in func.statements:
            if isinstance(stmt, m.Assign):
                for target in stmt.targets:
                    if not (isinstance(target, m.Sub) and walk.dotted(target.value) == expr.id):
                        continue
                    if not isinstance(target.index, m.Text) or stmt.value is None:
                        return None
                    found[target.index.value] = stmt.value
            elif (
                isinstance(stmt, m.ExprStmt)
                and isinstance(stmt.value, m.Call)
                and walk.dotted(stmt.value.func) in (f"{expr.id}.update", f"{expr.id}.setdefault")
            ):
                return None
        return found


def filled_later(expr: m.Expr | None, func: Func) -> bool:
    """Whether a named object is changed after it was made (``config["recursion_limit"] = 50``)."""
    name = walk.dotted(expr) if expr is not None else None
    return name is not None and any(_changes(stmt, name) for stmt in func.statements)


def _changes(stmt: m.Stmt, name: str) -> bool:
    match stmt:
        case m.Assign(targets=targets):
            return any(isinstance(t, m.Sub | m.Attr) and walk.dotted(t.value) == name for t in targets)
        case m.ExprStmt(value=m.Call(func=m.Attr(value=owner))):
            return walk.dotted(owner) == name
        case _:
            return False


def _is_literal(value: object, wanted: str | bool | int) -> bool:
    if isinstance(wanted, str) and wanted.endswith("*"):
        return isinstance(value, str) and value.startswith(wanted[:-1])
    return value == wanted and type(value) is type(wanted)
