"""What the next engineer reads: how it works, how it is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.pages import Passage
from llmlint.audit.runbook import Runbook, compiled
from llmlint.audit.subject import Subject


def handover(subject: Subject) -> CriterionResult:
    """One place that explains how it works, and one that says how to change it."""
    runbook = subject.once(Runbook)
    words = runbook.table.handover
    works = _best(runbook, _headed(runbook, compiled(words.works)), ("diagram", "steps"))
    by_name = [
        runbook.documents.page(path).passage
        for path in subject.repository.matching(words.changing)
        if path in runbook.documents.paths
    ]
    changes = _best(runbook, (*by_name, *_headed(runbook, compiled(words.changes))), ("code", "steps"))
    if works and changes:
        return met([works, changes])
    if works:
        return vague([works], "how to change it is not said")
    return vague([changes], "how it works is not said") if changes else missing()


def _headed(runbook: Runbook, words: re.Pattern[str]) -> Iterator[Passage]:
    for page in sorted(runbook.documents.pages, key=lambda page: _rank(page.path)):
        yield from runbook.documents.explaining(page, words)


def _rank(path: str) -> int:
    """Where people look first."""
    name = path.rpartition("/")[2].lower()
    return 0 if name.startswith("readme") and "/" not in path else 1 if "architecture" in name else 2


def _best(
    runbook: Runbook, passages: Iterator[Passage] | tuple[Passage, ...], shows: tuple[str, ...]
) -> Evidence | None:
    """The first that is drawn, shows something and explains it, or explains at length."""
    least = runbook.table.handover.words
    for passage in passages:
        shown = any(runbook.shows(one, passage) for one in shows)
        drawn = "diagram" in shows and runbook.shows("diagram", passage)
        if drawn or passage.words >= (least // 2 if shown else least):
            return passage.evidence
    return None


DETECTORS = {"runbook.handover": handover}
