"""What the audit found, in the forms that ``--format`` names: a module per form, ``text(reports, wanted)``.

A form is added by its module and its name here; ``rich`` writes to the terminal itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmlint.audit.model import AuditReport

FORMATS = ("json",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a report is wanted."""

    form: str = "eight-axes"
    """The list in whose words it is told, see ``audit.crosswalk``."""


def text(form: str, reports: Sequence[AuditReport], wanted: Wanted) -> str:
    """The reports in one of ``FORMATS``."""
    found: str = importlib.import_module(f"{__name__}.{form}").text(reports, wanted)
    return found


def questions(reports: Sequence[AuditReport]) -> Iterator[str]:
    """What a reviewer asks: a line per criterion that is missing, vague, or only said to be met."""
    from llmlint.audit.model import Verdict

    for report in reports:
        if report.package:
            yield f"{report.package}:"
        if report.unscored:
            yield f"Nothing to ask: {report.unscored}."
        for axis in report.axes:
            for one in axis.criteria:
                if one.result.verdict not in (Verdict.MET, Verdict.NOT_APPLICABLE):
                    yield f"{axis.axis} {axis.name}, {one.criterion.title}: {one.criterion.question}"
