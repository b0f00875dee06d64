"""The grammar of the comments in ``fixtures/``.

At the end of a line, or alone on the line(s) above the line it speaks of::

    # error: [LLM301]                       exactly this finding is on this line
    # error: [LLM301] "swallowed"           and its message contains this text
    # error: [LLM301, LLM302]               several findings on one line
    # step: [LLM501] "the model chooses"    a step of a finding of that code is on this line
    # todo-error: [LLM301]                  a known missed alarm
    # todo-ok: [LLM301]                     a known false alarm

and anywhere in a file, on lines of their own::

    # fixture: one sentence: what situation this is
    # fixture-path: tests/test_x.py         the path a single file is analysed under
    # fixture-lives: no-alias, no-noqa      the lives this fixture does not live

In Markdown they stand in comments of HTML: ``<!-- # error: [LLM803] -->``.

Whatever looks like one of these and is not is an error that names the line. Nothing is evaluated.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = ("error", "step", "todo-error", "todo-ok")
LIVES = ("plain", "alias", "noqa", "flake8", "stdin")

_ABOUT_A_LINE = re.compile(
    r"#\s(?P<kind>error|step|todo-error|todo-ok):"
    r"\s\[(?P<codes>LLM\d{3}(?:,\sLLM\d{3})*)\]"
    r"(?:\s\"(?P<text>[^\"]+)\")?\s*"
)
_ABOUT_THE_FILE = re.compile(r"#\s(?P<key>fixture|fixture-path|fixture-lives):\s(?P<value>\S.*?)\s*")
_LOOKS_LIKE_ONE = re.compile(
    r"#\s*(?:(?:errors?|steps?|todo[-_ ]\w+|fixture(?:-\w+)?)\s*[:\[]|todo:?\s*\[|\[?LLM\d+\]?\s*$)",
    re.IGNORECASE,
)
_IN_MARKDOWN = re.compile(r"<!--\s*(#.*?)\s*-->")
_NEXT_PART = re.compile(r"(?<=\s)(?=#\s*(?:error|step|todo|fixture))", re.IGNORECASE)


class AnnotationError(ValueError):
    """A comment that was meant as an annotation and does not follow the grammar."""


@dataclass(frozen=True)
class Annotation:
    """What one comment says about one line."""

    kind: str
    codes: tuple[str, ...]
    text: str
    path: str
    line: int

    def __str__(self) -> str:
        text = f' "{self.text}"' if self.text else ""
        return f"{self.path}:{self.line} {self.kind} [{', '.join(self.codes)}]{text}"


@dataclass(frozen=True)
class Annotated:
    """All that the comments of one file say."""

    annotations: tuple[Annotation, ...]
    settings: dict[str, str]
    """``fixture``, ``fixture-path`` and ``fixture-lives`` as written."""


@dataclass(frozen=True)
class _Comment:
    line: int
    text: str
    alone: bool


def parse(path: str, text: str) -> Annotated:
    """Read the annotations of a file; ``path`` is only for error messages and the result."""
    comments = list(_comments(path, text))
    own_lines = {c.line for c in comments if c.alone and _LOOKS_LIKE_ONE.match(c.text)}
    found: list[Annotation] = []
    settings: dict[str, str] = {}
    for comment in comments:
        line = comment.line
        while comment.alone and line in own_lines:
            line += 1
        for part in _NEXT_PART.split(comment.text):
            if match := _ABOUT_THE_FILE.fullmatch(part):
                if match["key"] in settings:
                    raise AnnotationError(f"{path}:{comment.line}: second `{match['key']}`")
                settings[match["key"]] = match["value"]
            elif match := _ABOUT_A_LINE.fullmatch(part):
                codes = tuple(match["codes"].split(", "))
                if match["text"] and len(codes) > 1:
                    raise AnnotationError(f"{path}:{comment.line}: a text for several codes")
                found.append(Annotation(match["kind"], codes, match["text"] or "", path, line))
            elif _LOOKS_LIKE_ONE.match(part):
                raise AnnotationError(f"{path}:{comment.line}: malformed annotation: {part.strip()}")
    _check_lives(path, settings)
    return Annotated(tuple(found), settings)


def _check_lives(path: str, settings: dict[str, str]) -> None:
    for word in skipped_lives(settings):
        if word not in LIVES:
            raise AnnotationError(f"{path}: no life is called `{word}`")


def skipped_lives(settings: dict[str, str]) -> frozenset[str]:
    """The lives a fixture opts out of (``no-alias, no-noqa`` → alias, noqa)."""
    words = settings.get("fixture-lives", "").replace(",", " ").split()
    return frozenset(word.removeprefix("no-") for word in words)


def _comments(path: str, text: str) -> Iterator[_Comment]:
    """The comments of a Python file by its tokens, of Markdown as HTML has them, of the rest by its lines."""
    if path.endswith(".py"):
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        except (tokenize.TokenError, SyntaxError):
            pass  # a fixture about files that do not parse
        else:
            for token in tokens:
                if token.type == tokenize.COMMENT:
                    alone = not token.line[: token.start[1]].strip()
                    yield _Comment(token.start[0], token.string, alone)
            return
    if path.endswith(".md"):  # a mark of a comment is a heading there
        for number, line in enumerate(text.splitlines(), start=1):
            for match in _IN_MARKDOWN.finditer(line):
                yield _Comment(number, match[1], not line[: match.start()].strip())
        return
    for number, line in enumerate(text.splitlines(), start=1):
        before, mark, after = line.partition("# ")
        if mark:
            yield _Comment(number, mark + after, not before.strip())
