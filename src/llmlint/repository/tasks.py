"""Named tasks (Makefile, justfile, package.json, pyproject.toml): what ``make evals`` runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.repository.pipelines import Command

if TYPE_CHECKING:
    from llmlint.repository.files import Repository

_TARGET = re.compile(r"@?([A-Za-z][\w./-]*)(?:\s+[^:=]*)?\s*:(?![=:])(.*)")
_CALLS = re.compile(
    r"\b(?:make|just|poe|pdm run|hatch run|npm run|pnpm run|pnpm|yarn|uv run poe|poetry run poe)"
    r"\s+(?:-\S+\s+(?:\S+\s+)?)*?([A-Za-z][\w:.-]*)"
)
_TABLES = (
    ("tool", "poe", "tasks"),
    ("tool", "pdm", "scripts"),
    ("tool", "hatch", "envs", "default", "scripts"),
)


class Tasks:
    """The tasks by name, each with its commands and where they stand."""

    def __init__(self, repository: Repository) -> None:
        self._commands: dict[str, list[tuple[str, Command]]] = {}
        for path in repository.matching(("/Makefile", "/makefile", "/GNUmakefile", "/justfile", "/Justfile")):
            self._recipes(path, repository.text(path))
        for path in repository.matching(("/package.json",)):
            tree = repository.json(path)
            scripts = tree.get("scripts") if tree is not None else None
            for name, node in scripts.items() if scripts is not None else ():
                self._add(name, path, node.text, node.line)
        for path in repository.matching(("/pyproject.toml",)):
            tree = repository.toml(path)
            for keys in _TABLES:
                table = tree.get(*keys) if tree is not None else None
                for name, node in table.items() if table is not None else ():
                    held = node.get("cmd") or node.get("shell") or node
                    for one in held.elements():
                        self._add(name, path, one.text, node.line)

    def _add(self, name: str, path: str, text: str, line: int) -> None:
        if text.strip():
            self._commands.setdefault(name, []).append((path, Command(text.strip(), line)))

    def _recipes(self, path: str, text: str) -> None:
        name = ""
        for number, line in enumerate(text.splitlines(), 1):
            if line[:1] in (" ", "\t"):
                if name and not line.lstrip().startswith("#"):
                    self._add(name, path, line.strip().lstrip("@-"), number)
                continue
            match = _TARGET.fullmatch(line.partition(" #")[0].rstrip())
            name = match[1] if match and not line.startswith("#") else ""
            if match and name:  # what a target needs is run as well
                for needed in match[2].split():
                    self._add(name, path, f"make {needed}", number)

    @property
    def named(self) -> Iterator[tuple[str, str, int]]:
        """Every task: the file it stands in, its name, the line of its first command."""
        for name, commands in self._commands.items():
            path, command = commands[0]
            yield path, name, command.line

    def behind(self, text: str) -> Iterator[tuple[str, Command]]:
        """The commands that a command runs through tasks, with the files they stand in; itself not."""
        pending, seen = [text], set()
        while pending:
            for match in _CALLS.finditer(pending.pop()):
                if match[1] not in seen:
                    seen.add(match[1])
                    for path, command in self._commands.get(match[1], ()):
                        yield path, command
                        pending.append(command.text)

    def all(self) -> Iterator[tuple[str, Command]]:
        """Every command of every task, with the file it stands in."""
        for commands in self._commands.values():
            yield from commands
