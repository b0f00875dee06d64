"""How alerts reach people: by tools for paging, in files, infrastructure and code; or by chat and mail."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from llmlint.audit.alerting import terraform
from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.receivers import receivers
from llmlint.audit.subject import Subject
from llmlint.audit.tables.oncall import OncallFile, Pager
from llmlint.facts import model as m
from llmlint.repository.terraform import Block
from llmlint.repository.tree import Node

YAML = (".yml", ".yaml")


class Paging:
    """Answers about one package; made once per subject (``subject.once(Paging)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._repository = subject.repository
        self.table: OncallFile = read("oncall", OncallFile)
        self._pagers = [pager for pager in self.table.pager if pager.pages]

    # -- files ----------------------------------------------------------------------------------

    @functools.cached_property
    def _trees(self) -> tuple[tuple[str, Node], ...]:
        paths = self._repository.matching(self.table.monitors.files)
        return tuple((path, tree) for path in paths for tree in self._repository.trees(path))

    @functools.cached_property
    def terraform(self) -> tuple[tuple[str, Block], ...]:
        """Every resource of Terraform."""
        return tuple(
            (path, block)
            for path, block in terraform(self._subject)
            if block.word == "resource" and block.labels
        )

    @functools.cached_property
    def _received(self) -> tuple[tuple[Pager, bool, Evidence], ...]:
        """Receivers and texts of monitors, with whether anything is sent there."""
        found = []
        for path, tree in self._trees:
            for one in receivers(tree, self.table.pager):
                place = Evidence(path, one.line, f"receiver `{one.name}`: {one.pager.name}")
                found.append((one.pager, one.routed, place))
            for line, text in self._messages(tree):
                for pager in self.table.pager:
                    handle = next((handle for handle in pager.handles if handle in text), None)
                    if handle is not None:
                        found.append((pager, True, Evidence(path, line, f"`{handle}`: {pager.name}")))
        for path, block in self.terraform:
            for pager in self.table.pager:
                if self._notifies(block, pager):
                    found.append((pager, True, _resource(path, block, pager)))
        return tuple(found)

    def _messages(self, tree: Node) -> Iterator[tuple[int, str]]:
        for _, node in tree.walk():
            for message, beside in self.table.monitors.messages:
                text = node.get(message)
                if text is not None and node.get(beside) is not None:
                    yield text.line, " ".join(one.text for _, one in text.walk())

    def _notifies(self, block: Block, pager: Pager) -> bool:
        if block.labels[0] not in self.table.monitors.notifiers:
            return block.labels[0] in pager.resources
        words = {*pager.handles, *pager.hosts, *(f"{kind} {{" for kind in pager.types)}
        return any(word in block.text for word in words)

    # -- answers --------------------------------------------------------------------------------

    @functools.cached_property
    def paged(self) -> tuple[Evidence, ...]:
        """Where somebody is paged: alerts are sent there, or the program does it."""
        found = [place for pager, routed, place in self._received if pager.pages and routed]
        return (*found, *self._called(), *self._sent(), *self._run())

    @property
    def idle(self) -> tuple[Evidence, ...]:
        """Tools that are configured, and to which no route leads."""
        return tuple(place for pager, routed, place in self._received if pager.pages and not routed)

    @property
    def told(self) -> tuple[Evidence, ...]:
        """Channels that sleep."""
        return tuple(place for pager, _, place in self._received if not pager.pages)

    @property
    def own(self) -> Iterator[Evidence]:
        """Functions of the program that alert somebody, and that it calls; whom they wake is not seen."""
        graph = self._subject.project.graph
        for func in self._subject.project.functions:
            if re.search(self.table.monitors.senders, func.name) and graph.callers.get(func):
                if self._subject.within(func.path):
                    yield self._subject.at(func, func.facts.span, f"`{func.name}`")

    @property
    def named(self) -> Iterator[Evidence]:
        """Services that a catalogue names: they are there, and what is sent to them is not seen."""
        for path in self._repository.matching(self.table.owners.catalogues):
            for tree in self._repository.yaml(path):
                held = tree.get("metadata", "annotations")
                for key, node in held.items() if held is not None else ():
                    for pager in self._pagers:
                        if key in pager.annotations and node.text:
                            yield Evidence(path, node.line, f"{pager.name}: `{key}`")

    def _called(self) -> Iterator[Evidence]:
        for pager in self._pagers:
            for use in self._subject.uses(*pager.calls) if pager.calls else ():
                if use.func.mod.production:
                    yield use.evidence

    def _sent(self) -> Iterator[Evidence]:
        """Addresses of a tool that production code calls something with, or keeps under a name."""
        hosts = [(host, pager) for pager in self._pagers for host in pager.hosts]
        for func in self._subject.project.functions:
            if not self._subject.within(func.path):
                continue
            said = {stmt.value for stmt in func.statements if isinstance(stmt, m.ExprStmt)}
            for node in func.nodes:
                if isinstance(node, m.Text) and "://" in node.value and node not in said:
                    for host, pager in hosts:
                        if host in node.value:
                            yield self._subject.at(func, node.span, f"{pager.name}: `{host}`")

    def _run(self) -> Iterator[Evidence]:
        """Jobs that page somebody when they fail."""
        hosts = [(host, pager) for pager in self._pagers for host in pager.hosts]
        for pipeline in self._repository.pipelines:
            for job in pipeline.jobs:
                for command in job.commands:
                    for host, pager in hosts:
                        if host in command.text:
                            yield Evidence(pipeline.path, command.line, f"{pager.name}: `{host}`")

    def resources(self, kind: str) -> Iterator[Evidence]:
        """Terraform's resources that are a rotation (``schedules``) or say who is next (``escalations``)."""
        for path, block in self.terraform:
            for pager in self._pagers:
                if block.labels[0] in (pager.schedules if kind == "schedules" else pager.escalations):
                    yield _resource(path, block, pager)


def _resource(path: str, block: Block, pager: Pager) -> Evidence:
    return Evidence(path, block.line, f"{pager.name}: `{'.'.join(block.labels)}`")
