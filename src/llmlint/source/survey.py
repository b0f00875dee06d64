"""One look at the bytes of every file of a project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from llmlint.model.finding import Finding
from llmlint.source.document import unparsable
from llmlint.source.looks import Looks
from llmlint.source.parse_set import parse_set
from llmlint.source.triage_bytes import Scan


@dataclass(frozen=True, slots=True)
class Survey:
    """What the bytes say about a project."""

    parse: frozenset[str]
    """The files worth parsing."""
    with_tests: frozenset[str]
    """Those, and the tests and examples that reach a model; empty unless asked for."""
    commented: frozenset[str]
    """The files that mention our own form of suppression."""
    problems: tuple[Finding, ...]
    """Files that could not be read at all."""


def survey(
    looks: Looks,
    files: tuple[str, ...],
    progress: Callable[[str, int, int], None],
    starts: Callable[[str], bool] = lambda path: True,
    tests: Callable[[], bool] = lambda: False,
    always: frozenset[str] = frozenset(),
    evidence: Callable[[str], bool] = lambda path: False,
) -> Survey:
    """Judges all files by their bytes.

    ``starts`` as in ``parse_set``; ``tests`` says if tests matter; ``always`` are seeds anyway;
    ``evidence``: tests for which it is true are parsed even if they reach no model.
    """
    scans: dict[str, Scan] = {}
    commented = set()
    problems = []
    for done, path in enumerate(files):
        progress("Reading", done, len(files))
        try:
            look = looks.at(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            problems.append(unparsable(path, f"cannot be read ({reason})"))
            continue
        scans[path] = replace(look.scan, seed=True) if path in always else look.scan
        if look.commented:
            commented.add(path)
    wanted = any(one.seed for one in scans.values()) and tests()
    with_tests = parse_set(scans) | set(filter(evidence, scans)) if wanted else frozenset[str]()
    return Survey(
        parse_set(scans, starts, looks.is_witness), with_tests, frozenset(commented), tuple(problems)
    )
