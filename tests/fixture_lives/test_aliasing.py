"""The alias life would prove nothing if it left the imports as they are."""

from __future__ import annotations

from .aliasing import aliased
from .situations import of_life


def test_imports_and_all_references_are_renamed() -> None:
    text = "import os\nfrom a.b import C\n\n\ndef f(os_name: C) -> C:\n    return C(os.path, os_name)\n"
    renamed = aliased({"app/x.py": text})["app/x.py"]
    assert renamed == (
        "import os as _m1\nfrom a.b import C as _C0\n\n\n"
        "def f(os_name: _C0) -> _C0:\n    return _C0(_m1.path, os_name)\n"
    )


def test_imports_inside_functions_too() -> None:
    text = "def f():\n    import yaml\n    return yaml.load('')\n"
    assert aliased({"x.py": text})["x.py"] == "def f():\n    import yaml as _m0\n    return _m0.load('')\n"


def test_what_others_import_from_here_keeps_its_name() -> None:
    files = {"app/llm.py": "from openai import OpenAI\n", "app/main.py": "from app.llm import OpenAI\n"}
    assert aliased(files)["app/llm.py"] == "from openai import OpenAI\n"


def test_left_alone() -> None:
    text = (
        "from __future__ import annotations\nimport os.path\ntry:\n    import json\nexcept ImportError:\n"
        "    json = None\nfrom x import *\n"
    )
    assert aliased({"x.py": text})["x.py"] == text


def test_every_fixture_changes_and_keeps_its_lines() -> None:
    for situation in of_life("alias"):
        files = aliased(situation.files)
        assert files != situation.files, f"{situation.id} has no import to alias: say no-alias"
        for path, text in files.items():
            if path.endswith(".py"):
                compile(text, path, "exec", dont_inherit=True)
            assert text.count("\n") == situation.files[path].count("\n"), f"{situation.id}: {path}"
