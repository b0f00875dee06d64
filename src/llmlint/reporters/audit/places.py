"""Where evidence can be opened, and which words about it are code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from llmlint.audit.model import AuditReport, Evidence
from llmlint.reporters.audit import Wanted
from llmlint.reporters.display import printable, shown_path


def shown(report: AuditReport, place: Evidence) -> str:
    """``app/llm.py:12``, escaped for people but not for a markup."""
    return f"{printable(shown_path(report.root, place.path))}:{place.line}"


def address(report: AuditReport, place: Evidence, wanted: Wanted) -> str:
    """Where ``--link`` leads to; empty without it, and for what lies outside the working directory."""
    path = shown_path(report.root, place.path)
    if not wanted.link or os.path.isabs(path):
        return ""
    return wanted.link.replace("{path}", _quoted(path)).replace("{line}", str(place.line))


def beside(report: AuditReport, place: Evidence) -> str:
    """The address of the file from a page that lies in the working directory."""
    path = shown_path(report.root, place.path)
    # What comes before the first slash must not be taken for a scheme.
    return f"file://{_quoted(Path(path).as_posix())}" if os.path.isabs(path) else f"./{_quoted(path)}"


def _quoted(path: str) -> str:
    return quote(os.fsencode(path.replace(os.sep, "/")), safe="/")


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """What is between two backticks is code; a backtick without its other half is one."""
    parts = printable(text).split("`")
    if not len(parts) % 2:
        parts[-2:] = ["`".join(parts[-2:])]
    for number, part in enumerate(parts):
        if part:
            yield bool(number % 2), part
