"""Finds ``rules/``: beside ``src/`` in a checkout, inside the package in a wheel."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from llmlint import __version__

_PACKAGE = Path(__file__).parent


def rules_directory() -> Path:
    """The directory of the rule pages and of ``catalogue/``.

    The checkout comes first: an editable install reads the files one is editing.
    """
    here = Path(__file__).resolve()
    checkout = here.parents[2] / "rules"
    if (checkout / "catalogue").is_dir():
        return checkout
    return here.parent / "_rules"


@functools.cache
def program() -> str:
    """Which llmlint this is, and which Python runs it: whatever either found out holds for this one only."""
    python = ".".join(map(str, sys.version_info[:3]))
    if (_PACKAGE / "_rules").is_dir():  # a wheel: all of it was written at once
        changed = os.stat(__file__).st_mtime_ns
    else:
        changed = hash(tuple(_changes(os.fspath(_PACKAGE)))) ^ hash(
            tuple(_changes(os.fspath(rules_directory() / "catalogue")))
        )
    return f"llmlint {__version__} {changed:x} python {python}"


def _changes(directory: str) -> Iterator[tuple[int, int]]:
    """Time and size of every file below a directory, in the order of their names."""
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _changes(entry.path)
        else:
            status = entry.stat()
            yield status.st_mtime_ns, status.st_size
