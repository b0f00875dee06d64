"""Days that people write down."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_NAMES}\s+(\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_NAMES}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)


def days(text: str) -> Iterator[datetime.date]:
    """The days that a text names; where it is not clear which number is the month, there is none."""
    found = [(match[1], match[2], match[3]) for match in _ISO.finditer(text)]
    found += [(match[3], _month(match[2]), match[1]) for match in _DAY_FIRST.finditer(text)]
    found += [(match[3], _month(match[1]), match[2]) for match in _MONTH_FIRST.finditer(text)]
    for year, month, day in found:
        try:
            yield datetime.date(int(year), int(month), int(day))
        except ValueError:  # a version, a number of something
            continue


def _month(name: str) -> str:
    return str(_MONTHS.index(name[:3].lower()) + 1)


def latest(text: str, today: datetime.date | None) -> datetime.date | None:
    """The last day that is named and is not to come."""
    return max((day for day in days(text) if today is None or day <= today), default=None)
