"""How names, sources and numbers are shown: nothing in them may take over a terminal or a log."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Sequence
from pathlib import Path

from llmlint.model.finding import Status
from llmlint.request import Report


def printable(text: str) -> str:
    """The text on one line, with control characters, lone surrogates and the like escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def without_keys(text: str) -> str:
    """The text, as long as before, with everything hidden that may be a provider's key."""
    return _keys().sub(lambda match: match[1] + "*" * len(match[2]), text)


@functools.cache
def _keys() -> re.Pattern[str]:
    from llmlint.catalogue.lookup import load

    known = {prefix for key in load().keys for prefix in key.prefixes}
    prefixes = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    # The rest of a key may stand in a literal of its own.
    rest = r"""(?:[A-Za-z0-9_+/=-]*["'][ \t+brfu]*["'])*[A-Za-z0-9_+/=-]{8,}"""
    return re.compile(rf"((?<![A-Za-z0-9_-])(?:{prefixes}))({rest})")


def shown_path(root: Path, path: str) -> str:
    """Relative to the working directory where that is shorter to read, else absolute. Not escaped."""
    full = os.path.join(root, *path.split("/"))
    try:
        near = os.path.relpath(full)
    except ValueError:  # another drive
        return full
    outside = near == os.pardir or near.startswith(os.pardir + os.sep)
    return full if outside else near


def slashed(root: Path, path: str) -> str:
    """The shown path with forward slashes, for services. Not escaped."""
    return shown_path(root, path).replace(os.sep, "/")


def plural(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def totals(reports: Sequence[Report]) -> str:
    """The last line: what was found, where, what was silenced, and what was not looked for."""
    reported = [f for report in reports for f in report.of_status(Status.REPORTED)]
    suppressed = sum(len(report.of_status(Status.SUPPRESSED)) for report in reports)
    files = {(report.root, f.location.path) for report in reports for f in report.of_status(Status.REPORTED)}
    tail = f", {suppressed} suppressed" if suppressed else ""
    not_run = {code for report in reports for code in report.not_run}
    if not_run:
        tail += f"; {plural(len(not_run), 'rule')} below the minimum severity or confidence not run"
    if reported:
        return f"{plural(len(reported), 'finding')} in {plural(len(files), 'file')}{tail}"
    seen = sum(len(report.files) for report in reports)
    if not seen:
        return f"No Python files to check{tail}"
    return f"No findings in {plural(seen, 'file')}{tail}"
