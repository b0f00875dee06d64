"""Where in the source text the lowering is: a cursor that moves from token to token.

The concrete syntax tree has no positions. But the lowering visits its nodes in source order and knows
the text of every token it passes, so it can follow along in the text itself: skip blanks
and comments with one compiled pattern, check that the expected token is there, step over it.
A cursor that checks every token cannot be silently wrong: either it stands where the tree says or
``PositionsLostError`` ends the extraction. See docs/decisions/0002-positions.md.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from llmlint.facts.model import Span

NEWLINE = re.compile(r"\r\n?|\n")
"""What ends a line for Python (and not what ``str.splitlines`` thinks: no form feed, no U+2028)."""

_LINES = re.compile(r"[^\r\n]*(?:\r\n?|\n)").findall

_SKIP = re.compile(r"[ \t\f\r\n,;]*(?:(?:\\(?:\r\n?|\n)|#[^\r\n]*)[ \t\f\r\n,;]*)*").match
# Commas and semicolons are skipped like blanks: no fact starts with one, and then nobody
# has to ask the tree whether an optional trailing one is there.


_SKIP_BLANKS = re.compile(r"(?:[ \t\f\r\n]|\\(?:\r\n?|\n)|#[^\r\n]*)*").match


class PositionsLostError(Exception):
    """The text at the cursor is not the token that the tree has here."""

    def __init__(self, token: str, offset: int) -> None:
        super().__init__(f"expected {token!r}")
        self.token = token
        self.offset = offset


class Cursor:
    """A position in ``text`` that moves over tokens in source order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        # a last one that no position reaches, so that every line has an end
        self._line_starts = [*accumulate(map(len, _LINES(text)), initial=0), len(text) + 1]

    def token(self, value: str) -> None:
        """Step over ``value``, which is the next token."""
        text, start = self.text, self.pos
        if not text.startswith(value, start):  # more than half of all tokens follow the last one directly
            start = _SKIP(text, start).end()  # type: ignore[union-attr]  # matches the empty string
            if not text.startswith(value, start):
                raise PositionsLostError(value, start)
        self.pos = start + len(value)

    def raw(self, value: str) -> None:
        """Step over ``value``, which begins right here (inside an f-string blanks are text)."""
        if not self.text.startswith(value, self.pos):
            raise PositionsLostError(value, self.pos)
        self.pos += len(value)

    def start(self) -> int:
        """Move to the first character of the next token and return its offset."""
        self.pos = _SKIP(self.text, self.pos).end()  # type: ignore[union-attr]
        return self.pos

    def comma(self) -> None:
        """Step over a comma that belongs to the span (the last one of a tuple without parentheses)."""
        self.pos = _SKIP_BLANKS(self.text, self.pos).end()  # type: ignore[union-attr]
        self.raw(",")

    def span(self, start: int) -> Span:
        """The span from ``start`` to the end of the last token."""
        starts, end = self._line_starts, self.pos
        line = bisect_right(starts, start)
        before = starts[line - 1]
        if end < starts[line]:
            return Span(line, start - before, line, end - before)
        end_line = bisect_right(starts, end, line)
        return Span(line, start - before, end_line, end - starts[end_line - 1])


def place(text: str, offset: int) -> tuple[int, int]:
    """Line (1-based) and column (0-based) of ``offset``."""
    cursor = Cursor(text)
    cursor.pos = offset
    span = cursor.span(offset)
    return span.line, span.column
