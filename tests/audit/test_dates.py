"""Days that people write down."""

from __future__ import annotations

import datetime

import pytest

from llmlint.audit.dates import days, latest

DAY = datetime.date(2026, 5, 4)


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-05-04",
        "2026/5/4",
        "2026.05.04",
        "4 May 2026",
        "4th of no month, 4. May 2026",
        "May 4, 2026",
        "may 4th 2026",
        "Sept 31, 2025 is no day, 4 may 2026 is",
    ],
)
def test_a_day_in_words_or_numbers(text: str) -> None:
    assert list(days(text)) == [DAY]


@pytest.mark.parametrize("text", ["04/05/2026", "version 2026.13.1", "2026-02-30", "1234-5", "May 2026", ""])
def test_what_is_no_day_or_may_be_two(text: str) -> None:
    assert list(days(text)) == []


def test_the_latest_day_is_not_to_come() -> None:
    text = "2026-05-03, 2026-05-04 and 2026-05-05"
    assert latest(text, DAY) == DAY
    assert latest(text, None) == datetime.date(2026, 5, 5)
    assert latest("2026-05-05", DAY) is None
