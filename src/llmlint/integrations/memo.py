"""Analyses a project once and answers for its files one by one, until a file of it changes."""

from __future__ import annotations

import datetime
import os
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmlint.catalogue.own import FILE as OWN_CATALOGUE
from llmlint.clock import today
from llmlint.engine import Report, Request, analyse
from llmlint.model.finding import Finding, Status
from llmlint.registry import Layer
from llmlint.settings import load
from llmlint.source import problems
from llmlint.source.discovery import locate, members
from llmlint.source.document import Document, decode, from_text, read_bytes
from llmlint.source.roots import absolute, configuration_in, is_shallow
from llmlint.source.versions import files_of_versions

OFF = frozenset(["LLM003"])
"""Off by default here: a comment may be meant for a rule that this flake8 run does not select."""

_EVERY_FILE = ""

PROJECTS = 4
"""How many projects are kept; an editor has seldom more open."""

Stamp = tuple[tuple[str, int, int], ...]


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
        self._entries: OrderedDict[tuple[Path, Layer, str, datetime.date | None], _Entry] = OrderedDict()
        self._run = 0

    def new_run(self) -> None:
        """Files may have changed since the last run."""
        self._run += 1

    def findings(
        self, name: str, lines: Sequence[str], passed: tuple[Path, ...], layer: Layer
    ) -> list[Finding]:
        """What llmlint has to say about one file, suppressed findings left out."""
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
        request = Request(root, load(root), (layer,), OFF, shallow=shallow, noqa=False, cache=True, today=day)
        if edited is not None:
            report = analyse(
                replace(
                    request, texts={path: edited}, named=frozenset([path]), shows=lambda other: other == path
                )
            )
            return _of_file(_reported(report), path)
        extra = path if not path.endswith(".py") else ""
        return _of_file(self._project(request, extra), path)

    def _project(self, request: Request, extra: str) -> dict[str, list[Finding]]:
        key = (request.root, request.layers[0], extra, request.today)
        entry = self._entries.get(key)
        now = time.monotonic()
        # Looking at every file of a large project for every file of it would be quadratic, so within
        # one run we look again only when that has become cheap compared to the time gone by.
        if entry is not None and entry.run == self._run and now - entry.checked < max(1.0, 20 * entry.cost):
            return entry.by_path
        stamp = _stamp(request)
        cost = time.monotonic() - now
        if entry is None or entry.stamp != stamp:
            named = frozenset([extra] if extra else [])
            entry = _Entry(stamp, _reported(analyse(replace(request, named=named))), now, cost, self._run)
        entry.checked, entry.cost, entry.run = time.monotonic(), cost, self._run
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > PROJECTS:
            self._entries.popitem(last=False)
        return entry.by_path


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


def _stamp(request: Request) -> Stamp:
    files = list(members(request.root, request.settings.exclude, shallow=request.shallow).files)
    configuration = configuration_in(request.root)
    if configuration is not None:
        files.append(configuration.name)
    files.append(OWN_CATALOGUE)
    files += files_of_versions(request.root)
    stamps = []
    for path in files:
        try:
            status = os.stat(request.root / path)
        except OSError:
            continue
        stamps.append((path, status.st_mtime_ns, status.st_size))
    return tuple(stamps)
