"""What becomes of each finding: reported, or suppressed and why. Nothing is dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from llmlint.model.finding import Finding, Status
from llmlint.settings import Settings
from llmlint.source.suppressions import Suppression, Suppressions

UNUSED = "LLM003"
BY_PATH = "per-path-ignores: "
"""How the reason of what the configuration suppressed begins."""
UNUSED_HELP = "Remove the comment, or write the code on the line the finding names."


def mark(
    findings: Iterable[Finding],
    suppressions: Mapping[str, Suppressions],
    settings: Settings,
    *,
    noqa: bool,
) -> tuple[list[Finding], set[Suppression]]:
    """The findings with their status, and the suppressions that were needed.

    ``noqa=False`` leaves the ``noqa`` comments to flake8.
    """
    marked = []
    used: set[Suppression] = set()
    for finding in findings:
        path, line = finding.location.path, finding.location.line
        of_file = suppressions.get(path, Suppressions())
        own = [one for one in of_file.own if one.covers(finding.code, line)]
        if finding.code == UNUSED:
            # A comment does not excuse itself: only one that names the code does.
            own = [one for one in own if UNUSED in one.codes]
        used.update(own)
        pattern = settings.ignoring_pattern(path, finding.code)
        if own:
            finding = replace(finding, status=Status.SUPPRESSED, reason=own[0].reason)
        elif pattern is not None:
            finding = replace(finding, status=Status.SUPPRESSED, reason=f"{BY_PATH}{pattern}")
        elif noqa and of_file.by_noqa(finding.code, line):
            finding = replace(finding, status=Status.SUPPRESSED, reason="")
        marked.append(finding)
    return marked, used


def unused(
    suppressions: Mapping[str, Suppressions],
    used: Collection[Suppression],
    active: Collection[str],
    *,
    everything: bool = True,
) -> list[Finding]:
    """LLM003 for every comment of our own form that suppresses nothing.

    A comment for a rule that did not run may well be needed on another day: it is left alone. So is
    one that names no code, unless ``everything`` that was selected did run.
    """
    found = []
    for of_file in suppressions.values():
        for malformed in of_file.malformed:
            found.append(Finding(UNUSED, malformed.message, malformed.location, help=UNUSED_HELP))
        for one in of_file.own:
            if one in used or not all(any(a.startswith(code) for a in active) for code in one.codes):
                continue
            if not one.codes and not everything:
                continue
            place = "this file" if one.whole_file else "this line"
            what = ", ".join(one.codes) if one.codes else "anything"
            message = f"`ignore` suppresses nothing, {place} has no finding of {what}"
            if len(message) > 100:
                message = f"`ignore` suppresses nothing, {place} has none of these findings"
            found.append(Finding(UNUSED, message, one.location, help=UNUSED_HELP))
    return found
