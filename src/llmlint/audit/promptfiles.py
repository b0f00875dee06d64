"""Which files hold prompts: text for a model, and no document about the program."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Iterable

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile

_ASIDE = ("tests", "test", "docs", "examples", "archive", "node_modules", "evals")


class PromptFiles:
    """Made once per subject (``subject.once(PromptFiles)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    @functools.cached_property
    def paths(self) -> tuple[str, ...]:
        """Files that hold prompts of the program, by their names and folders."""
        words = read("rollback", RollbackFile).words
        return tuple(p for p in self._subject.repository.matching(words.prompt_files) if not is_aside(p))

    def without(self, documents: Iterable[str]) -> tuple[str, ...]:
        """The files that fit these patterns and are no prompts, nor in a folder made for them."""
        prompts = frozenset(self.paths)
        return tuple(
            path
            for path in self._subject.repository.matching(documents)
            if path not in prompts and not self._subject.project.prompt_module(path)
        )


def is_aside(path: str) -> bool:
    """Whether a file is of an editor, a test, or an agent that works on the repository."""
    parts = path.lower().split("/")
    return parts[-1].startswith("readme") or any(
        part.startswith(".") or part in _ASIDE for part in parts[:-1]
    )
