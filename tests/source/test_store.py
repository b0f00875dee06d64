"""The store keeps what it is given, forgets what is stale, and is never in the way."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from llmlint.source import store as module
from llmlint.source.store import DIRECTORY, Store


def database(root: Path) -> Path:
    return root / DIRECTORY / "llmlint.db"


def test_what_is_kept_is_there_for_the_next_run(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {}
        store.keep({b"k": b"v"})
    with Store(tmp_path) as store:
        assert store.get([b"k", b"other"]) == {b"k": b"v"}


def test_reading_writes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {}
    assert list(tmp_path.iterdir()) == []


def test_git_does_not_see_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep({b"k": b"v"})
    assert (tmp_path / DIRECTORY / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (tmp_path / DIRECTORY / "CACHEDIR.TAG").read_text(encoding="utf-8").startswith("Signature: ")


def test_a_store_that_is_switched_off_keeps_nothing(tmp_path: Path) -> None:
    with Store(tmp_path, enabled=False) as store:
        store.keep({b"k": b"v"})
        assert store.get([b"k"]) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_broken_database_is_no_database_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DIRECTORY).mkdir()
    database(tmp_path).write_bytes(content)
    for _ in range(2):  # the first run may only make room
        with Store(tmp_path) as store:
            store.keep({b"k": b"v"})
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {b"k": b"v"}


def test_a_database_of_another_format_is_replaced(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep({b"k": b"v"})
    connection = sqlite3.connect(database(tmp_path))
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {}
        store.keep({b"k": b"w"})
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {b"k": b"w"}


def test_values_of_other_types_are_left_out(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.keep({b"k": b"v"})
    connection = sqlite3.connect(database(tmp_path))
    with connection:
        connection.execute("UPDATE kept SET data = 12")
    connection.close()
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {}


def test_a_database_that_another_process_holds_is_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT", 0.01)
    with Store(tmp_path) as store:
        store.keep({b"k": b"v"})
    holder = sqlite3.connect(database(tmp_path), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {}
        store.keep({b"k": b"w"})
    holder.execute("ROLLBACK")
    holder.close()
    with Store(tmp_path) as store:
        assert store.get([b"k"]) == {b"k": b"v"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with Store(tmp_path) as store:
            store.keep({b"k": b"v"})
            assert store.get([b"k"]) == {}
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_file_in_the_way_is_no_error(tmp_path: Path) -> None:
    (tmp_path / DIRECTORY).write_text("mine", encoding="utf-8")
    with Store(tmp_path) as store:
        store.keep({b"k": b"v"})
        assert store.get([b"k"]) == {}
    assert (tmp_path / DIRECTORY).read_text(encoding="utf-8") == "mine"


def test_the_oldest_are_dropped_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 1000)
    with Store(tmp_path) as store:
        for number in range(5):
            store.keep({bytes([number]): b"x" * 300})
        kept = store.get([bytes([number]) for number in range(5)])
    assert list(kept) == [b"\x02", b"\x03", b"\x04"]


def _write(root: Path, number: int) -> None:
    for round in range(20):
        with Store(root) as store:
            store.keep({bytes([number, round]): b"v" * 5000})


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(tmp_path, number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with Store(tmp_path) as store:
        kept = store.get([bytes([n, r]) for n in range(3) for r in range(20)])
    assert set(kept.values()) == {b"v" * 5000}
