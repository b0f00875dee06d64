"""What statements bind: names, and attributes of objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from llmlint.facts import model as m
from llmlint.facts import walk


class Binding(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One way in which a name of a scope gets its value."""

    kind: str
    """``value``, ``element`` (of an iterable), ``enter`` (a context manager), ``import``, ``from``,
    ``def``, ``class``, ``param``, ``error`` (except … as), ``capture`` or ``augmented``."""
    expr: m.Expr | None = None
    annotation: m.Expr | None = None
    unpack: tuple[int, ...] = ()
    """Where in a destructured value: ``a, (b, c) = v`` gives ``c`` the path ``(1, 1)``."""
    index: int = -1
    """Function or class index for ``def`` and ``class``."""
    module: str = ""
    level: int = 0
    name: str = ""
    """For imports: the name taken from the module; for ``param`` the parameter."""
    line: int = 0
    is_async: bool = False

    @property
    def is_computed(self) -> bool:
        """Whether the name can hold anything but what its literal says."""
        plain = isinstance(self.expr, m.Text | m.Const | m.Lambda | m.Other)
        return self.kind not in ("def", "class", "import", "from") and not plain


def attribute_bindings(statements: Iterable[m.Stmt]) -> Iterator[tuple[m.Attr, Binding]]:
    """The attributes that statements of one scope assign (``x.y = …``), in source order."""
    for stmt in statements:
        if isinstance(stmt, m.Assign):
            for target in stmt.targets:
                for leaf, path in _leaves(target):
                    if isinstance(leaf, m.Attr):
                        given = Binding("value", stmt.value, stmt.annotation, path, line=stmt.span.line)
                        yield leaf, given
        elif isinstance(stmt, m.With):
            for item in stmt.items:
                if isinstance(item.target, m.Attr):
                    yield item.target, Binding("enter", item.value, line=stmt.span.line)
        elif isinstance(stmt, m.For) and isinstance(stmt.target, m.Attr):
            yield stmt.target, Binding("element", stmt.iter, line=stmt.span.line)
        elif isinstance(stmt, m.ExprStmt):
            yield from _set_attribute(stmt)


def _set_attribute(stmt: m.ExprStmt) -> Iterator[tuple[m.Attr, Binding]]:
    """``setattr(x, "name", value)``."""
    match stmt.value:
        case m.Call(
            func=m.Name(id="setattr"),
            args=(m.Arg(value=target), m.Arg(value=m.Text(value=name)), m.Arg(value=value)),
            span=span,
        ):
            yield m.Attr(target, name), Binding("value", value, line=span.line)
        case _:
            pass


def _leaves(target: m.Expr, path: tuple[int, ...] = ()) -> Iterator[tuple[m.Expr, tuple[int, ...]]]:
    """The names, attributes and subscripts of an assignment target with their places in the value."""
    if isinstance(target, m.Seq):
        for index, item in enumerate(target.items):
            yield from _leaves(item, (*path, index))
    elif isinstance(target, m.Star):
        yield from _leaves(target.value, (*path, -1))
    else:
        yield target, path


def name_bindings(statements: Iterable[m.Stmt], inside: bool) -> Iterator[tuple[str, Binding]]:
    """The names that statements of one scope bind, in source order.

    ``inside``: expressions are searched as well, for ``:=`` and comprehensions.
    """
    for stmt in statements:
        yield from _statement_bindings(stmt)
        if not inside:
            continue
        for expr in walk.own_expressions(stmt):
            for node in walk.expressions(expr):
                if isinstance(node, m.Walrus) and isinstance(node.target, m.Name):
                    yield node.target.id, Binding("value", node.value)
                elif isinstance(node, m.Comp):
                    for clause in node.clauses:
                        for leaf, path in _leaves(clause.target):
                            if isinstance(leaf, m.Name):
                                yield leaf.id, Binding("element", clause.iter, unpack=path)


def _statement_bindings(stmt: m.Stmt) -> Iterator[tuple[str, Binding]]:
    match stmt:
        case m.Assign():
            line = stmt.span.line
            for target in stmt.targets:
                for leaf, path in _leaves(target):
                    if isinstance(leaf, m.Name):
                        yield leaf.id, Binding("value", stmt.value, stmt.annotation, path, line=line)
        case m.AugAssign(target=m.Name(id=name)):
            yield name, Binding("augmented", stmt.value, line=stmt.span.line)
        case m.For():
            for leaf, path in _leaves(stmt.target):
                if isinstance(leaf, m.Name):
                    yield leaf.id, Binding("element", stmt.iter, unpack=path, line=stmt.span.line)
        case m.With():
            for item in stmt.items:
                if item.target is None:
                    continue
                for leaf, path in _leaves(item.target):
                    if isinstance(leaf, m.Name):
                        yield leaf.id, Binding("enter", item.value, unpack=path, line=stmt.span.line)
        case m.Import():
            for name, alias in stmt.names:
                bound = alias or name.split(".", 1)[0]
                yield bound, Binding("import", module=name if alias else bound, name=name)
        case m.ImportFrom():
            for name, alias in stmt.names:
                yield alias or name, Binding("from", module=stmt.module, level=stmt.level, name=name)
        case m.Try():
            for handler in stmt.handlers:
                if handler.name:
                    yield handler.name, Binding("error", handler.type, line=handler.span.line)
        case m.Match():
            for case in stmt.cases:
                for name in case.captures:
                    yield name, Binding("capture", stmt.subject)
        case _:
            pass
