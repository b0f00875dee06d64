"""Whether a statement can only read: how its database was opened, or what it was told before."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, ExternalMethod, ExternalObject
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_DEPTH = 5


class ReadOnly:
    """Answers for calls that run statements."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._tables = catalogue.read_only
        self._functions: dict[Func, bool] = {}

    def holds(self, call: m.Call, func: Func) -> bool:
        """Whether the call itself, its handle, or the function it stands in says "read only"."""
        if self._says(call, func) or self._declared(func):
            return True
        if func.facts.kind == "lambda" and func.parent is not None and self._declared(func.parent):
            return True
        return any(
            self._says(made, scope)
            for value in self._evaluator.eval(call.func, func)
            if isinstance(value, ExternalMethod)
            for made, scope in self._makers(value.owner, 0)
        )

    def _makers(self, handle: ExternalObject, depth: int) -> Iterator[tuple[m.Call, Func]]:
        """The calls that gave the handle, outwards: ``connect(...)`` of ``connect(...).cursor()``."""
        if handle.call is None or handle.func is None or depth > _DEPTH:
            return
        yield handle.call, handle.func
        if isinstance(handle.call.func, m.Attr):
            for value in self._evaluator.eval(handle.call.func.value, handle.func):
                if isinstance(value, ExternalObject):
                    yield from self._makers(value, depth + 1)

    def _declared(self, func: Func) -> bool:
        """Whether something in the function makes the session or the transaction read only."""
        known = self._functions.get(func)
        if known is None:
            known = self._functions[func] = any(
                self._says(node, func)
                for node in func.nodes
                if isinstance(node, m.Call) and isinstance(node.func, m.Attr)
            ) or any(
                isinstance(stmt, m.Assign)
                and isinstance(stmt.value, m.Const)
                and stmt.value.value is True
                and any(isinstance(t, m.Attr) and self._is_keyword(t.name) for t in stmt.targets)
                for stmt in walk.statements(func.facts.body)
            )
        return known

    def _is_keyword(self, name: str) -> bool:
        return any(name in table.keywords for table in self._tables)

    def _says(self, call: m.Call, func: Func) -> bool:
        for table in self._tables:
            if isinstance(call.func, m.Attr) and call.func.name in table.methods:
                return True
            for arg in call.args:
                if (
                    arg.keyword in table.keywords
                    and isinstance(arg.value, m.Const)
                    and arg.value.value is True
                ):
                    return True
                if any(
                    text in shown.lower() for text in table.texts for shown in self._texts(arg.value, func)
                ):
                    return True
            if any(
                self._evaluator.matches({where: wanted}, call, func)
                for where, wanted in table.arguments.items()
            ):
                return True
        return False

    def _texts(self, expr: m.Expr, func: Func) -> Iterator[str]:
        """The literal text of an argument; of a nested call (``text("SET …")``) its first argument's."""
        match expr:
            case m.Text(value=value):
                yield value
            case m.Template(parts=parts):
                yield from (part.value for part in parts if isinstance(part, m.Text))
            case m.Call(args=(m.Arg(value=m.Text(value=value)), *_)):
                yield value
            case m.Name() | m.Attr():
                for known in self._evaluator.eval(expr, func):
                    if isinstance(known, Data) and isinstance(known.expr, m.Text | m.Template):
                        yield from self._texts(known.expr, known.func)
            case _:
                return
