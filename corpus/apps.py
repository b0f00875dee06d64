"""Run llmlint over the corpus through both front doors and compare what they report.

    python corpus/apps.py [NAME ...] [--only tuning|holdout]

For each tree: ``llmlint check --output-format json`` and ``flake8 --select LLM``, started in it. The two
sets of (path, line, code) must be equal. Prints a Markdown table; exits 1 when two sets differ, a run
crashes, or a package without LLM code has a finding.
"""

from __future__ import annotations

import argparse
import collections
import sys

from measuring import WITHOUT, Place, Subject, check, comparable, flake8, row, subjects, wanted


def describe(places: frozenset[Place]) -> str:
    """``7: LLM301 ×4, LLM303 ×3``."""
    counts = collections.Counter(code for _, _, code in places)
    parts = ", ".join(f"{code} ×{count}" for code, count in sorted(counts.items()))
    return f"{len(places)}: {parts}" if places else "0"


def compare(subject: Subject) -> tuple[str, bool]:
    """The table row of one tree, and whether all is as it has to be."""
    own, plugin = check(subject.tree), flake8(subject.tree)
    both = comparable(own.findings, plugin)
    said = own.trouble or plugin.trouble
    same = not said and both == plugin.findings
    for path, line, code in sorted(both ^ plugin.findings) if not said else ():
        door = "llmlint" if (path, line, code) in both else "flake8"
        print(f"{subject.name}: only {door} reports {path}:{line} {code}", file=sys.stderr)
    verdict = said or ("yes" if same else "no")
    times = f"{own.seconds:.1f}", f"{plugin.seconds:.1f}"
    text = row(subject.name, subject.files, *times, describe(own.findings), verdict)
    return text, same and (subject.group != WITHOUT or not own.findings)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", help="a package, or a repository as owner/name")
    parser.add_argument("--only", choices=("tuning", "holdout"), help="one half of the split")
    options = parser.parse_args()
    chosen = [subject for subject in subjects(options.name) if wanted(subject, options.only)]
    print("| tree | files | llmlint, s | flake8, s | findings | same set |")
    print("|---|--:|--:|--:|---|---|")
    well = True
    for subject in chosen:
        text, good = compare(subject)
        well &= good
        print(text, flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
