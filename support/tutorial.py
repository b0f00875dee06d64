"""Write what the audit prints after each step of docs/tutorial.md.

The steps are the folders of fixtures/tutorial, in order: files that come to those of fixtures/demo and of
the steps before, or take their place. ``step.toml`` in each names it. Each step is a commit.

- ``<!-- step:3 -->`` … ``<!-- /step -->`` holds what the audit prints after step 3;
- ``<!-- files:3 -->`` … ``<!-- /files -->`` holds the files that step 3 adds and changes;
- ``<!-- file:3 docs/x.md -->`` … ``<!-- /file -->`` holds one of them;
- ``<!-- levels -->`` … ``<!-- /levels -->`` holds the levels of all axes after all steps.

Run without arguments after changing a step, a criterion or a detector; ``--check`` changes nothing and fails
when something would change.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from llmlint.audit.model import AuditReport
from llmlint.engine import audit
from llmlint.model.rule import AXES
from llmlint.reporters.audit import Wanted, terminal
from llmlint.request import Request
from llmlint.scope import requests_for
from support.generate_docs import ROOT, TODAY

COMMAND = "python -m support.tutorial"
PAGE = ROOT / "docs" / "tutorial.md"
DEMO = ROOT / "fixtures" / "demo"
STEPS = ROOT / "fixtures" / "tutorial"
NAME = "step.toml"
PRINTED = re.compile(r"(<!-- step:(\d+) -->\n).*?(<!-- /step -->)", re.DOTALL)
FILES = re.compile(r"(<!-- files:(\d+) -->\n).*?(<!-- /files -->)", re.DOTALL)
FILE = re.compile(r"(<!-- file:(\d+) (\S+) -->\n).*?(<!-- /file -->)", re.DOTALL)
LEVELS = re.compile(r"(<!-- levels -->\n).*?(<!-- /levels -->)", re.DOTALL)
LANGUAGES = {
    ".py": "python",
    ".md": "markdown",
    ".yml": "yaml",
    ".toml": "toml",
    ".sh": "sh",
    ".json": "json",
}


@dataclass(frozen=True)
class Step:
    """A commit of the tutorial."""

    number: int
    folder: Path
    title: str
    axis: int
    """The axis that it is about."""
    commit: str
    """The message."""

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """What it brings, in order."""
        every = (path for path in self.folder.rglob("*") if path.is_file() and path.name != NAME)
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in every))


@dataclass(frozen=True)
class Done:
    """What is after a step; number 0 is the demo as it is."""

    number: int
    axis: int
    report: AuditReport
    printed: str
    new: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def levels(self) -> dict[int, int | None]:
        """By axis; None where nothing is judged."""
        return {axis.axis: axis.level for axis in self.report.axes}


@functools.cache
def steps() -> tuple[Step, ...]:
    """All of them, numbered from 1."""
    folders = sorted(path.parent for path in STEPS.glob(f"*/{NAME}"))
    return tuple(
        Step(number, folder, **tomllib.loads((folder / NAME).read_text(encoding="utf-8")))
        for number, folder in enumerate(folders, 1)
    )


@functools.cache
def done() -> tuple[Done, ...]:
    """The demo, and what the audit says of it after each step."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "helpdesk"
        shutil.copytree(DEMO, root, ignore=shutil.ignore_patterns("__pycache__"))
        git(root, 0, "init", "-q")
        found = []
        for step in (None, *steps()):
            number, message = (step.number, step.commit) if step else (0, "The help desk")
            there = {name for name in (step.files if step else ()) if (root / name).exists()}
            for name in step.files if step else ():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(step.folder / name, root / name)  # type: ignore[union-attr]
            git(root, number, "add", "-A")
            git(root, number, "commit", "-q", "-m", message)
            report, printed = audited(root)
            new = tuple(name for name in (step.files if step else ()) if name not in there)
            found.append(Done(number, step.axis if step else 1, report, printed, new, tuple(sorted(there))))
        return tuple(found)


def git(root: Path, number: int, *arguments: str) -> None:
    """Runs git on the day of a step: one step a day, the last one on the day of the audit."""
    day = TODAY - datetime.timedelta(days=len(steps()) - number)
    moment = f"{day.isoformat()}T12:00:00+00:00"
    environment = {
        **os.environ,
        "GIT_AUTHOR_DATE": moment,
        "GIT_COMMITTER_DATE": moment,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@northwind.example")
    subprocess.run(["git", *who, *arguments], cwd=root, env=environment, check=True, capture_output=True)


def audited(root: Path) -> tuple[AuditReport, str]:
    """The report on a folder, and what ``llmlint audit`` prints there."""
    with contextlib.chdir(root):
        (request,) = requests_for([Path()], template=Request(Path(), today=TODAY))
        (report,) = audit(request)
        stream = io.StringIO()
        terminal.write([report], stream, Wanted(), color=False)
    return report, "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


# -- the page -----------------------------------------------------------------------------------


def excerpt(one: Done) -> str:
    """The head, the part about the step's axis, and the end; ``[…]`` stands for what is left out."""
    head, levels, *parts, end = one.printed.strip().split("\n\n")
    of_axis = [part for part in parts if part.startswith(f"{one.axis} ")]
    between = ["[…]"] if len(parts) > len(of_axis) else []
    return "\n\n".join((head, levels, *of_axis, *between, end)) + "\n"


def listing(one: Done) -> str:
    """The files of a step."""
    lines = [f"- new: `{name}`" for name in one.new] + [f"- changed: `{name}`" for name in one.changed]
    return "\n".join(lines) + "\n"


def file(step: Step, name: str) -> str:
    """A file of a step as a block of code."""
    path = step.folder / name
    fence = "````" if path.suffix == ".md" else "```"
    return (
        f"{fence}{LANGUAGES.get(path.suffix, 'text')}\n{path.read_text(encoding='utf-8').strip()}\n{fence}\n"
    )


def levels() -> str:
    """A row per step, a column per axis."""
    lines = [f"| after | {' | '.join(AXES[axis] for axis in range(1, 9))} |", f"|---|{'---|' * 8}"]
    for one in done():
        title = steps()[one.number - 1].title if one.number else "the demo"
        cells = ["–" if level is None else str(level) for level in one.levels.values()]
        lines.append(f"| {one.number}. {title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rewritten(page: str) -> str:
    """The page with its generated parts as they have to be."""

    def console(match: re.Match[str]) -> str:
        return f"{match[1]}```console\n$ llmlint audit\n{excerpt(done()[int(match[2])])}```\n{match[3]}"

    page = PRINTED.sub(console, page)
    page = FILES.sub(lambda m: m[1] + listing(done()[int(m[2])]) + m[3], page)
    page = FILE.sub(lambda m: m[1] + file(steps()[int(m[2]) - 1], m[3]) + m[4], page)
    return LEVELS.sub(lambda m: m[1] + levels() + m[2], page)


def main(arguments: list[str]) -> int:
    before = PAGE.read_text(encoding="utf-8")
    after = rewritten(before)
    if before == after:
        return 0
    print(PAGE.relative_to(ROOT).as_posix())
    if "--check" in arguments:
        return 1
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
