"""How much of what a reader expects llmlint finds, on files read before it ran on them.

    python corpus/recall.py                  # every tree with a drawn file
    python corpus/recall.py --tuning-only    # without the hold-out trees of split.toml

Runs ``llmlint check`` on the whole of each tree, with every rule on that a label speaks of, and joins the
findings in the drawn files with ``recall/labels-*.toml``; ``recall_labels.py`` says what counts as met.
Prints the tables and writes them into docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import sys
from collections.abc import Sequence

from fetch import CACHE
from measuring import checked, hold_out, percent, table, write_section
from recall_labels import File, Label, Met, drawn, meet, read

from llmlint import registry


def findings(files: set[File], codes: set[str]) -> list[tuple[File, int, str]]:
    """What llmlint reports in ``files``, each tree looked at as a whole."""
    found = []
    for tree in sorted({tree for tree, _ in files}):
        run = checked(CACHE / tree, codes & registry.names().keys())
        print(f"{tree}: {run.seconds:.0f} s", file=sys.stderr, flush=True)
        found += [((tree, path), line, code) for path, line, code in run.findings if (tree, path) in files]
    return found


def per_rule(labels: Sequence[Label], met: Met) -> list[str]:
    """The table of rules."""
    clear, traps = met.labels("clear"), met.labels("trap")
    count = collections.Counter((label.code, label.verdict) for label in labels)
    hits = collections.Counter((label.code, label.verdict) for label in clear | traps)
    loose = collections.Counter(code for _, _, code in met.unlabelled())
    rows: list[list[object]] = []
    for code in sorted({code for code, _ in count} | loose.keys()):
        built = "" if code in registry.names() else " (no such rule yet)"
        wanted, found = count[code, "clear"], hits[code, "clear"]
        cells: list[object] = [code + built, wanted, found, percent(found, wanted)]
        rows.append([*cells, count[code, "trap"], hits[code, "trap"], count[code, "unclear"], loose[code]])
    sums = [sum(label.verdict == verdict for label in labels) for verdict in ("clear", "trap", "unclear")]
    share = percent(len(clear), sums[0])
    rows.append(["all", sums[0], len(clear), share, sums[1], len(traps), sums[2], loose.total()])
    head = ("rule", "clear", "found", "recall", "traps", "trap hits", "unclear", "unlabelled findings")
    return table(head, rows)


def listing(title: str, labels: Sequence[Label]) -> list[str]:
    """A titled table of labels."""
    rows = [(one.code, one.tree, f"`{one.path}:{one.line}`", one.why) for one in labels]
    return ["", title, "", *table(("rule", "tree", "place", "why"), rows)] if rows else []


def part(files: set[File], labels: Sequence[Label], met: Met) -> list[str]:
    """The table of some files, their misses, trap hits and unlabelled findings."""
    labels = [label for label in labels if (label.tree, label.path) in files]
    met = Met(tuple(pair for pair in met.pairs if pair[1] in files))
    clear, traps = met.labels("clear"), met.labels("trap")
    order = sorted(labels, key=lambda label: (label.code, label.tree, label.path, label.line))
    lines = per_rule(labels, met)
    lines += listing("Missed:", [one for one in order if one.verdict == "clear" and one not in clear])
    lines += listing("Traps hit:", [one for one in order if one in traps])
    if loose := met.unlabelled():
        rows = [(code, tree, f"`{path}:{line}`") for (tree, path), line, code in loose]
        lines += ["", "Unlabelled findings, to be read:", "", *table(("rule", "tree", "place"), rows)]
    return lines


def main() -> int:
    """Run, join, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tuning-only", action="store_true", help="leave the hold-out trees alone")
    parser.add_argument("--date", default=str(datetime.date.today()), help="the date the page names")
    options = parser.parse_args()
    files, labels = read()
    if unread := sorted(set(drawn()) ^ files):
        raise SystemExit(f"drawn and not read, or the other way round: {unread}")
    halves = {"Tuning trees": {file for file in files if file[0] not in hold_out()}}
    if not options.tuning_only:
        halves["Hold-out trees"] = files - halves["Tuning trees"]
    chosen = set[File]().union(*halves.values())
    if absent := sorted({tree for tree, _ in chosen if not (CACHE / tree).exists()}):
        raise SystemExit(f"not fetched: {', '.join(absent)} (python corpus/fetch.py)")
    texts = {file: (CACHE.joinpath(*file)).read_text(encoding="utf-8", errors="replace") for file in chosen}
    met = meet(labels, findings(chosen, {label.code for label in labels}), texts)
    lines = [f"Measured on {options.date} with `python corpus/recall.py`."]
    for title, half in halves.items():
        lines += ["", f"### {title}: {len(half)} files", "", *part(half, labels, met)]
    if options.tuning_only:
        lines += ["", "The hold-out trees have not been run yet."]
    print("\n".join(lines))
    write_section("recall", lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
