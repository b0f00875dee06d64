"""Whether anybody knows what calls cost, and whose calls they were."""

from __future__ import annotations

from llmlint.audit.carriers import Carriers
from llmlint.audit.counters import keyed_counters
from llmlint.audit.idsaround import IdsAround
from llmlint.audit.model import Count, CriterionResult, met, missing, vague
from llmlint.audit.spending import Spending
from llmlint.audit.subject import Subject


def attributable(subject: Subject) -> CriterionResult:
    """Each call says for which user or tenant it is, and, where there are several features, for which."""
    carriers = subject.once(Carriers)
    if not carriers.all:
        return _around(subject)
    evidence = [one.evidence for one in carriers.all]
    places = {call.site.call: call for call in subject.sites}
    lacking = {call.site.call for call in subject.sites if not carriers.of(call)}
    unsure = {call.site.call for call in subject.sites if not carriers.of(call, itself=True)}
    bare = [subject.at(places[one].site.func, one.span, "names nobody") for one in places if one in lacking]
    # Which calls follow where something is said of all that do, nobody sees: they are not counted.
    count = (
        None
        if unsure and carriers.everywhere
        else Count(len(places) - len(lacking), len(places), "call sites")
    )
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
