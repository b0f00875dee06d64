"""Keys: none in the repository, none that stay valid in pipelines, and somebody who looks."""

from __future__ import annotations

from llmlint.audit.cloudkeys import long_lived, short_lived
from llmlint.audit.environments import has_rules, ignored, kept
from llmlint.audit.keyscanners import scanners
from llmlint.audit.model import CriterionResult, met, missing, vague
from llmlint.audit.subject import Subject

NO_RULES = "no `.gitignore` is here (source distributions leave it out)"


def secrets(subject: Subject) -> CriterionResult:
    """Four things at once: no key, ``.env`` ignored, a scanner, no key of a cloud that stays valid in CI."""
    found = [*subject.of_findings(subject.reported("LLM508")), *kept(subject.repository)]
    if found:
        return missing("keys are in the repository", found)
    rule = ignored(subject.repository)
    looking = list(scanners(subject.repository))
    firm = [place for place, whole in looking if whole]
    lasting = list(long_lived(subject.repository))
    lacking = []
    if rule is None:
        lacking.append("`.env` is not ignored" if has_rules(subject.repository) else NO_RULES)
    if not firm:
        lacking.append(
            "one kind of key only is looked for"
            if looking
            else "nothing looks for keys before they are committed"
        )
    if lasting:
        lacking.append("a key of a cloud in CI stays valid")
    good = [*([rule] if rule else []), *(place for place, _ in looking), *short_lived(subject.repository)]
    if not lacking:
        return met(good)
    if good:
        return vague([*good, *lasting], "; ".join(lacking))
    return missing("; ".join(lacking), lasting)


DETECTORS = {"security.secrets": secrets}
