"""Nobody waits for a library that is not used: which modules a run imports."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Tree

HEAVY = ("libcst", "networkx", "rich", "msgspec", "flake8", "yaml", "markdown_it", "dulwich")
FLAKE8 = """
import sys
sys.argv = ['flake8', '--isolated', '--select', 'LLM,E9', '.']
from flake8.main.cli import main
"""
CHECK = """
import sys
sys.argv = ['llmlint', 'check']
from llmlint.cli import main
"""
RUN = """
try:
    code = main()
except SystemExit as stop:
    code = stop.code
ours = {name for name in sys.modules if name.startswith('llmlint.')}
names = {name.partition('.')[0] for name in sys.modules} | ours
print('imported', *sorted(names), file=sys.stderr)
"""
PLAIN = {".git/HEAD": "", "a.py": "import os\n\nprint(os.name)\n", "b.py": "import a\n"}
USES_LLM = {".git/HEAD": "", "a.py": "import ollama\n\nclient = ollama.Client()\n"}


def imported(program: str, files: dict[str, str], tree: Tree, runs: int) -> set[str]:
    """What the last of some runs over these files imports; flake8 runs its plugins in its own process."""
    root = tree(files)
    old = time.time() - 100
    for path in (*root.rglob("*"), root):
        os.utime(path, (old, old))
    found: set[str] = set()
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", program + RUN], cwd=root, capture_output=True, text=True, check=False
        )
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("imported ")]
        found = set(line.split()[1:])
    return found


def heavy(program: str, files: dict[str, str], tree: Tree, runs: int) -> set[str]:
    return imported(program, files, tree, runs) & set(HEAVY)


@pytest.mark.parametrize("runs", [1, 2])
def test_flake8_on_a_project_without_llm_code(tree: Tree, runs: int) -> None:
    assert heavy(FLAKE8, PLAIN, tree, runs) <= {"flake8"}


def test_flake8_on_an_unchanged_project_does_without_the_engine(tree: Tree) -> None:
    names = imported(FLAKE8, USES_LLM, tree, 2)
    assert names & set(HEAVY) == {"flake8"}
    assert {name for name in names if name.startswith("llmlint.")} == {
        "llmlint.clock",
        "llmlint.integrations",
        "llmlint.integrations.flake8",
        "llmlint.integrations.quick",
        "llmlint.resources",
        "llmlint.source",
        "llmlint.source.answers",
        "llmlint.source.stamps",
        "llmlint.source.store",
    }


@pytest.mark.parametrize("runs", [1, 2])
def test_check_on_a_project_without_llm_code(tree: Tree, runs: int) -> None:
    assert heavy(CHECK, PLAIN, tree, runs) == set()


def test_check_on_an_unchanged_project(tree: Tree) -> None:
    """The findings are read with msgspec; nothing else is needed."""
    names = imported(CHECK, USES_LLM, tree, 2)
    assert names & set(HEAVY) == {"msgspec"}
    assert not any(name.startswith(("llmlint.facts", "llmlint.project", "llmlint.rules.")) for name in names)


def test_check_on_llm_code(tree: Tree) -> None:
    """The test of the tests: what is needed is seen."""
    assert {"libcst", "networkx", "msgspec"} <= heavy(CHECK, USES_LLM, tree, 1)
    assert Path.cwd().name == "project"
