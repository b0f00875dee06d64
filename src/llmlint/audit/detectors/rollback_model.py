"""What it takes to go back to last month's model."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.kinds import ExternalObject
from llmlint.project.modelnames import ModelName, Taker
from llmlint.project.wording import callee

_SETTINGS = (
    "/.env.example",
    "/.env.sample",
    "/.env.template",
    "/.env.dist",
    "/example.env",
    "/env.example",
    "/.env.defaults",
)
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*[\"']?([^\"'#\s]+)")


class _State(enum.Enum):
    GOOD = "pinned, and configurable"
    OPEN = "configurable; which model it is, is not said here"
    FIXED = "written into the call"
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
        return not_applicable("no call here is given a model")
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
        if takers:
            written |= {taker.given for taker in takers}
            place = subject.at(name.func, name.literal.span, f"`{name.text[:50]}`")
            yield _Named(_state(subject, name), place)
    for taker in names.takers:
        if taker.generates and taker.given not in written and subject.within(taker.site.func.path):
            if not names.literals(taker):
                yield _open(subject, taker)


def _state(subject: Subject, name: ModelName) -> _State:
    names = subject.project.model_names
    if names.retired(name) is not None:
        return _State.RETIRED
    if names.moving(name):
        return _State.MOVING
    if name.in_call:
        return _State.FIXED
    return _State.ALIAS if names.snapshot(name) else _State.GOOD


def _open(subject: Subject, taker: Taker) -> _Named:
    """A model from elsewhere: pinned where an example of the settings names one."""
    for value in subject.project.evaluator.eval(taker.given, taker.scope):
        variable = _variable(value)
        for path, line, given in _settings(subject, variable) if variable else ():
            return _Named(
                _State.OPEN if given.endswith("latest") else _State.GOOD,
                Evidence(path, line, f"`{variable}={given[:40]}`"),
            )
    what = f"`{callee(taker.site.call)}` takes its model from elsewhere"
    return _Named(_State.OPEN, subject.at(taker.site.func, taker.site.call.span, what))


def _variable(value: object) -> str:
    """The variable of the environment that a value is read from."""
    if isinstance(value, ExternalObject) and value.call is not None and value.call.args:
        first = value.call.args[0].value
        if isinstance(first, m.Text) and first.value.isidentifier():
            return first.value
    return ""


def _settings(subject: Subject, variable: str) -> Iterator[tuple[str, int, str]]:
    for path in subject.repository.matching(_SETTINGS):
        for hit in subject.repository.search(path, _ASSIGNED):
            if hit.match[1] == variable:
                yield path, hit.line, hit.match[2]


DETECTORS = {"rollback.model": model}
