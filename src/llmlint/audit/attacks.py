"""Files that are read for what they try or take out, though nothing connects them with a call of a model."""

from __future__ import annotations

import functools
import re

from pathspec import GitIgnoreSpec

from llmlint.audit.catalogue import read
from llmlint.audit.tables.security import SecurityFile
from llmlint.source.ignoring import patterns

_TESTS = ("test_*.py", "*_test.py", "conftest.py", "tests/", "test/")


def is_about_security(path: str, data: bytes) -> bool:
    """Whether a Python file attacks, by its place or its words, or imports a tool of the catalogue."""
    if _places().match_file(path) or _imports().search(data):
        return True
    return _tests().match_file(path) and _words().search(data) is not None


@functools.cache
def _places() -> GitIgnoreSpec:
    return patterns(read("security", SecurityFile).words.attack_places)


@functools.cache
def _tests() -> GitIgnoreSpec:
    return patterns(_TESTS)


@functools.cache
def _imports() -> re.Pattern[bytes]:
    """An import of a tool; what files with calls of models import as well is of no interest."""
    tools = read("security", SecurityFile).tool
    roots = {name.partition(".")[0] for tool in tools if tool.alone for name in tool.calls}
    return re.compile(rf"^[ \t]*(?:from|import)[ \t]+(?:{'|'.join(sorted(roots))})\b".encode(), re.MULTILINE)


@functools.cache
def _words() -> re.Pattern[bytes]:
    words = read("security", SecurityFile).words
    found = "|".join(f"(?:{one})" for one in (*words.attack_texts, *words.tool_attacks))
    return re.compile(found.encode(), re.IGNORECASE)
