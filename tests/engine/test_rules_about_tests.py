"""Rules about tests see the tests; what they see changes nothing for the other rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.engine import analyse
from llmlint.model.finding import Status
from llmlint.registry import Layer
from llmlint.request import Request

APP = """\
from openai import OpenAI


class Service:
    def __init__(self, client: OpenAI) -> None:
        self.client = client

    def ask(self, question: str) -> str:
        return self.client.responses.create(model="gpt-4o", input=question).output_text


def service() -> Service:
    return Service(OpenAI(timeout=30))
"""
TEST = """\
from app.service import Service, service


def test_asks():
    assert service().ask("Say hello")


def make() -> Service:
    return Service(client=None)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in {"app/service.py": APP, "tests/test_service.py": TEST}.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def found(root: Path, *codes: str) -> tuple[list[tuple[str, str, int]], int]:
    report = analyse(Request(root, layers=(Layer(extend_select=codes),)))
    findings = report.of_status(Status.REPORTED)
    return [(f.code, f.location.path, f.location.line) for f in findings], report.parsed


def test_tests_are_parsed_only_for_rules_about_them(root: Path) -> None:
    assert found(root) == ([], 1)
    assert found(root, "LLM102") == ([("LLM102", "tests/test_service.py", 4)], 2)


def test_other_rules_find_the_same_with_and_without_them(root: Path) -> None:
    (root / "app/service.py").write_text(APP.replace("timeout=30", "timeout=None"), encoding="utf-8")
    alone = found(root)[0]
    assert alone
    assert [one for one in found(root, "LLM102", "LLM103")[0] if one[0] != "LLM102"] == alone
