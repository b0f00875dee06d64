"""What continuous integration runs, and whether it may fail."""

from __future__ import annotations

from llmlint.repository.files import Repository
from llmlint.repository.pipelines import Pipeline
from tests.conftest import Tree

GITHUB = """\
on: [push, workflow_dispatch]
jobs:
  a:
    continue-on-error: true
    steps:
      - uses: actions/checkout@v4
      - run: |
          one
          # no
          two || true
      - {run: three, continue-on-error: true}
      - {run: four, continue-on-error: false}
"""


def commands(pipeline: Pipeline) -> list[tuple[str, int, bool]]:
    return [(c.text, c.line, c.forgiven) for job in pipeline.jobs for c in job.commands]


def test_github(tree: Tree) -> None:
    (pipeline,) = Repository.at(tree({".github/workflows/a.yml": GITHUB})).pipelines
    assert commands(pipeline) == [
        ("one", 8, False),
        ("two || true", 10, True),
        ("three", 11, True),
        ("four", 12, False),
    ]
    assert [job.forgiven for job in pipeline.jobs] == [True]
    assert [use.text for job in pipeline.jobs for use in job.uses] == ["actions/checkout@v4"]
    assert pipeline.on_changes


def test_at_night_is_not_on_changes(tree: Tree) -> None:
    text = "on: {schedule: [{cron: '0 3 * * *'}]}\njobs: {a: {steps: [{run: x}]}}"
    (pipeline,) = Repository.at(tree({".github/workflows/a.yml": text})).pipelines
    assert not pipeline.on_changes


def test_others(tree: Tree) -> None:
    root = tree(
        {
            ".gitlab-ci.yml": "stages: [t]\n.hidden: {script: no}\n"
            "t:\n  script: [a, 'b || exit 0']\n  allow_failure: true\n",
            ".circleci/config.yml": "jobs:\n  b:\n    steps:\n      - run: c\n      - run: {command: d}\n",
        }
    )
    gitlab, circle = Repository.at(root).pipelines
    assert commands(gitlab) == [("a", 4, False), ("b || exit 0", 4, True)]
    assert gitlab.jobs[0].forgiven
    assert [text for text, _, _ in commands(circle)] == ["c", "d"]


def test_workflows_that_are_no_workflows(tree: Tree) -> None:
    files = {
        f".github/workflows/{n}.yml": text
        for n, text in enumerate(["", "- a", "jobs: [1]", "on: 3\njobs: {a: b}"])
    }
    pipelines = Repository.at(tree(files)).pipelines
    assert [commands(pipeline) for pipeline in pipelines] == [[], [], []]


def test_tasks_lead_to_commands(tree: Tree) -> None:
    root = tree(
        {
            "Makefile": "X := 1\nall: evals\n\nevals:\n\t@pytest evals\n\t# no\n",
            "package.json": '{"scripts": {"check": "make all"}}',
        }
    )
    found = Repository.at(root).tasks.behind("npm run check")
    assert [(path, c.text, c.line) for path, c in found] == [
        ("package.json", "make all", 1),
        ("Makefile", "make evals", 2),
        ("Makefile", "pytest evals", 5),
    ]
