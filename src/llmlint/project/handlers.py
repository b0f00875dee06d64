"""What an ``except`` does with a failure of the provider."""

from __future__ import annotations

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, Data, External
from llmlint.project.scopes import Func
from llmlint.project.sites import Frame
from llmlint.project.values import Evaluator

BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})


class Handlers:
    """Questions about handlers, answered with the evaluator."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue

    def _types(self, handler: m.Handler, func: Func) -> set[str]:
        return {"builtins.BaseException"} if handler.type is None else self._named(handler.type, func)

    def _named(self, types: m.Expr, func: Func) -> set[str]:
        found: set[str] = set()
        for value in self._evaluator.eval(types, func):
            if isinstance(value, Data) and isinstance(value.expr, m.Seq):
                for item in value.expr.items:
                    found |= {
                        v.name for v in self._evaluator.eval(item, value.func) if isinstance(v, External)
                    }
            elif isinstance(value, External):
                found.add(value.name)
            elif isinstance(value, ClassRef):
                found.add(value.cls.name)
        return found

    def is_broad(self, handler: m.Handler, func: Func) -> bool:
        """Whether it is bare or names ``Exception`` or ``BaseException``."""
        return bool(self._types(handler, func) & BROAD)

    def catches_provider(self, handler: m.Handler, func: Func) -> bool:
        """Whether every failure of a provider ends here: broad, or the base class of an SDK's errors."""
        types = self._types(handler, func)
        return bool(types & BROAD or types & self._catalogue.base_errors)

    def may_catch_provider(self, handler: m.Handler, func: Func) -> bool:
        """Whether some failure of a provider ends here: broad, or any exception class of an SDK."""
        return self._may_be_provider(self._types(handler, func))

    def names_provider(self, types: m.Expr, func: Func) -> bool:
        """Whether some failure of a provider is among these exceptions (a class, or a tuple of them)."""
        return self._may_be_provider(self._named(types, func))

    def _may_be_provider(self, types: set[str]) -> bool:
        known = self._catalogue.base_errors | self._catalogue.narrow_errors
        return bool(types & BROAD or types & known)

    @staticmethod
    def raises(body: tuple[m.Stmt, ...]) -> bool:
        """Whether some path through the handler raises (also when only under a condition)."""
        return any(isinstance(stmt, m.Raise) for stmt in walk.statements(body))

    def absorbs(self, frame: Frame, func: Func) -> bool:
        """Whether a provider's failure inside this frame cannot leave it."""
        if frame.kind == "with" and isinstance(frame.node, m.With):
            return any(self.suppresses(item.value, func) for item in frame.node.items)
        if frame.kind != "try" or not isinstance(frame.node, m.Try):
            return False
        for handler in frame.node.handlers:
            if self.catches_provider(handler, func):
                return not self.raises(handler.body)
        return False

    def suppresses(self, expr: m.Expr, func: Func) -> bool:
        """Whether this is ``contextlib.suppress(Exception)``."""
        if not isinstance(expr, m.Call):
            return False
        callee = self._evaluator.eval(expr.func, func)
        if not any(isinstance(v, External) and v.name == "contextlib.suppress" for v in callee):
            return False
        return any(
            isinstance(v, External) and v.name in BROAD
            for arg in expr.args
            for v in self._evaluator.eval(arg.value, func)
        )
