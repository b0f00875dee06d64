"""Every tool that the lists name is recognised: a fixture shows it as evidence, another is a near miss.

Neither is declared. The evidence of a fixture names the tool, in its words or in the path of the file; a near
miss has the tool in its files (a comment, a dependency, a setting switched off) and not in its evidence.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict

import pytest

from llmlint.audit.model import Verdict
from support.tool_table import NOT_TOOLS, SORTS, recognised

from .situations import EXPECTED, Situation, situations

NAMED = (
    # traces, dashboards, alerts, reporters
    "LangSmith", "Langfuse", "Helicone", "Arize", "Phoenix", "Datadog", "Grafana", "OpenTelemetry",
    "OpenInference", "Traceloop", "Logfire", "Weave", "MLflow", "Prometheus", "Alertmanager", "Sentry",
    # paging
    "PagerDuty", "Opsgenie", "incident.io", "Grafana OnCall",
    # evals
    "promptfoo", "DeepEval", "Ragas", "Inspect", "Pydantic Evals", "Braintrust", "OpenAI Evals",
    # redaction, guardrails
    "Presidio", "scrubadub", "Guardrails AI", "NeMo Guardrails", "LLM Guard",
    # attacks, scanners for keys
    "garak", "PyRIT", "promptfoo red team", "gitleaks", "TruffleHog", "detect-secrets",
    "GitHub secret scanning",
    # flags
    "LaunchDarkly", "Unleash", "OpenFeature", "GrowthBook",
)  # fmt: skip
"""The tools that the readiness lists name, in the catalogue's words."""
WRITTEN = {"Inspect": "inspect_ai", "Arize": "arize", "Phoenix": "phoenix"}
"""How a tool is written in files where its name alone says too little."""


def _plain(text: str) -> str:
    """Without what names are joined by: ``llm-guard``, ``llm_guard`` and ``LLM Guard`` are one."""
    return re.sub(r"[^a-z0-9\n]", "", text.lower())


class _Seen:
    """A situation as this test reads it."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.shown = [_plain(place) for place in situation.expected.get("evidence", ())]
        files = [path for path in situation.folder.rglob("*") if path.is_file() and path.name != EXPECTED]
        names = "\n".join(path.relative_to(situation.folder).as_posix() for path in files)
        self.text = _plain(names + "\n" + "\n".join(path.read_text(encoding="utf-8") for path in files))

    def shows(self, tool: str) -> bool:
        good = self.situation.verdict in (Verdict.MET, Verdict.VAGUE)
        return good and any(_plain(tool) in place for place in self.shown)

    def merely_mentions(self, tool: str) -> bool:
        written = _plain(WRITTEN.get(tool, tool))
        return written in self.text and not any(_plain(tool) in place for place in self.shown)


SEEN = [_Seen(situation) for situation in situations()]
BY_CRITERION: dict[str, list[_Seen]] = defaultdict(list)
for one in SEEN:
    BY_CRITERION[one.situation.criterion].append(one)


def shown_by(tool: str) -> list[str]:
    """The criteria of which a fixture shows the tool as evidence."""
    return [name for name, seen in BY_CRITERION.items() if any(one.shows(tool) for one in seen)]


def near_misses(tool: str) -> list[str]:
    """The fixtures of these criteria in which the tool is mentioned and is no evidence."""
    return [
        one.situation.id
        for criterion in shown_by(tool)
        for one in BY_CRITERION[criterion]
        if one.merely_mentions(tool)
    ]


PROVED = (1, 5)
"""Axes of which every tool is proved, also those that no list names."""


def test_a_fixture_shows_every_tool_the_lists_name() -> None:
    lacking = [tool for tool in NAMED if not shown_by(tool)]
    assert not lacking, f"no fixture shows them as evidence: {', '.join(lacking)}"


def test_every_tool_the_lists_name_has_a_near_miss() -> None:
    lacking = [tool for tool in NAMED if shown_by(tool) and not near_misses(tool)]
    assert not lacking, f"no fixture has them without being evidence: {', '.join(lacking)}"


def test_every_other_tool_is_shown_or_named_here(capsys: pytest.CaptureFixture[str]) -> None:
    """What no fixture uses is unproved. It is printed, so that somebody sees what is to be done."""
    others = sorted({tool.name for tool in recognised()} - set(NAMED), key=str.casefold)
    unproved = [tool for tool in others if not (shown_by(tool) and near_misses(tool))]
    with capsys.disabled():
        sys.stdout.write(f"\ntools that no fixture proves: {', '.join(unproved)}\n" if unproved else "")
    lacking = [tool.name for tool in recognised() if tool.axis in PROVED and tool.name in unproved]
    assert not lacking, f"no fixture, or no near miss: {', '.join(lacking)}"


def test_every_table_of_tools_says_what_it_is_evidence_of() -> None:
    """``SORTS`` and ``NOT_TOOLS`` in support/tool_table.py; a new table needs a line in one of them."""
    assert sorted({tool.table for tool in recognised()} - SORTS.keys()) == []
    assert SORTS.keys() & NOT_TOOLS == set()
