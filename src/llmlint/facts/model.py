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

EXTRACTOR_VERSION = 1
"""Raised whenever the same bytes would give other facts."""

TEXT_LIMIT = 6000
"""Characters of a string literal that are kept; ``Text.words`` counts all of them."""


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stretch of source text: lines 1-based, columns 0-based in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class _Node(msgspec.Struct, frozen=True, array_like=True, eq=False, tag=True, gc=False):
    """Base of every expression and statement; the tag is the class name."""


# --- expressions -------------------------------------------------------------------------


class Name(_Node, frozen=True):
    """A bare name."""

    id: str


class Const(_Node, frozen=True):
    """``None``, a boolean, or a number that fits 64 bits."""

    value: bool | int | float | None


class Text(_Node, frozen=True):
    """A plain string literal (adjacent literals already joined)."""

    value: str
    words: int
    span: Span


class Template(_Node, frozen=True):
    """An f-string, or adjacent literals of which one is an f-string: text with holes, in order."""

    parts: tuple[Expr, ...]
    """``Text`` for literal pieces (spans of the whole template), any expression for holes."""
    span: Span


class Attr(_Node, frozen=True):
    """``value.name``."""

    value: Expr
    name: str


class Sub(_Node, frozen=True):
    """``value[index]``; several indices come as a ``Seq``."""

    value: Expr
    index: Expr


class Slice(_Node, frozen=True):
    """``lower:upper:step`` inside a subscript."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Arg(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """One argument of a call: positional (``keyword`` None), ``key=``, ``*`` or ``**``."""

    value: Expr
    keyword: str | None = None
    star: str = ""
    """``""``, ``"*"`` or ``"**"``."""


class Call(_Node, frozen=True):
    """``func(args)``; the span covers the whole call expression."""

    func: Expr
    args: tuple[Arg, ...]
    span: Span


class Await(_Node, frozen=True):
    """``await value``."""

    value: Expr


class Yield(_Node, frozen=True):
    """``yield value`` or ``yield from value``."""

    value: Expr | None
    delegate: bool


class BinOp(_Node, frozen=True):
    """``left op right``; ``op`` as written (``+``, ``%``, ``|``, …)."""

    op: str
    left: Expr
    right: Expr


class BoolOp(_Node, frozen=True):
    """``left and right`` / ``left or right``."""

    op: str
    left: Expr
    right: Expr


class Unary(_Node, frozen=True):
    """``not x``, ``-x``, ``+x``, ``~x``; ``-1`` on a number literal is already a ``Const``."""

    op: str
    value: Expr


class Compare(_Node, frozen=True):
    """``left op right op right …``; operators as written, ``not in`` and ``is not`` with one blank."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


class IfExp(_Node, frozen=True):
    """``body if test else orelse``."""

    test: Expr
    body: Expr
    orelse: Expr


class Seq(_Node, frozen=True):
    """A list, tuple or set display."""

    kind: str
    """``list``, ``tuple`` or ``set``."""
    items: tuple[Expr, ...]


class DictDisplay(_Node, frozen=True):
    """A dict display; a key of None marks ``**value``."""

    items: tuple[tuple[Expr | None, Expr], ...]
    span: Span


class Star(_Node, frozen=True):
    """``*value`` inside a display."""

    value: Expr


class Clause(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """One ``for target in iter if …`` of a comprehension."""

    target: Expr
    iter: Expr
    ifs: tuple[Expr, ...]
    is_async: bool


class Comp(_Node, frozen=True):
    """A comprehension; ``value`` only for dict comprehensions (then ``element`` is the key)."""

    kind: str
    """``list``, ``set``, ``dict`` or ``generator``."""
    element: Expr
    value: Expr | None
    clauses: tuple[Clause, ...]


class Lambda(_Node, frozen=True):
    """A lambda; its parameters and body are ``ModuleFacts.functions[function]``."""

    function: int


class Walrus(_Node, frozen=True):
    """``target := value``."""

    target: Expr
    value: Expr


class Other(_Node, frozen=True):
    """An expression that no rule asks about (bytes, ``...``, complex or oversized numbers)."""

    what: str


Expr = (
    Name
    | Const
    | Text
    | Template
    | Attr
    | Sub
    | Slice
    | Call
    | Await
    | Yield
    | BinOp
    | BoolOp
    | Unary
    | Compare
    | IfExp
    | Seq
    | DictDisplay
    | Star
    | Comp
    | Lambda
    | Walrus
    | Other
)


# --- statements --------------------------------------------------------------------------


class Assign(_Node, frozen=True):
    """``targets = value``, ``target: annotation = value``; ``value`` None for a bare annotation."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None
    span: Span


class AugAssign(_Node, frozen=True):
    """``target op value`` with ``op`` such as ``+=``."""

    target: Expr
    op: str
    value: Expr
    span: Span


class ExprStmt(_Node, frozen=True):
    """An expression on a line of its own."""

    value: Expr
    span: Span


class Return(_Node, frozen=True):
    """``return value``."""

    value: Expr | None
    span: Span


class Raise(_Node, frozen=True):
    """``raise value from cause``; both None for a bare re-raise."""

    value: Expr | None
    cause: Expr | None
    span: Span


class Assert(_Node, frozen=True):
    """``assert test, message``."""

    test: Expr
    message: Expr | None
    span: Span


class Delete(_Node, frozen=True):
    """``del targets``."""

    targets: tuple[Expr, ...]


class Simple(_Node, frozen=True):
    """``pass``, ``break`` or ``continue``."""

    what: str
    span: Span


class ScopeDecl(_Node, frozen=True):
    """``global names`` or ``nonlocal names``."""

    what: str
    names: tuple[str, ...]


class Import(_Node, frozen=True):
    """``import a.b as c``: pairs of dotted name and alias."""

    names: tuple[tuple[str, str | None], ...]
    span: Span


class ImportFrom(_Node, frozen=True):
    """``from ..module import name as alias``; ``names`` is ``(("*", None),)`` for a star import."""

    module: str
    level: int
    names: tuple[tuple[str, str | None], ...]
    span: Span


class If(_Node, frozen=True):
    """``if``; ``elif`` is an ``If`` alone in ``orelse``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    span: Span
    """The header line."""


class While(_Node, frozen=True):
    """``while test``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    span: Span


class For(_Node, frozen=True):
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


class Try(_Node, frozen=True):
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


class With(_Node, frozen=True):
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


class Match(_Node, frozen=True):
    """``match subject``."""

    subject: Expr
    cases: tuple[Case, ...]
    span: Span


class FunctionDef(_Node, frozen=True):
    """``def`` at this place; the function is ``ModuleFacts.functions[function]``."""

    function: int


class ClassDef(_Node, frozen=True):
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


# --- definitions -------------------------------------------------------------------------


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
