"""The house rules of this repository, checked on its own files."""

from __future__ import annotations

import ast
import functools
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import llmlint
from llmlint.model.rule import AXES, Rule
from llmlint.registry import all_rules
from llmlint.settings import KEYS
from support import generate_docs

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "llmlint"
RULES = all_rules()
# The script that was installed beside this interpreter.
LLMLINT = shutil.which("llmlint", path=Path(sys.executable).parent) or "llmlint"
# The tool's own codes have no check function: the engine reports them, so they have a page but no module.
CHECKED = [rule for rule in RULES if rule.check is not None]

PAGE_HEADINGS = [
    "What it does",
    "Why it matters",
    "Example",
    "Fix",
    "When to switch it off",
    "Known limits",
    "References",
]


def code_of(rule: Rule) -> str:
    return rule.code


def tracked_files() -> list[Path]:
    """What git tracks; in an unpacked sdist, which has no git, everything there is."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def markdown_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".md"]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def without_code(markdown: str) -> str:
    """Markdown without fenced blocks and code spans, whose brackets are not links."""
    markdown = re.sub(r"^(\s*)(```+).*?^\s*\2", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", markdown)


# --- README and CI -----------------------------------------------------------------------------


def try_it_commands() -> list[str]:
    section = read(ROOT / "README.md").split("\n## Try it\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_readme_gives_one_command_to_run_and_one_to_test() -> None:
    commands = try_it_commands()
    assert ["llmlint check" in command for command in commands] == [True, False]
    assert ["pytest" in command for command in commands] == [False, True]


def test_ci_runs_the_readme_test_command_as_it_is() -> None:
    assert try_it_commands()[1] in read(ROOT / ".ci" / "run").splitlines()


def demo_findings() -> list[dict[str, object]]:
    done = subprocess.run(
        [LLMLINT, "check", "fixtures/demo", "--output-format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert isinstance(findings, list)
    return findings


def test_demo_shows_each_family_once_or_more() -> None:
    codes = {str(finding["code"]) for finding in demo_findings()}
    assert codes >= {"LLM301", "LLM302", "LLM303", "LLM304", "LLM401", "LLM501", "LLM514", "LLM703"}


def test_readme_shows_the_demo_as_it_is() -> None:
    block = read(ROOT / "README.md").split("<!-- demo -->")[1].split("<!-- /demo -->")[0]
    shown = [line for line in block.splitlines() if re.search(r"\bLLM\d{3}\b", line)]
    messages = [str(finding["message"]) for finding in demo_findings()]
    assert shown
    for line in shown:
        assert any(message in line for message in messages), line


OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


@functools.cache
def help_of(command: str) -> str:
    return subprocess.run([LLMLINT, command, "--help"], capture_output=True, text=True, check=True).stdout


# --- what may be in a file ---------------------------------------------------------------------

# Written with brackets so that this file does not contain what it looks for.
MACHINE = re.compile(
    r"/[w]ork/(?:main|shared)|/[r]oot/|/[o]pt/(?:pypi|wheels)|[f]iles\.pythonhosted\.org|pypi\.org/[s]imple|"
    r"--(?:extra-)?index-[u]rl|--find-[l]inks"
)


def test_no_machine_paths_or_index_hosts() -> None:
    found = []
    for path in tracked_files():
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE.finditer(text)]
    assert found == []


def test_files_are_small_and_their_names_say_something() -> None:
    too_long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in SOURCE.rglob("*.py")
        if (lines := len(read(path).splitlines())) > (120 if path.parent.name == "rules" else 400)
    }
    assert too_long == {}
    nameless = [
        path
        for path in tracked_files()
        if path.stem in {"utils", "util", "helpers", "helper", "common", "misc"}
    ]
    assert [path for path in nameless if "fixtures" not in path.parts] == []


def test_no_test_is_without_an_assertion() -> None:
    """A test asserts, expects an exception, or calls a function named for what it asserts."""
    idle = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not asserts(node):
                idle.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert idle == []


def asserts(function: ast.FunctionDef) -> bool:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    names = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in called}
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or any(
        re.match(r"(raises|fail|compile)$|(assert|check|expect|any)(_|$)", name) for name in names
    )


def test_versions_agree() -> None:
    version = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## \[(\d[^\]]*)\]", read(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version == llmlint.__version__


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = re.findall(
        r"^\| `([a-z-]+)` \|", read(ROOT / "docs" / "usage" / "configuration.md"), re.MULTILINE
    )
    assert sorted(documented) == sorted(KEYS)


def test_documented_options_exist() -> None:
    """Every ``--option`` that the docs give to a command of ours is known to it."""
    unknown = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs" / "usage").glob("*.md"))]:
        for command, rest in re.findall(r"\bllmlint (check|rule|graph|audit)\b([^`\n]*)", read(page)):
            unknown += [
                f"{page.name}: {command} {option}"
                for option in OPTION.findall(rest)
                if option not in help_of(command)
            ]
    options = set(OPTION.findall(read(ROOT / "docs" / "usage" / "output.md")))
    assert unknown == []
    assert (
        options - {option for command in ("check", "rule") for option in OPTION.findall(help_of(command))}
        == set()
    )
    assert set(OPTION.findall(help_of("check"))) - options == {"--help"}


# --- rules -------------------------------------------------------------------------------------


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES) > 0


@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_rule_code_and_name(rule: Rule) -> None:
    assert re.fullmatch(r"LLM[0-8]\d\d", rule.code)
    words = rule.name.split("-")
    assert 2 <= len(words) <= 6
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    # It reads after "allow": a thing one may accept, not an order.
    orders = {"avoid", "use", "check", "require", "prefer", "do", "dont", "never", "must", "should"}
    assert words[0] not in orders | {"ensure", "forbid", "disallow", "allow", "set", "add", "pass"}


@pytest.mark.parametrize("rule", CHECKED, ids=code_of)
def test_rule_module_is_named_after_the_rule(rule: Rule) -> None:
    module = SOURCE / "rules" / f"{rule.code.lower()}_{rule.name.replace('-', '_')}.py"
    assert module.is_file()


@pytest.mark.parametrize("rule", CHECKED, ids=code_of)
def test_rule_has_producer_and_silence_fixtures(rule: Rule) -> None:
    folder = ROOT / "fixtures" / rule.code
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".md"))
    producers = [path for path in files if re.search(rf"# error: \[[^\]]*{rule.code}", read(path))]
    # A file that starts with ok_ is silent as a whole; in a project folder, another file may speak.
    silent = [path for path in files if any(part.startswith("ok_") for part in path.parts[-3:])]
    assert len(producers) >= 8, "at least eight situations that are found"
    assert len(silent) >= 8, "at least eight situations that are left alone"
    assert [path for path in silent if path in producers] == []


def test_every_page_and_fixture_folder_belongs_to_a_rule() -> None:
    codes = {rule.code for rule in RULES}
    pages = {path.name[:6] for path in (ROOT / "rules").glob("LLM*.md")}
    folders = {path.name for path in (ROOT / "fixtures").glob("LLM*")}
    assert pages == codes
    assert folders <= codes


@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_rule_page(rule: Rule) -> None:
    page = generate_docs.rule_page(rule)
    text = read(page)
    assert re.match(rf"# .*{rule.code}.*{rule.name}", text), "the title names code and name"
    fenced = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^## (.+?)\s*$", fenced, re.MULTILINE)
    if rule.check is not None:
        assert headings == PAGE_HEADINGS
        assert f"]({generate_docs.link(generate_docs.axis_page(rule.axis), page)}" in text
    else:
        assert headings[0] == PAGE_HEADINGS[0]


@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_rule_is_in_the_changelog(rule: Rule) -> None:
    assert re.search(rf"\b{rule.code}\b", read(ROOT / "CHANGELOG.md"))


def test_generated_tables_are_up_to_date() -> None:
    stale = [
        page.relative_to(ROOT).as_posix()
        for page in generate_docs.targets()
        if generate_docs.rewritten(page, RULES) != read(page)
    ]
    assert stale == []


def test_each_axis_has_a_page_with_a_table_of_its_rules() -> None:
    for axis in range(1, 9):
        page = generate_docs.axis_page(axis)
        text = read(page)
        assert text.startswith(f"# Axis {axis} · {AXES[axis].capitalize()}\n")
        assert f"<!-- rules:{axis} -->" in text
        for rule in RULES:
            assert (f"| {rule.code} |" in text) == (rule.axis == axis)


# --- links -------------------------------------------------------------------------------------


def anchors(markdown: str) -> set[str]:
    """The fragment of each heading, as GitHub makes it."""
    headings = re.findall(
        r"^#+ (.+?)\s*$", re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.M), re.M
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", markdown_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(read(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        linked = page.parent / name if name else page
        if not linked.exists() or (fragment and fragment not in anchors(read(linked))):
            broken.append(target)
    assert broken == []


def test_every_page_of_the_docs_is_linked_from_somewhere() -> None:
    linked = set()
    for page in markdown_files():
        for target in re.findall(r"\]\(([^)#\s]+)", without_code(read(page))):
            if not re.match(r"[a-z]+:", target):
                linked.add((page.parent / target).resolve())
    docs = {path.resolve() for path in markdown_files() if path.is_relative_to(ROOT / "docs")}
    assert docs - linked == set()
