"""Who owns what calls a model."""

from __future__ import annotations

from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.owners import Module, maintainers, modules
from llmlint.audit.subject import Subject


def owner(subject: Subject) -> CriterionResult:
    """More than one person for every file: met; one person, half of the files, of the package: vague."""
    found = modules(subject)
    owned = [one.owner for one in found if one.owner is not None]
    lacking = [_place(one) for one in found if one.owner is None]
    count = Count(len(owned), len(found), "files that call a model")
    places = list(dict.fromkeys(one.place for one in owned))
    if lacking:
        if 2 * len(owned) >= len(found):
            return vague([*places, *lacking], "nobody is named for the others", count)
        named = maintainers(subject, found) if not owned else ()
        if named:
            why = "maintainers of the package are named, and nobody for what calls a model"
            return vague([*named, *lacking], why, count)
        return missing("nobody is named for most of them" if owned else "", [*places, *lacking], count)
    alone = list(dict.fromkeys(one.place for one in owned if not one.several))
    if alone:
        return vague(alone, "one person alone is named", count)
    return met(places, count=count)


def _place(module: Module) -> Evidence:
    return Evidence(module.path, module.call.site.call.span.line, "nobody is named for this file")


DETECTORS = {"oncall.owner": owner}
