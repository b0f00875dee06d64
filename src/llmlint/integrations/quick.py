"""What flake8 is told without the engine: the findings of an earlier run in a project that has not changed.

flake8 starts anew for every commit and every save. Only the standard library and three small modules are
imported here; a project that has changed, or is new, is the engine's.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmlint.clock import today
from llmlint.resources import program
from llmlint.source import answers, stamps
from llmlint.source.stamps import Stamp
from llmlint.source.store import DIRECTORY, Store

Place = tuple[int, int, str]
"""Line (1-based), column (0-based, characters) and what is said there, the code first."""
Told = Mapping[str, Sequence[Place]]
"""What is said of each file of a project that has findings; paths are relative to its root."""


@dataclass(slots=True)
class _Known:
    files: frozenset[str]
    told: Told
    stamp: Stamp
    checked: float
    cost: float
    run: int


class Recollection:
    """Answers for one file at a time; what is known of a project is looked at again now and then."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], _Known | None] = {}
        self._run = 0

    def new_run(self) -> None:
        """Files may have changed since the last run."""
        self._run += 1
        self._known = {key: one for key, one in self._known.items() if one is not None}

    def of(
        self, name: str, lines: Sequence[str], passed: Iterable[Path], codes: Sequence[str]
    ) -> Sequence[Place] | None:
        """What there is to say about a file that looks like these lines; None when that is not known."""
        file = Path(os.path.abspath(name))
        for root in file.parents:
            if not os.path.isdir(root / DIRECTORY):
                continue
            path = file.relative_to(root).as_posix()
            for known in self._of_project(root, passed, codes):
                if path in known.files and _is_on_disk(file, lines):
                    return known.told.get(path, ())
        return None

    def _of_project(self, root: Path, passed: Iterable[Path], codes: Sequence[str]) -> Iterable[_Known]:
        for question in (question_of(codes), question_of(codes, passed)):
            key = root, question
            if key not in self._known:
                self._known[key] = _read(root, question, self._run)
            known = self._known[key]
            if known is not None and self._holds(root, known):
                yield known

    def _holds(self, root: Path, known: _Known) -> bool:
        # Looking at every file of a large project for every file of it would be quadratic, so within
        # one run we look again only when that has become cheap compared to the time gone by.
        now = time.monotonic()
        if known.run == self._run and now - known.checked < max(1.0, 20 * known.cost):
            return True
        if not stamps.holds(root, known.stamp):
            return False
        known.checked, known.cost, known.run = now, time.monotonic() - now, self._run
        return True


def question_of(codes: Sequence[str], passed: Iterable[Path] | None = None) -> str:
    """What an answer depends on besides the files; ``passed`` where these made the project one."""
    about = ["flake8", program(), *sorted(codes), str(today(os.environ))]
    if passed is not None:
        about += [os.getcwd(), *sorted(str(path) for path in passed if path.is_dir())]
    return "\n".join(about)


def tell(store: Store, question: str, stamp: Stamp, files: Sequence[str], told: Told) -> None:
    """Keep for the next flake8 what is said of these files."""
    answers.keep(store, question, stamp, json.dumps([list(files), told]).encode())


def _read(root: Path, question: str, run: int) -> _Known | None:
    began = time.monotonic()
    with Store(root) as store:
        found = answers.find(store, question)
    if found is None or not stamps.holds(root, found[0]):
        return None
    try:
        files, told = json.loads(found[1])
        places = {path: [(int(a), int(b), str(c)) for a, b, c in of_file] for path, of_file in told.items()}
        now = time.monotonic()
        return _Known(frozenset(files), places, found[0], now, now - began, run)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None  # not what we wrote


def _is_on_disk(file: Path, lines: Sequence[str]) -> bool:
    """Whether a file holds this text, and not what an editor has in its buffer."""
    try:
        data = file.read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, ValueError):
        return False
    return "".join(lines) in (text, text.replace("\r\n", "\n").replace("\r", "\n"))
