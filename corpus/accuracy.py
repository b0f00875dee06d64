"""Hold today's findings against the labels, and write the table of docs/accuracy.md.

    python corpus/accuracy.py            # all packages with labels or without LLM code
    python corpus/accuracy.py --unread   # only list findings that nobody has labelled yet

Labels are in ``labels/<package>-<version>.toml``: what a reader said of a finding after reading the code
around it: ``true``, ``debatable`` (right by the rule's page, though a reviewer might shrug) or ``false``.
A finding without a label counts as unread and is listed, never as right.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import sys
import tomllib
from pathlib import Path

from apps import Place, check, flake8
from fetch import App, apps

LABELS = Path(__file__).parent / "labels"
PAGE = Path(__file__).parent.parent / "docs" / "accuracy.md"
START, END = "<!-- apps:start -->", "<!-- apps:end -->"
VERDICTS = ("true", "debatable", "false")


def labels(app: App) -> dict[Place, tuple[str, str]]:
    """Verdict and reason by place."""
    path = LABELS / f"{app.tree.name}.toml"
    if not path.exists():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {(f["path"], f["line"], f["code"]): (f["verdict"], f["why"]) for f in table.get("finding", ())}


def main() -> int:
    """Run, compare, print or write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unread", action="store_true")
    options = parser.parse_args()
    rows, per_rule, rejected, unread = [], collections.defaultdict(collections.Counter), [], []
    for app in apps():
        files = sum(1 for _ in app.tree.rglob("*.py"))
        run = check(app.tree)
        known = labels(app)
        count: collections.Counter[str] = collections.Counter()
        for place in sorted(run.findings):
            verdict, why = known.get(place, ("unread", ""))
            count[verdict] += 1
            per_rule[place[2]][verdict] += 1
            if verdict == "false":
                rejected.append(f"| {app.tree.name} | {place[2]} | `{place[0]}:{place[1]}` | {why} |")
            elif verdict == "unread":
                unread.append(f"{app.tree.name}/{place[0]}:{place[1]} {place[2]}")
        if options.unread:
            continue
        own = {place for place in run.findings if place[2] not in ("LLM002", "LLM003")}
        same = "equal" if flake8(app.tree).findings == own else "DIFFERENT"
        cells = [app.package, app.version, files, f"{run.seconds:.1f}", len(run.findings)]
        cells += [count[verdict] for verdict in (*VERDICTS, "unread")]
        rows.append("| " + " | ".join(map(str, [*cells, same])) + " |")
    print("\n".join(unread) or "every finding is labelled")
    if not options.unread:
        write(rows, per_rule, rejected)
    return 1 if unread else 0


def write(rows: list[str], per_rule: dict[str, collections.Counter[str]], rejected: list[str]) -> None:
    """Replace the generated part of the page."""
    total = collections.Counter[str]()
    for count in per_rule.values():
        total.update(count)
    found = total.total()
    accepted = total["true"] + total["debatable"]
    lines = [
        f"Measured on {datetime.date.today()} with `python corpus/accuracy.py`: {found} findings, of which "
        f"{accepted} ({accepted / found:.0%}) are right by the rule's page, {total['true']} "
        f"({total['true'] / found:.0%}) beyond debate.",
        "",
        "| package | version | files | seconds | findings | true | debatable | false | unread | flake8 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        "| rule | findings | true | debatable | false | unread |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for code, count in sorted(per_rule.items()):
        cells = [code, count.total(), *(count[verdict] for verdict in (*VERDICTS, "unread"))]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", "Rejected, and why:", "", "| package | rule | place | why |", "| --- | --- | --- | --- |"]
    lines += rejected
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(START)
    table = "\n".join(lines)
    PAGE.write_text(f"{head}{START}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
