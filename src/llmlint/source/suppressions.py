"""Comments that say: this finding is known.

Two forms count, on the reported line:

``# noqa`` and ``# noqa: LLM301,LLM5``
    exactly as flake8 reads them. flake8 searches the text of the line, or all lines of a string or
    backslash continuation that spans several; it does not care whether the text is a comment, and
    neither do we, so that the command line and flake8 agree. ``# flake8: noqa`` silences a file.

``# llmlint: ignore[LLM301, LLM302] -- reason`` and ``# llmlint: ignore``
    our own. Only real comments count. ``# llmlint: ignore-file[LLM703] -- reason`` does it for the
    file, above the first statement (a docstring may come before it).

Codes may be prefixes: ``LLM3`` stands for its axis.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from llmlint.model.location import Location
from llmlint.source.document import Document

# The text of these two is flake8's own (flake8/defaults.py); a test compares them.
NOQA_INLINE = re.compile(r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
NOQA_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.I)

_MARK = re.compile(r"#\s*llmlint:\s*(?P<verb>[\w-]*)\s*(?P<rest>[^#]*)")
_REST = re.compile(r"(?:\[(?P<codes>[^\]]*)\])?\s*(?:--\s*(?P<reason>.*))?")
_CODE = re.compile(r"LLM\d{0,3}")
_ABOVE_CODE = frozenset([tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.STRING, tokenize.ENCODING])


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment of our own form."""

    location: Location
    codes: tuple[str, ...]
    """Codes and prefixes; empty for all."""
    reason: str = ""
    whole_file: bool = False
    lines: range = range(0)
    """The lines it speaks of, unless it speaks of the whole file."""

    def covers(self, code: str, line: int) -> bool:
        """Whether a finding of this code on this line is meant."""
        if not self.whole_file and line not in self.lines:
            return False
        return not self.codes or code.startswith(self.codes)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment that looks like ours and means nothing."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All suppressions of one file."""

    own: tuple[Suppression, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    noqa_file: bool = False
    noqa_text: Mapping[int, str] = field(default_factory=dict)
    """Line number to the text in which flake8 looks for ``noqa``."""

    def by_noqa(self, code: str, line: int) -> bool:
        """Whether flake8 would drop a finding of this code on this line."""
        if self.noqa_file:
            return True
        match = NOQA_INLINE.search(self.noqa_text.get(line, ""))
        if match is None:
            return False
        codes = match["codes"]
        return codes is None or code.startswith(tuple(c for c in re.split(r"[,\s]", codes) if c))


def find_suppressions(document: Document) -> Suppressions:
    """Reads the comments of a file; only tokenizes files that mention one of the forms."""
    text = document.text
    has_noqa, has_own = "noqa" in text.lower(), "llmlint:" in text
    if not has_noqa and not has_own:
        return Suppressions()
    lines = [f"{line}\n" for line in document.lines]
    own: list[Suppression] = []
    malformed: list[Malformed] = []
    for comment in _comments(document) if has_own else ():
        for match in _MARK.finditer(comment.text):
            read = _read(document.path, comment, match)
            if isinstance(read, Suppression):
                own.append(read)
            else:
                malformed.append(read)
    noqa_text: dict[int, str] = {}
    if has_noqa:
        for block in _blocks(document):
            joined = "".join(lines[block.start - 1 : block.stop - 1])
            if "noqa" in joined.lower():
                noqa_text.update(dict.fromkeys(block, joined))
    noqa_file = has_noqa and any(NOQA_FILE.match(line) for line in lines)
    return Suppressions(tuple(own), tuple(malformed), noqa_file, noqa_text)


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    line: int
    column: int
    lines: range
    above_code: bool


def _tokens(document: Document) -> list[tokenize.TokenInfo] | None:
    try:
        return list(tokenize.generate_tokens(io.StringIO(document.text).readline))
    except (tokenize.TokenError, SyntaxError, RecursionError):
        return None


def _blocks(document: Document) -> Iterator[range]:
    """The stretches of lines that flake8 treats as one: up to the next line end that is a token.

    A file that does not tokenize has blocks of one line.
    """
    tokens = _tokens(document)
    if tokens is None:
        yield from (range(n, n + 1) for n in range(1, len(document.lines) + 1))
        return
    beyond = len(document.lines) + 2
    first, last = beyond, -1
    for token in tokens:
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
            continue
        first, last = min(first, token.start[0]), max(last, token.end[0])
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            yield range(first, last + 1)
            first, last = beyond, -1


def _comments(document: Document) -> Iterator[_Comment]:
    tokens = _tokens(document)
    if tokens is None:
        for number, text in enumerate(document.lines, 1):
            at = text.find("#")
            if at >= 0:
                yield _Comment(text[at:], number, at, range(number, number + 1), True)
        return
    blocks = {line: block for block in _blocks(document) for line in block}
    above_code = True
    for token in tokens:
        above_code = above_code and token.type in _ABOVE_CODE
        if token.type == tokenize.COMMENT:
            line, column = token.start
            yield _Comment(token.string, line, column, blocks.get(line, range(line, line + 1)), above_code)


def _read(path: str, comment: _Comment, match: re.Match[str]) -> Suppression | Malformed:
    column = comment.column + match.start()
    location = Location(path, comment.line, column, comment.line, comment.column + match.end())
    verb, rest = match["verb"], _REST.fullmatch(match["rest"].strip())
    shown = match[0].strip()
    shown = f"{shown[:40]}…" if len(shown) > 41 else shown
    if verb not in ("ignore", "ignore-file") or rest is None:
        return Malformed(location, f"`{shown}` is not a form llmlint knows, so it suppresses nothing")
    codes = tuple(code.strip() for code in (rest["codes"] or "").split(",") if code.strip())
    wrong = next((code for code in codes if not _CODE.fullmatch(code)), None)
    if wrong is not None or (rest["codes"] is not None and not codes):
        return Malformed(location, f"`{shown}` names no code like `LLM301`, so it suppresses nothing")
    if verb == "ignore-file" and not comment.above_code:
        return Malformed(location, "`ignore-file` stands below the first statement, so it suppresses nothing")
    return Suppression(location, codes, (rest["reason"] or "").strip(), verb == "ignore-file", comment.lines)
