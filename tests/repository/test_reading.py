"""Files beside code: what is in them, on which line, and what becomes of those that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.repository import yaml
from llmlint.repository.codeowners import CodeOwners
from llmlint.repository.dockerfiles import parse as dockerfile
from llmlint.repository.files import Repository
from llmlint.repository.markdown import parse as markdown
from llmlint.repository.markup import as_markdown
from llmlint.repository.tree import Node, UnreadableError
from tests.conftest import Tree


def flat(node: Node) -> dict[str, tuple[object, int]]:
    return {
        ".".join(map(str, keys)): (one.value, one.line)
        for keys, one in node.walk()
        if not isinstance(one.value, dict | list)
    }


def test_yaml_has_the_lines_of_keys_and_the_words_of_yaml_1_2() -> None:
    (tree,) = yaml.documents("# c\non:\n  push: {a: 1}\nno: 'yes'\nl:\n  - 1.5\n  - true\n  -\n    x: ~\n")
    assert flat(tree) == {
        "on.push.a": (1, 3),
        "no": ("yes", 4),
        "l.0": (1.5, 6),
        "l.1": (True, 7),
        "l.2.x": (None, 9),
    }


def test_yaml_aliases_are_shared_and_walked_once() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    (tree,) = yaml.documents(f"a0: &a0 [x]\n{levels}")
    assert len(list(tree.walk())) < 30 * 11
    assert tree.get("a2", 0, 3, 0) is tree.get("a0", 0)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [", 1), ("[" * 100_000, 1), ("a: 1\nb: " + "[" * 200 + "]" * 200, 2), ("\x00", 1), ("a: b: c", 1)],
    ids=["open", "abyss", "deep", "null", "colons"],
)
def test_broken_yaml_is_said_to_be(text: str, line: int) -> None:
    with pytest.raises(UnreadableError) as error:
        yaml.documents(text)
    assert abs(error.value.line - line) <= 1


def test_trees_by_ending(tree: Tree) -> None:
    root = tree(
        {
            "a.json": '{\n "k": [1, {"x": "a\\"b"}],\n "n": null, "f": 1.5}',
            "b.toml": "[t]\nx = 1\n[[t.y]]\nz = 'q'\n",
            "c.jsonl": '{"a": 1}\nnot\n\n{"a": [2]}\n',
        }
    )
    files = Repository.at(root)
    assert flat(files.trees("a.json")[0]) == {
        "k.0": (1, 2),
        "k.1.x": ('a"b', 2),
        "n": (None, 3),
        "f": (1.5, 3),
    }
    assert flat(files.trees("b.toml")[0]) == {"t.x": (1, 2), "t.y.0.z": ("q", 4)}
    assert [node.line for node in files.trees("c.jsonl")] == [1, 4]
    assert files.problems == ()


def test_what_cannot_be_read_is_a_problem_and_nothing_else(tree: Tree) -> None:
    root = tree({"a.json": "{\n\n1}", "b.toml": "x = 1\ny =\n", "c.yaml": "k: [", "d.md": b"# \xff\xfe\n"})
    files = Repository.at(root)
    assert [files.trees(path) for path in ("a.json", "b.toml", "c.yaml")] == [(), (), ()]
    assert files.markdown("d.md").blocks == ()
    assert files.text("gone.md") == ""
    assert [(p.path, p.line) for p in files.problems] == [
        ("a.json", 3),
        ("b.toml", 2),
        ("c.yaml", 2),
        ("d.md", 1),
        ("gone.md", 1),
    ]


def test_deep_json_is_a_problem(tree: Tree) -> None:
    files = Repository.at(tree({"a.json": "[" * 100_000 + "]" * 100_000}))
    assert files.json("a.json") is None
    assert [p.path for p in files.problems] == ["a.json"]


def test_markdown_keeps_which_words_are_code() -> None:
    page = markdown("Set `A=1`, then `b`.\n\n    code `c`\n")
    assert [(b.text, b.spans) for b in page.blocks] == [
        ("Set A=1, then b.", ("A=1", "b")),
        ("code `c`\n", ()),
    ]


def test_markdown_knows_in_how_many_lists_a_block_stands() -> None:
    page = markdown("Before\n\n1. Stuck\n    1. Wait\n\n       ```\n       sleep 5\n       ```\n2. Done\n")
    assert [(block.text.strip(), block.depth) for block in page.blocks] == [
        ("Before", 0),
        ("Stuck", 1),
        ("Wait", 2),
        ("sleep 5", 2),
        ("Done", 1),
    ]


def test_markdown_sections_and_links() -> None:
    page = markdown(
        "intro [x](y)\n\n# A\n\ntext\n\n## B\n\n- one\n- [two](z)\n\n<!-- # no -->\n\n```\n# code\n```\n# C\n"
    )
    assert [(s.title, s.level, s.line) for s in page.sections] == [
        ("", 0, 1),
        ("A", 1, 3),
        ("B", 2, 7),
        ("C", 1, 17),
    ]
    assert [(b.kind, b.line) for b in page.sections[1].blocks] == [
        ("paragraph", 5),
        ("item", 9),
        ("item", 10),
        ("code", 14),
    ]
    assert [(link.target, link.line) for link in page.links] == [("y", 1), ("z", 10)]


def test_the_last_line_of_owners_decides() -> None:
    owners = CodeOwners(
        "CODEOWNERS", "* @all\n/app/ @ada @bob # both\n[Docs] @writers\ndocs/\n/app/free.py\n"
    )
    found = {path: owners.of(path) for path in ("x.py", "app/a.py", "docs/a.md", "app/free.py")}
    assert {path: entry and (entry.owners, entry.line) for path, entry in found.items()} == {
        "x.py": (("@all",), 1),
        "app/a.py": (("@ada", "@bob"), 2),
        "docs/a.md": (("@writers",), 4),
        "app/free.py": (("@writers",), 5),
    }


def test_dockerfile_instructions_begin_on_their_line() -> None:
    found = dockerfile(
        "# c\nfrom python:3.12@sha256:ab\nRUN pip \\\n  # why\n  install x\nRUN <<EOT\nFROM no\nEOT\nUSER a\n"
    )
    assert [(i.word, i.argument, i.line) for i in found] == [
        ("FROM", "python:3.12@sha256:ab", 2),
        ("RUN", "pip install x", 3),
        ("RUN", "<<EOT", 6),
        ("USER", "a", 9),
    ]


def test_patterns_are_those_of_gitignore(tree: Tree) -> None:
    root = tree({"docs/a.md": "", "docs/x/b.md": "", "a.md": "", "evals/run.py": "", ".gitignore": "x/\n"})
    files = Repository.at(root)
    assert files.matching(["*.md"]) == ("a.md", "docs/a.md")
    assert files.matching(["/*.md"]) == ("a.md",)
    assert files.matching(["evals/", "docs/**/*.md"]) == ("docs/a.md", "evals/run.py")


def test_a_project_inside_a_repository_sees_what_speaks_for_all(tree: Tree) -> None:
    root = tree(
        {
            ".git/HEAD": "",
            ".github/workflows/ci.yml": "on: push\njobs: {a: {steps: [{run: x}]}}",
            "CODEOWNERS": "/services/chat/ @ada\n",
            "other/README.md": "",
            "services/chat/app.py": "",
        }
    )
    files = Repository.at(root / "services" / "chat")
    assert files.paths == ("../../.github/workflows/ci.yml", "../../CODEOWNERS", "app.py")
    assert files.owners is not None and files.from_top("app.py") == "services/chat/app.py"
    assert files.owners.of(files.from_top("app.py")) is not None
    assert [p.path for p in files.pipelines] == ["../../.github/workflows/ci.yml"]


def test_history_is_unknown_without_git(tmp_path: Path) -> None:
    history = Repository.at(tmp_path).history
    assert history.last_change("a.md") is None and history.asked
    assert history.missing == "there is no git repository"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffa\r\nb".encode(encoding))
    found = Repository(tmp_path, ["a.txt"])
    assert found.text("a.txt") == "a\nb"
    assert found.problems == ()


def test_headings_of_other_markups_stay_on_their_lines() -> None:
    rst = "=====\nTitle\n=====\n\nText.\n\nPart\n----\n\n=====  =====\nno     head\n=====  =====\n"
    rst += "\nInner\n~~~~~\n\nPart 2\n------\n"
    found = [(one.title, one.level, one.line) for one in markdown(as_markdown("docs/a.rst", rst)).sections]
    assert found == [("", 0, 1), ("Title", 1, 2), ("Part", 2, 7), ("Inner", 3, 14), ("Part 2", 2, 17)]
    adoc = "= Title\n\n----\n== code\n----\n\n== Part\n. one\n. two\n"
    page = markdown(as_markdown("docs/a.adoc", adoc))
    assert [(one.title, one.level, one.line) for one in page.sections[1:]] == [
        ("Title", 1, 1),
        ("Part", 2, 7),
    ]
    assert [block.kind for block in page.blocks] == ["code", "item", "item"]
    assert as_markdown("docs/a.md", rst) == rst


def test_front_matter_is_its_title_and_what_stands_above_the_page() -> None:
    page = "---\nparent: Help\ntitle: 'Limits of tokens'\nslug: /limits\n---\n\nText.\n\n---\n\nMore.\n"
    read = markdown(as_markdown("docs/a.mdx", page))
    assert [(one.title, one.level, one.line) for one in read.sections[1:]] == [
        ("parent: Help", 2, 2),
        ("Limits of tokens", 1, 3),
    ]
    assert [(block.text, block.line) for block in read.blocks] == [("Text.", 7), ("More.", 11)]
    rule = "---\nA line between two rules.\n\n---\n"
    assert as_markdown("docs/a.md", rule) == rule
