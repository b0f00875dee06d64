"""SARIF 2.1.0: our own strict schema always, the standard's own where somebody says where it is.

``LLMLINT_SARIF_SCHEMA=/path/to/sarif-schema-2.1.0.json`` adds the second.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmlint import registry
from llmlint.engine import analyse
from llmlint.model.finding import Finding, Status, Step
from llmlint.model.location import Location
from llmlint.reporters import sarif
from llmlint.request import Report
from llmlint.scope import requests_for
from llmlint.source.sources import Sources
from tests.conftest import Tree

OURS = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))
STANDARD = os.environ.get("LLMLINT_SARIF_SCHEMA", "")
DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
PLACE = Location("a.py", 2, 4, 3, 1)


def made_of(*reports: Report) -> Any:
    text = sarif.text(reports)
    assert text.isascii()
    made = json.loads(text)
    jsonschema.Draft202012Validator(OURS).validate(made)
    if STANDARD:
        standard = json.loads(Path(STANDARD).read_text(encoding="utf-8"))
        jsonschema.Draft4Validator(standard).validate(made)
    return made["runs"][0]


def report(root: Path, *findings: Finding) -> Report:
    return Report(root, findings, ("a.py",), sources=Sources(root, {}))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(OURS)


def test_an_empty_report_is_valid() -> None:
    assert made_of()["results"] == []


def test_the_demo_is_valid_and_every_result_leads_to_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DEMO.parent)
    reports = [analyse(request) for request in requests_for([DEMO])]
    run = made_of(*reports)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(registry.names())
    assert len(run["results"]) == sum(len(one.findings) for one in reports) > 0
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert (DEMO.parent / uri).is_file()
    assert any("codeFlows" in result for result in run["results"])
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_every_field_of_a_finding_arrives(tree: Tree) -> None:
    root = tree({"a.py": "x\ny\nz\n"})
    step = Step(Location("b.py", 7), "the model chooses `x`")
    one = Finding("LLM501", "`x` reaches `run(...)`", PLACE, (step,), "Do not.", "f")
    (result,) = made_of(report(root, one))["results"]
    assert result["level"] == "error"
    assert result["message"]["text"] == "`x` reaches `run(...)`\nDo not."
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 5, "endLine": 3, "endColumn": 2},
    }
    (there,) = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert there["location"]["message"]["text"] == "the model chooses `x`"
    assert there["location"]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 1}
    assert result["suppressions"] == []


@pytest.mark.parametrize(
    ("code", "level"), [("LLM301", "error"), ("LLM514", "warning"), ("LLM703", "note"), ("LLM003", "note")]
)
def test_severities_become_levels(tmp_path: Path, code: str, level: str) -> None:
    run = made_of(report(tmp_path, Finding(code, "m", PLACE)))
    rule = run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]
    assert run["results"][0]["level"] == rule["defaultConfiguration"]["level"] == level


def test_rules_carry_what_a_service_sorts_by() -> None:
    rules = {rule["id"]: rule for rule in made_of()["tool"]["driver"]["rules"]}
    assert rules["LLM501"]["properties"] == {
        "axis": "security review",
        "severity": "error",
        "confidence": "medium",
        "precision": "medium",
        "problem.severity": "error",
        "tags": ["llm", "security-review", "security"],
        "security-severity": "8.0",
    }
    assert rules["LLM003"]["properties"]["tags"] == ["llm", "the-tools-own"]
    assert rules["LLM504"]["defaultConfiguration"]["enabled"] is False
    assert rules["LLM504"]["helpUri"] == "https://llmlint.readthedocs.io/rules/LLM504"


def test_links_in_help_lead_somewhere_outside_the_repository() -> None:
    for rule in made_of()["tool"]["driver"]["rules"]:
        links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", rule["help"]["markdown"], flags=re.S))
        assert [link for link in links if not re.match(r"https?://|#", link)] == [], rule["id"]


def test_suppressed_findings_say_how_and_why(tmp_path: Path) -> None:
    def suppressed(reason: str) -> Finding:
        return Finding("LLM301", "m", PLACE, status=Status.SUPPRESSED, reason=reason)

    run = made_of(report(tmp_path, *map(suppressed, ["known since May", "", "per-path-ignores: scripts/"])))
    assert [result["suppressions"] for result in run["results"]] == [
        [{"kind": "inSource", "justification": "known since May"}],
        [{"kind": "inSource"}],
        [{"kind": "external", "justification": "per-path-ignores: scripts/"}],
    ]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("pkg/a b.py", "pkg/a%20b.py"),
        ("a:b.py", "a%3Ab.py"),
        ("ä?#%.py", "%C3%A4%3F%23%25.py"),
        ("a\n\x1b\udcff.py", "a%0A%1B%FF.py"),
    ],
)
def test_paths_are_percent_encoded(tree: Tree, path: str, uri: str) -> None:
    run = made_of(report(tree({}), Finding("LLM002", "m", Location(path, 1))))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_files_elsewhere_have_a_whole_uri(tree: Tree) -> None:
    root = tree({})
    run = made_of(report(root.parent / "else where", Finding("LLM002", "m", PLACE)))
    where = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where == {"uri": (root.parent / "else where" / "a.py").as_uri()}


def test_the_base_is_the_working_directory(tree: Tree) -> None:
    root = tree({})
    assert made_of()["originalUriBaseIds"] == {"%SRCROOT%": {"uri": f"{root.as_uri()}/"}}


def test_messages_are_no_markup(tmp_path: Path) -> None:
    one = Finding("LLM002", "`{0}` and [text](https://x.test) \x1b[31m", PLACE)
    run = made_of(report(tmp_path, one))
    assert run["results"][0]["message"]["text"] == "`{{0}}` and [text] (https://x.test) \\x1b[31m"
