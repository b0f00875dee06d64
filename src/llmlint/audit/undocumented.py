"""Which settings on the way to a model are listed nowhere: the detector of ``runbook.settings``, LLM802."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.settingreads import Read, reads
from llmlint.audit.settingsfiles import sectioned
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile


@dataclass(frozen=True, slots=True)
class Listed:
    """The settings of the package, each at the first place where it is read."""

    documented: tuple[Evidence, ...]
    """Where they are listed."""
    undocumented: tuple[Read, ...]
    unnamed: tuple[Evidence, ...] = ()
    """Where settings are read whose names are made at run time: nobody sees here whether they are listed."""


def listed(subject: Subject) -> Listed:
    """Every setting that is read where a model is asked, or that is given to the call or its client."""
    words = read("runbook", RunbookFile).settings
    given = re.compile("|".join(words.given))
    first: dict[str, Read] = {}
    unnamed: list[Evidence] = []
    for one in reads(subject):
        if not one.name:
            unnamed.append(Evidence(one.func.path, one.span.line, "its name is made at run time"))
        elif not given.fullmatch(one.name):
            first.setdefault(one.name, one)
    places = _places(subject, words.documents, first) if first else {}
    return Listed(
        tuple(places[name] for name in first if name in places),
        tuple(one for name, one in first.items() if name not in places),
        tuple(dict.fromkeys(unnamed)),
    )


def _is_word(name: str) -> bool:
    """Whether prose has it for other reasons as well: ``model``, ``level``."""
    return name.isalpha() and name.islower()


def _gives(line: str, name: str) -> bool:
    """Whether a line gives it a value, or has it as code: ``model = …``, ``# model: …``, `` `model` ``."""
    return re.search(rf"^\W*{re.escape(name)}\s*[=:]|`{re.escape(name)}`", line, re.IGNORECASE) is not None


def _places(subject: Subject, documents: tuple[str, ...], names: Iterable[str]) -> dict[str, Evidence]:
    """Where each name is found first; settings of classes are written in either case."""
    wanted = {name.lower(): name for name in names}
    longest = sorted(map(re.escape, wanted), key=len, reverse=True)
    # ASCII: Chinese and Japanese are written without spaces, so a name begins beside their characters.
    mention = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE | re.ASCII)
    found: dict[str, Evidence] = {}
    for path in (*subject.repository.matching(documents), *sectioned(subject)):
        for hit in subject.repository.search(path, mention):
            for text in mention.findall(hit.text):
                name = wanted[text.lower()]
                if _is_word(name) and not _gives(hit.text, name):
                    continue
                found.setdefault(name, Evidence(path, hit.line, f"`{name}`"))
        if len(found) == len(wanted):
            break
    return found
