"""Hold today's findings against the labels, and write the tables of docs/accuracy.md.

    python corpus/accuracy.py                  # every pinned package and repository
    python corpus/accuracy.py --only tuning    # or holdout: one half of the split, and its section only
    python corpus/accuracy.py --unread         # only list the findings that nobody has labelled yet

Labels are in ``labels/<tree>.toml``: what a reader said of a finding after reading the code around it:
``true``, ``debatable`` (right by the rule's page, though a reviewer might shrug) or ``false``. A finding
without a label counts as unread and is listed, never as right. Rules that are off by default run too and
have a table of their own; they are in no other figure. Exits 1 when a finding of a rule that is on by
default is unread, flake8 reports another set, or a package without LLM code has a finding.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime
import sys
from collections.abc import Iterable, Sequence

from measuring import (
    HELD_PACKAGES,
    HELD_REPOSITORIES,
    TUNING,
    VERDICTS,
    WITHOUT,
    Place,
    Subject,
    checked,
    comparable,
    flake8,
    labels,
    opt_in,
    percent,
    subjects,
    table,
    wanted,
    write_section,
)

SECTIONS = {
    TUNING: "apps-tuning",
    HELD_PACKAGES: "apps-held-packages",
    HELD_REPOSITORIES: "apps-held-repositories",
    WITHOUT: "apps-without",
}
Count = collections.Counter[str]


@dataclasses.dataclass(frozen=True)
class Read:
    """One finding and what a reader said of it."""

    place: Place
    verdict: str
    why: str

    @property
    def off(self) -> bool:
        """Whether its rule is off by default."""
        return self.place[2] in opt_in()


@dataclasses.dataclass(frozen=True)
class Result:
    """One tree, measured."""

    subject: Subject
    findings: tuple[Read, ...]
    lost: tuple[Place, ...]
    """Places a reader called true that are not reported today."""
    same: bool | None
    """Whether flake8 reports the same set; None when it was not asked."""

    def unread(self) -> list[str]:
        """The findings nobody has labelled, one line each."""
        return [
            f"{self.subject.name}/{path}:{line} {code}{' (off by default)' if one.off else ''}"
            for one in self.findings
            for path, line, code in [one.place]
            if one.verdict == "unread"
        ]


def measure(subject: Subject, *, plugin: bool) -> Result:
    """Run on one tree and look its findings up among the labels."""
    run = checked(subject.tree, opt_in())
    print(f"{subject.name}: {run.seconds:.0f} s", file=sys.stderr, flush=True)
    known = labels(subject.name)
    findings = tuple(Read(place, *known.get(place, ("unread", ""))) for place in sorted(run.findings))
    lost = tuple(
        place for place, (said, _) in sorted(known.items()) if said == "true" and place not in run.findings
    )
    same = None
    if plugin:
        other = flake8(subject.tree)
        same = other.findings == comparable((one.place for one in findings if not one.off), other)
    return Result(subject, findings, lost, same)


def count(findings: Iterable[Read]) -> Count:
    """How many there are of each verdict."""
    return collections.Counter(one.verdict for one in findings)


def per_rule(findings: Sequence[Read], total: str) -> list[str]:
    """The table of rules; precision is over what has been read."""
    by_code: dict[str, list[Read]] = collections.defaultdict(list)
    for one in findings:
        by_code[one.place[2]].append(one)
    rows = [
        (name, said.total(), *(said[verdict] for verdict in (*VERDICTS, "unread")), *shares(said))
        for name, said in [(code, count(ones)) for code, ones in sorted(by_code.items())]
        + [(total, count(findings))]
    ]
    head = ("rule", "findings", *VERDICTS, "unread", "true / read", "true or debatable / read")
    return table(head, rows)


def shares(said: Count) -> tuple[str, str]:
    """The two precisions."""
    read = said.total() - said["unread"]
    return percent(said["true"], read), percent(said["true"] + said["debatable"], read)


def section(results: Sequence[Result], date: str) -> list[str]:
    """What the page says about one group of trees."""
    on = [one for result in results for one in result.findings if not one.off]
    off = [one for result in results for one in result.findings if one.off]
    said = count(on)
    true, right = shares(said)
    lines = [
        f"Measured on {date} with `python corpus/accuracy.py`: {said.total()} findings of rules that are "
        f"on by default in {len(results)} trees and {sum(r.subject.files for r in results)} files, "
        f"{said['unread']} of them unread. Of those read, {true} are true, {right} true or debatable.",
        "",
        *trees(results),
    ]
    if on:
        lines += ["", *per_rule(on, "all")]
    if off:
        lines += ["", "Rules that are off by default:", "", *per_rule(off, "all")]
    if rejected := [(r, one) for r in results for one in r.findings if one.verdict == "false"]:
        rows = [
            (result.subject.name, one.place[2], f"`{one.place[0]}:{one.place[1]}`", one.why)
            for result, one in rejected
        ]
        lines += ["", "Rejected, and why:", "", *table(("tree", "rule", "place", "why"), rows)]
    return lines


def trees(results: Sequence[Result]) -> list[str]:
    """The table of trees."""
    rows = []
    for result in results:
        said = count(one for one in result.findings if not one.off)
        same = "equal" if result.same else "DIFFERENT"
        cells = [result.subject.name, result.subject.files, said.total()]
        rows.append([*cells, *(said[verdict] for verdict in (*VERDICTS, "unread")), same])
    return table(("tree", "files", "findings", *VERDICTS, "unread", "flake8"), rows)


def bad(result: Result) -> bool:
    """Whether this tree keeps the run from ending with 0."""
    on = [one for one in result.findings if not one.off]
    strange = result.subject.group == WITHOUT and bool(on)
    return strange or result.same is False or any(one.verdict == "unread" for one in on)


def main() -> int:
    """Run, compare, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("tuning", "holdout"), help="one half of the split")
    parser.add_argument(
        "--unread", action="store_true", help="only list what has no label, and write nothing"
    )
    parser.add_argument("--date", default=str(datetime.date.today()), help="the date the page names")
    options = parser.parse_args()
    chosen = [subject for subject in subjects() if wanted(subject, options.only)]
    results = [measure(subject, plugin=not options.unread) for subject in chosen]
    print("\n".join(line for result in results for line in result.unread()) or "every finding is labelled")
    for result in results:
        for path, line, code in result.lost:
            print(f"true, and not reported today: {result.subject.name}/{path}:{line} {code}")
    for group, name in SECTIONS.items():
        if (ours := [result for result in results if result.subject.group == group]) and not options.unread:
            write_section(name, section(ours, options.date))
    return 1 if any(map(bad, results)) else 0


if __name__ == "__main__":
    sys.exit(main())
