"""Outcomes of earlier runs: what was found in a whole project, before anybody asks which part of it is shown.

An outcome is a function of the files, the settings, the selected rules, the day and the program. It is kept
twice: for a project whose files all have the times they had, and for one in which the files that matter
still have the same contents (a checkout has given them new times, or something else has changed).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llmlint.catalogue.additions import FILE as OWN_CATALOGUE
from llmlint.model.finding import Finding
from llmlint.request import Request
from llmlint.resources import program
from llmlint.settings import Settings
from llmlint.source import answers, stamps
from llmlint.source.discovery import Members
from llmlint.source.document import read_bytes
from llmlint.source.stamps import Stamp
from llmlint.source.store import Store
from llmlint.source.versions import files_of_versions


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run knows about a whole project."""

    files: tuple[str, ...]
    """All files of the project."""
    found: tuple[Finding, ...]
    """Unmarked."""
    parsed: tuple[str, ...]
    """The files that were worth parsing."""
    commented: tuple[str, ...]
    """The files that mention our own form of suppression."""
    lasting: bool = True
    """Whether it holds for as long as Python files and configuration stay as they are."""


def question(request: Request) -> str:
    """Everything an outcome depends on besides the files, as text."""
    selection = request.selection
    rules = repr((selection.layers, sorted(selection.off)))
    about = program(), rules, repr(request.settings), str(request.today), str(request.shallow)
    return "\n".join(about)


def recall(store: Store, root: Path, question: str) -> Outcome | None:
    """The outcome of an earlier run with the same question, if no file has changed since."""
    answer = answers.recall(store, root, question)
    if answer is None:
        return None
    about, _, findings = answer.partition(b"\n")
    try:
        files, parsed, commented = (tuple(map(str, paths)) for paths in json.loads(about))
    except (ValueError, TypeError, RecursionError):
        return None
    found = _decoded(findings)
    return None if found is None else Outcome(files, found, parsed, commented)


def keep(store: Store, question: str, stamp: Stamp, outcome: Outcome) -> None:
    """Keep an outcome for as long as the project looks like this; one that no text can hold is not kept."""
    about = json.dumps([outcome.files, outcome.parsed, outcome.commented]).encode()
    with contextlib.suppress(UnicodeEncodeError):  # names of files that are no text
        answers.keep(store, question, stamp, about + b"\n" + _encoded(outcome.found))


def stamp(root: Path, settings: Settings, members: Members) -> Stamp:
    """How everything looks on which an outcome for this project depends."""
    beside = {root} if settings.file is None else {root, settings.file.parent}
    files = [*members.files, *members.signs, *files_of_versions(root)]
    files += (str(directory / OWN_CATALOGUE) for directory in beside)
    if settings.file is not None:
        files.append(str(settings.file))
    return stamps.take(root, members.directories, files)


def key_of_contents(question: str, digests: Mapping[str, bytes], root: Path) -> bytes:
    """The key of what the rules find in files with these digests (by path)."""
    key = hashlib.blake2b(question.encode("utf-8", "surrogatepass"), digest_size=20)
    for path, digest in sorted(digests.items()):
        key.update(path.encode("utf-8", "surrogatepass") + b"\0" + digest)
    for name in files_of_versions(root):
        data = read_bytes(root / name, name)
        key.update(name.encode("utf-8", "surrogatepass") + b"\0")
        key.update(hashlib.blake2b(data if isinstance(data, bytes) else b"").digest())
    return key.digest()


def recall_findings(store: Store, key: bytes) -> tuple[Finding, ...] | None:
    """The findings that are kept under a ``key_of_contents``."""
    data = store.get([key]).get(key)
    return None if data is None else _decoded(data)


def keep_findings(store: Store, key: bytes, findings: tuple[Finding, ...]) -> None:
    """Keep findings under a ``key_of_contents``."""
    with contextlib.suppress(UnicodeEncodeError):
        store.keep({key: _encoded(findings)})


def _encoded(findings: tuple[Finding, ...]) -> bytes:
    if not findings:  # as in most projects, which need not wait for the library
        return b""
    import msgspec

    return msgspec.json.encode(findings)


def _decoded(data: bytes) -> tuple[Finding, ...] | None:
    if not data:
        return ()
    import msgspec

    try:
        return msgspec.json.decode(data, type=tuple[Finding, ...])
    except (msgspec.MsgspecError, RecursionError):
        return None
