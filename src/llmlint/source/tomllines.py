"""Where in a TOML text a value is written. tomli does not say, so it is asked about parts of the text."""

from __future__ import annotations

import re
from typing import Any

import tomli


def line_of_syntax_error(error: Exception, text: str) -> int:
    """The line of which tomli complains."""
    match = re.search(r"at line (\d+)", str(error))
    if match:
        return int(match[1])
    return text.rstrip().count("\n") + 1 if "end of document" in str(error) else 1


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The line on which the value at ``path`` (keys and numbers) is written in a valid TOML text.

    tomli does not say, so it is asked: the value is written by the first lines that, parsed alone,
    have it. Of a statement over several lines it is the line with the key, where that can be seen.
    A path that leads nowhere is shortened until it does.
    """
    lines = text.splitlines(keepends=True)
    while path and not _has(tomli.loads(text), path):
        path = path[:-1]
    if not path:
        return 1
    low, high = 0, len(lines)  # the first `low` lines do not have it, the first `high` have
    while high - low > 1:
        middle = (low + high) // 2
        if _first_lines_have(lines, middle, path):
            high = middle
        else:
            low = middle
    start = high
    while start > 1 and _parsed(lines[: start - 1]) is None:  # the middle of a statement
        start -= 1
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    written = re.compile(rf"""(?:^|[\s{{,.\[])["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((n for n in range(start, high + 1) if written.search(lines[n - 1])), start)


def _first_lines_have(lines: list[str], number: int, path: tuple[str | int, ...]) -> bool:
    while number:
        data = _parsed(lines[:number])
        if data is not None:
            return _has(data, path)
        number -= 1
    return False


def _parsed(lines: list[str]) -> dict[str, Any] | None:
    try:
        return tomli.loads("".join(lines))
    except tomli.TOMLDecodeError:
        return None


def _has(data: Any, path: tuple[str | int, ...]) -> bool:
    for part in path:
        if isinstance(part, int):
            if not isinstance(data, list) or part >= len(data):
                return False
        elif not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True
