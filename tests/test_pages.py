"""The pages of the rules are true: their examples do what they say, their tables are the catalogue's."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from llmlint.registry import all_rules
from llmlint.source.problems import internal
from support import generate_docs
from support.generate_docs import COMMAND, ROOT, examples, output

PAGES = {path.name[:6]: path for path in generate_docs.rule_pages()}
# LLM000 is about llmlint's own mistakes: no code of a user's makes it speak.
RUN = [code for code in PAGES if code != "LLM000"]
of_each_page = pytest.mark.parametrize("code", PAGES)
of_each_example = pytest.mark.parametrize("code", RUN)


@functools.cache
def text(code: str) -> str:
    return PAGES[code].read_text(encoding="utf-8")


def section(code: str, heading: str) -> str:
    return text(code).split(f"\n## {heading}\n")[1].split("\n## ")[0].strip()


@of_each_example
def test_bad_example_is_reported_as_the_page_says(code: str) -> None:
    blocks = examples(text(code))
    assert list(blocks) == ["Bad", "Output", "Good"]
    found = output(blocks["Bad"], code)
    assert blocks["Output"].text == found, f"{PAGES[code].name}: run `{COMMAND}`"
    assert re.findall(r"^app/example\.py:\d+:\d+: (LLM\d{3}) ", found, re.MULTILINE) == [code]


@of_each_example
def test_good_example_is_silent(code: str) -> None:
    assert output(examples(text(code))["Good"], code) == ""


def test_internal_problem_is_reported_as_its_page_says() -> None:
    found = internal(RecursionError("maximum recursion depth exceeded"), "app/example.py", "in LLM301")
    shown = examples(text("LLM000"))["Output"].text
    assert shown == f"app/example.py:1:1: {found.code} {found.message}\n"


@pytest.mark.parametrize("code", generate_docs.DEFAULT_TABLES)
def test_page_prints_the_defaults_it_relies_on(code: str) -> None:
    assert generate_docs.DEFAULT_TABLES[code]() in text(code), f"{PAGES[code].name}: run `{COMMAND}`"


def test_readme_shows_the_demo_and_a_finding_with_its_steps() -> None:
    shown = re.findall(generate_docs.SHOWN, (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [kind for _, kind, _, _ in shown] == ["demo", "finding"]


@of_each_page
def test_known_limits_are_admitted(code: str) -> None:
    limits = section(code, "Known limits").splitlines()
    assert limits[0].startswith("- ")
    assert len([line for line in limits if line.startswith("- ")]) >= 2


@pytest.mark.parametrize(
    "page",
    [*generate_docs.targets(), *PAGES.values()],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_generated_parts_are_current(page: Path) -> None:
    stale = generate_docs.rewritten(page, all_rules()) != page.read_text(encoding="utf-8")
    assert not stale, f"{page.relative_to(ROOT).as_posix()} is out of date: run `{COMMAND}`"
