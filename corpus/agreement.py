"""How often the verdicts of the audit are right: writes the tables of docs/accuracy.md from the labels.

    python corpus/agreement.py

``corpus/audit_labels/readings.toml`` lists the readings. Each has a folder with a file for each repository,
named after it, with a table for each criterion: what the audit ``said`` at the time, how it was ``judged``
(right, wrong, debatable) by somebody who had the repository open, and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tomli
from measuring import table, write_section

LABELS = Path(__file__).parent / "audit_labels"
JUDGED = ("right", "debatable", "wrong")
SAID = ("met", "vague", "missing", "not applicable")


@dataclass(frozen=True, slots=True)
class Label:
    """One verdict, and what a reader says of it."""

    reading: str
    repository: str
    axis: str
    verdict: str
    judged: str


def labels() -> list[Label]:
    """All labels, in the order of the readings and of their files."""
    found = []
    for reading in tomli.loads((LABELS / "readings.toml").read_text(encoding="utf-8"))["reading"]:
        name = f"{reading['name']}, {reading['date']}, {reading['commit']}"
        for file in sorted((LABELS / reading["name"]).glob("*.toml")):
            for one in tomli.loads(file.read_text(encoding="utf-8"))["verdict"]:
                if one["judged"] not in JUDGED or one["said"] not in SAID:
                    raise SystemExit(f"{file.name}: `{one['said']}` or `{one['judged']}` is no word of ours")
                axis = one["criterion"].partition(".")[0]
                found.append(Label(name, file.stem, axis, one["said"], one["judged"]))
    return found


def rows(found: Iterable[Label], by: str) -> list[list[str]]:
    """A row for each value of one part of the labels."""
    counts: dict[str, Counter[str]] = {}
    for label in found:
        counts.setdefault(getattr(label, by), Counter())[label.judged] += 1
    return [
        [name, *(str(one[word]) for word in JUDGED), f"{one['right'] / one.total():.0%}"]
        for name, one in counts.items()
    ]


def main() -> None:
    """Write the section of docs/accuracy.md: every reading, then the newest in detail."""
    found = labels()
    newest = [label for label in found if label.reading == found[-1].reading]
    lines = ["", *table(["reading", *JUDGED, "right"], rows(found, "reading"))]
    lines += ["", "The newest reading:"]
    for title, by in (("verdict", "verdict"), ("axis", "axis")):
        lines += ["", *table([title, *JUDGED, "right"], rows(newest, by))]
    lines += ["", "All repositories:"]
    lines += ["", *table(["repository", *JUDGED, "right"], rows(found, "repository"))]
    write_section("agreement", [*lines, ""])


if __name__ == "__main__":
    main()
