"""The files of a project, and the project of a file.

``members`` walks down from a root; ``locate`` walks down from the same root to one file and takes
the same turns, so that both agree on what belongs where:

* directories that are never code, ``.gitignore`` and ``exclude`` end the walk;
* a directory with a configuration or a ``.git`` of its own is a project of its own;
* symlinked directories are not entered (no loops, nothing twice); symlinked files count;
* only ``*.py`` regular files are analysed. ``.pyi`` files hold no behaviour.

A path that was passed although git ignores it (an unpacked package, a scratch directory) is asked
for on purpose: it becomes a project by itself. ``exclude`` always holds, since hooks and editors
pass single files.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmlint.source.ignoring import Ignored
from llmlint.source.roots import absolute, find_root, is_project_top

_SIGNS = frozenset([".gitignore", "llmlint.toml", "pyproject.toml"])

Excludes = Callable[[Path], Sequence[str]]
"""Given a project root, the ``exclude`` patterns of its settings."""


@dataclass(frozen=True, slots=True)
class Members:
    """What a walk found."""

    files: tuple[str, ...]
    """Relative to the root, with forward slashes, sorted."""
    nested: tuple[Path, ...]
    """Roots of projects inside this one."""
    directories: tuple[str, ...] = ()
    """Every directory below the root that had a say: looked into, or left out for what is in it."""
    signs: tuple[str, ...] = ()
    """The files in them that say, or may come to say, what belongs to the project."""
    others: tuple[str, ...] = ()
    """The files of other types; empty unless asked for."""


def members(
    root: Path, exclude: Sequence[str] = (), *, shallow: bool = False, all_types: bool = False
) -> Members:
    """All analysable files of the project at ``root``; ``shallow`` leaves out its subdirectories."""
    ignored = Ignored(root, exclude)
    files: list[str] = []
    others: list[str] = []
    nested: list[Path] = []
    looked: list[str] = []
    signs: list[str] = []
    pending = [""]
    while pending:
        directory = pending.pop()
        if directory:
            looked.append(directory)
        try:
            entries = list(os.scandir(ignored.root / directory))
        except OSError:  # unreadable or just gone: nothing to see
            continue
        signs += (f"{directory}/{e.name}" if directory else e.name for e in entries if e.name in _SIGNS)
        if directory and _may_be_top(entries) and is_project_top(ignored.root / directory):
            nested.append(ignored.root / directory)
            continue
        for entry in entries:
            path = f"{directory}/{entry.name}" if directory else entry.name
            if _is_plain_directory(entry):
                if not shallow and not ignored.hides_directory(path) and not ignored.excluded(f"{path}/"):
                    pending.append(path)
                elif ignored.may_be_code(path):
                    looked.append(path)
            elif (
                (all_types or entry.name.endswith(".py"))
                and _is_file(entry)
                and not ignored.hides_file(path)
                and not ignored.excluded(path)
            ):
                (files if entry.name.endswith(".py") else others).append(path)
    return Members(
        tuple(sorted(files)), tuple(sorted(nested)), tuple(looked), tuple(signs), tuple(sorted(others))
    )


_SPEAK_FOR_ALL = (".github", ".gitlab", ".circleci", ".buildkite", ".azure-pipelines", "docs")
"""Directories at the top of a repository that speak for every project in it, as the files there do."""


def shared(root: Path) -> tuple[str, ...]:
    """The files of any type above ``root`` that speak for it: at the top of its repository.

    Relative to ``root`` (``../CODEOWNERS``); empty when the root is the top, or in no repository.
    """
    root = absolute(root)
    top = next((d for d in (root, *root.parents) if (d / ".git").exists()), root)
    if top == root:
        return ()
    up = os.path.relpath(top, root).replace(os.sep, "/")
    ignored = Ignored(top)
    found = []
    pending = [""]
    while pending:
        directory = pending.pop()
        try:
            entries = list(os.scandir(top / directory))
        except OSError:
            continue
        for entry in entries:
            path = f"{directory}/{entry.name}" if directory else entry.name
            if _is_plain_directory(entry):
                if (directory or entry.name in _SPEAK_FOR_ALL) and not ignored.hides_directory(path):
                    pending.append(path)
            elif _is_file(entry) and not ignored.hides_file(path) and not root.is_relative_to(top / path):
                found.append(f"{up}/{path}")
    return tuple(sorted(found))


def everything(root: Path, exclude: Sequence[str] = ()) -> tuple[str, ...]:
    """Every file of the project, whatever its type, and those above it that speak for it."""
    walked = members(root, exclude, all_types=True)
    return (*walked.files, *walked.others, *shared(root))


def _may_be_top(entries: Iterable[os.DirEntry[str]]) -> bool:
    return any(entry.name in (".git", "llmlint.toml", "pyproject.toml") for entry in entries)


def _is_plain_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def project_of(path: Path, passed: Iterable[Path] = ()) -> Path:
    """The root under which a path given on the command line is analysed."""
    path = absolute(path)
    root = find_root(path, passed)
    hidden = _first_hidden(Ignored(root), path)
    if hidden is None:
        return root
    top = root / hidden
    if not top.is_dir():
        return root  # one ignored file among others that are not
    below = [d for d in (path, *path.parents) if d.is_relative_to(top) and d.is_dir()]
    marked = [d for d in below if (d / "pyproject.toml").is_file() or (d / "setup.py").is_file()]
    asked = [d for d in below if d in set(map(absolute, passed))]
    return (marked[-1:] or asked[:1] or [top])[0]


def _first_hidden(ignored: Ignored, path: Path) -> str | None:
    """The topmost directory on the way to ``path`` that git or custom leaves out, or the ignored file."""
    parts = path.relative_to(ignored.root).parts
    for end in range(1, len(parts) + 1):
        step = posixpath.join(*parts[:end])
        if (ignored.root / step).is_dir():
            if ignored.hides_directory(step):
                return step
        elif ignored.hides_file(step):
            return step
    return None


def locate(file: Path, passed: Iterable[Path], excludes: Excludes) -> Path | None:
    """The root of the project that ``file`` is a member of; None when it is left out.

    A file that is passed by name counts whatever git says; one that was only found below a passed
    directory counts if ``members`` would find it.
    """
    file = absolute(file)
    passed = [absolute(p) for p in passed]
    covering = [p for p in passed if file.is_relative_to(p)]
    anchor = max(covering, key=lambda p: len(p.parts), default=file)
    root = project_of(anchor, passed)
    while True:
        nested = _descend(root, file, Ignored(root, excludes(root)), by_name=anchor == file)
        if nested is None or nested == root:
            return nested
        root = nested


def _descend(root: Path, file: Path, ignored: Ignored, *, by_name: bool) -> Path | None:
    parts = file.relative_to(root).parts
    for end in range(1, len(parts)):
        step = posixpath.join(*parts[:end])
        if (root / step).is_symlink() and not by_name:
            return None
        if ignored.excluded(f"{step}/") or (ignored.hides_directory(step) and not by_name):
            return None
        if is_project_top(root / step):
            return root / step
    path = posixpath.join(*parts)
    if ignored.excluded(path) or (ignored.hides_file(path) and not by_name):
        return None
    return root
