"""A mistake in a catalogue file is reported with the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlint import resources
from llmlint.catalogue import loader

SDK = 'id = "x"\nname = "X"\nimports = ["x"]\nsource = "x 1.0.0"\ndate = 2026-11-20\n'
CLIENT = '[[client]]\npath = "x.A"\nsource = "x 1.0.0"\ndate = 2026-11-20\n'


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "x.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_shipped_file_loads() -> None:
    files = loader.load_files()
    names = {file.sdk.id for file in files if file.sdk}
    assert {"openai", "anthropic", "ollama", "litellm"} <= names
    assert len(files) == len(list(loader.catalogue_directory().glob("*.toml")))


def test_a_good_file_becomes_structs(tmp_path: Path) -> None:
    found = loader.read_file(write(tmp_path, f"[sdk]\n{SDK}{CLIENT}timeout = ['t']\n"))
    assert found.sdk is not None and found.sdk.imports == ("x",)
    assert found.client[0].timeout == ("t",)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        (f"{CLIENT}{CLIENT}retrys = 'n'\n", "client[1]", "retrys"),
        (f"{CLIENT}default_retries = 'two'\n", "client[0].default_retries", "int"),
        (f"{CLIENT}timeout = 'timeout'\n", "client[0].timeout", "array"),
        ("[[client]]\npath = 'x.A'\nsource = 'x'\n", "client[0]", "date"),
        ("[[clients]]\npath = 'x.A'\n", "", "clients"),
        ("[[client]\n", "", "line 1"),
    ],
    ids=["unknown-key", "wrong-type", "string-for-list", "missing-key", "unknown-table", "not-toml"],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, text: str, key: str, reason: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(loader.CatalogueError) as caught:
        loader.read_file(file)
    assert caught.value.file == file
    assert caught.value.key == key
    assert reason in caught.value.reason
    assert str(caught.value).startswith("x.toml: ")


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(loader.CatalogueError, match=r"x\.toml"):
        loader.read_file(file)


def test_the_checkout_comes_before_the_wheel() -> None:
    assert (resources.rules_directory() / "catalogue" / "openai.toml").is_file()


def test_a_wheel_carries_its_rules_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "llmlint"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    assert resources.rules_directory() == package / "_rules"
