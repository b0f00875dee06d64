"""F-strings with strings in their holes, rewritten so that a scan for plain strings finds its way.

Since Python 3.12 a hole may hold the very quotes that enclose it: ``f"{a["key"]}"``. Whoever looks for
strings by their quotes takes ``"{a["`` for one, and misses the brackets and operators in it. Rewritten, every
character in its place, this template is `` ({a["key"]})``: brackets around the code of its holes.
"""

from __future__ import annotations

import re

from llmlint.facts.bounds import STRING

_PREFIX = r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])"
_NO_CODE = re.compile(rf"{STRING}|#[^\r\n]*|\\[\r\n]+", re.DOTALL)
_PREFIXED = re.compile(_PREFIX + r"\Z")
_SIMPLE = re.compile(r"(?:[^{}]++|\{\{|\}\}|\{[^{}'\"#]*+\})*+")
"""Without quotes in holes: these end where a plain string would."""
_OPENING = re.compile(_PREFIX + r"(\"\"\"|'''|[\"'])")
_IN_HOLE = re.compile(rf"{_OPENING.pattern}|{STRING}|#[^\r\n]*|[()\[\]{{}}:]", re.DOTALL)
_IN_TEXT = {
    quote: re.compile(rf"\\[^{{}}]|\{{\{{|\}}\}}|[{{}}]|{quote}", re.DOTALL)
    for quote in ('"""', "'''", '"', "'")
}
_IN_FORMAT = re.compile(r"[{}]")
_FORMAT = "format"


def opened(text: str) -> str:
    """The text with such templates as brackets; as long as before."""
    result: list[str] = []
    copied = place = 0
    while (start := _misread(text, place)) >= 0:
        result.append(text[copied:start])
        copied = place = _open(text, start, result)
    return "".join(result) + text[copied:] if result else text


def _misread(text: str, place: int) -> int:
    """Where the next template begins that does not end where a plain string would; -1 if none does."""
    for literal in _NO_CODE.finditer(text, place):
        quote = literal.start()
        if quote and text[quote - 1] in "fFtTrR" and not _SIMPLE.fullmatch(literal[0]):
            prefix = _PREFIXED.search(text, max(quote - 3, 0), quote)
            if prefix:
                return prefix.start()
    return -1


def _open(text: str, start: int, result: list[str]) -> int:
    """Append the template at ``start`` as brackets; return where it ends (or the text does)."""
    opening = _OPENING.match(text, start)
    assert opening is not None
    result.append("(".rjust(len(opening[0])))
    place = opening.end()
    levels: list[str | int] = [opening[1]]
    """What encloses the place: the quotes of a template, a hole (with its open brackets), a format."""
    while levels:
        level = levels[-1]
        in_hole = isinstance(level, int)
        pattern = _IN_HOLE if in_hole else _IN_FORMAT if level == _FORMAT else _IN_TEXT[level]  # type: ignore[index]
        found = pattern.search(text, place)
        if found is None:  # it never ends: no Python
            result.append(text[place:])
            return len(text)
        between, token = text[place : found.start()], found[0]
        result.append(between if in_hole else " " * len(between))
        place = found.end()
        if isinstance(level, int):
            result.append(_in_hole(levels, level, token, found[1]))
        else:
            result.append(_in_text(levels, level, token))
    return place


def _in_hole(levels: list[str | int], depth: int, token: str, quote: str | None) -> str:
    """What becomes of a token in the code of a hole with that many open brackets."""
    if quote:
        levels.append(quote)
        return "(".rjust(len(token))
    if token in "([{":
        levels[-1] = depth + 1
    elif token in ")]}":
        if depth:
            levels[-1] = depth - 1
        else:
            levels.pop()
            return "}"
    elif token == ":" and not depth:
        levels[-1] = _FORMAT
        return " "
    return token


def _in_text(levels: list[str | int], level: str, token: str) -> str:
    """What becomes of a token in the text of a template or of a format."""
    if token == level:
        levels.pop()
        return ")".rjust(len(token))
    if token == "{":
        levels.append(0)
        return token
    if token == "}" and level == _FORMAT:
        levels.pop()
        return token
    return " " * len(token)
