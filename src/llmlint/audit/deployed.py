"""What a program is deployed with: environment variables and commands, as files set them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.repository.tree import Node

_PAIR = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*(.*)")
_QUOTES = "\"' "


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable that is set in a file."""

    path: str
    line: int
    name: str
    value: str
    is_example: bool
    """The file shows what may be set and sets nothing itself."""


@dataclass(frozen=True, slots=True)
class _Command:
    path: str
    line: int
    text: str


class _Deployment:
    def __init__(self, subject: Subject) -> None:
        words = read("observability", ObservabilityFile).records
        self._repository = subject.repository
        self.settings = tuple(
            one
            for globs, is_example in ((words.deployments, False), (words.examples, True))
            for path in self._repository.matching(globs)
            for one in self._settings(path, is_example)
        )
        self.commands = tuple(
            one for path in self._repository.matching(words.deployments) for one in self._commands(path)
        )

    def _settings(self, path: str, is_example: bool) -> Iterator[Setting]:
        if _is_dockerfile(path):
            for one in self._repository.dockerfile(path):
                pairs = (
                    re.findall(r"(\w+)=(\"[^\"]*\"|\S*)", one.argument) if one.word in ("ENV", "ARG") else ()
                )
                for name, value in pairs:
                    yield Setting(path, one.line, name, value.strip(_QUOTES), is_example)
        elif _is_tree(path):
            for tree in self._repository.trees(path):
                yield from _of_tree(path, tree, is_example)
        elif ".env" in path or path.endswith(".sh"):
            for number, line in enumerate(self._repository.text(path).splitlines(), 1):
                match = _PAIR.match(line)
                if match and not line.lstrip().startswith("#"):
                    value = match[2].partition(" #")[0].strip(_QUOTES)
                    yield Setting(path, number, match[1], value, is_example)

    def _commands(self, path: str) -> Iterator[_Command]:
        if _is_dockerfile(path):
            for one in self._repository.dockerfile(path):
                if one.word in ("CMD", "ENTRYPOINT"):
                    yield _Command(path, one.line, one.argument)
        elif _is_tree(path):
            for tree in self._repository.trees(path):
                for keys, node in tree.walk():
                    if keys and keys[-1] in ("command", "entrypoint", "args", "startCommand"):
                        texts = [one.text for one in node.elements()]
                        yield _Command(path, node.line, " ".join(texts))
        elif path.rsplit("/", 1)[-1] == "Procfile" or path.endswith(".sh"):
            for number, line in enumerate(self._repository.text(path).splitlines(), 1):
                if not line.lstrip().startswith("#"):
                    yield _Command(path, number, line.strip())


def _of_tree(path: str, tree: Node, is_example: bool) -> Iterator[Setting]:
    """``NAME: value``, ``- NAME=value`` and ``- name: NAME`` with ``value: …``, wherever they stand."""
    for keys, node in tree.walk():
        name, value = node.get("name"), node.get("value")
        if name is not None and value is not None and name.text.isupper():
            yield Setting(path, name.line, name.text, value.text, is_example)
        elif keys and isinstance(keys[-1], str) and keys[-1].isupper() and node.text:
            yield Setting(path, node.line, keys[-1], node.text, is_example)
        elif (
            keys
            and isinstance(keys[-1], int)
            and (match := _PAIR.fullmatch(node.text))
            and match[1].isupper()
        ):
            yield Setting(path, node.line, match[1], match[2].strip(_QUOTES), is_example)


def _is_dockerfile(path: str) -> bool:
    return "dockerfile" in path.rsplit("/", 1)[-1].lower() or path.endswith("Containerfile")


def _is_tree(path: str) -> bool:
    return path.endswith((".yml", ".yaml", ".json", ".toml"))


def settings(subject: Subject) -> tuple[Setting, ...]:
    """Every environment variable that files of the deployment set, and those that examples show."""
    return subject.once(_Deployment).settings


def commands(subject: Subject) -> Iterator[tuple[str, int, str]]:
    """Every command that starts the program, with path and line."""
    return ((one.path, one.line, one.text) for one in subject.once(_Deployment).commands)
