"""When a file was last changed, from git's own files: no program is run.

Through dulwich where it is installed (``pip install llmlint[history]``). Without it, without git, in a
shallow clone or at a file that git does not know, the answer is None: unknown.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class History:
    """The history of one repository, asked for single files."""

    def __init__(self, root: Path) -> None:
        """``root``: that of the project, at or below the top of a repository."""
        self._root = root
        self.asked = False
        """Whether anybody wanted to know anything."""
        self._known: dict[tuple[str, ...], datetime.date | None] = {}

    @functools.cached_property
    def missing(self) -> str:
        """Why nothing can be said, for people; empty when something can."""
        if self._top is None:
            return "there is no git repository"
        if (self._top / ".git" / "shallow").is_file():
            return "the clone is shallow"
        return (
            ""
            if self._repository is not None
            else "dulwich is not installed (`pip install llmlint[history]`)"
        )

    @functools.cached_property
    def _top(self) -> Path | None:
        return next((d for d in (self._root, *self._root.parents) if (d / ".git").exists()), None)

    @functools.cached_property
    def _repository(self) -> Any:
        try:
            from dulwich.repo import Repo
        except ImportError:
            return None
        try:
            return Repo(str(self._top))
        except Exception:  # whatever dulwich makes of files that are not what git writes
            return None

    def last_change(self, *paths: str) -> datetime.date | None:
        """The day (UTC) of the last commit that touched one of these files, paths relative to the root."""
        self.asked = True
        if self.missing or not paths:
            return None
        if paths not in self._known:
            self._known[paths] = None
            with contextlib.suppress(Exception):  # an object that is missing or broken: unknown
                self._known[paths] = self._find(paths)
        return self._known[paths]

    def _find(self, paths: Iterable[str]) -> datetime.date | None:
        top = str(self._top)
        below = [os.path.relpath(self._root / path, top).replace(os.sep, "/").encode() for path in paths]
        for entry in self._repository.get_walker(paths=below, max_entries=1):
            when = datetime.datetime.fromtimestamp(entry.commit.commit_time, datetime.UTC)
            return when.date()
        return None
