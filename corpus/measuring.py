"""What the benchmarks share: the trees and their half of the split, runs of llmlint, labels, sections."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from fetch import apps, repositories

from llmlint import registry
from llmlint.audit.criteria import criteria

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "accuracy.md"
LABELS = HERE / "labels"
TUNING, HELD_PACKAGES, HELD_REPOSITORIES, WITHOUT = (
    "tuning",
    "hold-out packages",
    "hold-out repositories",
    "without LLM code",
)
VERDICTS = ("true", "debatable", "false")

DAY = "1795219200"
"""2026-11-21 in seconds: the day on which the labels look at the trees (``SOURCE_DATE_EPOCH``)."""

Place = tuple[str, int, str]
"""Path, line and code."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """One fetched tree that is measured."""

    tree: Path
    group: str

    @property
    def name(self) -> str:
        """What its labels are filed under."""
        return self.tree.name

    @property
    def files(self) -> int:
        """How many Python files it has."""
        return sum(1 for _ in self.tree.rglob("*.py"))


@dataclasses.dataclass(frozen=True)
class Run:
    """What one front door said about one tree."""

    findings: frozenset[Place]
    seconds: float
    trouble: str = ""
    unparsed: frozenset[str] = frozenset()
    """Files of which flake8 says only that its Python cannot parse them: no plugin sees them."""


@functools.cache
def hold_out() -> frozenset[str]:
    """Names of the hold-out trees."""
    return frozenset(tomllib.loads((HERE / "split.toml").read_text(encoding="utf-8"))["hold_out"])


def subjects(names: Sequence[str] = ()) -> list[Subject]:
    """Every pinned package and repository, or those named; exits when one is unknown or not fetched."""
    found: dict[str, Subject] = {}
    for app in apps():
        held = HELD_PACKAGES if app.tree.name in hold_out() else TUNING
        found[app.package] = Subject(app.tree, held if app.llm else WITHOUT)
    for one in repositories():
        group = HELD_REPOSITORIES if one.tree.name in hold_out() else TUNING
        found[one.name] = Subject(one.tree, group)
    if unknown := sorted(set(names) - set(found)):
        raise SystemExit(f"not pinned: {', '.join(unknown)}")
    chosen = [subject for name, subject in found.items() if not names or name in names]
    if missing := [subject.name for subject in chosen if not subject.tree.exists()]:
        raise SystemExit(f"not fetched: {', '.join(missing)} (python corpus/fetch.py)")
    return chosen


def wanted(subject: Subject, only: str | None) -> bool:
    """Whether a subject is in the half asked for; trees without LLM code go with the tuning half."""
    held = subject.group in (HELD_PACKAGES, HELD_REPOSITORIES)
    return only is None or held == (only == "holdout")


@functools.cache
def opt_in() -> frozenset[str]:
    """Codes of the rules that are off by default, but for those of the audit.

    These speak of files that are not Python, which the trees here lack; ``agreement.py`` is about them.
    """
    asked = {criterion.code for criterion in criteria().values()}
    return frozenset(
        rule.code for rule in registry.all_rules() if not rule.default and rule.code not in asked
    )


def run(command: list[str], tree: Path) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a module of this interpreter in ``tree``; the result and how long it took."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": DAY},
    )
    return done, time.perf_counter() - start


def trouble(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of a run that did not end with 0 (clean) or 1 (findings)."""
    if done.returncode in (0, 1) and "Traceback" not in done.stderr:
        return ""
    return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]


def check(tree: Path, extra: Iterable[str] = ()) -> Run:
    """``llmlint check``, with the rules ``extra`` besides those that are on by default."""
    command = ["llmlint", "check", ".", "--output-format", "json"]
    if codes := ",".join(sorted(extra)):
        command += ["--extend-select", codes]
    done, seconds = run(command, tree)
    if said := trouble(done):
        return Run(frozenset(), seconds, said)
    found = [f for f in json.loads(done.stdout)["findings"] if f["status"] == "reported"]
    return Run(frozenset((f["path"], f["line"], f["code"]) for f in found), seconds)


def checked(tree: Path, extra: Iterable[str] = ()) -> Run:
    """As ``check``; exits when the run failed, because a failed run must not count as a silent one."""
    done = check(tree, extra)
    # LLM000 too: a rule that crashed has found nothing.
    crashed = sorted(f"{path}:{line}" for path, line, code in done.findings if code == "LLM000")
    if done.trouble or crashed:
        raise SystemExit(f"llmlint failed on {tree.name}: {done.trouble or f'LLM000 at {crashed[0]}'}")
    return done


def flake8(tree: Path) -> Run:
    """``flake8 --select LLM,E9``; of the codes that are not ours only which files do not parse."""
    pattern = "%(path)s\t%(row)d\t%(code)s"
    done, seconds = run(["flake8", "--isolated", "--select", "LLM,E9", "--format", pattern, "."], tree)
    if said := trouble(done):
        return Run(frozenset(), seconds, said)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    found = [(path.removeprefix("./"), int(line), code) for path, line, code in rows]
    unparsed = frozenset(path for path, _, code in found if code == "E999")
    return Run(frozenset(one for one in found if one[2].startswith("LLM")), seconds, unparsed=unparsed)


def comparable(findings: Iterable[Place], plugin: Run) -> frozenset[Place]:
    """What flake8 has to report too: it names files that do not parse itself (E999) and has no LLM003."""
    return frozenset(
        place
        for place in findings
        if place[2] not in ("LLM002", "LLM003") and place[0] not in plugin.unparsed
    )


def labels(name: str) -> dict[Place, tuple[str, str]]:
    """Verdict and reason by place, as a reader gave them for the tree of this name."""
    path = LABELS / f"{name}.toml"
    if not path.exists():
        return {}
    found = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("finding", ()):
        if entry["verdict"] not in VERDICTS:
            raise SystemExit(f"{path.name}:{entry['line']}: verdict {entry['verdict']!r}")
        found[entry["path"], entry["line"], entry["code"]] = (entry["verdict"], entry["why"])
    return found


def percent(part: int, whole: int) -> str:
    """``93.8 %``, or a dash when there is nothing to divide by."""
    return f"{part / whole:.1%}".replace("%", " %") if whole else "–"


def row(*cells: object) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    return [row(*head), "|" + " --- |" * len(head), *(row(*cells) for cells in rows)]


def write_section(name: str, lines: Iterable[str]) -> None:
    """Replace what stands between the markers ``name:start`` and ``name:end`` of the page."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    text = PAGE.read_text(encoding="utf-8")
    head, found, rest = text.partition(start)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{PAGE.name} has no section {name}")
    PAGE.write_text("\n".join([f"{head}{start}", *lines, f"{end}{tail}"]), encoding="utf-8")
