"""From a subject to a report: asks each detector, hears what people attest, scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from llmlint.audit import next_step
from llmlint.audit.attest import attested, better
from llmlint.audit.configuration import AuditSettings
from llmlint.audit.criteria import criteria
from llmlint.audit.detectors import detectors
from llmlint.audit.model import Assessed, AuditReport, AxisResult, CriterionResult, Evidence, missing
from llmlint.audit.score import score
from llmlint.audit.subject import Subject
from llmlint.model.rule import AXES
from llmlint.project.wording import callee

Caps = Callable[[str], bool]
"""Whether a finding of a rule with this code holds its axis down."""
NO_CALLS = "nothing in this {} calls a model, as far as llmlint can see"
UNSEEN = "`{}` is set up at {}:{}, but no call of a model is seen from there, so there is nothing to score by"


def assess(subject: Subject, settings: AuditSettings, root: Path, package: str, caps: Caps) -> AuditReport:
    """What the audit says of one package."""
    if not subject.sites:
        return nothing(root, package, subject)
    said = attested(settings, subject.today)
    notes: list[str] = []
    found: list[Assessed] = []
    for criterion in criteria().values():
        seen = _asked(criterion.id, subject, notes)
        if seen is None and criterion.id not in said:
            continue
        found.append(Assessed(criterion, better(seen or missing(), said.get(criterion.id))))
    axes = tuple(_axes(found, subject, caps))
    history = subject.repository.history
    if history.asked and history.missing:
        notes.append(f"how old files are is not known: {history.missing}")
    return AuditReport(
        root,
        package,
        axes,
        path=next_step.path({one.criterion.id: one for one in found}),
        sites=len({call.site.call for call in subject.sites}),
        problems=tuple(Evidence(p.path, p.line, p.message) for p in subject.repository.problems),
        notes=tuple(notes),
        day=subject.today,
        below=tuple(_below(axes, settings)),
    )


def nothing(root: Path, package: str = "", subject: Subject | None = None) -> AuditReport:
    """The report on a project without LLM calls; it says where models are set up all the same."""
    why = NO_CALLS.format("package" if package else "repository")
    for made in subject.clients if subject is not None else ():
        why = UNSEEN.format(callee(made.site.call), made.site.func.path, made.site.call.span.line)
        break
    return AuditReport(root, package, unscored=why)


def _asked(criterion: str, subject: Subject, notes: list[str]) -> CriterionResult | None:
    """What its detector says; None when there is none. One that fails costs its criterion, not the audit."""
    detector = detectors().get(criterion)
    if detector is None:
        return None
    try:
        return detector(subject)
    except Exception as error:
        notes.append(
            f"`{criterion}` was not judged: llmlint failed with `{type(error).__name__}` (a bug in llmlint)"
        )
        return None


def _axes(found: Iterable[Assessed], subject: Subject, caps: Caps) -> Iterable[AxisResult]:
    assessed = list(found)
    capping = [finding for finding in subject.reported("LLM") if caps(finding.code)]
    for axis in AXES:
        if axis:
            of_axis = [one for one in assessed if one.criterion.axis == axis]
            findings = [one for one in capping if one.code.startswith(f"LLM{axis}")]
            yield score(axis, of_axis, findings)


def _below(axes: Iterable[AxisResult], settings: AuditSettings) -> Iterable[tuple[int, int, int]]:
    for axis in axes:
        least = settings.least(axis.axis)
        if axis.level is not None and axis.level < least:
            yield axis.axis, axis.level, least
