"""Which files of tests a command runs: ``pytest tests/evals -x``, or all that the settings name."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterable

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalsFile
from llmlint.repository.files import Repository


class PytestRuns:
    """What pytest collects by default (``subject.once(PytestRuns)``).

    What selects among tests may leave any of them out; settings that cannot be read may select.
    """

    def __init__(self, subject: Subject) -> None:
        self._words = read("evals", EvalsFile).pytest
        self._command = re.compile(self._words.command)
        found = _settings(subject.repository, self._words.settings)
        options, folders = found if found is not None else ([], [])
        self._selects = found is None or self._is_selecting(options)
        self._usual = tuple(folders) or ("",)

    def runs(self, command: str, paths: Iterable[str]) -> bool:
        """Whether a command certainly runs one of these files."""
        found = self._command.match(command)
        words = _words(found["rest"]) if found is not None and not self._selects else None
        if words is None or self._is_selecting(words):
            return False
        given, skip = [], False
        for word in words:
            if word in ("||", "&&", ";", "|", ">", "2>&1"):
                break
            if not skip and not word.startswith("-"):
                given.append(word)
            skip = word in self._words.with_value
        return any(_below(path, place) for path in paths for place in given or self._usual)

    def _is_selecting(self, words: Iterable[str]) -> bool:
        return any(word.startswith(self._words.selecting) for word in words)


def _settings(
    repository: Repository, places: tuple[tuple[str, str], ...]
) -> tuple[list[str], list[str]] | None:
    """Options and folders of the first file that has some; None when they cannot be read."""
    for path, section in places:
        if path not in repository:
            continue
        if path.endswith(".toml"):
            tree = repository.toml(path)
            if tree is None:
                return None
            node = tree.get(*section.split("."))
            if node is None:
                continue
            held = {key: [one.text for one in value.elements()] for key, value in node.items()}
        else:
            parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
            try:
                parser.read_string(repository.text(path))
            except configparser.Error:
                return None
            if not parser.has_section(section):
                continue
            held = {key: [value or ""] for key, value in parser.items(section)}
        options, folders = (_words(" ".join(held.get(key, ()))) for key in ("addopts", "testpaths"))
        return None if options is None or folders is None else (options, folders)
    return [], []


def _words(text: str) -> list[str] | None:
    """The words of a command line; None when its quotes do not match."""
    try:
        return shlex.split(text)
    except ValueError:
        return None


def _below(path: str, place: str) -> bool:
    place = place.partition("::")[0].removeprefix("./").rstrip("/")
    return place in ("", ".") or path == place or path.startswith(f"{place}/")
