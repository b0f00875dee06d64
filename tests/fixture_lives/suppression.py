"""Write a suppression on every line that has a finding."""

from __future__ import annotations

import io
import tokenize

from .expectation import expected
from .situations import Situation

FORMS = {"noqa": "# noqa: {codes}", "own": "# llmlint: ignore[{codes}] -- a fixture says so"}


def suppressed(situation: Situation, form: str) -> Situation:
    """The situation with a comment of ``form`` wherever a finding is announced."""
    codes: dict[tuple[str, int], set[str]] = {}
    for path, line, code in expected(situation):
        codes.setdefault((path, line), set()).add(code)
    files = dict(situation.files)
    for path, text in situation.files.items():
        if not any(where == path for where, _ in codes):
            continue  # a lock file beside the code
        lines = text.splitlines(keepends=True)
        last = _last_lines(text)
        for (where, line), names in sorted(codes.items()):
            if where == path:
                at = last[line] - 1
                ending = lines[at][len(lines[at].rstrip("\r\n")) :]
                comment = FORMS[form].format(codes=", ".join(sorted(names)))
                lines[at] = f"{_without_comment(lines[at])}  {comment}{ending}"
        files[path] = "".join(lines)
    return situation.with_files(files)


def _last_lines(text: str) -> dict[int, int]:
    """For each line the line at whose end a comment speaks of it (a string may run over several)."""
    last: dict[int, int] = {}
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
            continue
        first = first or token.start[0]
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            last |= dict.fromkeys(range(first, token.end[0] + 1), token.end[0])
            first = 0
    return last


def _without_comment(line: str) -> str:
    """The line without the annotation at its end."""
    for mark in ("# error:", "# todo-ok:", "# step:"):
        line = line.partition(mark)[0]
    return line.rstrip()
