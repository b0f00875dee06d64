"""Whether findings are right about a published flaw, and whether they are gone once it is fixed.

A flaw is *found at the sink* when a finding lies in the sink's file within two lines of a line of the
sink, and its code is about that danger (``DANGERS``). It is *found on the way* when such a finding lies
there or at the source, or at a call by which the value enters another function. What counts is the code,
never merely a finding nearby.

On the fixed version the lines have moved: the sink is looked for by the text of its line, or else by the
name of what it calls. The finding is *quiet* when no finding about that danger is near any such line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from flaws_trees import Flaw, Found, tree

NEAR = 2
RUNS_CODE = frozenset({"LLM502", "LLM503"})
RUNS_SHELL = frozenset({"LLM501", "LLM503"})
DANGERS: dict[str, frozenset[str]] = {
    "exec": RUNS_CODE,
    "eval": RUNS_CODE,
    "eval_like": RUNS_CODE,
    "dangerous_agent": RUNS_CODE | {"LLM509"},
    "shell": RUNS_SHELL,
    "subprocess": RUNS_SHELL,
    "sql": frozenset({"LLM504"}),
    "file": frozenset({"LLM505"}),
    "http": frozenset({"LLM506"}),
    # No rule is about these by name; any rule on text that an interpreter reads is right.
    "xml": RUNS_CODE | {"LLM504", "LLM505", "LLM506"},
    "xpath": RUNS_CODE | {"LLM504", "LLM505", "LLM506"},
}
ABOUT_DANGER = frozenset().union(*DANGERS.values())


def near(found: Iterable[Found], path: str, lines: Iterable[int], kind: str) -> list[Found]:
    """The findings about this danger within two lines of one of ``lines``."""
    places = tuple(lines)
    return [
        one
        for one in found
        if one.path == path
        and one.code in DANGERS[kind]
        and any(abs(one.line - line) <= NEAR for line in places)
    ]


def at_sink(flaw: Flaw, found: Sequence[Found]) -> bool:
    """Whether the flaw is found where it does harm."""
    return bool(near(found, flaw.path, flaw.lines, flaw.kind))


def on_the_way(flaw: Flaw, found: Sequence[Found]) -> bool:
    """Whether the flaw is found at the sink, at the source or at a call between them."""
    return at_sink(flaw, found) or any(near(found, path, [line], flaw.kind) for path, line in flaw.entries)


def moved_sink(flaw: Flaw, was: Sequence[str], now: Sequence[str]) -> list[int]:
    """The lines of the fixed file where the sink is now."""
    text = was[flaw.lines[0] - 1].strip()
    lines = [number for number, line in enumerate(now, 1) if text in line]
    if lines or flaw.fix_kind == "sink_removed":
        return lines
    # The same call, written otherwise: `eval` and `exec` first, else the innermost call of the line.
    call = re.search(r"\b(eval|exec)\(", text) or re.search(r"(\w+)\((?!.*\w\()", text)
    if call is None:
        return []
    same = re.compile(rf"\b{call[1]}\(")
    return [number for number, line in enumerate(now, 1) if same.search(line)]


def read_lines(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8", errors="replace").split("\n")


def quiet_when_fixed(flaw: Flaw, found: Sequence[Found]) -> bool:
    """Whether nothing of ``found``, reported on the fixed version, is about this flaw."""
    if flaw.fixed is None:
        raise ValueError(f"{flaw.id} has no fixed version")
    fixed = tree(flaw.fixed) / flaw.path
    if not fixed.is_file():
        return True
    lines = moved_sink(flaw, read_lines(tree(flaw.where) / flaw.path), read_lines(fixed))
    return not near(found, flaw.path, lines, flaw.kind)
