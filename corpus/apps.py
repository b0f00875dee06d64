"""Run llmlint over the corpus through both front doors and compare what they report.

    python corpus/apps.py [PACKAGE ...]

For each package: ``llmlint check --output-format json`` and ``flake8 --select LLM``, started in the
package's tree. The two sets of (path, line, code) must be equal. Prints a Markdown table; exits 1 when
two sets differ, a run crashes, or a package without LLM code has a finding.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

from fetch import App, apps

Place = tuple[str, int, str]


@dataclasses.dataclass(frozen=True)
class Run:
    """What one front door said about one package."""

    findings: frozenset[Place]
    seconds: float
    trouble: str = ""


def run(command: list[str], tree: Path) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a module of this interpreter in ``tree``; the result and how long it took."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=tree, capture_output=True, text=True, check=False
    )
    return done, time.perf_counter() - start


def trouble(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of a run that did not end with 0 (clean) or 1 (findings)."""
    if done.returncode in (0, 1) and "Traceback" not in done.stderr:
        return ""
    return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]


def check(tree: Path) -> Run:
    """``llmlint check``."""
    done, seconds = run(["llmlint", "check", ".", "--output-format", "json"], tree)
    if said := trouble(done):
        return Run(frozenset(), seconds, said)
    found = [f for f in json.loads(done.stdout)["findings"] if f["status"] == "reported"]
    return Run(frozenset((f["path"], f["line"], f["code"]) for f in found), seconds)


def flake8(tree: Path) -> Run:
    """``flake8 --select LLM``."""
    pattern = "%(path)s\t%(row)d\t%(code)s"
    done, seconds = run(["flake8", "--isolated", "--select", "LLM", "--format", pattern, "."], tree)
    if said := trouble(done):
        return Run(frozenset(), seconds, said)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    found = ((path.removeprefix("./"), int(line), code) for path, line, code in rows)
    return Run(frozenset(found), seconds)


def describe(places: frozenset[Place]) -> str:
    """``7: LLM301 ×4, LLM303 ×3``."""
    counts = collections.Counter(code for _, _, code in places)
    parts = ", ".join(f"{code} ×{count}" for code, count in sorted(counts.items()))
    return f"{len(places)}: {parts}" if places else "0"


def row(app: App) -> tuple[str, bool]:
    """The table row of one package, and whether all is as it has to be."""
    files = sum(1 for _ in app.tree.rglob("*.py"))
    own, plugin = check(app.tree), flake8(app.tree)
    # flake8 reports files that do not parse itself (E999) and leaves LLM003 off.
    comparable = frozenset(place for place in own.findings if place[2] not in ("LLM002", "LLM003"))
    said = own.trouble or plugin.trouble
    same = not said and comparable == plugin.findings
    for path, line, code in sorted(comparable ^ plugin.findings) if not said else ():
        door = "llmlint" if (path, line, code) in comparable else "flake8"
        print(f"{app.package}: only {door} reports {path}:{line} {code}", file=sys.stderr)
    cells = [app.package, app.version, str(files), f"{own.seconds:.1f}", f"{plugin.seconds:.1f}"]
    cells += [describe(own.findings), said or ("yes" if same else "no")]
    return f"| {' | '.join(cells)} |", same and (app.llm or not own.findings)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", nargs="*")
    chosen = apps(parser.parse_args().package)
    if missing := [app.package for app in chosen if not app.tree.exists()]:
        raise SystemExit(f"not fetched: {', '.join(missing)} (python corpus/fetch.py)")
    print("| package | version | files | llmlint, s | flake8, s | findings | same set |")
    print("|---|---|--:|--:|--:|---|---|")
    well = True
    for app in chosen:
        text, good = row(app)
        well &= good
        print(text, flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
