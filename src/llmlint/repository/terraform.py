"""Terraform as blocks with lines. The blocks at the top of a file are read, not the language inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<heredoc><<-?(?P<mark>\w+)\n.*?^\s*(?P=mark)\s*$)"""
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<word>[\w.-]+)|(?P<sign>[{}=\[\],])|(?P<line>\n)""",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """An attribute anywhere in a block, with what stands behind its ``=`` on that line."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """``resource "grafana_dashboard" "llm" { … }``: its word, its labels and all that is set inside."""

    word: str
    labels: tuple[str, ...]
    line: int
    values: tuple[Value, ...]
    text: str
    """Everything inside, without comments."""


def blocks(text: str) -> Iterator[Block]:
    """The blocks at the top of a file; what is none is passed over."""
    heading: list[str] = []
    start, line, depth = 1, 1, 0
    inside: list[str] = []
    values: list[Value] = []
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "comment":
            line += token.count("\n")
            continue
        if kind == "sign" and token == "{":
            depth += 1
            if depth == 1 and heading:
                inside, values = [], []
                continue
        elif kind == "sign" and token == "}":
            depth = max(depth - 1, 0)
            if depth == 0:
                if heading:
                    yield Block(heading[0], tuple(heading[1:]), start, tuple(values), " ".join(inside))
                heading = []
                continue
        if depth:
            inside.append(token)
            _value(inside, values, line)
        elif kind == "line":
            heading = []
        elif kind in ("word", "text"):
            if not heading:
                start = line
            heading.append(token.strip('"'))
        line += token.count("\n")


def _value(inside: list[str], values: list[Value], line: int) -> None:
    """Notes ``name = text`` when its text has come; what stands in a list is added to the same name."""
    if len(inside) > 2 and inside[-2] == "=":
        values.append(Value(inside[-3].strip('"'), inside[-1].strip('"'), line))
    elif values and inside[-1].startswith('"') and inside[-2] in ("[", ","):
        last = values[-1]
        values.append(Value(last.name, inside[-1].strip('"'), line))
