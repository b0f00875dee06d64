"""The day of a run comes from outside, at every front door."""

from __future__ import annotations

import datetime

import pytest

from llmlint import cli
from llmlint.clock import ClockError, today
from tests.conftest import Tree, run

TEXT = """\
from openai import OpenAI

client = OpenAI(timeout=30)
print(client.chat.completions.create(model="gpt-4-turbo", messages=[]))
"""
BEFORE, SHORTLY_BEFORE, AFTER = 1_780_000_000, 1_790_000_000, 1_800_000_000
"""In seconds: 2026-05-28, 2026-09-21 and 2027-01-15; the model ends on 2026-10-23."""


def test_the_environment_says_what_day_it_is() -> None:
    assert today({"SOURCE_DATE_EPOCH": "0"}) == datetime.date(1970, 1, 1)
    assert today({"SOURCE_DATE_EPOCH": str(AFTER)}) == datetime.date(2027, 1, 15)


def test_without_it_the_day_is_the_real_one() -> None:
    before = datetime.datetime.now(datetime.UTC).date()
    assert before <= today({}) <= datetime.datetime.now(datetime.UTC).date()
    assert before <= today({"SOURCE_DATE_EPOCH": ""})


@pytest.mark.parametrize("text", ["yesterday", "1e9", "9" * 30])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ClockError, match="SOURCE_DATE_EPOCH is no number of seconds since 1970"):
        today({"SOURCE_DATE_EPOCH": text})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (BEFORE, None),
        (SHORTLY_BEFORE, "`gpt-4-turbo` retires on 2026-10-23"),
        (AFTER, "was retired on 2026-10-23"),
    ],
)
def test_both_front_doors_take_the_same_day(
    tree: Tree,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seconds: int,
    said: str | None,
) -> None:
    root = tree({"pyproject.toml": "[tool.llmlint]\nselect = ['LLM702']\n", "app.py": TEXT})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(seconds))
    assert cli.main(["check", "."]) == (0 if said is None else 1)
    shown = capsys.readouterr().out
    flake8 = run("flake8", "--isolated", "--select=LLM", "app.py", cwd=root).stdout.decode()
    if said is None:
        assert "LLM702" not in shown + flake8
    else:
        assert said in shown and said in flake8


def test_a_day_that_is_none_is_a_mistake_of_the_caller(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tree({"pyproject.toml": "[tool.llmlint]\n", "app.py": TEXT})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert cli.main(["check", "."]) == 2
    assert "SOURCE_DATE_EPOCH is no number of seconds since 1970: soon" in capsys.readouterr().err
    flake8 = run("flake8", "--isolated", "--select=LLM", "app.py", cwd=root).stdout.decode()
    assert "LLM001 SOURCE_DATE_EPOCH is no number of seconds since 1970: soon" in flake8
