"""Dockerfiles as instructions with lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")


@dataclass(frozen=True, slots=True)
class Instruction:
    """``RUN pip install …``: the word in capitals, the rest on one line, the line it begins on."""

    word: str
    argument: str
    line: int


def parse(text: str) -> tuple[Instruction, ...]:
    """The instructions of a Dockerfile; what is none is passed over."""
    found: list[Instruction] = []
    pending: list[str] = []
    start = 1
    until = ""
    for number, line in enumerate(text.splitlines(), 1):
        if until:  # the lines of a here-document belong to what began it
            until = "" if line.strip() == until else until
            continue
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not pending:
            start = number
        continued = line.rstrip().endswith("\\")
        pending.append(line.rstrip().removesuffix("\\").strip())
        if continued:
            continue
        match = _INSTRUCTION.fullmatch(" ".join(pending))
        pending = []
        if match:
            found.append(Instruction(match[1].upper(), match[2].strip(), start))
            heredoc = _HEREDOC.search(match[2])
            until = heredoc[1] if heredoc and match[1].upper() in ("RUN", "COPY", "ADD") else ""
    return tuple(found)
