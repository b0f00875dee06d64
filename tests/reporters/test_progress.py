from __future__ import annotations

import io
import sys

import pytest

from llmlint.reporters import progress
from llmlint.reporters.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with ProgressBar(enabled=True) as bar:
        bar("Reading", 1, 2)
    assert stream.getvalue() == ""


def test_a_long_run_shows_how_far_it_is_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressBar(enabled=True) as bar:
        bar("Parsing", 1, 4)
        bar("Parsing", 3, 4)
        assert bar._progress is not None
        bar._progress.refresh()
        assert "Parsing" in stream.getvalue()
        assert "75%" in stream.getvalue()
    assert bar._progress is None


def test_disabled_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    with ProgressBar(enabled=False) as bar:
        bar("Parsing", 1, 4)
    assert stream.getvalue() == ""
