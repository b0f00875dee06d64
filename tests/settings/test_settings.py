from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.model.options import Options, Owned
from llmlint.model.rule import Confidence, Severity
from llmlint.registry import Layer
from llmlint.settings import Settings, SettingsError, load, read
from tests.conftest import Tree


def test_without_configuration_the_defaults_hold(tree: Tree) -> None:
    assert load(tree({"pyproject.toml": "[project]\n"})) == Settings()


def test_reads_every_key(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": """\
[tool.llmlint]
select = ["LLM3", "LLM5"]
ignore = ["LLM003"]
extend-select = ["LLM003"]
exclude = ["vendored/"]
not-production = ["spec/"]
prompt-modules = ["wording.py"]
min-severity = "warning"
min-confidence = "medium"
path-reads = true
dated-models = true

[tool.llmlint.owners]
"app/" = ["@acme/assistants"]

[tool.llmlint.per-path-ignores]
"scripts/" = ["LLM3"]
"""
        }
    )
    assert load(root) == Settings(
        file=root / "pyproject.toml",
        layer=Layer(("LLM3", "LLM5"), ("LLM003",), ("LLM003",), Severity.WARNING, Confidence.MEDIUM),
        exclude=("vendored/",),
        not_production=("spec/",),
        prompt_modules=("wording.py",),
        options=Options(
            path_reads=True,
            dated_models=True,
            owners=(Owned("app/", ("@acme/assistants",), "pyproject.toml", 14),),
        ),
        per_path_ignores={"scripts/": ("LLM3",)},
    )


def test_own_file_has_the_keys_at_the_top(tree: Tree) -> None:
    root = tree({"llmlint.toml": "\ufeffignore = ['LLM003']\n"})
    assert load(root).layer == Layer(None, (), ("LLM003",))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[tool.llmlint]\nowners = []\n", 2, "`owners` is not a table of patterns and owners"),
        ('[tool.llmlint.owners]\n"app/" = "ada"\n', 2, "`app/` is not a list of strings"),
        (
            "[tool.ruff]\nselct = []\n[tool.llmlint]\nselct = []\n",
            4,
            "unknown key `selct`, did you mean `select`?",
        ),
        (
            "[tool.llmlint]\nextend_select = []\n",
            2,
            "unknown key `extend_select`, did you mean `extend-select`?",
        ),
        ("[tool.llmlint]\n\n'zz' = 1\n", 3, "unknown key `zz`; known are select, ignore, extend-select"),
        ("[tool.llmlint.rules]\nx = 1\n", 1, "unknown key `rules`"),
        ("[tool.llmlint]\nselect = 'LLM3'\n", 2, "`select` is not a list of strings"),
        ("[tool.llmlint]\nignore = [1]\n", 2, "`ignore` is not a list of strings"),
        (
            "[tool.ruff]\nignore = ['E501']\n[tool.llmlint]\nignore = [\n  'LLM003',\n  'E501',\n]\n",
            6,
            "`E501` names no rule",
        ),
        (
            "[tool.llmlint]\nselect = ['LLM0033']\n",
            2,
            "`LLM0033` names no rule, did you mean `LLM003`? (in `select`)",
        ),
        ("[tool.llmlint]\nexclude = ['a',\n'\\']\nselect = []\n", 3, "`\\` is not a pattern (in `exclude`)"),
        ("[tool.llmlint]\npath-reads = 'yes'\n", 2, "`path-reads` is neither true nor false"),
        ("[tool.llmlint]\nmin-severity = 'fatal'\n", 2, "`min-severity` is none of error, warning, advice"),
        ("[tool.llmlint]\n\nmin-confidence = 3\n", 3, "`min-confidence` is none of high, medium, low"),
        ("[tool.llmlint]\npath-reads = 1\n", 2, "`path-reads` is neither true nor false"),
        ("[tool.llmlint]\nreads = true\n", 2, "unknown key `reads`, did you mean `path-reads`?"),
        ("[tool.llmlint]\nper-path-ignores = []\n", 2, "`per-path-ignores` is not a table"),
        (
            "[tool.llmlint.per-path-ignores]\n'a/' = ['LLM003']\n'b/' = ['LLM9']\n",
            3,
            "`LLM9` names no rule",
        ),
        ("[tool.llmlint]\nselect = [\n", 2, "is not valid TOML"),
        ("[tool.llmlint\n", 1, "is not valid TOML"),
        ("[tool]\nllmlint = 3\n[tool.llmlint]\n", 3, "is not valid TOML"),
        ("tool.llmlint = 3\n", 1, "`tool.llmlint` is not a table"),
        ("[tool.llmlint]\nx = " + "[" * 5000 + "]" * 5000 + "\n", 1, "is not valid TOML"),
    ],
)
def test_a_mistake_names_file_and_line(tree: Tree, text: str, line: int, message: str) -> None:
    root = tree({"pyproject.toml": text})
    with pytest.raises(SettingsError) as raised:
        load(root)
    assert (raised.value.file, raised.value.line) == (root / "pyproject.toml", line)
    assert raised.value.message.startswith(message)
    assert str(raised.value).startswith(f"pyproject.toml:{line}: {message}")


def test_a_file_that_is_no_text_is_a_mistake(tree: Tree) -> None:
    root = tree({"llmlint.toml": b"\xff\xfe"})
    with pytest.raises(SettingsError, match=r"llmlint.toml:1: is not valid UTF-8"):
        load(root)
    with pytest.raises(SettingsError, match=r"missing.toml:1: cannot be read"):
        read(Path("missing.toml"))


@pytest.mark.parametrize(
    ("path", "production"),
    [
        ("app/main.py", True),
        ("src/latest/app.py", True),
        ("app/contest.py", True),
        ("app/protest_service.py", True),
        ("testing_service/app.py", True),
        ("app/evaluation_api.py", True),
        ("tests/app.py", False),
        ("pkg/sub/tests/deep/app.py", False),
        ("pkg/test_app.py", False),
        ("pkg/app_test.py", False),
        ("conftest.py", False),
        ("examples/app.py", False),
        ("docs/conf.py", False),
        ("evals/run.py", False),
        ("benchmarks/speed.py", False),
        ("cookbook/rag.py", False),
    ],
)
def test_what_is_production(path: str, production: bool) -> None:
    assert Settings().is_production(path) is production


@pytest.mark.parametrize(
    ("path", "for_prompts"),
    [
        ("app/prompts.py", True),
        ("app/prompts/summary.py", True),
        ("app/agent_prompts.py", True),
        ("prompt_templates.py", True),
        ("app/prompter.py", False),
        ("app/prompt_service.py", False),
        ("app/agent.py", False),
    ],
)
def test_what_is_a_prompt_module(path: str, for_prompts: bool) -> None:
    assert Settings().is_prompt_module(path) is for_prompts


def test_per_path_ignores_take_prefixes_of_codes() -> None:
    settings = Settings(per_path_ignores={"scripts/": ("LLM3",), "*.gen.py": ("LLM501",)})
    assert settings.ignoring_pattern("scripts/a.py", "LLM301") == "scripts/"
    assert settings.ignoring_pattern("scripts/a.py", "LLM501") is None
    assert settings.ignoring_pattern("app/x.gen.py", "LLM501") == "*.gen.py"
    assert settings.ignoring_pattern("app/a.py", "LLM301") is None
