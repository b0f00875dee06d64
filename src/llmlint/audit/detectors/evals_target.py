"""What people have to have written down: the target, and how far a judge agrees with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from llmlint.audit.detectors.evals_suite import NOT_READ
from llmlint.audit.evals import Evals
from llmlint.audit.judges import judging
from llmlint.audit.literals import literals
from llmlint.audit.model import CriterionResult, Evidence, met, missing, not_applicable, one_per_line, vague
from llmlint.audit.promptfiles import PromptFiles
from llmlint.audit.subject import Subject
from llmlint.facts import model as m


def target(subject: Subject) -> CriterionResult:
    """A bar and the cost of a bad output, under headings that speak of quality or release."""
    words = subject.once(Evals).table.words
    bar = _first(subject, words.bars)
    harm = _first(subject, words.harm)
    if bar and harm:
        return met([bar, harm])
    if bar:
        return vague([bar], "what a bad output costs is not said")
    return vague([harm], "no bar is said") if harm else missing()


def _first(subject: Subject, patterns: tuple[str, ...]) -> Evidence | None:
    """The first paragraph, item or cell that one of these expressions is found in."""
    words = subject.once(Evals).table.words
    found = re.compile("|".join(patterns), re.IGNORECASE)
    for path in subject.once(PromptFiles).without(words.documents):
        for section in subject.repository.markdown(path).sections:
            if any(re.search(rf"\b{word}", section.title.lower()) for word in words.headings):
                for block in section.blocks:
                    match = found.search(block.text) if block.kind != "code" else None
                    if match:
                        return Evidence(
                            path, block.line, f"{section.title}: {' '.join(match[0].split())[:40]}"
                        )
    return None


def judge(subject: Subject) -> CriterionResult:
    """Labels of people beside a judge, and the agreement with them."""
    evals = subject.once(Evals)
    judges = one_per_line((*_judges(subject, evals), *_told_to(subject, evals), *judging(subject)))
    if not judges:
        if evals.unread:
            return missing(NOT_READ)
        return not_applicable("no model is seen to judge answers, in an eval or in a prompt")
    labels = [Evidence(c.path, c.line, f"{c.labelled} labels of people") for c in evals.cases if c.labelled]
    beside = {place.path for place in judges if place.path.endswith(".py")}
    agreement = list(_agreement(subject, evals, sorted(beside)))
    if labels:
        return met([*labels, *agreement])
    if agreement:
        return vague(agreement, "agreement is spoken of, the labels are not here")
    return missing("a model judges, and nobody has judged the judge", judges)


def _judges(subject: Subject, evals: Evals) -> Iterator[Evidence]:
    dotted = [name for tool in evals.table.tool for name in tool.judges if "." in name]
    yield from (use.evidence for use in subject.uses(*dotted))
    for config in evals.configs:
        for node in config.found(*config.tool.judges):
            yield Evidence(config.path, node.line, f"`{node.text}`")
    for script in (*evals.running, *evals.frameworks):
        for func in script.asks:
            name = func.qualname.lower()
            if func.facts.kind == "function" and any(word in name for word in evals.table.words.judges):
                yield Evidence(func.path, func.facts.span.line, f"`{func.qualname}` asks a model")


def _told_to(subject: Subject, evals: Evals) -> Iterator[Evidence]:
    """Prompts that tell a model to judge and to give a mark, in files that hold prompts and in code."""
    words = evals.table.words
    judging, marking, verdict = (
        re.compile(given, re.IGNORECASE) for given in (words.judging, words.marking, "|".join(words.verdicts))
    )
    files = subject.once(PromptFiles)
    for path in dict.fromkeys(one.path for one in (*files.read, *files.perhaps)):
        marks = marking.search(subject.repository.text(path))
        for hit in subject.repository.search(path, judging if marks else verdict):
            yield Evidence(path, hit.line, f"a prompt: `{hit.match[0][:50]}`")
            break
    for func, span, text in literals(subject):
        match = judging.search(text) if marking.search(text) else None
        match = match or verdict.search(text)
        if match:
            yield subject.at(func, span, f"a prompt: `{' '.join(match[0].split())[:50]}`")


_MEASURED = re.compile(
    r"\b(?:calibrat(?:ed|ion)|agreement|kappa)\b[^\n=]{0,80}?(?:\b0?\.\d+|\b\d+(?:\.\d+)?\s?%|\bn\s*=\s*\d+)",
    re.IGNORECASE,
)
"""In prose, as a comment or a docstring has it: in an assignment an equals sign comes first."""


def _agreement(subject: Subject, evals: Evals, judging: Iterable[str]) -> Iterator[Evidence]:
    """On pages, in what is said beside a judge (``judging``: paths), in names of evals."""
    words = re.compile("|".join(map(re.escape, evals.table.words.agreement)), re.IGNORECASE)
    for path in subject.repository.matching(evals.table.words.documents):
        for block in subject.repository.markdown(path).blocks:
            if words.search(block.text) and re.search(r"\d", block.text):
                yield Evidence(path, block.line, " ".join(block.text.split())[:60])
                break
    for path in judging:
        for hit in subject.repository.search(path, _MEASURED):
            yield Evidence(path, hit.line, hit.text[:60])
            break
    for script in evals.running:
        for func in script.mod.functions:
            for stmt in func.statements:
                if isinstance(stmt, m.Assign):
                    names = (name.id for name in stmt.targets if isinstance(name, m.Name))
                    yield from (
                        Evidence(func.path, stmt.span.line, f"`{name}`")
                        for name in names
                        if words.search(name)
                    )


DETECTORS = {"evals.target": target, "evals.judge": judge}
