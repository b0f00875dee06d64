"""The pages of the rules are true: their examples do what they say, their tables are the catalogue's."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from llmlint.registry import all_rules, rule
from llmlint.source.problems import internal
from support import generate_docs
from support.generate_docs import COMMAND, ROOT, examples, output, requirements

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
    found = output(blocks["Bad"], code, requirements(text(code)))
    assert blocks["Output"].text == found, f"{PAGES[code].name}: run `{COMMAND}`"
    assert re.findall(r"^(?:app|tests|docs)/\w+\.(?:py|md):\d+:\d+: (LLM\d{3}) ", found, re.MULTILINE) == [
        code
    ]


@of_each_example
def test_good_example_is_silent(code: str) -> None:
    blocks = examples(text(code))
    assert output(blocks["Good"], code, requirements(text(code)), blocks["Bad"]) == ""


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
def test_page_begins_with_severity_confidence_and_default(code: str) -> None:
    of = rule(code)
    title, empty, header, *_ = text(code).split("\n")
    assert (title.split()[1], empty) == (code, "")
    assert header.startswith(f"**Severity**: {of.severity.value}. **Confidence**: {of.confidence.value}. ")
    assert header.split("**Default**: ")[1].startswith("on." if of.default else "off, [switched on")


OPT_IN = re.compile(r"\boff by default\b|\boff unless\b|\bopt-in\b", re.IGNORECASE)


@of_each_page
def test_page_says_why_a_rule_is_off_by_default_and_no_other_does(code: str) -> None:
    """*What it does* or *When to switch it off* says that it is off, and gives the reason around it."""
    if code == "LLM000":
        return
    paragraphs = [
        paragraph
        for heading in ("What it does", "When to switch it off")
        if f"\n## {heading}\n" in text(code)
        for paragraph in section(code, heading).split("\n\n")
    ]
    saying = [paragraph for paragraph in paragraphs if OPT_IN.search(paragraph)]
    if rule(code).default:
        assert [one for one in saying if "rule is off by default" in one] == []
    else:
        assert any(len(paragraph.split()) >= 25 for paragraph in saying), "say why it is opt-in"


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
