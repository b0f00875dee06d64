"""What a bare ``pytest`` in a pipeline runs is decided by the settings, as pytest finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.audit.pytestruns import PytestRuns
from llmlint.audit.subject import Subject
from llmlint.project.project import Project
from llmlint.repository.files import Repository
from tests.project.building import project_of

EVAL = "tests/ai/test_answers.py"


def runs(root: Path, command: str = "pytest -q", **files: str) -> bool:
    for name, text in files.items():
        (root / name.replace("_", ".")).write_text(text, encoding="utf-8")
    project: Project = project_of({})
    return PytestRuns(Subject(project, project, Repository.at(root, ()))).runs(command, [EVAL])


def test_without_settings_it_runs_all(tmp_path: Path) -> None:
    assert runs(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject_toml", '[tool.pytest.ini_options]\naddopts = "-ra --cov app"\ntestpaths = ["tests"]\n'),
        ("pyproject_toml", '[tool.pytest.ini_options]\naddopts = ["-ra", "--strict-markers"]\n'),
        ("tox_ini", "[pytest]\ntestpaths =\n    docs\n    tests/ai\n"),
        ("setup_cfg", "[tool:pytest]\naddopts = -ra\n[metadata]\nname = addopts -m\n"),
    ],
)
def test_settings_that_leave_it_in(tmp_path: Path, name: str, text: str) -> None:
    assert runs(tmp_path, **{name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject_toml", '[tool.pytest.ini_options]\ntestpaths = ["tests/unit"]\n'),
        ("pyproject_toml", "[tool.pytest.ini_options]\naddopts = \"-m 'not live'\"\n"),
        ("pyproject_toml", '[tool.pytest.ini_options]\naddopts = ["-ra", "--ignore=tests/ai"]\n'),
        ("pytest_ini", "[pytest]\naddopts = -k unit\n"),
        ("setup_cfg", "[tool:pytest]\ntestpaths = tests/unit\n"),
    ],
)
def test_settings_that_leave_it_out(tmp_path: Path, name: str, text: str) -> None:
    assert not runs(tmp_path, **{name: text})
    assert runs(tmp_path, f"pytest {EVAL}") is ("testpaths" in text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject_toml", "[tool.pytest\n"),
        ("pytest_ini", "addopts = -q\n"),
        ("tox_ini", "[pytest]\naddopts = '\n"),
    ],
)
def test_settings_that_cannot_be_read_may_leave_it_out(tmp_path: Path, name: str, text: str) -> None:
    assert not runs(tmp_path, **{name: text})


def test_the_first_file_with_settings_counts(tmp_path: Path) -> None:
    out = '[tool.pytest.ini_options]\ntestpaths = ["tests/unit"]\n'
    assert runs(tmp_path, pytest_ini="[pytest]\ntestpaths = tests\n", pyproject_toml=out)
