"""Analyses a project once and answers for its files one by one, until a file of it changes."""

from __future__ import annotations

import datetime
import os
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmlint import memory
from llmlint.clock import VARIABLE, ClockError, today
from llmlint.engine import analyse
from llmlint.integrations.quick import Place, question_of, tell
from llmlint.model.finding import Finding, Status
from llmlint.registry import Layer
from llmlint.reporters.display import printable
from llmlint.request import Report, Request
from llmlint.settings import SettingsError, load
from llmlint.source import problems, stamps
from llmlint.source.discovery import locate, members
from llmlint.source.document import Document, decode, from_text, read_bytes
from llmlint.source.roots import absolute, is_marked, is_shallow
from llmlint.source.stamps import Stamp
from llmlint.source.store import Store

OFF = frozenset(["LLM003"])
"""Off by default here: a comment may be meant for a rule that this flake8 run does not select."""

_EVERY_FILE = ""

PROJECTS = 4
"""How many projects are kept; an editor has seldom more open."""


@dataclass
class _Entry:
    stamp: Stamp
    by_path: dict[str, list[Finding]]
    checked: float
    cost: float
    run: int


class ProjectMemo:
    """Bounded, and re-checked by size and time of every file of the project."""

    def __init__(self) -> None:
        self._entries: OrderedDict[
            tuple[Path, tuple[str, ...], str, datetime.date | None, tuple[Path, ...]], _Entry
        ] = OrderedDict()
        self._run = 0

    def new_run(self) -> None:
        """Files may have changed since the last run."""
        self._run += 1

    def findings(
        self, name: str, lines: Sequence[str], passed: tuple[Path, ...], codes: tuple[str, ...]
    ) -> list[Finding]:
        """What llmlint has to say about one file, suppressed findings left out.

        ``passed`` are the paths on the command line, ``codes`` the rules that it names in full.
        """
        file = absolute(Path(name))
        if not file.parent.is_dir():  # an editor's name for a buffer
            file = absolute(Path()) / file.name
        root = locate(file, passed, lambda root: load(root).exclude)
        if root is None or file.suffix == ".pyi":
            return []
        path = file.relative_to(root).as_posix()
        edited = _edited(file, path, lines)
        shallow = is_shallow(root, passed)
        day = today(os.environ)
        layer = Layer(extend_select=codes)
        request = Request(root, load(root), (layer,), OFF, shallow=shallow, noqa=False, cache=True, today=day)
        if edited is not None:
            report = analyse(
                replace(
                    request, texts={path: edited}, named=frozenset([path]), shows=lambda other: other == path
                )
            )
            return _of_file(_reported(report), path)
        extra = path if not path.endswith(".py") else ""
        return _of_file(self._project(request, extra, passed, codes), path)

    def _project(
        self, request: Request, extra: str, passed: tuple[Path, ...], codes: tuple[str, ...]
    ) -> dict[str, list[Finding]]:
        root = request.root
        key = (root, codes, extra, request.today, () if is_marked(root) else passed)
        entry = self._entries.get(key)
        now = time.monotonic()
        # Looking at every file of a large project for every file of it would be quadratic, so within
        # one run we look again only when that has become cheap compared to the time gone by.
        if entry is not None and entry.run == self._run and now - entry.checked < max(1.0, 20 * entry.cost):
            return entry.by_path
        holds = entry is not None and stamps.holds(root, entry.stamp)
        cost = time.monotonic() - now
        if entry is None or not holds:
            began = time.time_ns()
            inside = members(root, request.settings.exclude, shallow=request.shallow)
            stamp = memory.stamp(root, request.settings, inside)
            named = frozenset([extra] if extra else [])
            report = analyse(replace(request, named=named))
            found = _reported(report)
            entry = _Entry(stamp, found, now, cost, self._run)
            if report.lasting and not extra and stamp.settled(began):
                _tell(request, stamp, inside.files, found, question_of(codes, _deciding(root, passed)))
        entry.checked, entry.cost, entry.run = time.monotonic(), cost, self._run
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > PROJECTS:
            self._entries.popitem(last=False)
        return entry.by_path


def contained(
    memo: ProjectMemo, name: str, lines: Sequence[str], passed: tuple[Path, ...], codes: tuple[str, ...]
) -> list[Place]:
    """What flake8 is told of a file. An exception would end its whole run, so every one becomes a finding."""
    try:
        found = memo.findings(name, lines, passed, codes)
    except SettingsError as error:
        found = [problems.configuration(name, error.file, error.line, error.message)]
    except ClockError as error:
        found = [problems.environment(name, VARIABLE, str(error))]
    except Exception as error:
        found = [problems.internal(error, name, "on this file")]
    return [_place(finding) for finding in found]


def _place(finding: Finding) -> Place:
    return finding.location.line, finding.location.column, f"{finding.code} {printable(finding.message)}"


def _deciding(root: Path, passed: tuple[Path, ...]) -> tuple[Path, ...] | None:
    """The passed paths, where nothing in the root says that a project begins there."""
    return None if is_marked(root) else passed


def _tell(
    request: Request, stamp: Stamp, files: Sequence[str], found: dict[str, list[Finding]], question: str
) -> None:
    """Leaves word for the next flake8, unless something went wrong that it should look at again."""
    if any(one.code in ("LLM000", "LLM001") for of_file in found.values() for one in of_file):
        return
    enabled = request.cache and request.settings.cache and not request.shallow
    with Store(request.root, enabled=enabled) as store:
        told = {path: [_place(finding) for finding in of_file] for path, of_file in found.items()}
        tell(store, question, stamp, files, told)


def _reported(report: Report) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in report.of_status(Status.REPORTED):
        # What is wrong with a configuration is wrong for every file: flake8 does not look at that one.
        where = _EVERY_FILE if finding.code == "LLM001" else finding.location.path
        found.setdefault(where, []).append(finding)
    return found


def _of_file(found: dict[str, list[Finding]], path: str) -> list[Finding]:
    configuration = [
        problems.configuration(
            path, Path(one.location.path), one.location.line, one.message.removeprefix(problems.NOT_USED)
        )
        for one in found.get(_EVERY_FILE, ())
    ]
    return [*configuration, *found.get(path, ())]


def _edited(file: Path, path: str, lines: Sequence[str]) -> Document | None:
    """The text in flake8's hands, if it is not what is on disk."""
    text = "".join(lines)
    data = read_bytes(file, path)
    if isinstance(data, bytes):
        on_disk = decode(path, data)
        if isinstance(on_disk, Document):
            if from_text(path, text).text == on_disk.text:
                return None
        elif from_text(path, text).text == from_text(path, data.decode("latin-1")).text:
            return None  # what flake8 does with files that cannot be decoded
    return from_text(path, text)
