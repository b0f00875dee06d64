"""Prose in any script: how long it is, and where its words begin."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DENSE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Japanese and Chinese, which are written without spaces."""
_RUNS = re.compile(f"[{_DENSE}]+")
_PER_WORD = 2
"""Characters of theirs that say about as much as a word."""
_EDGE = rf"(?:\b|(?-i:(?<=[{_DENSE}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[{_DENSE}])))"
"""Case is of no interest in it, which is said: else ``re`` looks for the other case of 28,000 characters."""


def words_in(text: str) -> int:
    """How many words a text has, or would have in a script with spaces."""
    dense = sum(len(run) for run in _RUNS.findall(text))
    return len(_RUNS.sub(" ", text).split()) + dense // _PER_WORD


def beside_any_script(expression: str) -> str:
    r"""A regular expression whose ``\b`` is also found between Latin letters and those of other scripts."""
    return expression.replace(r"\b", _EDGE)


def either(expressions: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all expressions, upper and lower case alike."""
    return re.compile("|".join(f"(?:{one})" for one in expressions), re.IGNORECASE)
