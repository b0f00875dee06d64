"""What a function of an SDK gives when it is called, read from the function itself."""

from __future__ import annotations

import inspect
from typing import Any

WORDS = {
    "coroutine": ("Awaitable", "Coroutine"),
    "context": ("ContextManager", "StreamManager"),
    "iterator": ("Iterator", "Generator", "ToolRunner"),
}
"""By kind: words of annotations that say so where the function is a plain one."""


def given(function: Any) -> str:
    """``coroutine``, ``iterator``, ``context`` or ``result``; ``plain`` when that cannot be told."""
    function = getattr(function, "__func__", function)
    while True:
        if inspect.iscoroutinefunction(function):
            return "coroutine"
        if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
            return "iterator"
        inner = getattr(function, "__wrapped__", None)
        if inner is None or inner is function:
            break
        function = inner
    try:
        said = str(inspect.signature(function).return_annotation)
    except (ValueError, TypeError):
        return "plain"
    if said.startswith("typing.Union"):
        return "plain"
    found = {_kind(part) for part in said.split("|")}
    return found.pop() if len(found) == 1 else "plain"


def _kind(said: str) -> str:
    """What one type of an annotation says."""
    return next((kind for kind, words in WORDS.items() if any(word in said for word in words)), "plain")
