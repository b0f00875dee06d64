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


_SECRET = re.compile(r"\$\{\{.*?\}\}")
"""What a pipeline hands on is listed nowhere by that."""
_CONTENTS = re.compile(r"\s*(?:[-*+]|\d+\.)\s*\[[^\]]*\]\(#[^)]*\)\s*$")
"""A line of a table of contents."""


def _places(subject: Subject, documents: tuple[str, ...], names: Iterable[str]) -> dict[str, Evidence]:
    """Where each name is listed: where it stands as a name, else where it is spoken of first.

    Settings of classes are written in either case. A name of one word is a word of the language, too.
    """
    wanted = {name.lower(): name for name in names}
    longest = sorted(map(re.escape, wanted), key=len, reverse=True)
    # ASCII: Chinese and Japanese are written without spaces, so a name begins beside their characters.
    mention = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE | re.ASCII)
    listed: dict[str, Evidence] = {}
    spoken: dict[str, Evidence] = {}
    for path in (*subject.repository.matching(documents), *sectioned(subject)):
        for hit in subject.repository.search(path, mention):
            if _CONTENTS.match(hit.text):
                continue
            for match in mention.finditer(_SECRET.sub("", hit.text)):
                name = wanted[match[0].lower()]
                place = Evidence(path, hit.line, f"`{name}`")
                if _is_listed(match):
                    listed.setdefault(name, place)
                elif "_" in name:
                    spoken.setdefault(name, place)
        if len(listed) == len(wanted):
            break
    return {**spoken, **listed}


def _is_listed(match: re.Match[str]) -> bool:
    """Whether it stands as a name: in a span of code, a cell of a table, before its value."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    if before.count("`") % 2:
        return True
    if re.search(r"\|\s*\W*$", before) and re.match(r"\W*\|", after):
        return True
    opened = re.fullmatch(r"[\s\-*+#\"']*(?:export\s+|set\s+|ENV\s+|-e\s+)?[\"']?", before) is not None
    return opened and re.match(r"[\"']?\]?\s*(?:\??=|:(?!\w))", after) is not None
