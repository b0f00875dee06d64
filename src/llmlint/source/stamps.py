"""What a project looked like at the time of a run, to see quickly whether it still does.

A stamp holds the time and size of every file the outcome of a run depends on, and the time of every
directory that was looked into, since a new file in it changes that. Nothing is read to compare it, and
only the standard library is imported: an editor and a hook ask for it before anything else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Mark = tuple[str, int, int]
"""A path (relative to the root, or absolute), its modification time in nanoseconds, its size in bytes."""

_ABSENT = (-1, -1)
_DIRECTORY = -2
"""Instead of the size: it says nothing about a directory."""
_THERE = (-3, -3)
"""For what only need be there: git changes its own directory all the time."""
_SIGNS = ("llmlint.toml", "pyproject.toml", "setup.py", "setup.cfg", ".gitignore")
"""Files above a project that decide where it begins and what is left out."""
_CACHE = ".llmlint_cache"
_GRANULES = (10_000_000, 2_000_000_000)
"""How coarse the clock of a file system is, in nanoseconds: usual ones, and those that count seconds."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Of one project at one time."""

    marks: tuple[Mark, ...]
    names: tuple[str, ...]
    """What lies directly in the root, whose time changes with every file that is put there."""

    def settled(self, at: int) -> bool:
        """Whether nothing had changed just before ``at`` (nanoseconds), the time before it was taken.

        A file that is written twice within one tick of the file system's clock would look unchanged.
        """
        return is_settled(max((time for _, time, _ in self.marks), default=0), at)


def is_settled(time: int, at: int) -> bool:
    """Whether a modification time lies so far before ``at`` that a later change would have another one."""
    return time < at - _GRANULES[time % 1_000_000_000 == 0]


def take(root: Path, directories: Iterable[str], files: Iterable[str]) -> Stamp:
    """The stamp of the project at ``root``; ``directories`` and ``files`` as in ``Mark``."""
    base = os.fspath(root)
    marks = [*_marks(base, directories, directory=True), *_marks(base, files), *_above(root)]
    return Stamp(tuple(sorted(set(marks))), _names(base))


def holds(root: Path, stamp: Stamp) -> bool:
    """Whether everything is still as it was."""
    base = os.fspath(root)
    if _names(base) != stamp.names:
        return False
    return all(_mark(base, path, size) == (time, size) for path, time, size in stamp.marks)


def encode(stamp: Stamp) -> str:
    """As text."""
    return json.dumps([stamp.marks, stamp.names])


def decode(text: str) -> Stamp | None:
    """What ``encode`` made, if it is that."""
    try:
        marks, names = json.loads(text)
        found = tuple((str(path), int(time), int(size)) for path, time, size in marks)
        return Stamp(found, tuple(map(str, names)))
    except (ValueError, TypeError, RecursionError):
        return None


def _marks(base: str, paths: Iterable[str], *, directory: bool = False) -> Iterator[Mark]:
    for path in paths:
        yield (path, *_mark(base, path, _DIRECTORY if directory else 0))


def _mark(base: str, path: str, size: int) -> tuple[int, int]:
    try:
        status = os.stat(os.path.join(base, path))
    except (OSError, ValueError):
        return _ABSENT
    if size == _THERE[1]:
        return _THERE
    return status.st_mtime_ns, _DIRECTORY if size == _DIRECTORY else status.st_size


def _names(base: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(base) if name != _CACHE))
    except OSError:
        return ()


def _above(root: Path) -> Iterator[Mark]:
    """What decides that the project begins here, and what git leaves out of it."""
    for directory in (root, *root.parents):
        top = os.path.join(directory, ".git")
        yield (top, *(_THERE if os.path.exists(top) else _ABSENT))
        yield from _marks("", [os.path.join(top, "info", "exclude")])
        if directory != root:
            yield from _marks("", (os.path.join(directory, sign) for sign in _SIGNS))
