"""What wakes somebody: rules that are kept as code, the services they reach, alerts on the bill."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile, SpendAlert
from llmlint.audit.tables.observability import AlertRules, ObservabilityFile
from llmlint.audit.tables.oncall import OncallFile, Pager
from llmlint.facts import model as m
from llmlint.project.scopes import Func
from llmlint.repository.terraform import Block, blocks
from llmlint.repository.tree import Node


@dataclass(frozen=True, slots=True, eq=False)
class AlertRule:
    """A rule that some tool evaluates."""

    evidence: Evidence
    about_symptoms: bool
    """It speaks of failures, time or money, not of disks."""
    about_spend: bool


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """A service that somebody is reached by."""

    pager: Pager
    evidence: Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Bill:
    """An alert on the bill of a cloud."""

    evidence: Evidence
    early: bool
    """Whether it comes before the whole budget is spent."""


class Alerting:
    """Made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._repository = subject.repository
        self._table = read("observability", ObservabilityFile)
        self._pagers = read("oncall", OncallFile).pager
        self._bills = read("cost", CostFile).spend_alert
        self._symptoms = re.compile(self._table.alerts.symptoms, re.I)
        self._spend = re.compile(self._table.alerts.spend, re.I)

    @functools.cached_property
    def _trees(self) -> tuple[tuple[str, Node], ...]:
        paths = self._repository.matching(self._table.alerts.files)
        return tuple((path, tree) for path in paths for tree in self._repository.trees(path))

    @functools.cached_property
    def terraform(self) -> tuple[tuple[str, Block], ...]:
        """Every block of Terraform."""
        return terraform(self._subject)

    # -- rules ----------------------------------------------------------------------------------

    @functools.cached_property
    def rules(self) -> tuple[AlertRule, ...]:
        """Every rule, whatever evaluates it."""
        return tuple(self._rules())

    def _rules(self) -> Iterator[AlertRule]:
        for path, tree in self._trees:
            for _, node in tree.walk():
                table = self._rule(node)
                if table is not None:
                    text = " ".join(one.text for _, one in node.walk())
                    name = next((node.get(k).text for k in table.rules if node.get(k)), table.name)  # type: ignore[union-attr]
                    yield self._made(Evidence(path, node.line, f"{table.name}: {name[:50]}"), text)
        for path, block in self.terraform:
            for table in self._table.alert_rules:
                if block.word == "resource" and block.labels[:1] and block.labels[0] in table.resources:
                    what = f"{table.name}: `{'.'.join(block.labels)}`"
                    text = " ".join((*block.labels, block.text))
                    yield self._made(Evidence(path, block.line, what), text)
        for table in self._table.alert_rules:
            for use in self._subject.uses(*table.calls) if table.calls else ():
                if use.func.mod.production:
                    names = [n.value for n in use.func.nodes if isinstance(n, m.Text)]
                    yield self._made(use.evidence, " ".join(names))

    def _rule(self, node: Node) -> AlertRules | None:
        tables: tuple[AlertRules, ...] = self._table.alert_rules
        for table in tables:
            if table.rules and all(node.get(key) is not None for key in table.rules):
                return table
        return None

    def _made(self, place: Evidence, text: str) -> AlertRule:
        return AlertRule(place, bool(self._symptoms.search(text)), bool(self._spend.search(text)))

    # -- who is reached -------------------------------------------------------------------------

    @functools.cached_property
    def reached(self) -> tuple[Reached, ...]:
        """Every service that alerts are sent to, pagers first."""
        return tuple(sorted(self._reached(), key=lambda one: not one.pager.pages))

    @property
    def paged(self) -> tuple[Evidence, ...]:
        """Those that wake somebody."""
        return tuple(one.evidence for one in self.reached if one.pager.pages)

    @property
    def told(self) -> tuple[Evidence, ...]:
        """All of them."""
        return tuple(one.evidence for one in self.reached)

    def _reached(self) -> Iterator[Reached]:
        for pager in self._pagers:
            for path, tree in self._trees:
                for keys, node in tree.walk():
                    if self._receives(pager, str(keys[-1]) if keys else "", node):
                        yield Reached(pager, Evidence(path, node.line, pager.name))
            for path, block in self.terraform:
                if block.word == "resource" and block.labels and block.labels[0] in pager.resources:
                    yield Reached(
                        pager, Evidence(path, block.line, f"{pager.name}: `{'.'.join(block.labels)}`")
                    )
                elif any(handle in block.text for handle in pager.handles):
                    yield Reached(pager, Evidence(path, block.line, pager.name))
            for use in self._subject.uses(*pager.calls) if pager.calls else ():
                if use.func.mod.production:
                    yield Reached(pager, use.evidence)
            yield from self._sent(pager)

    @staticmethod
    def _receives(pager: Pager, key: str, node: Node) -> bool:
        if key in pager.receivers and isinstance(node.value, list | dict) and node.value:
            return True
        kind = node.get("type")
        if kind is not None and kind.text in pager.types and node.get("settings") is not None:
            return True
        return any(part in node.text for part in (*pager.handles, *pager.hosts))

    def _sent(self, pager: Pager) -> Iterator[Reached]:
        """Addresses of the service in production code, where something is called with them."""
        for func, text in self._addresses if pager.hosts else ():
            if any(host in text.value for host in pager.hosts):
                yield Reached(pager, self._subject.at(func, text.span, f"{pager.name}: `{text.value[:50]}`"))

    @functools.cached_property
    def _addresses(self) -> tuple[tuple[Func, m.Text], ...]:
        """Texts in production code with the address of any of the services."""
        hosts = re.compile("|".join(re.escape(host) for pager in self._pagers for host in pager.hosts))
        return tuple(
            (func, node)
            for func in self._subject.project.functions
            if self._subject.within(func.path)
            for node in func.nodes
            if isinstance(node, m.Text) and hosts.search(node.value)
        )

    # -- the bill ---------------------------------------------------------------------------------

    @functools.cached_property
    def bills(self) -> tuple[Bill, ...]:
        """Alerts on what is spent, as a cloud's own budgets have them."""
        found = []
        for path, block in self.terraform:
            for table in self._bills:
                if block.word == "resource" and block.labels and block.labels[0] in table.resources:
                    what = f"{table.name}: `{'.'.join(block.labels)}`"
                    early = any(
                        _is_early(value.text) for value in block.values if value.name in table.thresholds
                    )
                    found.append(Bill(Evidence(path, block.line, what), early))
        for path, tree in self._trees:
            for _, node in tree.walk():
                kind = node.get("Type")
                for table in self._bills if kind is not None else ():
                    if kind is not None and kind.text in table.kinds:
                        found.append(Bill(Evidence(path, node.line, table.name), _tells_early(node, table)))
        return tuple(found)


def _tells_early(node: Node, table: SpendAlert) -> bool:
    return any(keys and keys[-1] in table.thresholds and _is_early(one.text) for keys, one in node.walk())


def _is_early(text: str) -> bool:
    """``80`` percent, or ``0.8`` of it."""
    try:
        number = float(text)
    except ValueError:
        return False
    return 0 < number < 1 or 1 < number < 100


def terraform(subject: Subject) -> tuple[tuple[str, Block], ...]:
    """Every block of Terraform in the repository, with its path."""
    return subject.once(_terraform)


def _terraform(subject: Subject) -> tuple[tuple[str, Block], ...]:
    repository = subject.repository
    return tuple(
        (path, block) for path in repository.matching(["*.tf"]) for block in blocks(repository.text(path))
    )
