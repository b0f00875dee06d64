"""What it takes to go back to last month's model."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.modeloptions import offered
from llmlint.audit.settingsfiles import sectioned
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile
from llmlint.facts import model as m
from llmlint.project.modelnames import ModelName
from llmlint.project.wording import callee

_ID = re.compile(r"[A-Za-z][\w.:/@-]*[\d:/-][\w.:/@-]*")
"""What may be the id of a model: a number, a vendor or a tag is in it."""
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*[\"']?([^\"'#\s]+)", re.MULTILINE)


class _State(enum.Enum):
    GOOD = "pinned, and configurable"
    OPEN = "configurable; llmlint does not see which model it is"
    OPTION = "configurable; whether the option's value reaches a call, llmlint does not see"
    FIXED = "written into the call"
    UNDATED = "named without a date or version"
    ALIAS = "an alias of a dated id"
    MOVING = "an alias that moves"
    RETIRED = "retired, or about to be"


@dataclass(frozen=True, slots=True)
class _Named:
    state: _State
    place: Evidence


def model(subject: Subject) -> CriterionResult:
    """Each model is dated (where there are dates) and can be changed without a release (LLM701, 702, 706)."""
    found = list(dict.fromkeys(_named(subject)))
    if not found:
        return not_applicable("every call here goes to a service of its own")
    good = [one for one in found if one.state is _State.GOOD]
    count = Count(len(good), len(found), "models")
    if len(good) == len(found):
        return met((one.place for one in good), count=count)
    rest = [one for one in found if one.state is not _State.GOOD]
    why = ", ".join(dict.fromkeys(one.state.value for one in rest))
    bad = (_State.FIXED, _State.MOVING, _State.RETIRED)
    if all(one.state in bad for one in found):
        return missing(why, (one.place for one in rest), count)
    return vague([*(one.place for one in rest), *(one.place for one in good)], f"some are {why}", count)


def _named(subject: Subject) -> Iterator[_Named]:
    names = subject.project.model_names
    written: set[m.Expr] = set()
    for name in names.names:
        takers = [t for t in name.takers if t.generates and subject.within(t.site.func.path)]
        if _writes_nothing(name.text):
            written |= {taker.given for taker in takers}
        elif takers:
            written |= {taker.given for taker in takers}
            place = subject.at(name.func, name.literal.span, f"`{name.text[:50]}`")
            yield _Named(_state(subject, name), place)
    taking = {taker.site.call for taker in names.takers}
    open_ones = [t.site for t in names.takers if t.generates and t.given not in written]
    for call in subject.sites:  # settings that are handed on as a whole
        clients = (call.client, *call.client.inner) if call.client is not None else ()
        made = [client.site.call for client in clients if client.site is not None]
        takes = call.entry.model or any(client.entry.model for client in clients)
        if takes and call.site.call not in taking and not taking & set(made):
            open_ones.append(call.site)
    settled = (list(_settings(subject)) or list(_options(subject))) if open_ones else []
    yield from settled
    for site in open_ones if not settled else ():
        if subject.within(site.func.path):
            what = f"`{callee(site.call)}` takes its model from elsewhere"
            yield _Named(_State.OPEN, subject.at(site.func, site.call.span, what))


def _state(subject: Subject, name: ModelName) -> _State:
    names = subject.project.model_names
    if names.retired(name) is not None:
        return _State.RETIRED
    if names.moving(name):
        return _State.MOVING
    if name.in_call:
        return _State.FIXED
    if names.snapshot(name):
        return _State.ALIAS
    if names.deployed(name):
        return _State.OPEN
    known = name.served and None not in name.served
    return _pinned(name.text) if known else _by_name(subject, name.text)


def _pinned(text: str) -> _State:
    """Whether the name says of which day, or of which version, the model is."""
    pinned = read("rollback", RollbackFile).words.pinned
    return _State.GOOD if any(re.search(one, text, re.IGNORECASE) for one in pinned) else _State.UNDATED


def _settings(subject: Subject) -> Iterator[_Named]:
    """Models that files of settings and examples of the environment name."""
    words = read("rollback", RollbackFile).words
    for path in subject.repository.matching(words.config_files):
        for tree in subject.repository.trees(path):
            for keys, node in tree.walk():
                key = str(keys[-1]).lower() if keys else ""
                if key in words.model_keys and _is_id(node.text, " ".join(map(str, keys))):
                    yield _said(subject, path, node.line, f"{key}: {node.text}", node.text)
    for path in (*subject.repository.matching(words.env_files), *sectioned(subject)):
        for hit in subject.repository.search(path, _ASSIGNED):
            key = hit.match[1].lower()
            if any(key == word or key.endswith(f"_{word}") for word in words.model_keys):
                for given in hit.match[2].split("|"):  # a provider, its model, a file of it
                    if _is_id(given, key):
                        yield _said(subject, path, hit.line, hit.match[0].strip(), given)
                        break


def _options(subject: Subject) -> Iterator[_Named]:
    """Models that options have by default, or offer: nobody follows them to the call."""
    for given, place in offered(subject):
        if _is_id(given, place.what):
            yield _Named(_State.OPTION, place)


def _writes_nothing(text: str) -> bool:
    """Whether a name is that of a model for something other than text."""
    plain = text.lower()
    return any(word in plain for word in read("rollback", RollbackFile).words.other_models)


def _is_id(text: str, of: str = "") -> bool:
    """Whether it may be the id of a model that writes; ``of`` is what its keys say."""
    placeholder = text.lower().startswith(("your", "http"))
    return _ID.fullmatch(text) is not None and not placeholder and not _writes_nothing(f"{of} {text}")


def _said(subject: Subject, path: str, line: int, shown: str, given: str) -> _Named:
    """A model in a file of settings."""
    return _Named(_by_name(subject, given), Evidence(path, line, f"`{shown[:60]}`"))


def _by_name(subject: Subject, given: str) -> _State:
    """What is known of a model where nobody knows who serves it: whoever has its name counts."""
    catalogue, today = subject.project.catalogue, subject.today
    name = given.rpartition("/")[2]
    state = _State.MOVING if given.endswith("latest") else _pinned(given)
    for vendor in catalogue.vendors:
        ends = catalogue.retired.get((vendor, name))
        if today is not None and ends is not None and ends <= today:
            state = _State.RETIRED
        elif state is _State.UNDATED and catalogue.snapshots.get((vendor, name)):
            state = _State.ALIAS
    return state


DETECTORS = {"rollback.model": model}
