"""A report in which everything that comes from a repository tries to be more than text."""

from __future__ import annotations

import datetime
from pathlib import Path

from llmlint.audit.criteria import criteria
from llmlint.audit.model import Assessed, AuditReport, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.score import score
from llmlint.model.finding import Finding
from llmlint.model.location import Location

WORDS = (
    "<script>document.title = 'owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "' onclick='alert(1)' x='",
    "</style></title><h1 class=owned>owned</h1>",
    "&lt;b&gt; &#60;i&#62;",
    "bell \a, escape \x1b[31m, null \0, newline \n# owned\n\n- owned",
    "override \u202eexe.txt\u202c, isolate \u2066x\u2069, mark \u200f, zero width \u200b",
    "lone \udc80 surrogate",
    "`code` and ``` fence and ` one",
    "[owned](javascript:alert(1)) ![owned](http://example.org/x.png) <http://example.org>",
    "| cell | @everyone #1 ~~gone~~ **bold** _it_ \\",
    "javascript:alert(1)//.py",
)


def result(number: int, text: str) -> CriterionResult:
    path = f"{text}.py" if number % 2 else f"a/{text}"
    places = [Evidence(path, line, text) for line in range(1, number % 5 + 2)]
    of = (met, vague, missing)[number % 3]
    return of(evidence=places, why=text)


def report(root: Path) -> AuditReport:
    """All axes; every text in every place that takes one."""
    axes = []
    for axis in range(1, 9):
        of_axis = [one for one in criteria().values() if one.axis == axis]
        judged = [
            Assessed(one, result(number + axis, WORDS[(number + axis) % len(WORDS)]))
            for number, one in enumerate(of_axis)
        ]
        findings = [Finding("LLM301", WORDS[axis], Location(WORDS[axis - 1], 1))] if axis % 2 else []
        axes.append(score(axis, judged, findings))
    return AuditReport(
        root,
        package=WORDS[0],
        axes=tuple(axes),
        sites=3,
        problems=tuple(Evidence(text, 1, text) for text in WORDS),
        notes=WORDS,
        day=datetime.date(2026, 6, 1),
    )
