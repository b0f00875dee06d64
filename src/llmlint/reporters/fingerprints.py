"""What tells one finding from another in two runs between which lines have moved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from llmlint.model.finding import Finding
from llmlint.reporters.display import slashed
from llmlint.reporters.lines import Lines
from llmlint.request import Report


def fingerprints(reports: Sequence[Report]) -> Iterator[tuple[Report, Finding, str]]:
    """Every finding with its report and its fingerprint; no two are the same.

    It is made of the rule, the file, the function and the text of the line: what stands above it may
    change, and so may the words of our messages. Of findings that agree in all of that, the number says
    which it is.
    """
    seen: Counter[str] = Counter()
    for report in reports:
        lines = Lines(report)
        for finding in report.findings:
            path = slashed(report.root, finding.location.path)
            parts = (finding.code, path, finding.symbol, _line(lines, finding))
            digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
            seen[digest] += 1
            yield report, finding, f"{digest}:{seen[digest]}"


def _line(lines: Lines, finding: Finding) -> str:
    """The text of the line, however it is indented and spaced."""
    text = lines.at(finding.location.path, finding.location.line)
    return " ".join(text.split()) if text is not None else ""
