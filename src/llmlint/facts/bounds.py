"""Upper bounds of how deeply a text is nested, found with few passes over its bytes.

Strings and comments are cut out, what is no bracket, operator or line end is thrown away, and then the
innermost brackets are replaced by one operator until none is left. Nothing is read token by token, so this
costs a fifth of ``nesting``'s own scan, which looks more closely where the bounds found here are too high.
"""

from __future__ import annotations

import re

HARMLESS = 40
"""Levels of brackets that fit into any stack."""

LONG = 400
"""Strings up to this length cannot hide anything that matters."""

STRING = "|".join(
    (
        r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""',
        r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''",
        r'"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"',
        r"'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'",
    )
)
"""A pattern of string literals, without their prefix."""

MARK = r"[-+~*/%@&|^.,;:()\[\]{}\r\n]|(?:and|or|not|if|else|lambda|for|in)\b"  # also in "1or 2"
"""A pattern of what nests or separates."""

WORDS = (b"and", b"or", b"not", b"if", b"else", b"lambda")  # "for" is counted with "or"

_MARKS = re.compile(MARK)
_OPERATORS = b"+-~*/%@&|^."
_OTHERS = bytes(set(range(256)) - set(b"()[]{}\r\n" + _OPERATORS))
_AS_DOTS = bytes.maketrans(b"[{]}\r" + _OPERATORS, b"(())\n" + b"." * len(_OPERATORS))
_NO_CODE = re.compile(rf"{STRING}|#[^\r\n]*|\\[\r\n]+".encode(), re.DOTALL)
_TEMPLATE = re.compile(rb"[fFtT][rR]?['\"]")
_INNERMOST = re.compile(rb"\([^()]*\)")


def bounds(data: bytes) -> tuple[int, int] | None:
    """At least as many brackets in each other, and operators in a row, as the text has.

    None when brackets do not match or there are more than ``HARMLESS`` levels of them.
    """
    deepest = longest = 0
    if _TEMPLATE.search(data):
        for literal in _NO_CODE.findall(data):
            if len(literal) > LONG:
                depth, chain = look_inside(literal.decode())
                deepest, longest = max(deepest, depth), max(longest, chain)
    code = b" ".join(_NO_CODE.split(data))
    for word in WORDS:
        code = code.replace(word, b".")
    rest = code.translate(_AS_DOTS, _OTHERS)

    def flatten(brackets: re.Match[bytes]) -> bytes:
        nonlocal longest
        longest = max(longest, brackets[0].count(b"."))
        return b"."

    for depth in range(HARMLESS + 1):
        rest, replaced = _INNERMOST.subn(flatten, rest)
        if not replaced:
            if b"(" in rest or b")" in rest:
                return None
            return max(deepest, depth), max(longest, *map(len, rest.split(b"\n")))
    return None


def look_inside(literal: str) -> tuple[int, int]:
    """The same for a long string, in which an f-string may hide code (text counts as code, too)."""
    deepest = depth = operators = longest = 0
    for mark in _MARKS.findall(literal):
        if mark in ")]}":
            depth = max(depth - 1, 0)
        elif mark in ",;{":
            longest = max(longest, operators)
            operators = 0
        elif mark not in "([:\r\nin":
            operators += 1
        if mark in "([{":
            depth += 1
            deepest = max(deepest, depth)
    return deepest, max(longest, operators)
