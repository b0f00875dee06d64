"""Whether anybody knows what calls cost, and whose calls they were."""

from __future__ import annotations

from llmlint.audit.carriers import Carriers
from llmlint.audit.counters import keyed_counters
from llmlint.audit.idsaround import IdsAround
from llmlint.audit.model import Count, CriterionResult, met, missing, vague
from llmlint.audit.spending import Spending
from llmlint.audit.subject import Subject
from llmlint.facts import model as m


def attributable(subject: Subject) -> CriterionResult:
    """Each call says for which user or tenant it is, and, where there are several features, for which."""
    carriers = subject.once(Carriers)
    if not carriers.all:
        return _around(subject)
    evidence = [one.evidence for one in carriers.all]
    named: dict[m.Call, bool] = {}
    places = {call.site.call: call for call in subject.sites}
    for call in subject.sites:
        named[call.site.call] = named.get(call.site.call, True) and bool(carriers.of(call))
    bare = [
        subject.at(call.site.func, place.span, "names nobody")
        for place, call in places.items()
        if not named[place]
    ]
    count = None if carriers.everywhere else Count(len(named) - len(bare), len(named), "call sites")
    if bare:
        return vague([*evidence, *bare], "other calls name neither user nor feature", count)
    says = frozenset().union(*(one.says for one in carriers.all))
    if "user" not in says:
        return vague(evidence, "the feature is named, the user or tenant is not", count)
    if "feature" not in says and len({call.site.func for call in subject.sites}) > 1:
        return vague(evidence, "the user is named, the feature is not", count)
    return met(evidence, count=count)


def _around(subject: Subject) -> CriterionResult:
    """Where neither a request nor its cost says whose it is."""
    counters = keyed_counters(subject)
    if counters:
        return vague(
            counters, "usage is counted by user or feature, and no call or its cost says whose it is"
        )
    around = subject.once(IdsAround).saying("user")
    why = "the user is named around calls, and no call or its cost names one"
    if around:
        return vague(around, why)
    prepared = subject.once(Carriers).prepared
    return vague(prepared, "it is put into a request that no call is seen to send") if prepared else missing()


def accounting(subject: Subject) -> CriterionResult:
    """Usage is read from responses and added up, stored or counted, or instrumentation does so."""
    spending = subject.once(Spending)
    if spending.seen:
        return met(spending.seen, "usage is kept with every trace")
    if spending.read and spending.kept:
        return met([*spending.read, *spending.kept])
    if spending.kept:
        return vague(spending.kept, "it is not what the provider counted: no usage of a response is read")
    if spending.read:
        return vague([*spending.read, *spending.logged], "it is read, and added up nowhere")
    return vague(spending.logged, "it is shown, and added up nowhere") if spending.logged else missing()


DETECTORS = {"cost.attributable": attributable, "cost.accounting": accounting}
