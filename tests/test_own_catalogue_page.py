"""docs/usage/your-own-catalogue.md is true: each example is run without its catalogue and with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llmlint import cli
from tests.conftest import write_tree

PAGE = Path(__file__).resolve().parent.parent / "docs" / "usage" / "your-own-catalogue.md"
BLOCK = re.compile(r"^```(python|toml|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def sections() -> dict[str, list[tuple[str, str]]]:
    """The blocks below each heading that has a file and two outputs."""
    found = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        blocks = BLOCK.findall(section)
        if {language for language, _ in blocks} == {"python", "toml", "console"}:
            found[section.partition("\n")[0]] = blocks
    return found


def files(blocks: list[tuple[str, str]], language: str) -> dict[str, str]:
    """Files by the name in the comment that is their first line."""
    of_language = [text for one, text in blocks if one == language]
    return {text.partition("\n")[0].removeprefix("# "): text for text in of_language}


def test_there_are_a_client_a_redactor_a_wrapper_and_a_deadline() -> None:
    assert list(sections()) == [
        "A client of your own",
        "A function that redacts",
        "A wrapper of your own",
        "A decorator that bounds the time",
    ]


@pytest.mark.parametrize("name", sections())
def test_example(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = sections()[name]
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {".git/HEAD": "", **files(blocks, "python")})
    outputs = [text for language, text in blocks if language == "console"]
    assert len(outputs) == 2
    for wanted in outputs:
        command, _, output = wanted.partition("\n")
        cli.main(command.removeprefix("$ llmlint ").split())
        assert capsys.readouterr().out == output
        write_tree(tmp_path, files(blocks, "toml"))


def test_the_mistake_is_reported_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    catalogue = '[[client]]\npath = "acme_llm.Gateway"\nretrys = "attempts"\n'
    write_tree(tmp_path, {".git/HEAD": "", "a.py": "", "llmlint-catalogue.toml": catalogue})
    shown = PAGE.read_text(encoding="utf-8").split("\n## Mistakes\n")[1]
    ((_, text),) = BLOCK.findall(shown)
    assert cli.main(["check"]) == 1
    assert f"$ llmlint check\n{capsys.readouterr().out}" == text
