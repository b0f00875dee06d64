"""The facts of one module: a small, frozen, serialisable picture of its code.

``ModuleFacts`` is a pure function of (file bytes, extractor version). It is a lowered tree:
whitespace, parentheses, comments and syntax that no rule asks about are gone; names,
calls, string templates, handlers, loops, exits and their positions stay. Nothing from libcst
is in it, so it can be cached, sent between processes and printed in a test.

Lines are 1-based; columns are 0-based and count characters (not bytes), as flake8 and editors do.
Structs compare by identity: two occurrences of ``x`` are two facts.
"""

from __future__ import annotations

import msgspec

from llmlint.facts.blocks import (
    Assert,
    Assign,
    AugAssign,
    Case,
    ClassDef,
    Delete,
    ExprStmt,
    For,
    FunctionDef,
    Handler,
    If,
    Import,
    ImportFrom,
    Match,
    Raise,
    Return,
    ScopeDecl,
    Simple,
    Stmt,
    Try,
    While,
    With,
    WithItem,
)
from llmlint.facts.syntax import (
    TEXT_LIMIT,
    Arg,
    Attr,
    Await,
    BinOp,
    BoolOp,
    Bytes,
    Call,
    Clause,
    Comp,
    Compare,
    Const,
    DictDisplay,
    Expr,
    IfExp,
    Lambda,
    Name,
    Other,
    Seq,
    Slice,
    Span,
    Star,
    Sub,
    Template,
    Text,
    Unary,
    Walrus,
    Yield,
)

__all__ = [
    "EXTRACTOR_VERSION",
    "TEXT_LIMIT",
    "Arg",
    "Assert",
    "Assign",
    "Attr",
    "AugAssign",
    "Await",
    "BinOp",
    "BoolOp",
    "Bytes",
    "Call",
    "Case",
    "Class",
    "ClassDef",
    "Clause",
    "Comp",
    "Compare",
    "Const",
    "Delete",
    "DictDisplay",
    "Expr",
    "ExprStmt",
    "For",
    "Function",
    "FunctionDef",
    "Handler",
    "If",
    "IfExp",
    "Import",
    "ImportFrom",
    "Lambda",
    "Match",
    "ModuleFacts",
    "Name",
    "Other",
    "Param",
    "Raise",
    "Return",
    "ScopeDecl",
    "Seq",
    "Simple",
    "Slice",
    "Span",
    "Star",
    "Stmt",
    "Sub",
    "Template",
    "Text",
    "Try",
    "Unary",
    "Walrus",
    "While",
    "With",
    "WithItem",
    "Yield",
]

EXTRACTOR_VERSION = 2
"""Raised whenever the same bytes would give other facts."""


class Param(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """One parameter. ``kind``: ``positional``, ``keyword`` (keyword-only), ``*`` or ``**``."""

    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


class Function(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A scope with code: the module body, a class body, a ``def`` or a lambda."""

    index: int
    kind: str
    """``module``, ``class``, ``function`` or ``lambda``."""
    name: str
    qualname: str
    """Dotted from the module down, without ``<locals>``: ``Service.ask.inner``; ``""`` for the module."""
    params: tuple[Param, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    decorator_spans: tuple[Span, ...]
    """Where each decorator stands, from its ``@``."""
    is_async: bool
    is_generator: bool
    body: tuple[Stmt, ...]
    """A lambda's body is one ``Return``."""
    bound: tuple[str, ...]
    """Every name this scope binds itself (parameters, assignments, imports, defs, loop targets, …)."""
    scope_names: tuple[tuple[str, str], ...]
    """``(name, "global" | "nonlocal")`` as declared."""
    parent: int | None
    """The scope this one is written in; None for the module."""
    class_index: int | None
    """The class whose body directly holds this ``def``, or whose body this is."""
    docstring: str | None
    span: Span
    """The ``def`` line (without decorators); the lambda expression; line 1 for the module."""


class Class(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A class definition; its body's statements are in ``functions[body]`` (kind ``class``)."""

    index: int
    name: str
    qualname: str
    bases: tuple[Expr, ...]
    keywords: tuple[Arg, ...]
    decorators: tuple[Expr, ...]
    body: int
    methods: tuple[tuple[str, int], ...]
    """Name and function index of each ``def`` directly in the body, last definition last."""
    docstring: str | None
    span: Span


class ModuleFacts(msgspec.Struct, frozen=True, eq=False):
    """All that the project knows of one file. ``functions[0]`` is the module body."""

    path: str
    """Relative to the project root, with forward slashes."""
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
