"""What refuses before the money is gone, and who hears of it earlier."""

from __future__ import annotations

from llmlint.audit.alerting import Alerting
from llmlint.audit.budgets import Budgets, Check, Limit
from llmlint.audit.estimates import Estimates
from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.quotas import Quotas
from llmlint.audit.spendwarnings import SpendWarnings
from llmlint.audit.subject import Subject


def budget(subject: Subject) -> CriterionResult:
    """A budget per user or tenant and period that refuses: the program's own, a library's, a gateway's."""
    budgets = subject.once(Budgets)
    limits = [one for one in budgets.limits if one.table.limits != "requests" and one.table.scope == "all"]
    refusals = [check for check in budgets.checks if check.refuses]
    found: list[Limit | Check] = [*limits, *refusals]
    firm = [one.evidence for one in found if one.by_user and one.by_period]
    if firm:
        return met(firm)
    if found:
        lacking = [
            word
            for word, there in (
                ("user or tenant", any(one.by_user for one in found)),
                ("day or other period", any(one.by_period for one in found)),
            )
            if not there
        ] or ["user and period together"]
        return vague((one.evidence for one in found), f"it is not per {' nor per '.join(lacking)}")
    runs = [one.evidence for one in budgets.limits if one.table.scope == "run"]
    if runs:
        return vague(runs, "it limits a single run, not what one user spends in a day")
    requests = [*(one.evidence for one in budgets.limits), *subject.once(Quotas).all]
    if requests:
        return vague(requests, "requests are limited, not what they cost")
    estimates = subject.once(Estimates).all
    if estimates:
        return vague(estimates, "it limits one request or one run, not what one user spends in a day")
    compared = [check.evidence for check in budgets.checks]
    return vague(compared, "what was spent is compared, nothing is refused") if compared else missing()


def alert(subject: Subject) -> CriterionResult:
    """Somebody is told before the budget is used up: the bill's own alert, a rule, the program."""
    budgets, alerting = subject.once(Budgets), subject.once(Alerting)
    early = [one.evidence for one in alerting.bills if one.early]
    early += [one.evidence for one in budgets.limits if one.warns]
    early += [check.evidence for check in budgets.checks if check.early]
    early += [rule.evidence for rule in alerting.rules if rule.about_spend and alerting.told]
    warnings = subject.once(SpendWarnings).all
    early += [one.evidence for one in warnings if one.of_budget]
    if early:
        return met(dict.fromkeys(early))
    if warnings:
        return vague(
            (one.evidence for one in warnings), "somebody is told at some sum, and no budget is seen"
        )
    bills = [one.evidence for one in alerting.bills]
    if bills:
        return vague(bills, "nobody is told before the budget is used up")
    rules = [rule.evidence for rule in alerting.rules if rule.about_spend]
    return vague(rules, "nothing here says who is told") if rules else missing()


DETECTORS = {"cost.budget": budget, "cost.alert": alert}
