"""The patterns of ``match``: what a case captures and what it compares with."""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.facts import nodes as cst
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import Expr


class Pattern:
    """What one ``case`` pattern captures and compares with, in source order."""

    def __init__(self, low: Lowering, node: cst.MatchPattern) -> None:
        self._low = low
        self.captures: list[str] = []
        self.values: list[Expr] = []
        self._pass(node)

    def _pass(self, node: cst.MatchPattern) -> None:
        """Move over a pattern and its own parentheses."""
        if isinstance(node, cst.MatchValue | cst.MatchSingleton):  # the parentheses are those of the value
            self.values.append(self._low.expr(node.value))
            return
        for _ in node.lpar:
            self._low.token("(")
        match node:
            case cst.MatchAs():
                self._pass_as(node)
            case cst.MatchOr():
                self._pass_or(node)
            case cst.MatchClass():
                self._pass_class(node)
            case cst.MatchMapping():
                self._pass_mapping(node)
            case cst.MatchList():
                if node.lbracket is not None:
                    self._low.token("[")
                self._pass_sequence(node.patterns)
                if node.rbracket is not None:
                    self._low.token("]")
            case cst.MatchTuple():
                self._pass_sequence(node.patterns)
            case _:
                raise TypeError(type(node).__name__)
        for _ in node.lpar:
            self._low.token(")")

    def _capture(self, name: cst.Name | None) -> None:
        """A name in a binding place; ``_`` (None in the tree) binds nothing."""
        if name is None:
            self._low.token("_")
            return
        self._low.token(name.value)
        self._low.scope.bind(name.value)
        self.captures.append(name.value)

    def _pass_as(self, node: cst.MatchAs) -> None:
        if node.pattern is not None:
            self._pass(node.pattern)
            self._low.token("as")
        self._capture(node.name)

    def _pass_or(self, node: cst.MatchOr) -> None:
        for number, element in enumerate(node.patterns):
            if number:
                self._low.token("|")
            self._pass(element.pattern)

    def _pass_class(self, node: cst.MatchClass) -> None:
        self.values.append(self._low.expr(node.cls))
        self._low.token("(")
        self._pass_sequence(node.patterns)
        for keyword in node.kwds:
            self._low.token(keyword.key.value)
            self._low.token("=")
            self._pass(keyword.pattern)
        self._low.token(")")

    def _pass_mapping(self, node: cst.MatchMapping) -> None:
        self._low.token("{")
        for element in node.elements:
            self.values.append(self._low.expr(element.key))
            self._low.token(":")
            self._pass(element.pattern)
        if node.rest is not None:
            self._low.token("**")
            self._capture(node.rest)
        self._low.token("}")

    def _pass_sequence(self, elements: Sequence[cst.MatchSequenceElement | cst.MatchStar]) -> None:
        for element in elements:
            if isinstance(element, cst.MatchStar):
                self._low.token("*")
                self._capture(element.name)
            else:
                self._pass(element.value)
