"""The tools that the audit recognises, as a table for docs/usage/audit.md."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit import tables
from llmlint.audit.catalogue import Fact, read
from llmlint.audit.criteria import AXIS_WORDS
from llmlint.model.rule import AXES

SORTS = {
    "evals.tool": "evals",
    "observability.tracer": "traces of calls",
    "observability.switch": "traces switched on by a setting",
    "observability.dashboard": "dashboards",
    "observability.alert_rules": "rules for alerts",
    "observability.feedback": "feedback that becomes cases",
    "recovery.limiter": "rate limits, fallbacks and queues",
    "cost.budget": "budgets and limits",
    "cost.spend_alert": "alerts before the money is spent",
    "security.tool": "",
    "security.tool.guardrail": "guardrails",
    "security.tool.redaction": "redaction",
    "security.tool.attack": "injection tests",
    "security.tool.scanner": "scanners for keys",
    "security.tool.offer": "functions offered to models",
    "security.tool.limit": "limits of tools",
    "security.cloud": "short-lived credentials in pipelines",
    "oncall.pager": "paging, also of the alerts of axis 2",
    "rollback.flag": "feature flags",
    "rollback.registry": "registries of prompts",
    "rollback.index": "indexes",
    "rollback.deployer": "deployments",
    "rollback.lock": "lock files",
}
"""What a table of ``rules/catalogue/audit/`` is evidence of; behind it the ``kind`` of its entries."""
NOT_TOOLS = frozenset({"observability.log_sink", "recovery.failure", "runbook.provider"})
"""Tables whose names are not those of tools."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A tool, and what its use is evidence of."""

    axis: int
    table: str
    """A key of ``SORTS``."""
    name: str


def recognised() -> Iterator[Recognised]:
    """Every tool of every file of the audit's catalogue, in the order of axes and tables."""
    known = {info.name for info in pkgutil.iter_modules(tables.__path__)}
    for word, axis in AXIS_WORDS.items():
        for key, entry in _entries(word) if word in known else ():
            table = f"{word}.{key}"
            of_kind = f"{table}.{getattr(entry, 'kind', '')}"
            for name in _names(entry) if table not in NOT_TOOLS else ():
                yield Recognised(axis, of_kind if of_kind in SORTS else table, name)


def _entries(word: str) -> Iterator[tuple[str, Fact]]:
    """The facts of one file that stand in arrays of tables, with the keys of these."""
    module = importlib.import_module(f"{tables.__name__}.{word}")
    (shape,) = (cls for name, cls in vars(module).items() if re.fullmatch(r"[A-Z]\w*File", name))
    file = read(word, shape)
    for key in shape.__struct_fields__:
        held = getattr(file, key)
        for entry in held if isinstance(held, tuple) else ():
            if isinstance(entry, Fact):
                yield key, entry


def _names(entry: Fact) -> tuple[str, ...]:
    name = getattr(entry, "name", None)
    return (name,) if name else tuple(getattr(entry, "names", ()))


def tools() -> str:
    """One row for each sort of evidence, tools in alphabetical order."""
    rows: dict[tuple[int, str], set[str]] = {}
    for one in recognised():
        rows.setdefault((one.axis, SORTS[one.table]), set()).add(one.name)
    lines = ["| axis | evidence of | tools |", "|---|---|---|"]
    for (axis, sort), names in rows.items():
        lines.append(f"| {axis} {AXES[axis]} | {sort} | {', '.join(sorted(names, key=str.casefold))} |")
    return "\n".join(lines) + "\n"
