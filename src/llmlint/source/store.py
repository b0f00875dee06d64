"""What earlier runs found out, on disk: an SQLite database under ``.llmlint_cache/`` at the project root.

SQLite is what makes it safe for several processes at once (flake8's workers, an editor beside a hook) and
keeps one run's half-written state from another. Everything in it can be lost at any time: a database that
is broken, locked, of another format or not writable is no database, never an error. What is stored is
MessagePack and read with a schema, since a file in a repository is nobody's word.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

DIRECTORY = ".llmlint_cache"
FORMAT = 2
"""Raised when the table changes: a database of another format is thrown away."""
WAIT = 0.5
"""Seconds to wait for another process that is writing."""
LIMIT = 200_000_000
"""Bytes from which on the oldest are dropped."""
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of llmlint. It can be deleted at any time.\n"
_TABLE = "CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, day INTEGER, data BLOB)"


class Store:
    """One project's cache. Opening, reading and writing never raise; a store that fails is empty."""

    def __init__(self, root: Path, *, enabled: bool = True) -> None:
        """Nothing is written before something is kept; a store that is not ``enabled`` keeps nothing."""
        self._file = root / DIRECTORY / "llmlint.db"
        self._connection: sqlite3.Connection | None = None
        self._enabled = enabled
        if enabled and self._file.is_file():
            self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No more reading and writing."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def directory(self) -> Path | None:
        """The directory of the cache, which is made; None where nothing is kept."""
        if self._connection is None and self._enabled:
            self._create()
        return self._file.parent if self._connection is not None else None

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What is kept under these keys."""
        found: dict[bytes, bytes] = {}
        if self._connection is None:
            return found
        try:
            for key in keys:
                row = self._connection.execute("SELECT data FROM kept WHERE key = ?", (key,)).fetchone()
                if row is not None and isinstance(row[0], bytes):
                    found[key] = row[0]
        except sqlite3.Error:
            self.close()
        return found

    def keep(self, items: Mapping[bytes, bytes]) -> None:
        """Keep these for later runs, and drop the oldest beyond the limit."""
        day = int(time.time() // 86_400)

        def write(connection: sqlite3.Connection) -> None:
            rows = [(key, day, data) for key, data in items.items()]
            connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)
            (size,) = connection.execute("SELECT coalesce(sum(length(data)), 0) FROM kept").fetchone()
            if size > LIMIT:
                _shrink(connection, size)

        self._write(write)

    def _write(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """One transaction; a failure in it loses what was to be kept, nothing else."""
        if self._connection is None and self._enabled:
            self._create()
        if self._connection is None:
            return
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE")
                work(connection)
        except sqlite3.Error:
            self.close()
            self._enabled = False

    # -- opening --------------------------------------------------------------------------------

    def _create(self) -> None:
        folder = self._file.parent
        try:
            folder.mkdir(exist_ok=True)
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            (folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
        except OSError:
            self._enabled = False
            return
        self._open()

    def _open(self) -> None:
        try:
            self._connect()
        except sqlite3.OperationalError:  # locked, or not to be read
            self.close()
        except sqlite3.DatabaseError:  # no database at all, or one of another format: make room for one
            self.close()
            with contextlib.suppress(OSError):
                self._file.unlink()

    def _connect(self) -> None:
        connection = sqlite3.connect(self._file, timeout=WAIT, isolation_level=None)
        self._connection = connection
        connection.execute("PRAGMA synchronous = OFF")  # a cache may be lost
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
        elif version != FORMAT:
            raise sqlite3.DatabaseError("another format")


def _shrink(connection: sqlite3.Connection, size: int) -> None:
    """Drop the oldest until a quarter is free."""
    dropped = []
    for key, length in connection.execute("SELECT key, length(data) FROM kept ORDER BY day, rowid"):
        if size <= LIMIT * 3 // 4:
            break
        dropped.append((key,))
        size -= length
    connection.executemany("DELETE FROM kept WHERE key = ?", dropped)
