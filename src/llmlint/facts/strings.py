"""String literals: decoding, adjacent literals, and f-strings as templates with holes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from llmlint.facts import nodes as cst
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import TEXT_LIMIT, Bytes, Expr, Span, Template, Text

_ESCAPE = re.compile(
    r"\\(?:(\n)|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|(.))",
    re.DOTALL,
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SIMPLE.update({"\\": "\\", "'": "'", '"': '"'})
_TRIPLE = ('"""', "'''")
_SURROGATE = re.compile("[\ud800-\udfff]")

_Pieces = list[str | Expr]
"""Literal text (decoded) and holes, in order."""


def _unescape(match: re.Match[str]) -> str:
    newline, octal, hex2, hex4, hex8, name, simple = match.groups()
    if newline:
        return ""
    if octal:
        return chr(int(octal, 8))
    code = hex2 or hex4 or hex8
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else match.group()
    if name is not None:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return match.group()
    return _SIMPLE.get(simple, match.group())


def decode(body: str, *, is_raw: bool) -> str:
    """The value of the text between the quotes.

    A wrong escape stays as written. A lone surrogate becomes U+FFFD, because facts are stored as UTF-8.
    """
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if is_raw or "\\" not in body:
        return body
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _ESCAPE.sub(_unescape, body))


def make_text(value: str, span: Span) -> Text:
    """A ``Text`` fact: long values are cut, their words are counted in full."""
    return Text(value if len(value) <= TEXT_LIMIT else value[:TEXT_LIMIT], len(value.split()), span)


def _split(literal: str) -> tuple[str, str]:
    """Prefix (lower case) and body of a plain literal."""
    quote = 0
    while literal[quote] not in "'\"":
        quote += 1
    width = 3 if literal.startswith(_TRIPLE, quote) and len(literal) >= quote + 6 else 1
    return literal[:quote].lower(), literal[quote + width : -width]


def lower_simple(low: Lowering, node: cst.SimpleString) -> Expr:
    """One plain literal."""
    literal = node.value
    start = low.start()
    low.token(literal)
    prefix, body = _split(literal)
    if "b" in prefix:
        return Bytes(decode(body, is_raw="r" in prefix)[:TEXT_LIMIT], low.span(start))
    return make_text(decode(body, is_raw="r" in prefix), low.span(start))


def lower_template(low: Lowering, node: cst.FormattedString | cst.TemplatedString) -> Expr:
    """One f-string (or t-string)."""
    start = low.start()
    pieces: _Pieces = []
    _pass_template(low, node, pieces)
    return _join(pieces, low.span(start))


def lower_concatenated(low: Lowering, node: cst.ConcatenatedString) -> Expr:
    """Adjacent literals, joined. The tree leans to the right and may be thousands of literals deep."""
    start = low.start()
    pieces: _Pieces = []
    is_template, is_bytes = False, False
    rest: cst.BaseExpression | None = node
    while rest is not None:
        if isinstance(rest, cst.ConcatenatedString):
            part, rest = rest.left, rest.right
        else:
            part, rest = rest, None  # type: ignore[assignment]  # the last literal
        if isinstance(part, cst.SimpleString):
            low.token(part.value)
            prefix, body = _split(part.value)
            is_bytes = is_bytes or "b" in prefix
            pieces.append(decode(body, is_raw="r" in prefix))
        else:
            is_template = True
            _pass_template(low, part, pieces)
    span = low.span(start)
    if is_template:
        return _join(pieces, span)
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return Bytes(text[:TEXT_LIMIT], span) if is_bytes else make_text(text, span)


def _join(pieces: _Pieces, span: Span) -> Template:
    parts: list[Expr] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            parts.append(make_text(text, span))
            text = ""
        parts.append(piece)
    if text:
        parts.append(make_text(text, span))
    return Template(tuple(parts), span)


def _pass_template(low: Lowering, node: cst.FormattedString | cst.TemplatedString, pieces: _Pieces) -> None:
    low.token(node.start)
    _pass_parts(low, node.parts, "r" in node.start.lower(), pieces)
    low.raw(node.end)


_Content = cst.BaseFormattedStringContent | cst.BaseTemplatedStringContent


def _pass_parts(low: Lowering, parts: Sequence[_Content], is_raw: bool, pieces: _Pieces) -> None:
    for part in parts:
        if isinstance(part, cst.FormattedStringText | cst.TemplatedStringText):
            low.raw(part.value)
            pieces.append(decode(part.value, is_raw=is_raw).replace("{{", "{").replace("}}", "}"))
        elif isinstance(part, cst.FormattedStringExpression | cst.TemplatedStringExpression):
            _pass_hole(low, part, is_raw, pieces)


def _pass_hole(
    low: Lowering,
    node: cst.FormattedStringExpression | cst.TemplatedStringExpression,
    is_raw: bool,
    pieces: _Pieces,
) -> None:
    low.raw("{")
    start = low.pos
    value = low.expr(node.expression)
    if node.equal is not None:  # f"{x = }" also prints "x = "
        low.token("=")
        pieces.append(low.text[start : low.start()])
    pieces.append(value)
    if node.conversion is not None:
        low.token("!")
        low.token(node.conversion)
    if node.format_spec is not None:
        low.token(":")
        _pass_parts(low, node.format_spec, is_raw, [])
    low.token("}")
