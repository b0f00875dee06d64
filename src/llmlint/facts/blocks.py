"""Statements of the facts tree; see ``model`` for what the tree is."""

from __future__ import annotations

import msgspec

from llmlint.facts.syntax import Expr, Node, Span


class Assign(Node, frozen=True):
    """``targets = value``, ``target: annotation = value``; ``value`` None for a bare annotation."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None
    span: Span


class AugAssign(Node, frozen=True):
    """``target op value`` with ``op`` such as ``+=``."""

    target: Expr
    op: str
    value: Expr
    span: Span


class ExprStmt(Node, frozen=True):
    """An expression on a line of its own."""

    value: Expr
    span: Span


class Return(Node, frozen=True):
    """``return value``."""

    value: Expr | None
    span: Span


class Raise(Node, frozen=True):
    """``raise value from cause``; both None for a bare re-raise."""

    value: Expr | None
    cause: Expr | None
    span: Span


class Assert(Node, frozen=True):
    """``assert test, message``."""

    test: Expr
    message: Expr | None
    span: Span


class Delete(Node, frozen=True):
    """``del targets``."""

    targets: tuple[Expr, ...]


class Simple(Node, frozen=True):
    """``pass``, ``break`` or ``continue``."""

    what: str
    span: Span


class ScopeDecl(Node, frozen=True):
    """``global names`` or ``nonlocal names``."""

    what: str
    names: tuple[str, ...]


class Import(Node, frozen=True):
    """``import a.b as c``: pairs of dotted name and alias."""

    names: tuple[tuple[str, str | None], ...]
    span: Span


class ImportFrom(Node, frozen=True):
    """``from ..module import name as alias``; ``names`` is ``(("*", None),)`` for a star import."""

    module: str
    level: int
    names: tuple[tuple[str, str | None], ...]
    span: Span


class If(Node, frozen=True):
    """``if``; ``elif`` is an ``If`` alone in ``orelse``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    span: Span
    """The header line."""


class While(Node, frozen=True):
    """``while test``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    span: Span


class For(Node, frozen=True):
    """``for target in iter`` (also ``async for``)."""

    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    is_async: bool
    span: Span


class Handler(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """One ``except``: the type as written (None when bare), the name it binds, its body."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    span: Span
    """The ``except`` line."""


class Try(Node, frozen=True):
    """``try`` / ``except`` / ``else`` / ``finally`` (also ``except*``)."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    span: Span


class WithItem(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """``value as target``."""

    value: Expr
    target: Expr | None


class With(Node, frozen=True):
    """``with`` (also ``async with``)."""

    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    is_async: bool
    span: Span


class Case(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """One ``case``: the names it captures, the literal values it compares, guard and body."""

    captures: tuple[str, ...]
    values: tuple[Expr, ...]
    """Literals and dotted names the pattern compares with; empty for a wildcard."""
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Node, frozen=True):
    """``match subject``."""

    subject: Expr
    cases: tuple[Case, ...]
    span: Span


class FunctionDef(Node, frozen=True):
    """``def`` at this place; the function is ``ModuleFacts.functions[function]``."""

    function: int


class ClassDef(Node, frozen=True):
    """``class`` at this place; the class is ``ModuleFacts.classes[index]``."""

    index: int


Stmt = (
    Assign
    | AugAssign
    | ExprStmt
    | Return
    | Raise
    | Assert
    | Delete
    | Simple
    | ScopeDecl
    | Import
    | ImportFrom
    | If
    | While
    | For
    | Try
    | With
    | Match
    | FunctionDef
    | ClassDef
)
