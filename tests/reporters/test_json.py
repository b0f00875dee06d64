from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from llmlint import __version__, registry
from llmlint.model.finding import Finding, Status, Step
from llmlint.model.location import Location
from llmlint.reporters import json as reporter
from llmlint.request import Report
from tests.conftest import Tree

SCHEMA = json.loads(resources.files("llmlint.reporters").joinpath("report.schema.json").read_text())
PLACE = Location("a.py", 2, 4, 3, 0)
FULL = Finding(
    "LLM003",
    "message",
    PLACE,
    (Step(PLACE, "step"),),
    "help",
    "f.<locals>.g",
    Status.SUPPRESSED,
    "why",
)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"]["const"] == reporter.VERSION


def test_every_field_arrives(tree: Tree) -> None:
    root = tree({})
    sparse = Finding("LLM002", "other", Location("b.py", 1))
    made = json.loads(
        reporter.text([Report(root, (FULL, sparse), ("a.py", "b.py", "c.py"), 2, not_run=("LLM703",))])
    )
    jsonschema.validate(made, SCHEMA)
    assert made["llmlint"] == __version__
    place = {"path": "a.py", "line": 2, "column": 5, "end_line": 3, "end_column": 1}
    assert made["findings"][0] == {
        "code": "LLM003",
        "name": "unused-suppression",
        "axis": 0,
        "axis_name": "the tool's own",
        "severity": "advice",
        "confidence": "high",
        "message": "message",
        "help": "help",
        "url": "https://llmlint.readthedocs.io/rules/LLM003",
        "symbol": "f.<locals>.g",
        **place,
        "steps": [{"message": "step", **place}],
        "status": "suppressed",
        "reason": "why",
    }
    assert (made["findings"][1]["end_line"], made["findings"][1]["end_column"]) == (0, 0)
    assert made["summary"] == {
        "findings": 1,
        "suppressed": 1,
        "baselined": 0,
        "files": 3,
        "parsed": 2,
        "not_run": ["LLM703"],
    }


def test_an_empty_report(tmp_path: Path) -> None:
    made = json.loads(reporter.text([]))
    jsonschema.validate(made, SCHEMA)
    assert made["findings"] == []


def test_hostile_names_survive(tree: Tree) -> None:
    root = tree({})
    path = "a\n\udcff\x1b[31m\u202e.py"
    text = reporter.text([Report(root, (Finding("LLM002", "m", Location(path, 1)),), (path,))])
    assert text.isascii()
    assert json.loads(text)["findings"][0]["path"] == path


@pytest.mark.parametrize(
    "change", [{"code": "E501"}, {"line": 0}, {"status": "gone"}, {"confidence": "sure"}, {"extra": 1}]
)
def test_the_schema_refuses_what_is_wrong(tmp_path: Path, change: dict[str, object]) -> None:
    made = json.loads(reporter.text([Report(tmp_path, (FULL,), ("a.py",))]))
    made["findings"][0].update(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, SCHEMA)


def test_rules_as_json() -> None:
    rules = [registry.rule("LLM002")]
    (made,) = json.loads(reporter.rules_text(rules, {"LLM002": "# page\n"}))
    assert made == {
        "code": "LLM002",
        "name": "unparsable-file",
        "axis": 0,
        "axis_name": "the tool's own",
        "severity": "error",
        "confidence": "high",
        "summary": rules[0].summary,
        "default": True,
        "url": "https://llmlint.readthedocs.io/rules/LLM002",
        "page": "# page\n",
    }
