"""One look at the bytes of every file of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from llmlint.model.finding import Finding
from llmlint.source.document import SIZE_LIMIT, Document, read_document, unparsable
from llmlint.source.triage_bytes import Scan, Seeds, parse_set, scan

OWN_MARK = b"llmlint:"


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


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project, as they are on disk or as somebody is just editing them."""

    root: Path
    texts: Mapping[str, Document | Finding]
    """A finding stands for a text that cannot be decoded."""

    def document(self, path: str) -> Document | Finding:
        """The document at this path, or the finding that says why there is none."""
        text = self.texts.get(path)
        return text if text is not None else read_document(self.root, path)

    def head(self, path: str) -> bytes:
        """The bytes up to the size limit: enough to judge files that are too large to be parsed."""
        text = self.texts.get(path)
        if isinstance(text, Document):
            return text.data
        if text is not None:
            return b""
        with open(self.root / path, "rb") as stream:
            return stream.read(SIZE_LIMIT)


def survey(
    sources: Sources,
    files: tuple[str, ...],
    seeds: Seeds,
    progress: Callable[[str, int, int], None],
    starts: Callable[[str], bool] = lambda path: True,
    tests: Callable[[], bool] = lambda: False,
    always: frozenset[str] = frozenset(),
    evidence: Callable[[str, bytes], bool] = lambda path, data: False,
) -> Survey:
    """Judges all files by their bytes.

    ``starts`` as in ``parse_set``; ``tests`` says if tests matter; ``always`` are seeds anyway;
    ``evidence``: files for which it is true are parsed even if they reach no model (path and bytes).
    """
    scans: dict[str, Scan] = {}
    commented, told = set(), set()
    problems = []
    for done, path in enumerate(files):
        progress("Reading", done, len(files))
        try:
            data = sources.head(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            problems.append(unparsable(path, f"cannot be read ({reason})"))
            continue
        scans[path] = scan(data, seeds)
        if path in always:
            scans[path] = replace(scans[path], seed=True)
        if OWN_MARK in data:
            commented.add(path)
        if evidence(path, data):
            told.add(path)
    wanted = any(one.seed for one in scans.values()) and tests()
    with_tests = parse_set(scans) | told if wanted else frozenset[str]()
    return Survey(
        parse_set(scans, starts, seeds.is_witness), with_tests, frozenset(commented), tuple(problems)
    )
