"""Where numbers are seen, and what wakes somebody when they go wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.alerting import Alerting, terraform
from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import Dashboard, ObservabilityFile
from llmlint.facts import model as m
from llmlint.repository.tree import Node

_ADDRESS = re.compile(r"https?://[^\s<>()\[\]`]+")


def dashboards(subject: Subject) -> CriterionResult:
    """Dashboards kept as code that speak of models, or links to one in the docs."""
    table = read("observability", ObservabilityFile)
    about = re.compile(table.dashboards.subjects, re.I)
    found = [*_in_files(subject, table), *_in_terraform(subject, table), *_in_code(subject, table)]
    firm = [place for place, text in found if about.search(text)]
    linked = list(_linked(subject, table))
    if firm or linked:
        return met([*firm, *linked])
    if found:
        return vague((place for place, _ in found), "they show nothing about models")
    told = list(_told(subject, table))
    if told:
        return vague(told, "the docs say where traces are seen, and no dashboard is linked")
    pages = list(_pages(subject, table))
    return (
        vague(pages, "a page of the program itself, not a dashboard for those who run it")
        if pages
        else missing()
    )


_Found = tuple[Evidence, str]


def _in_files(subject: Subject, table: ObservabilityFile) -> Iterator[_Found]:
    repository = subject.repository
    for path in repository.matching(table.dashboards.files):
        for tree in repository.trees(path):
            for node, tool in _dashboards(tree, table.dashboard):
                title = node.get("title")
                what = f"{tool.name} dashboard {title.text[:40] if title is not None else ''}".strip()
                text = " ".join(one.text for _, one in node.walk())
                yield Evidence(path, node.line, what), f"{path} {text}"


def _dashboards(tree: Node, tools: tuple[Dashboard, ...]) -> Iterator[tuple[Node, Dashboard]]:
    """At the top, or below ``dashboard`` as an export has it; a resource of Kubernetes or CloudFormation."""
    below = tree.get("Resources")
    resources = [resource for _, resource in below.items()] if below is not None else []
    for tool in tools:
        for node in (tree, tree.get("dashboard")):
            if node is not None and any(all(node.get(key) is not None for key in keys) for keys in tool.keys):
                yield node, tool
                break
        kind = tree.get("kind")
        labels = tree.get("metadata", "labels")
        if kind is not None and (
            kind.text in tool.kinds
            or (
                kind.text == "ConfigMap"
                and labels is not None
                and labels.get(f"{tool.name.lower()}_dashboard")
            )
        ):
            yield tree, tool
        for resource in resources:
            made = resource.get("Type")
            if made is not None and made.text in tool.kinds:
                yield resource, tool


def _in_terraform(subject: Subject, table: ObservabilityFile) -> Iterator[_Found]:
    for path, block in terraform(subject):
        for tool in table.dashboard:
            if block.word == "resource" and block.labels and block.labels[0] in tool.resources:
                place = Evidence(path, block.line, f"{tool.name}: `{'.'.join(block.labels)}`")
                yield place, f"{path} {' '.join(block.labels)} {block.text}"


def _in_code(subject: Subject, table: ObservabilityFile) -> Iterator[_Found]:
    for tool in table.dashboard:
        for use in subject.uses(*tool.calls) if tool.calls else ():
            texts = [node.value for node in use.func.nodes if isinstance(node, m.Text)]
            yield use.evidence, " ".join(texts)


def _linked(subject: Subject, table: ObservabilityFile) -> Iterator[Evidence]:
    for path in subject.repository.matching(table.records.documents):
        for link in subject.repository.markdown(path).links:
            for tool in table.dashboard:
                if _leads(link.target, tool.links) and not _leads(link.target, tool.single):
                    yield Evidence(path, link.line, f"link to a dashboard of {tool.name}")
                    break


def _told(subject: Subject, table: ObservabilityFile) -> Iterator[Evidence]:
    """One trace that is shown, a provider's log of requests, prose that sends the reader to a tool."""
    looks = re.compile(table.dashboards.looks, re.I)
    single = (*table.dashboards.accounts, *(one for tool in table.dashboard for one in tool.single))
    for path in subject.repository.matching(table.records.documents):
        text = subject.repository.markdown(path)
        found = [(link.line, link.target) for link in text.links]
        prose = [block for block in text.blocks if block.kind != "code"]
        found += [(block.line, one) for block in prose for one in _ADDRESS.findall(block.text)]
        for line, target in found:
            if _leads(target, single):
                yield Evidence(path, line, f"`{target[:60]}`")
        for block in prose:
            said = looks.search(block.text)
            if said:
                yield Evidence(path, block.line, " ".join(said[0].split())[:60])


def _leads(target: str, patterns: tuple[str, ...]) -> bool:
    return any(re.search(one, target) for one in patterns)


def _pages(subject: Subject, table: ObservabilityFile) -> Iterator[Evidence]:
    spend = re.compile(table.dashboards.spend, re.I)
    for path in subject.repository.matching(table.dashboards.pages):
        hit = next(subject.repository.search(path, spend), None)
        if hit is not None:
            yield Evidence(path, hit.line, hit.match[0])


def alerts(subject: Subject) -> CriterionResult:
    """Rules on failures, time or money, and a service that wakes somebody."""
    alerting = subject.once(Alerting)
    rules = [rule.evidence for rule in alerting.rules if rule.about_symptoms]
    if rules and alerting.paged:
        return met([*rules, *alerting.paged])
    if alerting.paged and not alerting.rules:
        sent = [place for place in alerting.paged if place.path.endswith(".py")]
        if sent:
            return met(sent, "the program pages by itself")
        return vague(alerting.paged, "somebody can be paged, and no rule here does it")
    if rules and alerting.told:
        return vague([*rules, *alerting.told], "they write a mail or into a channel, and wake nobody")
    if rules:
        return vague(rules, "nothing here says who is paged")
    if alerting.rules:
        return vague((r.evidence for r in alerting.rules), "they are not about failures, time or money")
    reporters = [
        Evidence(use.func.path, use.span.line, f"{use.table.name}: `{use.what}`")
        for use in subject.telemetry
        if use.table.kind == "reporter"
    ]
    if reporters:
        return vague(reporters, "failures are collected; what of them wakes somebody is not here")
    return vague(alerting.told, "somebody is told, nobody is woken") if alerting.told else missing()


DETECTORS = {"observability.dashboards": dashboards, "observability.alerts": alerts}
