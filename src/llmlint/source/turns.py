"""One process at a time analyses a project: flake8's workers share the work instead of all doing it.

The turn is a transaction of a database of its own, which ends with the process whatever becomes of it.
Like the cache it may be had by nobody: a directory that cannot be written is no reason to stop.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 120.0
"""Seconds after which a process does the work itself."""
_POLL = 0.1
"""Seconds between two looks. SQLite's own waiting could not be interrupted by the user."""


@contextlib.contextmanager
def turn(directory: Path | None) -> Iterator[bool]:
    """Holds the turn of a project; gives whether somebody else had it in the meantime.

    ``directory`` is the project's cache; without one everybody is alone.
    """
    connection = None
    if directory is not None:
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(directory / "turn.db", timeout=0, isolation_level=None)
    try:
        yield connection is not None and _wait(connection)
    finally:
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _wait(connection: sqlite3.Connection) -> bool:
    waited = False
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            return waited
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return waited
        except sqlite3.DatabaseError:
            return waited
        waited = True
        time.sleep(_POLL)
    return waited
