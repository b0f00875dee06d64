"""How many of the places that call a model have a deadline that a person can wait for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.catalogue import schema as s
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.deadlines import ABSENT, Setting, describe
from llmlint.project.kinds import Client, Site
from llmlint.project.wording import callee


@dataclass(frozen=True, slots=True)
class _Bound:
    """What ends a call. ``known``: whether it can be seen at all; ``site``: where it is written."""

    good: bool
    known: bool
    site: Site
    what: str
    given: bool = False
    """What is given may hold a deadline; otherwise only the SDK could know of one."""


def deadlines(subject: Subject) -> CriterionResult:
    """Written at the call, at its client or around it, or a default of the SDK that is short."""
    bounds = [_bound(subject, call) for call in subject.sites]
    good = [bound for bound in bounds if bound.good]
    hidden = [bound for bound in bounds if not bound.known]
    ended = {call for call, bound in zip(subject.sites, bounds, strict=True) if bound.good}
    count = subject.counted(ended)
    if len(good) == len(bounds):
        return met(_shown(good), count=count)
    open_ones = [bound for bound in bounds if bound.known and not bound.good]
    if not open_ones:
        return vague(_shown(hidden), "what ends some calls is decided where llmlint cannot see it", count)
    if good or any(bound.given for bound in hidden):
        return vague(
            [*_shown(open_ones), *_shown(hidden), *_shown(good)], "not every call has a deadline", count
        )
    why = "no call has a deadline of its own"
    if hidden:
        why = "no call is given a deadline"
    return missing(why, [*_shown(open_ones), *_shown(hidden)], count)


def _bound(subject: Subject, call: LlmCall) -> _Bound:
    deadlines = subject.project.deadlines
    here = Site(call.site.func, call.site.call)
    paths = [(here, call.entry.timeout)]
    paths += [(site, derive.timeout) for derive, site in (call.client.changes if call.client else ())]
    setting = deadlines.at_call(call)
    clients = tuple(_clients(call.client))
    if setting.state == "unknown" and any(deadlines.constructor(one).state == "given" for one in clients):
        setting = ABSENT  # one is there, whichever it is
    if setting.state in ("given", "unknown") or _is_off(setting, call.entry.timeout_none):
        seen = all(_is_seen(subject, site) for site, _ in paths)
        return _told(setting, here, any(_is_written(subject, site, given) for site, given in paths), seen)
    for client in clients:
        made = deadlines.constructor(client)
        if made.state in ("given", "unknown") or _is_off(made, client.entry.timeout_none):
            place = client.site or here
            written = _is_written(subject, place, client.entry.timeout)
            return _told(made, place, written, _is_seen(subject, place))
    place = next((client.site for client in clients if client.site is not None), here)
    entries: list[s.Client | s.Call] = [client.entry for client in clients]
    entries = entries or [call.entry]
    if any(entry.no_deadline for entry in entries):
        return _Bound(False, True, place, "no deadline")
    if any(isinstance(entry, s.Client) and entry.in_process for entry in entries):
        return _Bound(False, True, place, "runs in this process, and nothing ends it")
    defaults = [entry.default_timeout for entry in entries if entry.default_timeout is not None]
    if not defaults:
        return _Bound(False, False, place, "nothing is known of its deadline")
    longest = max(defaults)
    if longest <= read("recovery", RecoveryFile).words.patience:
        return _Bound(True, True, place, f"{describe(longest)} by default")
    return _Bound(False, True, place, f"{describe(longest)} by default")


def _clients(client: Client | None) -> Iterator[Client]:
    """A client, and those through which it asks."""
    if client is not None:
        yield client
        for inner in client.inner:
            yield from _clients(inner)


def _is_off(setting: Setting, none_means: str) -> bool:
    return setting.state == "none" and none_means == "no-deadline"


def _is_written(subject: Subject, site: Site, paths: tuple[str, ...]) -> bool:
    """Whether a deadline is among what a call is seen to be given."""
    keywords, _ = subject.project.evaluator.keyword_items(site.call, site.func)
    names = [path.partition(".")[0] for path in paths]
    return any(
        walk.argument(site.call, name) is not None or not keywords.keys().isdisjoint(name.split("|"))
        for name in names
    )


def _is_seen(subject: Subject, site: Site) -> bool:
    """Whether everything that a call is given stands in it: no mapping of arguments."""
    return (
        not any(arg.star for arg in site.call.args)
        and subject.project.evaluator.keyword_items(site.call, site.func)[1]
    )


def _told(setting: Setting, here: Site, written: bool, seen: bool) -> _Bound:
    site = setting.site or here
    if setting.state == "unknown" and seen and not written:
        return _Bound(False, False, site, "no deadline is given, and what stands behind it is not seen")
    if setting.state == "unknown":
        what = "its deadline is given from elsewhere" if written else "what it is given is not seen"
        return _Bound(False, False, site, what, True)
    if setting.state == "none":
        return _Bound(False, True, site, "its deadline is switched off")
    what = "a deadline is given" if setting.site is not None else "what stands around it ends it"
    return _Bound(True, True, site, what)


def _shown(bounds: list[_Bound]) -> list[Evidence]:
    """One place per constructor or call."""
    found = (
        Evidence(b.site.func.path, b.site.call.span.line, f"`{callee(b.site.call)}`: {b.what}")
        for b in bounds
    )
    return list(dict.fromkeys(found))


DETECTORS = {"recovery.deadlines": deadlines}
