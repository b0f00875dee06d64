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
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

DIRECTORY = ".llmlint_cache"
FORMAT = 1
"""Raised when the tables change: a database of another format is emptied."""
WAIT = 0.5
"""Seconds to wait for another process that is writing."""
SETTLED = 2_000_000_000
"""Nanoseconds: a file changed less than that before it was read may change again unnoticed."""
LIMITS = {"facts": 200_000_000, "results": 20_000_000}
"""Bytes of each kind from which on the oldest are dropped."""
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of llmlint. It can be deleted at any time.\n"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS looks"
    " (path TEXT PRIMARY KEY, mtime INTEGER, size INTEGER, hash BLOB, data BLOB) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, day INTEGER, data BLOB)",
    "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, day INTEGER, data BLOB)",
    "CREATE TABLE IF NOT EXISTS stamps (value BLOB)",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file said, and the state of the file then."""

    mtime: int
    """Nanoseconds."""
    size: int
    """Bytes."""
    hash: bytes
    """Of the content."""
    data: bytes
    """What the bytes said, as the caller encodes it."""


class Store:
    """One project's cache. Opening, reading and writing never raise; a store that fails is empty."""

    def __init__(self, root: Path, stamp: bytes, *, enabled: bool = True) -> None:
        """``stamp``: looks and results of another stamp (another llmlint, other seeds) are dropped."""
        self._file = root / DIRECTORY / "llmlint.db"
        self._stamp = stamp
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

    # -- reading --------------------------------------------------------------------------------

    def looks(self) -> dict[str, Look]:
        """Every look that is kept, by path."""
        rows = self._rows("SELECT path, mtime, size, hash, data FROM looks")
        found = {}
        for path, mtime, size, digest, data in rows:
            if (
                isinstance(path, str)
                and isinstance(mtime, int)
                and isinstance(size, int)
                and isinstance(digest, bytes)
                and isinstance(data, bytes)
            ):
                found[path] = Look(mtime, size, digest, data)
        return found

    def get(self, kind: str, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What is kept of a kind (``facts``, ``results``) under these keys."""
        found = {}
        for key in keys:
            for (data,) in self._rows(f"SELECT data FROM {kind} WHERE key = ?", (key,)):
                if isinstance(data, bytes):
                    found[key] = data
        return found

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error:
            self.close()
            return []

    # -- writing --------------------------------------------------------------------------------

    def keep_looks(self, looks: Mapping[str, Look], gone: Iterable[str] = ()) -> None:
        """Keep what was seen; looks at files that had just changed are left out."""
        settled = time.time_ns() - SETTLED
        rows = [
            (path, look.mtime, look.size, look.hash, look.data)
            for path, look in looks.items()
            if look.mtime < settled
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM looks WHERE path = ?", [(path,) for path in gone])
            connection.executemany("INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?, ?)", rows)

        self._write(write)

    def keep(self, kind: str, items: Mapping[bytes, bytes]) -> None:
        """Keep these of a kind (``facts``, ``results``), and drop the oldest beyond the limit."""
        day = int(time.time() // 86_400)

        def write(connection: sqlite3.Connection) -> None:
            rows = [(key, day, data) for key, data in items.items()]
            connection.executemany(f"INSERT OR REPLACE INTO {kind} VALUES (?, ?, ?)", rows)
            (size,) = connection.execute(f"SELECT coalesce(sum(length(data)), 0) FROM {kind}").fetchone()
            if size > LIMITS[kind]:
                self._shrink(connection, kind, size)

        self._write(write)

    @staticmethod
    def _shrink(connection: sqlite3.Connection, kind: str, size: int) -> None:
        """Drop the oldest until a quarter is free."""
        dropped = []
        for key, length in connection.execute(f"SELECT key, length(data) FROM {kind} ORDER BY day, rowid"):
            if size <= LIMITS[kind] * 3 // 4:
                break
            dropped.append((key,))
            size -= length
        connection.executemany(f"DELETE FROM {kind} WHERE key = ?", dropped)

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
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
        elif version != FORMAT:
            raise sqlite3.DatabaseError("another format")
        row = connection.execute("SELECT value FROM stamps").fetchone()
        if row is None or row[0] != self._stamp:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for table in ("looks", "results", "stamps"):
                    connection.execute(f"DELETE FROM {table}")
                connection.execute("INSERT INTO stamps VALUES (?)", (self._stamp,))
