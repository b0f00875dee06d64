"""Which settings on the way to a model are listed nowhere: the detector of ``runbook.settings``, LLM802."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.promptfiles import PromptFiles
from llmlint.audit.settingreads import Read, reads
from llmlint.audit.settingsfiles import sectioned
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile
from llmlint.facts import model as m


@dataclass(frozen=True, slots=True)
class Listed:
    """The settings of the package, each at the first place where it is read."""

    documented: tuple[Evidence, ...]
    """Where they are listed."""
    undocumented: tuple[Read, ...]
    by_key: tuple[Evidence, ...] = ()
    """Where a file's key is listed for which a variable stands in that nobody lists."""
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
    kept = _kept_as_prompts(subject) if any("prompt" in name.lower() for name in first) else frozenset()
    first = {name: one for name, one in first.items() if name not in kept}
    places = _places(subject, words.documents, first) if first else {}
    rest = {name: one for name, one in first.items() if name not in places}
    keys = {name: key for name, one in rest.items() if (key := _key(name, one))}
    found = _places(subject, words.documents, keys.values(), spoken_of=False) if keys else {}
    by_key = {name: found[key] for name, key in keys.items() if key in found}
    places |= {name: place for name, place in by_key.items() if "." in name}
    return Listed(
        tuple(places[name] for name in first if name in places),
        tuple(one for name, one in rest.items() if name not in by_key),
        tuple(dict.fromkeys(place for name, place in by_key.items() if name not in places)),
        tuple(dict.fromkeys(unnamed)),
    )


def _key(name: str, one: Read) -> str:
    """What a file of settings calls it: ``cache_points`` of ``llm.cache_points``, or the field it is kept in.

    One word is a word of the language, too.
    """
    key = name.rpartition(".")[2] if "." in name else ""
    if one.func.facts.kind == "class":
        for stmt in one.func.statements:
            if isinstance(stmt, m.Assign) and stmt.span.line <= one.span.line <= stmt.span.end_line:
                key = next((target.id for target in stmt.targets if isinstance(target, m.Name)), key)
    return key if "_" in key and key.lower() != name.lower() else ""


def _kept_as_prompts(subject: Subject) -> frozenset[str]:
    """Tables of files of prompts: what code reads there is a prompt, and no setting."""
    files = {place.path for place in subject.once(PromptFiles).read}
    return frozenset(
        str(keys[0])
        for path in files
        if path.endswith((".toml", ".yaml", ".yml", ".json"))
        for tree in subject.repository.trees(path)
        for keys, _ in tree.walk()
        if keys
    )


_SECRET = re.compile(r"\$\{\{.*?\}\}")
"""What a pipeline hands on is listed nowhere by that."""
_CONTENTS = re.compile(r"\s*(?:[-*+]|\d+\.)\s*\[[^\]]*\]\(#[^)]*\)\s*$")
"""A line of a table of contents."""


def _places(
    subject: Subject, documents: tuple[str, ...], names: Iterable[str], spoken_of: bool = True
) -> dict[str, Evidence]:
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
                elif spoken_of and "_" in name:
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
