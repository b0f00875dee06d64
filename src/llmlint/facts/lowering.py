"""The state of one extraction: the cursor, the scopes, and the definitions found so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llmlint.facts import nodes as cst
from llmlint.facts.model import Class, Expr, Function, Param, Span, Stmt
from llmlint.facts.positions import Cursor
from llmlint.facts.scopes import Scope

Handler = Callable[["Lowering", Any], Expr]
"""Lowers one kind of expression. It must pass every token of the node, in source order."""


class Lowering(Cursor):
    """Turns expressions into facts and collects the definitions of the module."""

    def __init__(self, text: str, handlers: Mapping[type[cst.CSTNode], Handler]) -> None:
        super().__init__(text)
        self._handlers = handlers
        self._functions: dict[int, Function] = {}
        self._classes: dict[int, Class] = {}
        self._function_count = 0
        self._class_count = 0
        self.scope = self.open_scope("module", "", None)

    def expr(self, node: cst.BaseExpression | cst.BaseElement) -> Expr:
        """The fact of an expression; the cursor ends behind it and its own parentheses."""
        lpar = node.lpar  # type: ignore[union-attr]  # of the elements only the starred one comes here
        if not lpar:
            return self._handlers[type(node)](self, node)
        for _ in lpar:
            self.token("(")
        result = self._handlers[type(node)](self, node)
        for _ in lpar:
            self.token(")")
        return result

    def optional(self, node: cst.BaseExpression | None) -> Expr | None:
        """Like ``expr`` for a part that may be missing."""
        return None if node is None else self.expr(node)

    def open_scope(
        self, kind: str, qualname: str, parent: Scope | None, class_index: int | None = None
    ) -> Scope:
        """A new scope with the next function index; the caller makes it the current one."""
        index = self._function_count
        self._function_count += 1
        return Scope(index, kind, qualname, None if parent is None else parent.index, class_index)

    def next_class(self) -> int:
        """The index of the class whose definition begins."""
        self._class_count += 1
        return self._class_count - 1

    def close_scope(
        self,
        scope: Scope,
        *,
        name: str,
        body: tuple[Stmt, ...],
        span: Span,
        params: tuple[Param, ...] = (),
        returns: Expr | None = None,
        decorators: tuple[Expr, ...] = (),
        decorator_spans: tuple[Span, ...] = (),
        is_async: bool = False,
        docstring: str | None = None,
    ) -> None:
        """Record the finished function of ``scope``."""
        self._functions[scope.index] = Function(
            index=scope.index,
            kind=scope.kind,
            name=name,
            qualname=scope.qualname,
            params=params,
            returns=returns,
            decorators=decorators,
            decorator_spans=decorator_spans,
            is_async=is_async,
            is_generator=scope.is_generator,
            body=body,
            bound=scope.bound(),
            scope_names=tuple(scope.declared.items()),
            parent=scope.parent,
            class_index=scope.class_index,
            docstring=docstring,
            span=span,
        )

    def add_class(self, found: Class) -> None:
        """Record a finished class."""
        self._classes[found.index] = found

    def functions(self) -> tuple[Function, ...]:
        """All functions, by index."""
        return tuple(self._functions[index] for index in range(self._function_count))

    def classes(self) -> tuple[Class, ...]:
        """All classes, by index."""
        return tuple(self._classes[index] for index in range(self._class_count))
