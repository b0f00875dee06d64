"""Twice the project is twice the work: lines of linking and of the rules are counted, nothing is timed."""

from __future__ import annotations

import ast
import importlib
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from llmlint import registry
from llmlint.catalogue.lookup import load
from llmlint.facts.extractor import extract
from llmlint.project import project as linking
from llmlint.project.project import Project

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
if not CORPUS.is_dir():
    pytest.skip("the corpus is not part of a source distribution", allow_module_level=True)
sys.path.insert(0, str(CORPUS))
try:
    generated = importlib.import_module("generated")
finally:
    sys.path.remove(str(CORPUS))

SOURCE = Path(linking.__file__).resolve().parents[1]
COUNTED = (str(SOURCE / "project"), str(SOURCE / "rules"))
OFTEN = 500
"""Lines that run less often say nothing about growth."""
LINEAR = 2.5
"""Between twice and four times, which is what a quadratic line does."""
Line = tuple[str, int]


def _functions(packages: int) -> int:
    """How many functions are asked for to get so many packages."""
    return len(generated.DEFINES.findall(generated.KERNEL)) + 1 + (packages - 1) * _defined(0)


def _defined(number: int) -> int:
    return sum(len(generated.DEFINES.findall(text)) for _, text in generated.package(number))


def _work(packages: int) -> Counter[Line]:
    """How often each line runs for a project of so many packages."""
    rules = [rule for rule in registry.all_rules() if rule.check is not None]
    facts = [extract(path, text) for path, text in generated.files(_functions(packages))]
    catalogue = load()
    counts: Counter[Line] = Counter()

    def counting(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(COUNTED):
            return None
        if event == "line":
            counts[frame.f_code.co_filename, frame.f_lineno] += 1
        return counting

    before = sys.gettrace()
    sys.settrace(counting)
    try:
        project = Project.build(facts, catalogue)
        for rule in rules:
            assert rule.check is not None
            list(rule.check(project))
    finally:
        sys.settrace(before)
    return counts


@pytest.mark.skipif(sys.gettrace() is not None, reason="somebody else counts lines")
def test_no_line_runs_four_times_as_often_for_twice_the_project() -> None:
    once, twice = _work(2), _work(4)
    assert sum(twice.values()) > OFTEN * 100, "the rules did not run"
    steep = {line: (once[line], n) for line, n in twice.items() if n > OFTEN and n > LINEAR * once[line]}
    assert not steep


def test_the_generated_project_is_always_the_same_and_of_the_size_asked_for() -> None:
    files = dict(generated.files(300))
    assert files == dict(generated.files(300))
    defined = sum(
        isinstance(node, ast.FunctionDef) for text in files.values() for node in ast.walk(ast.parse(text))
    )
    assert 300 <= defined < 300 + _defined(0)


def test_rules_speak_of_the_generated_project() -> None:
    project = Project.build([extract(path, text) for path, text in generated.files(_functions(1))], load())
    found = {
        (f.code, f.location.path) for rule in registry.all_rules() if rule.check for f in rule.check(project)
    }
    assert ("LLM501", "shop/area_0/helpers.py") in found
    assert ("LLM301", "shop/area_0/llm.py") in found
