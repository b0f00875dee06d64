"""Whether the runbook is of today: the detector of ``runbook.current`` and of LLM803."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from llmlint.audit.dates import latest
from llmlint.audit.model import Evidence
from llmlint.audit.pages import Page
from llmlint.audit.runbook import Runbook, compiled
from llmlint.audit.subject import Subject


@dataclass(frozen=True, slots=True)
class Age:
    """How old a runbook is, and whether what it describes is younger."""

    place: Evidence
    touched: datetime.date
    stale: bool
    why: str


def age(subject: Subject) -> Age | None:
    """The age of the page that was touched last; None: neither git nor the page says it."""
    runbook = subject.once(Runbook)
    pages = runbook.written
    today = subject.today
    if not pages or today is None:
        return None
    history = subject.repository.history
    known = [(day, page) for page in pages if (day := history.last_change(page.path)) is not None]
    if known:
        day, page = max(known, key=lambda one: one[0])
        place = Evidence(page.path, page.passage.line, f"last changed on {day.isoformat()}")
    else:
        said = [found for page in pages if (found := _reviewed(runbook, page, today)) is not None]
        if not said:
            return None
        day, place = max(said, key=lambda one: one[0])
    if today - day <= datetime.timedelta(days=runbook.table.pages.untouched):
        return Age(place, day, False, f"touched on {day.isoformat()}")
    changed = _changed(subject)
    if changed is not None and changed <= day:
        return Age(place, day, False, f"nothing that calls a model has changed since {day.isoformat()}")
    if changed is None and known:
        return None
    since = f", the code that calls models on {changed.isoformat()}" if changed is not None else ""
    return Age(place, day, True, f"last touched on {day.isoformat()}{since}")


def _reviewed(runbook: Runbook, page: Page, today: datetime.date) -> tuple[datetime.date, Evidence] | None:
    """What the page itself says of when it was gone through."""
    found = []
    for passage in page.saying(compiled(runbook.table.pages.reviewed)):
        day = latest(passage.text, today)
        if day is not None:
            found.append((day, Evidence(page.path, passage.line, f"reviewed on {day.isoformat()}")))
    return max(found, key=lambda one: one[0], default=None)


def _changed(subject: Subject) -> datetime.date | None:
    """When a file that calls a model was last changed."""
    return subject.repository.history.last_change(*_paths(subject))


def _paths(subject: Subject) -> Iterable[str]:
    return sorted({call.site.func.path for call in subject.sites})
