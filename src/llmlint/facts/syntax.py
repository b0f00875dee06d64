"""Expressions of the facts tree; see ``model`` for what the tree is.

Structs compare by identity: two occurrences of ``x`` are two facts.
"""

from __future__ import annotations

import msgspec

TEXT_LIMIT = 6000
"""Characters of a string literal that are kept; ``Text.words`` counts all of them."""


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stretch of source text: lines 1-based, columns 0-based in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Node(msgspec.Struct, frozen=True, array_like=True, eq=False, tag=True, gc=False):
    """Base of every expression and statement; the tag is the class name."""


class Name(Node, frozen=True):
    """A bare name."""

    id: str


class Const(Node, frozen=True):
    """``None``, a boolean, or a number that fits 64 bits."""

    value: bool | int | float | None


class Text(Node, frozen=True):
    """A plain string literal (adjacent literals already joined)."""

    value: str
    words: int
    span: Span


class Bytes(Node, frozen=True):
    """A bytes literal, one character for each byte (adjacent literals already joined)."""

    value: str
    span: Span


class Template(Node, frozen=True):
    """An f-string, or adjacent literals of which one is an f-string: text with holes, in order."""

    parts: tuple[Expr, ...]
    """``Text`` for literal pieces (spans of the whole template), any expression for holes."""
    span: Span


class Attr(Node, frozen=True):
    """``value.name``."""

    value: Expr
    name: str


class Sub(Node, frozen=True):
    """``value[index]``; several indices come as a ``Seq``."""

    value: Expr
    index: Expr


class Slice(Node, frozen=True):
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


class Call(Node, frozen=True):
    """``func(args)``; the span covers the whole call expression."""

    func: Expr
    args: tuple[Arg, ...]
    span: Span


class Await(Node, frozen=True):
    """``await value``."""

    value: Expr


class Yield(Node, frozen=True):
    """``yield value`` or ``yield from value``."""

    value: Expr | None
    delegate: bool


class BinOp(Node, frozen=True):
    """``left op right``; ``op`` as written (``+``, ``%``, ``|``, …)."""

    op: str
    left: Expr
    right: Expr


class BoolOp(Node, frozen=True):
    """``left and right`` / ``left or right``."""

    op: str
    left: Expr
    right: Expr


class Unary(Node, frozen=True):
    """``not x``, ``-x``, ``+x``, ``~x``; ``-1`` on a number literal is already a ``Const``."""

    op: str
    value: Expr


class Compare(Node, frozen=True):
    """``left op right op right …``; operators as written, ``not in`` and ``is not`` with one blank."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


class IfExp(Node, frozen=True):
    """``body if test else orelse``."""

    test: Expr
    body: Expr
    orelse: Expr


class Seq(Node, frozen=True):
    """A list, tuple or set display."""

    kind: str
    """``list``, ``tuple`` or ``set``."""
    items: tuple[Expr, ...]


class DictDisplay(Node, frozen=True):
    """A dict display; a key of None marks ``**value``."""

    items: tuple[tuple[Expr | None, Expr], ...]
    span: Span


class Star(Node, frozen=True):
    """``*value`` inside a display."""

    value: Expr


class Clause(msgspec.Struct, frozen=True, array_like=True, eq=False, gc=False):
    """One ``for target in iter if …`` of a comprehension."""

    target: Expr
    iter: Expr
    ifs: tuple[Expr, ...]
    is_async: bool


class Comp(Node, frozen=True):
    """A comprehension; ``value`` only for dict comprehensions (then ``element`` is the key)."""

    kind: str
    """``list``, ``set``, ``dict`` or ``generator``."""
    element: Expr
    value: Expr | None
    clauses: tuple[Clause, ...]


class Lambda(Node, frozen=True):
    """A lambda; its parameters and body are ``ModuleFacts.functions[function]``."""

    function: int


class Walrus(Node, frozen=True):
    """``target := value``."""

    target: Expr
    value: Expr


class Other(Node, frozen=True):
    """An expression that no rule asks about (``...``, complex or oversized numbers)."""

    what: str


Expr = (
    Name
    | Const
    | Text
    | Bytes
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
