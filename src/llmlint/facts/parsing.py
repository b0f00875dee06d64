"""The one call of the native parser, kept away from everything that could end the process."""

from __future__ import annotations

import threading

from llmlint.facts import nodes as cst
from llmlint.facts.nesting import is_flat, levels

ROOMY_STACK = 256 * 1024 * 1024
"""Address space, not memory: only the pages that are touched become real."""


def parse(text: str) -> cst.Module:
    """The tree of a module; raises ``libcst.ParserSyntaxError`` or ``NestedTooDeeplyError``."""
    depth, chain = levels(text)
    if is_flat(depth, chain):
        return cst.parse(text)
    return _parse_with_room(text)


def _parse_with_room(text: str) -> cst.Module:
    """Parse in a thread of its own that has a large stack, whatever the size of this one is."""
    result: list[cst.Module] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            result.append(cst.parse(text))
        except BaseException as problem:  # handed to the caller, below
            problems.append(problem)

    before = threading.stack_size(ROOMY_STACK)
    try:
        thread = threading.Thread(target=work, name="llmlint-parser")
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if problems:
        raise problems[0]
    return result[0]
