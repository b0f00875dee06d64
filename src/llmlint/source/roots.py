"""Which directory is the project a path belongs to.

The project is decided by the file alone, never by what else was passed: that is why the findings
are the same for one file and for the whole tree. From the strongest sign to the weakest:

1. the nearest directory above that holds llmlint's configuration (not beyond a repository's top);
2. the top of the repository (``.git``);
3. the outermost directory above that holds ``pyproject.toml``, ``setup.py`` or ``setup.cfg``
   (outermost, because examples and packages inside a project often bring one of their own);
4. the directory that was passed, else the working directory when the file is below it, else the
   file's own directory.

The home directory, the directory for temporary files and ``/`` are projects only by sign 1 or 2, or
when they are passed. A stray file in one of them is analysed with the files beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

OWN_FILE = "llmlint.toml"
_TABLE = re.compile(rb"""(?m)^[ \t]*(?:\[[ \t]*){0,2}tool[ \t]*\.[ \t]*["']?llmlint(?![\w-])""")
_PACKAGING = ("pyproject.toml", "setup.py", "setup.cfg")


def configuration_in(directory: Path) -> Path | None:
    """The file in this directory that configures llmlint, if there is one.

    ``pyproject.toml`` comes first. One that cannot be read is passed over here: it configures nothing.
    """
    pyproject = directory / "pyproject.toml"
    with contextlib.suppress(OSError):
        if pyproject.is_file() and _TABLE.search(pyproject.read_bytes()):
            return pyproject
    own = directory / OWN_FILE
    return own if own.is_file() else None


def is_project_top(directory: Path) -> bool:
    """Whether a directory inside a project is a project of its own (signs 1 and 2)."""
    return (directory / ".git").exists() or configuration_in(directory) is not None


def is_marked(directory: Path) -> bool:
    """Whether something in the directory says that a project begins there (signs 1 to 3)."""
    return is_project_top(directory) or any((directory / name).is_file() for name in _PACKAGING)


def absolute(path: Path) -> Path:
    """Absolute and without ``..``, symlinks kept: a linked file belongs to where it was found."""
    return Path(os.path.abspath(path))


def find_root(path: Path, passed: Iterable[Path] = ()) -> Path:
    """The project root of a file or directory; ``passed`` are the paths on the command line."""
    path = absolute(path)
    start = path if path.is_dir() else path.parent
    wide = too_wide()
    outermost: Path | None = None
    for directory in (start, *start.parents):
        if is_project_top(directory):
            return directory
        if directory not in wide and any((directory / name).is_file() for name in _PACKAGING):
            outermost = directory
    if outermost is not None:
        return outermost
    for candidate in sorted(map(absolute, passed), key=lambda p: -len(p.parts)):
        if candidate.is_dir() and start.is_relative_to(candidate):
            return candidate
    here = absolute(Path())
    if start.is_relative_to(here) and here not in wide:
        return here
    return start


def is_shallow(root: Path, passed: Iterable[Path]) -> bool:
    """Whether ``root`` is only where a stray file lies, so that its subdirectories are not meant."""
    return root in too_wide() and not is_project_top(root) and root not in map(absolute, passed)


def too_wide() -> set[Path]:
    """Directories that hold everything one has; no project by accident."""
    wide = {Path(os.path.abspath(os.sep)), absolute(Path(tempfile.gettempdir()))}
    with contextlib.suppress(RuntimeError):  # no home directory can be determined
        wide.add(absolute(Path.home()))
    return wide
