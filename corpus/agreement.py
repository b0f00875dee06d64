"""How often the verdicts of the audit are right: writes the tables of docs/accuracy.md from the labels.

    python corpus/agreement.py

``corpus/audit_labels/`` has a file for each repository, named after it, with a table for each criterion: what
the audit ``said`` at the time, how it was ``judged`` (right, wrong, debatable) by somebody who had the
repository open, and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import tomli
from measuring import table, write_section

LABELS = Path(__file__).parent / "audit_labels"
JUDGED = ("right", "debatable", "wrong")
SAID = ("met", "vague", "missing", "not applicable")

Label = tuple[str, str, str, str]
"""Repository, axis, what was said, how it was judged."""


def labels() -> list[Label]:
    """All labels, in the order of their files."""
    found = []
    for file in sorted(LABELS.glob("*.toml")):
        for one in tomli.loads(file.read_text(encoding="utf-8"))["verdict"]:
            if one["judged"] not in JUDGED or one["said"] not in SAID:
                raise SystemExit(f"{file.name}: `{one['said']}` or `{one['judged']}` is no word of ours")
            found.append((file.stem, one["criterion"].partition(".")[0], one["said"], one["judged"]))
    return found


def rows(found: Iterable[Label], by: int) -> list[list[str]]:
    """A row for each value of one part of the labels, and one for all."""
    counts: dict[str, Counter[str]] = {}
    for label in found:
        counts.setdefault(label[by], Counter())[label[3]] += 1
    counts["all"] = sum(counts.values(), Counter[str]())
    return [
        [name, *(str(one[word]) for word in JUDGED), f"{one['right'] / one.total():.0%}"]
        for name, one in counts.items()
    ]


def main() -> None:
    """Write the section of docs/accuracy.md."""
    found = labels()
    lines: list[str] = []
    for title, by in (("verdict", 2), ("axis", 1), ("repository", 0)):
        lines += ["", *table([title, *JUDGED, "right"], rows(found, by))]
    write_section("agreement", [*lines, ""])


if __name__ == "__main__":
    main()
