"""The day a run takes for today. Rules are told it; none reads a clock."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

VARIABLE = "SOURCE_DATE_EPOCH"
"""Seconds since 1970, UTC: the variable by which reproducible builds say what time it is."""


class ClockError(ValueError):
    """The environment names a time that is none."""


def today(environment: Mapping[str, str]) -> datetime.date:
    """The day (UTC) the environment asks for, else the real one; raises ``ClockError``."""
    wanted = environment.get(VARIABLE, "")
    if not wanted:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.datetime.fromtimestamp(int(wanted), datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise ClockError(f"{VARIABLE} is no number of seconds since 1970: {wanted[:40]}") from error
