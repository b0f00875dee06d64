"""The entries of flaws.json, their pinned trees, and what llmlint says about a tree.

The trees land in ``corpus/.cache/flaws/<slug>/``: a wheel unpacked, or the Python files of one commit.
The sink file of every entry is compared with its sha256, so that its line numbers mean what they say.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fetch import CACHE, bring, unpack_package
from repositories import unpack_commit

from llmlint import registry
from llmlint.model.rule import AXES

DATA = Path(__file__).resolve().parent / "flaws.json"
SECURITY = next(axis for axis, name in AXES.items() if name == "security review")
EVERYTHING = Path(__file__).resolve().parent / "everything.toml"
"""Configuration that switches on what is off by default besides rules."""
PATIENCE = 1800
"""Seconds for one tree. A run that ends early must not count as a quiet one."""

Place = tuple[str, int]
"""File and line."""


@dataclass(frozen=True)
class Flaw:
    """One published flaw: where its value comes from, enters a callee and ends."""

    id: str
    cve: str
    where: str
    path: str
    sha256: str
    lines: tuple[int, ...]
    kind: str
    source_kind: str
    entries: tuple[Place, ...]
    """The source and the calls by which the value enters another function."""
    distance: str
    guard: str | None
    fixed: str | None
    """Where the fixed version is; None when there is none or its fix leaves these files alone."""
    fix_kind: str | None


@dataclass(frozen=True)
class Found:
    """One finding."""

    path: str
    line: int
    code: str


def flaw(row: dict[str, Any]) -> Flaw:
    """One entry of the data."""
    entries = [(row["source_path"], row["source_line"]), *((b["path"], b["line"]) for b in row["boundary"])]
    return Flaw(
        id=row["id"],
        cve=row["cve"],
        where=row["where"],
        path=row["path"],
        sha256=row["sink_file_sha256"],
        lines=tuple(row["sink_lines"]),
        kind=row["sink_kind"],
        source_kind=row["source_kind"],
        entries=tuple(entries),
        distance=row["distance"],
        guard=row["guard"],
        fixed=row["fixed_where"] if row["fix_changes_flow_files"] else None,
        fix_kind=row["fix_kind"],
    )


def flaws(ids: Sequence[str] = ()) -> list[Flaw]:
    """All entries, or those named."""
    known = [flaw(row) for row in json.loads(DATA.read_text(encoding="utf-8"))["entries"]]
    if unknown := sorted(set(ids) - {one.id for one in known}):
        raise SystemExit(f"not in flaws.json: {', '.join(unknown)}")
    return [one for one in known if not ids or one.id in ids]


def tree(where: str) -> Path:
    """Where the files of ``pypi:name==version`` or ``github:owner/name@commit`` are, once fetched."""
    kind, _, rest = where.partition(":")
    if kind == "pypi":
        return CACHE / "flaws" / rest.replace("==", "-")
    repository, _, commit = rest.partition("@")
    return CACHE / "flaws" / f"{repository.replace('/', '+')}-{commit[:10]}"


def fetch(where: str, mirrors: Path | None) -> None:
    """Bring one pinned version into the cache."""
    kind, _, rest = where.partition(":")
    if kind == "pypi":
        package, _, version = rest.partition("==")
        sha256 = json.loads(DATA.read_text(encoding="utf-8"))["wheels"][where]
        bring(tree(where), lambda made: unpack_package(package, version, sha256, made))
    else:
        repository, _, commit = rest.partition("@")
        bring(tree(where), lambda made: unpack_commit(repository, commit, made, mirrors))


def verify(one: Flaw) -> None:
    """Exit when the sink file is not the one that was read."""
    if hashlib.sha256((tree(one.where) / one.path).read_bytes()).hexdigest() != one.sha256:
        raise SystemExit(f"{one.id}: {one.path} is not the file its lines speak of")


def security_codes() -> tuple[str, ...]:
    """Every rule of the axis "security review", opt-in ones too."""
    return tuple(rule.code for rule in registry.all_rules() if rule.axis == SECURITY)


def check(where: str) -> tuple[str, list[Found]]:
    """The JSON report of llmlint on a tree with all security rules on, and the findings in it."""
    command = [sys.executable, "-m", "llmlint", "check", ".", "--output-format", "json"]
    command += ["--extend-select", ",".join(security_codes()), "--config", str(EVERYTHING)]
    try:
        done = subprocess.run(
            command, cwd=tree(where), capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(f"llmlint took more than {PATIENCE} s on {where}") from None
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise SystemExit(f"llmlint failed on {where}: {done.stderr.strip()[-300:]}")
    reported = [f for f in json.loads(done.stdout)["findings"] if f["status"] == "reported"]
    return done.stdout, [Found(f["path"], f["line"], f["code"]) for f in reported]
