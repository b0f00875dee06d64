"""Compare what a situation's comments say with what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from llmlint.model.finding import Finding

from .situations import Situation

Place = tuple[str, int, str]


def place(finding: Finding) -> Place:
    """Where a finding is and what it is called."""
    return finding.location.path, finding.location.line, finding.code


def expected(situation: Situation) -> Counter[Place]:
    """The findings the comments announce: true ones and known false alarms."""
    return Counter(
        (annotation.path, annotation.line, code)
        for annotation in situation.annotations
        if annotation.kind in ("error", "todo-ok")
        for code in annotation.codes
    )


def difference(situation: Situation, found: Counter[Place]) -> list[str]:
    """One line per place at which the findings are not those announced."""
    wanted = expected(situation)
    lines = [
        f"missing: {path}:{line} {code}   | {_source(situation, path, line)}"
        f"{_was_todo(situation, path, line)}"
        for path, line, code in sorted((wanted - found).elements())
    ]
    lines += [
        f"not announced: {path}:{line} {code}   | {_source(situation, path, line)}"
        f"{_is_todo(situation, path, line, code)}"
        for path, line, code in sorted((found - wanted).elements())
    ]
    return lines


def disagreements(situation: Situation, findings: Sequence[Finding]) -> list[str]:
    """Everything the comments say that the findings do not: places, message texts and steps."""
    lines = difference(situation, Counter(map(place, findings)))
    for finding, line in zip(findings, map(place, findings), strict=True):
        if line not in expected(situation):
            lines.append(f"    {finding.code} says: {finding.message}")
            lines += [f"        {s.location.path}:{s.location.line} {s.message}" for s in finding.steps]
    lines += _texts(situation, findings)
    lines += _steps(situation, findings)
    return lines


def _texts(situation: Situation, findings: Sequence[Finding]) -> Iterator[str]:
    for annotation in situation.annotations:
        if annotation.kind in ("error", "todo-ok") and annotation.text:
            here = (annotation.path, annotation.line, annotation.codes[0])
            messages = [finding.message for finding in findings if place(finding) == here]
            if messages and not any(annotation.text in message for message in messages):
                yield f"{annotation}: the message is {messages}"


def _steps(situation: Situation, findings: Sequence[Finding]) -> Iterator[str]:
    for annotation in situation.annotations:
        if annotation.kind != "step":
            continue
        for code in annotation.codes:
            steps = [step for finding in findings if finding.code == code for step in finding.steps]
            here = [
                s for s in steps if (s.location.path, s.location.line) == (annotation.path, annotation.line)
            ]
            if not any(annotation.text in step.message for step in here):
                seen = [f"{s.location.path}:{s.location.line} {s.message}" for s in steps]
                yield f"{annotation}: no such step; the steps are {seen}"


def _source(situation: Situation, path: str, line: int) -> str:
    lines = situation.files.get(path, "").splitlines()
    return lines[line - 1].strip() if 0 < line <= len(lines) else "(no such line)"


def _todo(situation: Situation, kind: str) -> Callable[[str, int], bool]:
    marked = {(a.path, a.line) for a in situation.annotations if a.kind == kind}
    return lambda path, line: (path, line) in marked


def _was_todo(situation: Situation, path: str, line: int) -> str:
    gone = _todo(situation, "todo-ok")(path, line)
    return "   (the known false alarm is gone: delete its todo-ok)" if gone else ""


def _is_todo(situation: Situation, path: str, line: int, code: str) -> str:
    found = _todo(situation, "todo-error")(path, line)
    return f"   (the known missed alarm is found: say `error: [{code}]`)" if found else ""
