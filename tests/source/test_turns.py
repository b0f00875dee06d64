"""The turn is held by one process at a time, ends with it, and is never in the way."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from llmlint.source import turns
from llmlint.source.turns import turn


def _work(directory: Path, log: Path) -> None:
    with turn(directory) as waited:
        with log.open("a") as stream:
            stream.write("begin ")
        time.sleep(0.3)
        with log.open("a") as stream:
            stream.write(f"end-{waited} ")


def test_one_after_the_other(tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_work, args=(tmp_path, log)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    words = log.read_text().split()
    assert [word.partition("-")[0] for word in words] == ["begin", "end", "begin", "end"]
    assert words[1] == "end-False"


def _die_in_turn(directory: Path) -> None:
    with turn(directory):
        multiprocessing.current_process().kill()
        time.sleep(60)


def test_a_process_that_is_killed_holds_nobody_up(tmp_path: Path) -> None:
    victim = multiprocessing.get_context("spawn").Process(target=_die_in_turn, args=(tmp_path,))
    victim.start()
    victim.join()
    assert victim.exitcode != 0
    with turn(tmp_path) as waited:
        assert waited is False


def test_patience_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.2)
    with turn(tmp_path) as first, turn(tmp_path) as second:
        assert (first, second) == (False, True)


@pytest.mark.parametrize("content", [b"no database at all, whatever it is called" * 100])
def test_a_broken_or_missing_database_is_nobodys_turn(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "turn.db").write_bytes(content)
    with turn(tmp_path) as waited:
        assert waited is False
    with turn(tmp_path / "nowhere") as waited:
        assert waited is False
    with turn(None) as waited:
        assert waited is False
