"""What a project adds to the catalogue: read, completed, and its mistakes found at their lines."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest
import tomli

from llmlint.catalogue import additions, own
from llmlint.catalogue.loader import catalogue_directory
from llmlint.catalogue.lookup import extended, load
from llmlint.settings import load as load_settings
from llmlint.source.tomllines import line_of
from tests.conftest import Tree

GOOD = """\
[[client]]
path = "acme_llm.Gateway"
group = ["@acme"]

[[call]]
on = ["@acme", "@openai.client"]
path = "chat.ask"

[[call]]
path = "app.llm.complete"
also = ["app.complete"]
"""


def test_source_and_date_may_be_left_out(tmp_path: Path) -> None:
    (tmp_path / additions.FILE).write_text(GOOD + '[sdk]\nimports = ["acme"]\n', encoding="utf-8")
    read = additions.read_beside(tmp_path)
    assert read.mistakes == ()
    (file,) = read.files
    assert file.client[0].source == own.SOURCE
    assert isinstance(file.client[0].date, datetime.date)
    assert read.names() == {"acme_llm.Gateway", "app.llm.complete", "app.complete"}
    assert read.roots() == {"acme_llm", "app", "acme"}


def test_nothing_beside_adds_nothing(tmp_path: Path) -> None:
    assert additions.read_beside(tmp_path) == additions.Own()
    assert extended(()) is load()


def test_what_is_added_comes_first_and_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / additions.FILE).write_text('[[client]]\npath = "openai.OpenAI"\ndefault_timeout = 9\n')
    catalogue = extended(additions.read_beside(tmp_path).files)
    assert [client.default_timeout for client in catalogue.clients.get("openai.OpenAI")] == [9, 600]
    assert [client.default_timeout for client in load().clients.get("openai.OpenAI")] == [600]


def test_the_catalogue_that_ships_would_pass() -> None:
    """Otherwise a project could not write what we write."""
    for file in sorted(catalogue_directory().glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        read = own.read_table(file, text, tomli.loads(text), ())
        assert read.mistakes == (), file.name


MISTAKES = [
    (
        '[[client]]\npath = "x.A"\nretrys = "n"\n',
        3,
        "`retrys` is no key of `client`, did you mean `retries`?",
    ),
    (
        '[[client]]\npath = "x.A"\n[[client]]\n\npath = "x.B"\ndefault-timeout = 3\n',
        6,
        "`default-timeout` is no key of `client`, did you mean `default_timeout`?",
    ),
    ('[[clients]]\npath = "x.A"\n', 1, "`clients` is no table of a catalogue, did you mean `client`?"),
    ('# one\n\n[[zzz]]\npath = "x.A"\n', 3, "`zzz` is no table of a catalogue"),
    ('[[client]]\npath = "x.A"\n[[client]]\ntimeout = ["t"]\n', 3, "`client` has no `path`"),
    ('[client]\npath = "x.A"\n', 1, "`client` is a list of tables: write it with two brackets"),
    (
        '[[client]]\npath = "x.A"\ndefault_retries = "two"\n',
        3,
        "`default_retries` of `client`: expected `int | null`, got `str`",
    ),
    (
        '[[client]]\npath = "x.A"\ntimeout = [\n  "a",\n  3,\n]\n',
        3,
        "`timeout` of `client`: expected `str`, got `int`",
    ),
    ('[[client]]\npath = "x.A"\n[[client]]\npath = "acme-llm.B"\n', 4, "`acme-llm.B` cannot be a name"),
    ('[[client]]\npath = "x.class"\n', 2, "`x.class` cannot be a name: write it as it is imported"),
    ('[[client]]\npath = "x.A"\nalso = ["y.A", "y..B"]\n', 3, "`y..B` cannot be a name"),
    ('[[client]]\npath = "Gateway"\n', 2, "`Gateway` names no module: write `module.Gateway`"),
    ('[[client]]\npath = "x.A"\ngroup = ["acme"]\n', 3, "`acme` cannot be a group: its name starts with `@`"),
    (
        '[[call]]\non = ["@opnai.client"]\npath = "ask"\n',
        2,
        "no client is of the group `@opnai.client`, did you mean `@openai.client`?",
    ),
    ('[[derive]]\non = ["x.A"]\nname = "chat"\nreturns = "x.B"\n', 4, "`x.B` is no client"),
    (
        '[[tool]]\nform = "decorater"\npath = "x.tool"\n',
        2,
        "`decorater` is no `form` of `tool`, did you mean `decorator`?",
    ),
    ('[[sanitizer]]\npath = "x.clean"\nkinds = ["log", "shel"]\n', 3, "`shel` is no `kinds` of `sanitizer`"),
    (
        '[[sanitizer]]\npath = "x.clean"\nform = "zzz"\nkinds = ["log"]\n',
        3,
        "`zzz` is no `form` of `sanitizer`; known",
    ),
    (
        '[[logger]]\npath = "x.log"\nmethods = { write = "inform" }\n',
        3,
        "`inform` is no `methods` of `logger`",
    ),
    ('client = [\n  { path = "x.A" },\n  { path = "x.B", retrys = "n" },\n]\n', 3, "`retrys` is no key"),
    ('[[client]]\npath = "x.A"\ntimeout = [\n', 3, "is not valid TOML"),
    ("[[client]\n", 1, "is not valid TOML"),
]


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
def test_a_mistake_in_the_file_beside(tmp_path: Path, text: str, line: int, message: str) -> None:
    (tmp_path / additions.FILE).write_text(text, encoding="utf-8")
    read = additions.read_beside(tmp_path)
    assert read.files == ()
    ((mistake),) = read.mistakes
    assert mistake.message.startswith(message)
    assert (mistake.file, mistake.line) == (tmp_path / additions.FILE, line)


@pytest.mark.parametrize(
    ("name", "before", "prefix"),
    [
        ("pyproject.toml", "[tool.other]\nretrys = 1\nclient = 2\n", "tool.llmlint.catalogue."),
        ("llmlint.toml", 'ignore = ["LLM303"]\n', "catalogue."),
    ],
)
@pytest.mark.parametrize(
    ("text", "line", "message"), [m for m in MISTAKES if m[0].startswith("[[") and "TOML" not in m[2]]
)
def test_a_mistake_in_the_configuration(
    tree: Tree, name: str, before: str, prefix: str, text: str, line: int, message: str
) -> None:
    root = tree({name: before + text.replace("[[", f"[[{prefix}")})
    read = load_settings(root)
    assert read.own.files == ()
    assert [(m.file, m.line) for m in read.own.mistakes] == [(root / name, line + before.count("\n"))]
    assert read.own.mistakes[0].message.startswith(message)
    assert read.layer.ignore == (("LLM303",) if name == "llmlint.toml" else ())


def test_a_catalogue_that_is_no_table(tree: Tree) -> None:
    root = tree({"llmlint.toml": "ignore = []\ncatalogue = 3\n"})
    ((mistake),) = load_settings(root).own.mistakes
    assert (mistake.line, mistake.message) == (2, "`catalogue` is not a table")


def test_a_file_with_a_mistake_leaves_the_other_alone(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": '[[tool.llmlint.catalogue.client]]\npath = "acme_llm.Gateway"\n',
            additions.FILE: '[[client]]\npth = "x.A"\n',
        }
    )
    read = load_settings(root).own
    assert [file.client[0].path for file in read.files] == ["acme_llm.Gateway"]
    assert [mistake.file.name for mistake in read.mistakes] == [additions.FILE]


def test_a_line_is_found_where_the_value_stands_and_not_where_its_name_does() -> None:
    text = '''\
title = """
[[client]]
path = "a"
"""
# path = "b"
[other]
path = "c"
[[client]]
path = "d"
deep.down.path = [
  "e",
]
[client.when]
"0|path" = ["f"]
'''
    assert line_of(text, ("title",)) == 1
    assert line_of(text, ("other", "path")) == 7
    assert line_of(text, ("client", 0)) == 8
    assert line_of(text, ("client", 0, "path")) == 9
    assert line_of(text, ("client", 0, "deep", "down", "path", 0)) == 10
    assert line_of(text, ("client", 0, "when", "0|path")) == 14
    assert line_of(text, ("client", 0, "gone", 3)) == 8
    assert line_of(text, ("gone",)) == 1


def test_a_line_is_found_in_files_of_any_shape() -> None:
    """Every value of some shipped files, by a search that only reads whole lines."""
    chosen = random.Random(3).sample(sorted(catalogue_directory().glob("*.toml")), 5)
    for file in chosen:
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        heads = [n for n, line in enumerate(lines, 1) if line == "[[call]]"]
        for number, head in list(enumerate(heads))[:6]:
            assert line_of(text, ("call", number)) == head
            after = next(n for n in range(head, len(lines)) if lines[n].startswith("path = ")) + 1
            assert line_of(text, ("call", number, "path")) == after
