"""The suite itself: that there is one, how many cases it has, what they say, and that they are kept here."""

from __future__ import annotations

import re

from llmlint.audit.evalcases import Cases
from llmlint.audit.evals import Evals
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalWords
from llmlint.repository.markdown import Section

NO_SUITE = "no eval suite is seen"
NOT_READ = "what the evals in another language do is not looked at"


def why_none(evals: Evals) -> str:
    """Why nothing is said about a suite where none was found."""
    return NOT_READ if evals.unread else NO_SUITE


def suite(subject: Subject) -> CriterionResult:
    """Configurations of tools, Python files that use one or ask the model where evals are, live tests."""
    evals = subject.once(Evals)
    if evals.suite:
        tests = sum(one.number for script in evals.running for one in script.live)
        few = not evals.configs and all(script.live for script in evals.running)
        if few and tests < evals.table.live.enough:
            return vague(evals.suite, "a test or two that ask a real model")
        return met(evals.suite)
    if evals.empty_configs:
        return vague((Evidence(c.path, 1, c.tool.name) for c in evals.empty_configs), "it holds no case")
    if evals.scoring:
        places = (Evidence(one.where.path, one.span.line, "answers are scored") for one in evals.scoring)
        return vague(places, "nothing is seen that an answer is compared with")
    if evals.cases:
        return vague((Evidence(c.path, c.line, "cases") for c in evals.cases), "cases that nothing runs")
    if evals.frameworks:
        why = "a framework for evals, and no case is seen that is run with it"
        return vague((script.evidence for script in evals.frameworks), why)
    if evals.unread:
        return vague(evals.unread, NOT_READ)
    if evals.scripts:
        why = "it neither uses a tool for evals nor asks the model"
        return vague((script.evidence for script in evals.scripts), why)
    return missing()


def size(subject: Subject) -> CriterionResult:
    """Cases counted in data, configurations and code."""
    evals = subject.once(Evals)
    words = evals.table.words
    number = sum(cases.number for cases in evals.cases)
    count = Count(number, words.enough, "cases")
    evidence = [Evidence(c.path, c.line, _number(c)) for c in evals.cases]
    if number >= words.enough:
        return met(evidence, count=count)
    if number >= words.floor:
        return vague(evidence, f"{words.floor} is the floor, {words.enough} is enough", count)
    if number:
        return missing(f"{words.floor} is the floor", evidence, count)
    return missing(NOT_READ if evals.unread else "")


def _number(cases: Cases) -> str:
    return f"{cases.number} case{'s' if cases.number > 1 else ''}"


def failure_modes(subject: Subject) -> CriterionResult:
    """Cases that carry a category or a tag."""
    evals = subject.once(Evals)
    cases = evals.cases
    number, tagged = sum(one.number for one in cases), sum(one.tagged for one in cases)
    if not number:
        return missing(NOT_READ if evals.unread else "there are no cases")
    evidence = [Evidence(c.path, c.tag_line, f"{c.tagged} of {_number(c)} tagged") for c in cases if c.tagged]
    count = Count(tagged, number, "cases")
    if 2 * tagged >= number:
        return met(evidence, count=count)
    return vague(evidence, "most cases carry no category", count) if tagged else missing(count=count)


def versioned(subject: Subject) -> CriterionResult:
    """Cases are tracked here; a link to a spreadsheet is where they are not."""
    evals = subject.once(Evals)
    links = list(_links(subject, evals))
    evidence = [Evidence(c.path, c.line, _number(c)) for c in evals.cases]
    if evidence and not links:
        return met(evidence)
    if evidence:
        return vague([*evidence, *links], "some cases are behind a link")
    if links:
        return missing("the cases are behind a link", links)
    if evals.suite or evals.frameworks:
        return missing("there are no cases")
    return vague(evals.unread, NOT_READ) if evals.unread else not_applicable(NO_SUITE)


def _is_about_evals(section: Section, words: EvalWords) -> bool:
    title = section.title.lower()
    if any(word in title for word in words.headings):
        return True
    return any(word in title for word in words.data_headings) and any(
        re.search(r"\b(?:eval|benchmark|test set)", block.text, re.IGNORECASE) for block in section.blocks
    )


def _links(subject: Subject, evals: Evals) -> list[Evidence]:
    """Links to spreadsheets from where evals are spoken of."""
    found = []
    words = evals.table.words
    for path in subject.repository.matching(words.documents):
        page = subject.repository.markdown(path)
        for section in page.sections:
            if not _is_about_evals(section, words):
                continue
            end = section.blocks[-1].line if section.blocks else section.line
            found += [
                Evidence(path, link.line, f"link to {host}")
                for link in page.links
                for host in words.hosts
                if section.line <= link.line <= end and host in link.target
            ]
    return list(dict.fromkeys(found))


DETECTORS = {
    "evals.suite": suite,
    "evals.size": size,
    "evals.failure_modes": failure_modes,
    "evals.versioned": versioned,
}
