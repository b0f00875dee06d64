"""The fixtures of the audit: ``fixtures/audit/<criterion>/<verdict>-<what>/``, each a small repository.

``expected.toml`` beside the files says what is found::

    why = "no category"                      # part of the reason, if one is expected
    evidence = ["evals/cases.jsonl:1"]       # these and no others; "path:line text" looks at the words too
    count = "84 of 200 cases"

    [[commit]]                               # history, oldest first; files that no commit names come first
    date = 2026-01-10
    files = ["docs/runbook.md"]

The verdict is the first part of the folder's name (``met-``, ``vague-``, ``missing-``, ``none-`` for *not
applicable*). The program of ``fixtures/audit/_app`` lies below each of them that brings no ``app/``.
"""

from __future__ import annotations

import datetime
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmlint.audit.model import AuditReport, Verdict
from llmlint.engine import audit
from llmlint.request import Request
from llmlint.scope import requests_for
from support.generate_docs import TODAY

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "audit"
EXPECTED = "expected.toml"
VERDICTS = {
    "met": Verdict.MET,
    "vague": Verdict.VAGUE,
    "missing": Verdict.MISSING,
    "none": Verdict.NOT_APPLICABLE,
}


@dataclass(frozen=True)
class Situation:
    """A small repository and what is found in it about one criterion."""

    criterion: str
    folder: Path
    expected: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.criterion}-{self.folder.name}"

    @property
    def verdict(self) -> Verdict:
        return VERDICTS[self.folder.name.partition("-")[0]]

    def write(self, root: Path) -> None:
        """Put it on disk as a project of its own."""
        if not (self.folder / "app").is_dir():
            shutil.copytree(FIXTURES / "_app", root, dirs_exist_ok=True)
        shutil.copytree(self.folder, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED))
        if not (root / "llmlint.toml").exists():
            (root / "llmlint.toml").write_text("", encoding="utf-8")
        if "commit" in self.expected:
            _commit(root, self.expected["commit"])


def situations() -> Iterator[Situation]:
    for criterion in sorted(FIXTURES.iterdir()):
        if criterion.is_dir() and not criterion.name.startswith("_"):
            for folder in sorted(criterion.iterdir()):
                expected = folder / EXPECTED
                text = expected.read_text(encoding="utf-8") if expected.exists() else ""
                yield Situation(criterion.name, folder, tomllib.loads(text))


def report_on(root: Path) -> AuditReport:
    """The report on the only project at ``root``."""
    (request,) = requests_for([root], template=Request(Path(), today=TODAY))
    (report,) = audit(request)
    return report


def _commit(root: Path, commits: list[dict[str, Any]]) -> None:
    late = {name for commit in commits for name in commit["files"]}
    first = min(commit["date"] for commit in commits) - datetime.timedelta(days=1)
    every = [p.relative_to(root).as_posix() for p in sorted(root.rglob("*")) if p.is_file()]
    _git(root, first, "init", "-q")
    for date, files in (
        (first, [f for f in every if f not in late]),
        *((c["date"], c["files"]) for c in commits),
    ):
        for name in files:  # a file may be changed more than once
            _git(root, date, "add", "-f", name)
        _git(root, date, "commit", "-q", "--allow-empty", "-m", "change")


def _git(root: Path, date: datetime.date, *arguments: str) -> None:
    moment = f"{date.isoformat()}T12:00:00+00:00"
    environment = {
        "GIT_AUTHOR_DATE": moment,
        "GIT_COMMITTER_DATE": moment,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": "/usr/bin:/bin:/usr/local/bin",
    }
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=root, env=environment, check=True, capture_output=True)
