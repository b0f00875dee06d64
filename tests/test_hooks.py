"""The hooks we offer work as pre-commit runs them; CI jobs in the docs run commands that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from llmlint.cli import parser
from tests.conftest import Tree, run

ROOT = Path(__file__).resolve().parent.parent
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/usage").glob("*.md"))}
LLM = (ROOT / "fixtures/audit/_app/app/llm.py").read_text(encoding="utf-8")


def test_the_audit_is_about_the_repository_and_not_about_a_commit() -> None:
    hook = HOOKS["llmlint-audit"]
    assert hook["pass_filenames"] is False and hook["always_run"] is True
    assert hook["stages"] == ["pre-push", "manual"]


@pytest.mark.parametrize(("least", "code"), [(0, 0), (4, 1)])
def test_the_audit_fails_below_what_the_configuration_asks(tree: Tree, least: int, code: int) -> None:
    root = tree({"llmlint.toml": f"[audit]\nfail-under = {least}\n", "app/llm.py": LLM})
    done = run(*shlex.split(HOOKS["llmlint-audit"]["entry"]), cwd=root)
    assert done.returncode == code, done.stderr


@pytest.mark.parametrize("hook", HOOKS.values(), ids=list(HOOKS))
def test_an_entry_is_a_command(hook: dict[str, Any]) -> None:
    program, *arguments = shlex.split(hook["entry"])
    assert program == "llmlint"
    parser().parse_args(arguments)


def test_every_hook_is_documented() -> None:
    assert [one for one in HOOKS if f"- id: {one}\n" not in DOCS["pre-commit.md"]] == []


# -- jobs ---------------------------------------------------------------------------------------


def blocks(page: str) -> list[Any]:
    found = re.findall(r"^```yaml\n(.*?)^```", DOCS[page], re.DOTALL | re.MULTILINE)
    return [yaml.safe_load(one) for one in found]


def texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in texts(value)]
    return [node] if isinstance(node, str) else []


def commands(page: str) -> list[str]:
    """What comes after ``llmlint`` in the YAML of a page, without what the shell does with it."""
    lines = [line for block in blocks(page) for text in texts(block) for line in text.splitlines()]
    return [re.split(r" (?:>>?|\|\|) ", line)[0] for line in lines if line.startswith("llmlint ")]


@pytest.mark.parametrize("page", [name for name in DOCS if name in ("audit.md", "code-scanning.md")])
def test_jobs_in_the_docs_run_commands_that_there_are(page: str) -> None:
    found = commands(page)
    assert len(found) >= 2
    for command in found:
        parser().parse_args(shlex.split(command.replace("$LINK", "https://example.org/{path}"))[1:])


def test_the_audit_has_a_job_for_github_and_one_for_gitlab() -> None:
    keys = [set(block) for block in blocks("audit.md")]
    assert any("jobs" in one for one in keys) and any("readiness" in one for one in keys)
