"""Statements without a body.

Every ``visit_*`` method lowers its statement, appends it to the list being filled and returns False: it
passes the parts that matter itself, so that no blank is visited and no node rebuilt.
"""

from __future__ import annotations

from collections.abc import Sequence

from libcst import CSTVisitor

from llmlint.facts import nodes as cst
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import (
    Assert,
    Assign,
    AugAssign,
    Delete,
    Expr,
    ExprStmt,
    Import,
    ImportFrom,
    Name,
    Raise,
    Return,
    ScopeDecl,
    Seq,
    Simple,
    Stmt,
)
from llmlint.facts.parameters import pass_type_parameters

AUGMENTED: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "+=",
    cst.SubtractAssign: "-=",
    cst.MultiplyAssign: "*=",
    cst.MatrixMultiplyAssign: "@=",
    cst.DivideAssign: "/=",
    cst.ModuloAssign: "%=",
    cst.BitAndAssign: "&=",
    cst.BitOrAssign: "|=",
    cst.BitXorAssign: "^=",
    cst.LeftShiftAssign: "<<=",
    cst.RightShiftAssign: ">>=",
    cst.PowerAssign: "**=",
    cst.FloorDivideAssign: "//=",
}


class SimpleStatements(CSTVisitor):
    """Lowers simple statements into ``self.out``."""

    def __init__(self, low: Lowering) -> None:
        super().__init__()
        self.low = low
        self.out: list[Stmt] = []

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:
        """Several statements may share a line."""
        for statement in node.body:
            self.on_visit(statement)
        return False

    def visit_Expr(self, node: cst.Expr) -> bool:
        """An expression on a line of its own."""
        start = self.low.start()
        value = self.low.expr(node.value)
        self.out.append(ExprStmt(value, self.low.span(start)))
        return False

    def visit_Assign(self, node: cst.Assign) -> bool:
        """``a = b = value``."""
        low = self.low
        start = low.start()
        targets = []
        for item in node.targets:
            targets.append(low.expr(item.target))
            low.token("=")
        value = low.expr(node.value)
        for target in targets:
            low.scope.bind_target(target)
        self.out.append(Assign(tuple(targets), value, None, low.span(start)))
        return False

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:
        """``target: annotation = value``; without a value the name is local all the same."""
        low = self.low
        start = low.start()
        target = low.expr(node.target)
        low.token(":")
        annotation = low.expr(node.annotation.annotation)
        value: Expr | None = None
        if node.value is not None:
            low.token("=")
            value = low.expr(node.value)
        low.scope.bind_target(target)
        self.out.append(Assign((target,), value, annotation, low.span(start)))
        return False

    def visit_AugAssign(self, node: cst.AugAssign) -> bool:
        """``target += value``."""
        low = self.low
        start = low.start()
        target = low.expr(node.target)
        operator = AUGMENTED[type(node.operator)]
        low.token(operator)
        value = low.expr(node.value)
        low.scope.bind_target(target)
        self.out.append(AugAssign(target, operator, value, low.span(start)))
        return False

    def visit_TypeAlias(self, node: cst.TypeAlias) -> bool:
        """``type Name[T] = value`` is an assignment to ``Name``."""
        low = self.low
        start = low.start()
        low.token("type")
        name = node.name.value
        low.token(name)
        pass_type_parameters(low, node.type_parameters)
        low.token("=")
        value = low.expr(node.value)
        low.scope.bind(name)
        self.out.append(Assign((Name(name),), value, None, low.span(start)))
        return False

    def visit_Return(self, node: cst.Return) -> bool:
        """``return value``."""
        start = self.low.start()
        self.low.token("return")
        value = self.low.optional(node.value)
        self.out.append(Return(value, self.low.span(start)))
        return False

    def visit_Raise(self, node: cst.Raise) -> bool:
        """``raise value from cause``."""
        low = self.low
        start = low.start()
        low.token("raise")
        value = low.optional(node.exc)
        cause: Expr | None = None
        if node.cause is not None:
            low.token("from")
            cause = low.expr(node.cause.item)
        self.out.append(Raise(value, cause, low.span(start)))
        return False

    def visit_Assert(self, node: cst.Assert) -> bool:
        """``assert test, message``."""
        low = self.low
        start = low.start()
        low.token("assert")
        test = low.expr(node.test)
        message = low.optional(node.msg)
        self.out.append(Assert(test, message, low.span(start)))
        return False

    def visit_Del(self, node: cst.Del) -> bool:
        """``del a, b``: both names stay names of this scope."""
        self.low.token("del")
        target = self.low.expr(node.target)
        self.low.scope.bind_target(target)
        is_list = isinstance(target, Seq) and not node.target.lpar and target.kind == "tuple"
        self.out.append(Delete(target.items if is_list and isinstance(target, Seq) else (target,)))
        return False

    def visit_Pass(self, node: cst.Pass) -> bool:
        """``pass``."""
        return self._simple("pass")

    def visit_Break(self, node: cst.Break) -> bool:
        """``break``."""
        return self._simple("break")

    def visit_Continue(self, node: cst.Continue) -> bool:
        """``continue``."""
        return self._simple("continue")

    def _simple(self, what: str) -> bool:
        start = self.low.start()
        self.low.token(what)
        self.out.append(Simple(what, self.low.span(start)))
        return False

    def visit_Global(self, node: cst.Global) -> bool:
        """``global names``."""
        return self._declare("global", node.names)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> bool:
        """``nonlocal names``."""
        return self._declare("nonlocal", node.names)

    def _declare(self, what: str, items: Sequence[cst.NameItem]) -> bool:
        self.low.token(what)
        names = tuple(item.name.value for item in items)
        for name in names:
            self.low.token(name)
            self.low.scope.declare(name, what)
        self.out.append(ScopeDecl(what, names))
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        """``import a.b`` binds ``a``; ``import a.b as c`` binds ``c``."""
        return self._import(node.names, self.low.start())

    def visit_LazyImport(self, node: cst.LazyImport) -> bool:
        """``lazy import a.b`` binds the same names."""
        start = self.low.start()
        self.low.token("lazy")
        return self._import(node.names, start)

    def _import(self, aliases: Sequence[cst.ImportAlias], start: int) -> bool:
        self.low.token("import")
        names = [self._alias(alias) for alias in aliases]
        for name, alias in names:
            self.low.scope.bind(alias or name.partition(".")[0])
        self.out.append(Import(tuple(names), self.low.span(start)))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        """``from ..module import name as alias``."""
        return self._import_from(node, self.low.start())

    def visit_LazyImportFrom(self, node: cst.LazyImportFrom) -> bool:
        """``lazy from module import name``."""
        start = self.low.start()
        self.low.token("lazy")
        return self._import_from(node, start)

    def _import_from(self, node: cst.ImportFrom | cst.LazyImportFrom, start: int) -> bool:
        low = self.low
        low.token("from")
        for _ in node.relative:
            low.token(".")
        module = "" if node.module is None else self._dotted(node.module)
        low.token("import")
        names: list[tuple[str, str | None]] = []
        if isinstance(node.names, cst.ImportStar):
            low.token("*")
            names.append(("*", None))
        else:
            if node.lpar is not None:
                low.token("(")
            for alias in node.names:
                names.append(self._alias(alias))
                low.scope.bind(names[-1][1] or names[-1][0])
            if node.rpar is not None:
                low.token(")")
        self.out.append(ImportFrom(module, len(node.relative), tuple(names), low.span(start)))
        return False

    def _alias(self, node: cst.ImportAlias) -> tuple[str, str | None]:
        name = self._dotted(node.name)
        if node.asname is None:
            return name, None
        assert isinstance(node.asname.name, cst.Name)
        self.low.token("as")
        self.low.token(node.asname.name.value)
        return name, node.asname.name.value

    def _dotted(self, node: cst.BaseExpression) -> str:
        names: list[str] = []
        while isinstance(node, cst.Attribute):
            names.append(node.attr.value)
            node = node.value
        assert isinstance(node, cst.Name)
        names.append(node.value)
        names.reverse()
        for position, name in enumerate(names):
            if position:
                self.low.token(".")
            self.low.token(name)
        return ".".join(names)
