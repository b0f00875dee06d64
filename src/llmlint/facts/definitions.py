"""Definitions and the module itself: the statements that open a scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llmlint.facts import nodes as cst
from llmlint.facts.expressions import lower_args
from llmlint.facts.model import (
    Arg,
    Class,
    ClassDef,
    Expr,
    ExprStmt,
    FunctionDef,
    Span,
    Stmt,
    Text,
)
from llmlint.facts.parameters import lower_parameters, pass_type_parameters
from llmlint.facts.simple_statements import SimpleStatements
from llmlint.facts.statements import Statements

DOCSTRING_LIMIT = 2000


class ModuleVisitor(Statements):
    """Lowers a whole module; the facts are collected in ``self.low``."""

    def visit_Module(self, node: cst.Module) -> bool:
        """The module is the first scope."""
        for statement in node.body:
            self.on_visit(statement)
        body = tuple(self.out)
        self.low.close_scope(
            self.low.scope, name="", body=body, span=Span(1, 0, 1, 0), docstring=_docstring(body)
        )
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        """``def``: decorators, defaults and annotations belong to the enclosing scope."""
        low = self.low
        outer = low.scope
        name = node.name.value
        decorators, decorator_spans = self._decorators(node.decorators)
        start = low.start()
        if node.asynchronous is not None:
            low.token("async")
        low.token("def")
        low.token(name)
        pass_type_parameters(low, node.type_parameters)
        low.token("(")
        params = lower_parameters(low, node.params)
        low.token(")")
        returns: Expr | None = None
        if node.returns is not None:
            low.token("->")
            returns = low.expr(node.returns.annotation)
        span = self.header(start)

        class_index = outer.class_index if outer.kind == "class" else None
        scope = low.open_scope("function", outer.child_name(name), outer, class_index)
        outer.bind(name)
        if class_index is not None:
            outer.methods.append((name, scope.index))
        self.out.append(FunctionDef(scope.index))
        for param in params:
            scope.bind(param.name)
        low.scope = scope
        body = self.body(node.body)
        low.scope = outer
        low.close_scope(
            scope,
            name=name,
            body=body,
            span=span,
            params=params,
            returns=returns,
            decorators=decorators,
            decorator_spans=decorator_spans,
            is_async=node.asynchronous is not None,
            docstring=_docstring(body),
        )
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        """``class``: its body is a function of kind ``class``."""
        low = self.low
        outer = low.scope
        name = node.name.value
        decorators, _ = self._decorators(node.decorators)
        start = low.start()
        low.token("class")
        low.token(name)
        pass_type_parameters(low, node.type_parameters)
        bases: tuple[Arg, ...] = ()
        if isinstance(node.lpar, cst.LeftParen):
            low.token("(")
            bases = (*lower_args(low, node.bases), *lower_args(low, node.keywords))
            low.token(")")
        span = self.header(start)

        index = low.next_class()
        scope = low.open_scope("class", outer.child_name(name), outer, index)
        outer.bind(name)
        self.out.append(ClassDef(index))
        low.scope = scope
        body = self.body(node.body)
        low.scope = outer
        docstring = _docstring(body)
        low.close_scope(scope, name=name, body=body, span=span, docstring=docstring)
        low.add_class(
            Class(
                index=index,
                name=name,
                qualname=scope.qualname,
                bases=tuple(base.value for base in bases if base.keyword is None and base.star != "**"),
                keywords=tuple(base for base in bases if base.keyword is not None or base.star == "**"),
                decorators=decorators,
                body=scope.index,
                methods=tuple(scope.methods),
                docstring=docstring,
                span=span,
            )
        )
        return False

    def _decorators(self, nodes: Sequence[cst.Decorator]) -> tuple[tuple[Expr, ...], tuple[Span, ...]]:
        result, spans = [], []
        for node in nodes:
            start = self.low.start()
            self.low.token("@")
            result.append(self.low.expr(node.decorator))
            spans.append(self.low.span(start))
        return tuple(result), tuple(spans)

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Lower a statement (or the module) by its ``visit_*`` method, without visiting its parts."""
        return _VISITS[type(node)](self, node)


_VISITS: dict[type[cst.CSTNode], Callable[[Any, Any], bool]] = {
    getattr(cst, name.removeprefix("visit_")): method
    for kind in (SimpleStatements, Statements, ModuleVisitor)
    for name, method in vars(kind).items()
    if name.startswith("visit_")
}


def _docstring(body: tuple[Stmt, ...]) -> str | None:
    """The first characters of the docstring, as written."""
    if body and isinstance(body[0], ExprStmt) and isinstance(body[0].value, Text):
        return body[0].value.value[:DOCSTRING_LIMIT]
    return None
