"""Whether anybody knows what calls cost, and whose calls they were."""

from __future__ import annotations

from llmlint.audit.counters import keyed_counters
from llmlint.audit.idsaround import IdsAround
from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.named import Named
from llmlint.audit.spending import Spending
from llmlint.audit.subject import Subject


def attributable(subject: Subject) -> CriterionResult:
    """Each call says for which user or tenant it is, and, where there are several features, for which."""
    named = subject.once(Named)
    found = [one for one in named.all if one.says & {"user", "feature"}]
    if not found:
        counters = keyed_counters(subject)
        why = "usage is counted for somebody, and no call or its cost says for whom"
        if counters:
            return vague(counters, why)
        around = subject.once(IdsAround).saying("user")
        why = "the user is named around calls, and no call or its cost names one"
        return vague(around, why) if around else missing()
    evidence = [one.evidence for one in found]
    count, bare = subject.share(lambda call: bool(named.of(call) & {"user", "feature"}))
    if bare:
        places = (subject.at(c.site.func, c.site.call.span, "names nobody") for c in bare)
        return vague([*evidence, *places], "other calls name neither user nor feature", count)
    says = frozenset().union(*(one.says for one in found))
    if "user" not in says:
        return vague(evidence, "the feature is named, the user or tenant is not", count)
    if "feature" not in says and len({call.site.func for call in subject.sites}) > 1:
        return vague(evidence, "the user is named, the feature is not", count)
    return met(evidence, count=count)


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
