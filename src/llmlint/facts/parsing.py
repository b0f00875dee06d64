"""The one call of the native parser, kept away from everything that could end the process."""

from __future__ import annotations

import threading

import libcst as cst

from llmlint.facts.nesting import HARMLESS, levels

ROOMY_STACK = 256 * 1024 * 1024
"""Address space, not memory: only the pages that are touched become real."""

_FEW_LEVELS = 300
"""Operators in a row that fit into any stack."""


def parse(text: str) -> cst.Module:
    """The tree of a module; raises ``cst.ParserSyntaxError`` or ``NestedTooDeeplyError``."""
    depth, chain = levels(text)
    if depth <= HARMLESS and chain <= _FEW_LEVELS:
        return cst.parse_module(text)
    return _parse_with_room(text)


def _parse_with_room(text: str) -> cst.Module:
    """Parse in a thread of its own that has a large stack, whatever the size of this one is."""
    result: list[cst.Module] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            result.append(cst.parse_module(text))
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
