"""Statements with a body. The span of each is its header, from the keyword to the colon."""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.facts import nodes as cst
from llmlint.facts.model import Case, Expr, For, Handler, If, Match, Span, Stmt, Try, While, With, WithItem
from llmlint.facts.patterns import Pattern
from llmlint.facts.simple_statements import SimpleStatements

ELIF_LIMIT = 50
"""Branches of one ``if`` that are nested; later ones follow each other as statements of their own."""

_Branch = tuple[Expr, tuple[Stmt, ...], Span]


class Statements(SimpleStatements):
    """Lowers statements of every kind but definitions."""

    def body(self, suite: cst.BaseSuite) -> tuple[Stmt, ...]:
        """The statements of a block, in order."""
        outer = self.out
        self.out = []
        for statement in suite.body:
            self.on_visit(statement)
        result = tuple(self.out)
        self.out = outer
        return result

    def block(self, keyword: str, node: cst.Else | cst.Finally | None) -> tuple[Stmt, ...]:
        """``else:`` or ``finally:`` with its statements; nothing when it is missing."""
        if node is None:
            return ()
        self.low.token(keyword)
        self.low.token(":")
        return self.body(node.body)

    def header(self, start: int) -> Span:
        """Step over the colon and return the span of the header."""
        self.low.token(":")
        return self.low.span(start)

    def visit_If(self, node: cst.If) -> bool:
        """``if`` and its ``elif`` branches, of which generated code has thousands."""
        branches = [self._branch(node, "if")]
        orelse = node.orelse
        while isinstance(orelse, cst.If):
            branches.append(self._branch(orelse, "elif"))
            orelse = orelse.orelse
        rest = self.block("else", orelse)
        if len(branches) > ELIF_LIMIT:
            *middle, (test, body, span) = branches[ELIF_LIMIT:]
            rest = (*(If(*branch[:2], (), branch[2]) for branch in middle), If(test, body, rest, span))
        for test, body, span in reversed(branches[1:ELIF_LIMIT]):
            rest = (If(test, body, rest, span),)
        test, body, span = branches[0]
        self.out.append(If(test, body, rest, span))
        return False

    def _branch(self, node: cst.If, keyword: str) -> _Branch:
        start = self.low.start()
        self.low.token(keyword)
        test = self.low.expr(node.test)
        span = self.header(start)
        return test, self.body(node.body), span

    def visit_While(self, node: cst.While) -> bool:
        """``while test``."""
        start = self.low.start()
        self.low.token("while")
        test = self.low.expr(node.test)
        span = self.header(start)
        body = self.body(node.body)
        self.out.append(While(test, body, self.block("else", node.orelse), span))
        return False

    def visit_For(self, node: cst.For) -> bool:
        """``for target in iter``."""
        low = self.low
        start = low.start()
        is_async = self._pass_async(node.asynchronous)
        low.token("for")
        target = low.expr(node.target)
        low.scope.bind_target(target)
        low.token("in")
        iterated = low.expr(node.iter)
        span = self.header(start)
        body = self.body(node.body)
        orelse = self.block("else", node.orelse)
        self.out.append(For(target, iterated, body, orelse, is_async, span))
        return False

    def _pass_async(self, node: cst.Asynchronous | None) -> bool:
        if node is None:
            return False
        self.low.token("async")
        return True

    def visit_With(self, node: cst.With) -> bool:
        """``with value as target``."""
        low = self.low
        start = low.start()
        is_async = self._pass_async(node.asynchronous)
        low.token("with")
        has_parentheses = isinstance(node.lpar, cst.LeftParen)
        if has_parentheses:
            low.token("(")
        items = []
        for item in node.items:
            value = low.expr(item.item)
            items.append(WithItem(value, self._as_name(item.asname)))
        if has_parentheses:
            low.token(")")
        span = self.header(start)
        self.out.append(With(tuple(items), self.body(node.body), is_async, span))
        return False

    def _as_name(self, node: cst.AsName | None) -> Expr | None:
        if node is None:
            return None
        self.low.token("as")
        target = self.low.expr(node.name)
        self.low.scope.bind_target(target)
        return target

    def visit_Try(self, node: cst.Try) -> bool:
        """``try`` / ``except``."""
        return self._try(node, node.handlers)

    def visit_TryStar(self, node: cst.TryStar) -> bool:
        """``try`` / ``except*``."""
        return self._try(node, node.handlers)

    def _try(
        self, node: cst.Try | cst.TryStar, handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler]
    ) -> bool:
        start = self.low.start()
        self.low.token("try")
        span = self.header(start)
        body = self.body(node.body)
        lowered = tuple([self._handler(handler) for handler in handlers])
        orelse = self.block("else", node.orelse)
        final = self.block("finally", node.finalbody)
        self.out.append(Try(body, lowered, orelse, final, span))
        return False

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> Handler:
        low = self.low
        start = low.start()
        low.token("except")
        if isinstance(node, cst.ExceptStarHandler):
            low.token("*")
        kind = low.optional(node.type)
        name: str | None = None
        if node.name is not None:
            assert isinstance(node.name.name, cst.Name)
            name = node.name.name.value
            low.token("as")
            low.token(name)
            low.scope.bind(name)
        span = self.header(start)
        return Handler(kind, name, self.body(node.body), span)

    def visit_Match(self, node: cst.Match) -> bool:
        """``match subject``."""
        start = self.low.start()
        self.low.token("match")
        subject = self.low.expr(node.subject)
        span = self.header(start)
        cases = tuple([self._case(case) for case in node.cases])
        self.out.append(Match(subject, cases, span))
        return False

    def _case(self, node: cst.MatchCase) -> Case:
        self.low.token("case")
        pattern = Pattern(self.low, node.pattern)
        guard: Expr | None = None
        if node.guard is not None:
            self.low.token("if")
            guard = self.low.expr(node.guard)
        self.low.token(":")
        return Case(tuple(pattern.captures), tuple(pattern.values), guard, self.body(node.body))
