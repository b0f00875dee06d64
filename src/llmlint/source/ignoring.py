"""What is not part of a project: version-control and build leftovers, ``.gitignore``, ``exclude``.

All patterns are those of ``.gitignore`` (through pathspec), relative to the file they stand in.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llmlint.source.roots import absolute

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NEVER_CODE = frozenset(
    [
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".hypothesis",
        ".ipynb_checkpoints",
        ".llmlint_cache",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "CVS",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
    ]
)
_SELDOM_CODE = frozenset(("build", "dist", "venv", "env"))
"""Left out unless they are Python packages: ``app/build/__init__.py`` is somebody's code."""


class PatternError(ValueError):
    """A pattern that ``.gitignore`` would not understand."""


def patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """Compiled patterns; raises ``PatternError`` for one that means nothing."""
    from pathspec import GitIgnoreSpec  # projects without patterns need not wait for it

    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, TypeError) as error:
        raise PatternError(str(error)) from error


def _gitignore(file: Path) -> GitIgnoreSpec | None:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    try:
        return patterns(lines)
    except PatternError:
        # git passes over what it does not understand; so do we.
        return patterns(line for line in lines if _means_something(line))


def _means_something(line: str) -> bool:
    try:
        patterns([line])
    except PatternError:
        return False
    return True


class Ignored:
    """Answers for one project root which directories and files are left out."""

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        self.root = absolute(root)
        self._exclude = patterns(exclude) if exclude else None
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        self._above = self._specs_above()

    def _specs_above(self) -> list[tuple[str, GitIgnoreSpec]]:
        """Ignore files between the repository's top and the root, each with the root's path below it."""
        found: list[tuple[str, GitIgnoreSpec]] = []
        for directory in (self.root, *self.root.parents):
            prefix = self.root.relative_to(directory).as_posix()
            if directory != self.root:
                spec = _gitignore(directory / ".gitignore")
                if spec:
                    found.append((prefix, spec))
            if (directory / ".git").exists():
                spec = _gitignore(directory / ".git" / "info" / "exclude")
                if spec:
                    found.append((prefix, spec))
                break
        else:
            return []  # in no repository: a stray .gitignore further up means nothing here
        if any(prefix != "." and spec.match_file(f"{prefix}/") for prefix, spec in found):
            return []  # the root itself is ignored, yet somebody asked for it
        return found

    def _by_git(self, path: str) -> bool:
        """``path`` is relative to the root; directories end with a slash. The nearest file decides."""
        directory = posixpath.dirname(path.rstrip("/"))
        while True:
            if directory not in self._specs:
                self._specs[directory] = _gitignore(self.root / directory / ".gitignore")
            spec = self._specs[directory]
            if spec is not None:
                below = path[len(directory) + 1 :] if directory else path
                verdict = spec.check_file(below).include
                if verdict is not None:
                    return verdict
            if not directory:
                break
            directory = posixpath.dirname(directory)
        for prefix, spec in self._above:
            verdict = spec.check_file(path if prefix == "." else f"{prefix}/{path}").include
            if verdict is not None:
                return verdict
        return False

    def excluded(self, path: str) -> bool:
        """Whether ``exclude`` of the settings names this file or directory (then with a slash)."""
        return self._exclude is not None and self._exclude.match_file(path)

    def hides_directory(self, path: str) -> bool:
        """``path`` relative to the root, without a trailing slash."""
        name = posixpath.basename(path)
        if name in _NEVER_CODE or name.endswith((".egg", ".egg-info")):
            return True
        full = self.root / path
        if name in _SELDOM_CODE and not os.path.isfile(full / "__init__.py"):
            return True
        if os.path.isfile(full / "pyvenv.cfg"):
            return True
        return self._by_git(f"{path}/")

    def may_be_code(self, path: str) -> bool:
        """Whether a directory that is left out would be looked into if other files were in it."""
        name = posixpath.basename(path)
        return name in _SELDOM_CODE or os.path.isfile(self.root / path / "pyvenv.cfg")

    def hides_file(self, path: str) -> bool:
        """Whether ``.gitignore`` names this file, its directories being visible."""
        return self._by_git(path)
