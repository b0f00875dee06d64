"""How many published flaws llmlint finds, how much it says besides, and whether it is quiet once fixed.

    python corpus/flaws.py                  # fetch, run, score, write the section of docs/accuracy.md
    python corpus/flaws.py V002 V011        # only these entries; prints, writes nothing
    python corpus/flaws.py --mirrors DIR    # take repositories from <owner>+<name>/repo in DIR
    python corpus/flaws.py --reports DIR    # keep llmlint's JSON report of every tree there

What was fetched once stays in ``corpus/.cache/flaws/``; from then on nothing touches the network. Every
rule of the axis "security review" is on, opt-in ones too, and runs over the whole package or repository.
``flaws_score.py`` says what counts as found.
"""

from __future__ import annotations

import argparse
import collections
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flaws_score import ABOUT_DANGER, at_sink, on_the_way, quiet_when_fixed
from flaws_trees import Flaw, Found, check, fetch, flaws, security_codes, tree, verify

PAGE = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
START, END = "<!-- flaws:start -->", "<!-- flaws:end -->"
DISTANCES = ("same_function", "same_file", "cross_file")
FIX_KINDS = {
    "sanitizer_added": "a check was added",
    "sink_removed": "the sink was removed",
    "opt_in": "the danger became opt-in",
    "dependency_bumped": "only a dependency was raised",
}


@dataclass(frozen=True)
class Result:
    """What was said about one flaw."""

    flaw: Flaw
    hit: bool
    lenient: bool
    quiet: bool | None
    """None when there is no fixed version to hold it against."""


def judge(one: Flaw, findings: Mapping[str, Sequence[Found]]) -> Result:
    """Score one flaw."""
    found = findings[one.where]
    quiet = quiet_when_fixed(one, findings[one.fixed]) if one.fixed else None
    return Result(one, at_sink(one, found), on_the_way(one, found), quiet)


def share(results: Iterable[Result], good: Callable[[Result], object]) -> str:
    """``3/5``."""
    chosen = list(results)
    return f"{sum(1 for one in chosen if good(one))}/{len(chosen)}" if chosen else "–"


def row(*cells: object) -> str:
    """One row of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def recall(results: Sequence[Result]) -> list[str]:
    """The tables of what is found."""
    groups = [[r for r in results if r.flaw.distance == distance] for distance in DISTANCES] + [results]
    lines = [row("", *(d.replace("_", " ") for d in DISTANCES), "all"), row(*["---"] * 5)]
    lines.append(row("found at the sink", *(share(group, lambda r: r.hit) for group in groups)))
    lines.append(row("found on the way", *(share(group, lambda r: r.lenient) for group in groups)))
    lines += ["", row("sink", "found at the sink"), row("---", "---")]
    for kind, _ in collections.Counter(r.flaw.kind for r in results).most_common():
        lines.append(row(kind, share((r for r in results if r.flaw.kind == kind), lambda r: r.hit)))
    return lines


def fixes(results: Sequence[Result]) -> list[str]:
    """How many of the flaws found are quiet on the fixed version."""
    lines = ["", row("the fix", "quiet, of those found"), row("---", "---")]
    found = [r for r in results if r.hit and r.quiet is not None]
    for kind, words in FIX_KINDS.items():
        lines.append(row(words, share((r for r in found if r.flaw.fix_kind == kind), lambda r: r.quiet)))
    return lines


def noise(results: Sequence[Result], findings: Mapping[str, Sequence[Found]]) -> str:
    """Findings about a danger, per flaw found, over the whole vulnerable versions."""
    trees = {r.flaw.where for r in results}
    codes = collections.Counter(f.code for where in trees for f in findings[where] if f.code in ABOUT_DANGER)
    hits = sum(r.hit for r in results)
    each = ", ".join(f"{code} ×{count}" for code, count in sorted(codes.items()))
    ratio = f"{codes.total() / hits:.1f} for each flaw found" if hits else "no flaw was found"
    return (
        f"Findings about a danger over all {len(trees)} trees: {codes.total()} ({each or 'none'}), {ratio}."
    )


def misses(results: Sequence[Result]) -> list[str]:
    """One line for each flaw that is not found, and for each fix that does not silence a finding."""
    missed, loud = [], []
    for r in results:
        if not r.hit:
            end = "; found on the way" if r.lenient else ""
            place = f"`{r.flaw.path}:{r.flaw.lines[0]}`"
            distance = r.flaw.distance.replace("_", " ")
            missed.append(f"- {r.flaw.cve} ({r.flaw.id}), {distance}, {r.flaw.kind}: {place}{end}")
        elif r.quiet is False:
            loud.append(f"- {r.flaw.cve} ({r.flaw.id}), {r.flaw.fix_kind}: `{r.flaw.path}` in {r.flaw.fixed}")
    lines = ["", "Not found at the sink:", "", *(missed or ["- none"])]
    return [*lines, "", "Still reported on the fixed version:", "", *(loud or ["- none"])]


def section(results: Sequence[Result], findings: Mapping[str, Sequence[Found]]) -> str:
    """Everything the command says."""
    rules = ", ".join(security_codes())
    said = f"Measured on {datetime.date.today()} with `python corpus/flaws.py`; rules on: {rules}."
    lines = [said, "", *recall(results), "", noise(results, findings), *fixes(results), *misses(results)]
    return "\n".join(lines)


def write(text: str) -> None:
    """Replace the generated part of the page, or start it at the end."""
    page = PAGE.read_text(encoding="utf-8")
    head, found, rest = page.partition(START)
    if not found:
        head, rest = f"{page.rstrip()}\n\n## Published flaws\n\n", f"{END}\n"
    PAGE.write_text(f"{head}{START}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def main() -> int:
    """Fetch, run, score, print; write when nothing was left out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("entry", nargs="*")
    parser.add_argument("--mirrors", type=Path)
    parser.add_argument("--reports", type=Path)
    options = parser.parse_args()
    chosen = flaws(options.entry)
    findings: dict[str, list[Found]] = {}
    wanted = dict.fromkeys([f.where for f in chosen] + [f.fixed for f in chosen if f.fixed])
    for where in wanted:
        fetch(where, options.mirrors)
    for one in chosen:
        verify(one)
    for where in wanted:
        report, findings[where] = check(where)
        if options.reports:
            options.reports.mkdir(parents=True, exist_ok=True)
            (options.reports / f"{tree(where).name}.json").write_text(report, encoding="utf-8")
    text = section([judge(one, findings) for one in chosen], findings)
    print(text)
    if not options.entry:
        write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
