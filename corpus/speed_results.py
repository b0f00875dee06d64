"""What the speed benchmark gives: samples by run, and the circumstances under which they were taken."""

from __future__ import annotations

import dataclasses
import statistics
from pathlib import Path

import msgspec
from fetch import HERE

SPEED = HERE / "speed"
RESULTS = SPEED / "results.json"
COPIES = "growth measured with copies of"
"""Under which the corpus that is copied is noted."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """One run: seconds on the clock, seconds of processor time, and megabytes of its largest process."""

    seconds: float
    processor: float
    megabytes: float


@dataclasses.dataclass(frozen=True)
class Size:
    """What a corpus is and how much Python it holds."""

    what: str
    files: int
    lines: int


@dataclasses.dataclass
class Results:
    """Everything the page is written from."""

    date: str = ""
    rounds: int = 0
    machine: dict[str, str] = dataclasses.field(default_factory=dict)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    corpora: dict[str, Size] = dataclasses.field(default_factory=dict)
    samples: dict[str, list[Sample]] = dataclasses.field(default_factory=dict)
    """By the name of the run, in the order of the rounds; a run that failed once has none."""
    troubles: dict[str, str] = dataclasses.field(default_factory=dict)
    """Why a run has no samples."""
    later: dict[str, str] = dataclasses.field(default_factory=dict)
    """For runs that were added afterwards: of which revision, and when."""

    def add(self, more: Results) -> None:
        """Take over runs that were measured by themselves."""
        when = f"{more.versions.get('llmlint', 'unknown')}, {more.date}, {more.rounds} rounds"
        names = {*more.samples, *more.troubles}
        self.samples = {**self.samples, **more.samples}
        kept = {name: why for name, why in self.troubles.items() if name not in names}
        self.troubles = {**kept, **more.troubles}
        self.corpora = {**self.corpora, **more.corpora}
        self.later |= dict.fromkeys(sorted(names), when)

    def of(self, run: str, quantity: str = "seconds") -> list[float]:
        """One quantity of all samples of a run; empty when it failed or was not asked for."""
        return [getattr(sample, quantity) for sample in self.samples.get(run, ())]

    def median(self, run: str, quantity: str = "seconds") -> float:
        """The middle one of them, which there must be."""
        return statistics.median(self.of(run, quantity))


def load(path: Path = RESULTS) -> Results:
    """Results that were saved; empty ones when there are none."""
    if not path.exists():
        return Results()
    return msgspec.json.decode(path.read_bytes(), type=Results)


def save(results: Results, path: Path = RESULTS) -> None:
    """Write results as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
