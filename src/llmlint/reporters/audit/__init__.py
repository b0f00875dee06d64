"""What the audit found, in the forms that ``--format`` names: a module per form, ``text(reports, wanted)``.

A form is added by its module and its name here; ``rich`` writes to the terminal itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmlint.audit.model import AuditReport

FORMATS = ("json", "markdown", "html")
DEFAULT = "eight-axes"
LISTS = (DEFAULT, "six-bars", "seven-checks", "five-groups", "path")
"""The lists that ``--as`` names, as ``lists.toml`` has them: the parser of arguments does not read it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a report is wanted."""

    form: str = DEFAULT
    """The list in whose words it is told, see ``audit.crosswalk``."""
    link: str = ""
    """The address of a place, with ``{path}`` and ``{line}`` in it; empty: files beside the report."""


def text(form: str, reports: Sequence[AuditReport], wanted: Wanted) -> str:
    """The reports in one of ``FORMATS``."""
    found: str = importlib.import_module(f"{__name__}.{form}").text(reports, wanted)
    return found
