from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmlint import registry
from llmlint.engine import analyse
from llmlint.model.finding import Finding, Status
from llmlint.request import Report, Request
from llmlint.scope import requests_for, stdin_request
from llmlint.settings import Settings
from llmlint.source import document, sources
from llmlint.source.document import from_text
from tests.conftest import StandIns, Tree, run

FILES = {
    ".git/HEAD": "",
    "app/llm.py": "import openai\nBAD = 1\n",
    "app/service.py": "from .llm import complete\nx = 'BAD' + 'BAD'\n",
    "app/other.py": "import os\nBAD = 1\n",
}


def places(*reports: Report, status: Status = Status.REPORTED) -> list[tuple[str, str, int]]:
    return [
        (f.code, f.location.path, f.location.line) for report in reports for f in report.of_status(status)
    ]


def check(*names: str) -> list[Report]:
    return [analyse(request) for request in requests_for([Path(name) for name in names or (".",)])]


def test_finds_in_files_that_have_to_do_with_llms_and_no_others(tree: Tree, stand_ins: StandIns) -> None:
    (report,) = check(str(tree(FILES)))
    assert places(report) == [
        ("LLM801", "app/llm.py", 2),
        ("LLM801", "app/service.py", 2),
        ("LLM801", "app/service.py", 2),
    ]
    assert stand_ins.parsed == ["app/llm.py", "app/service.py"]
    assert report.parsed == 2
    assert report.files == ("app/llm.py", "app/other.py", "app/service.py")


@pytest.mark.parametrize(
    "names", [("app/llm.py", "app/service.py", "app/other.py"), ("app",), ("app", "app/llm.py"), (".", ".")]
)
def test_what_is_passed_does_not_change_what_is_found(
    tree: Tree, stand_ins: StandIns, names: tuple[str, ...]
) -> None:
    tree(FILES)
    whole = places(*check("."))
    assert places(*check(*names)) == whole
    for name in ("app/llm.py", "app/service.py", "app/other.py"):
        assert places(*check(name)) == [place for place in whole if place[1] == name]


def test_nothing_is_imported_for_a_tree_without_llm_code(tree: Tree) -> None:
    words = "x = ['task-1d2e0f2645a8', 'sk', 'risk-free-of-charge', b'hf', 'disk-sk-']\n"
    tree({".git/HEAD": "", "app/a.py": f"import os\n{words}", "app/b.py": "import a\n"})
    code = (
        "import sys; from llmlint.cli import main; main(['check']);"
        "print({'libcst', 'networkx', 'rich', 'flake8'} & set(sys.modules))"
    )
    done = run("timeit", "-n1", "-r1", code, cwd=Path())
    assert done.stdout.splitlines()[:2] == [b"No findings in 2 files", b"set()"], done.stderr


def test_a_key_is_found_in_any_file_and_the_files_around_it_are_not_parsed(tree: Tree) -> None:
    key = "".join(["sk-1d2e0f2645a86adea", "5770f30e222d960"])  # random, nobody issued it
    tree(
        {
            ".git/HEAD": "",
            "app/a.py": f"import os\nKEY = '{key}'\n",
            "app/b.py": "from app.a import KEY\n",
            "tests/test_a.py": f"KEY = b'{key}'\n",
        }
    )
    (report,) = check(".")
    assert places(report) == [("LLM508", "app/a.py", 2), ("LLM508", "tests/test_a.py", 1)]
    assert report.parsed == 2
    assert key not in repr(report.findings)


def test_an_unparsable_file_is_a_finding_and_the_others_are_checked(tree: Tree, stand_ins: StandIns) -> None:
    tree({**FILES, "app/broken.py": "import openai\nNOPARSE\n", "app/bad.py": "import openai\nNOPARSE (\n"})
    (report,) = check()
    assert ("LLM002", "app/bad.py", 2) in places(report)  # Python's place, where Python refuses it too
    assert ("LLM002", "app/broken.py", 3) in places(report)
    assert ("LLM801", "app/service.py", 2) in places(report)
    finding = next(f for f in report.findings if f.location.path == "app/broken.py")
    assert finding.message == "this file does not parse (unexpected token), so llmlint sees nothing in it"


def test_undecodable_files_count_when_they_have_to_do_with_llms(tree: Tree, stand_ins: StandIns) -> None:
    tree(
        {
            **FILES,
            "app/latin.py": b"import openai\n\nx = '\xff'\n",
            "app/unrelated.py": b"import os\n\n'\xff'\n",
        }
    )
    (report,) = check()
    assert [place for place in places(report) if place[0] == "LLM002"] == [("LLM002", "app/latin.py", 3)]


def test_files_passed_by_name_are_checked_for_syntax(tree: Tree, stand_ins: StandIns) -> None:
    tree(
        {
            ".git/HEAD": "",
            "a.py": "x = 1\ndef (:\n",
            "b.py": "(" * 10_000,
            "c.py": "x = '\\d'\n",
            "s": "x = (\n",
        }
    )
    assert places(*check(".")) == []
    assert places(*check("a.py", "b.py", "c.py", "s")) == [
        ("LLM002", "a.py", 2),
        ("LLM002", "b.py", 1),
        ("LLM002", "s", 1),
    ]


def test_a_huge_file_is_a_finding_only_when_it_matters(
    tree: Tree, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (document, sources):
        monkeypatch.setattr(module, "SIZE_LIMIT", 100)
    tree({".git/HEAD": "", "data.py": "x = 1\n" * 50, "llm.py": "import openai\n" + "x = 1\n" * 50})
    assert places(*check(".")) == [("LLM002", "llm.py", 1)]


def test_a_file_that_vanishes_or_is_unreadable_is_a_finding(
    tree: Tree, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(FILES)
    (request,) = requests_for([Path()])
    real = open

    def refuse(file: object, *arguments: object, **options: object) -> object:
        if str(file).endswith("other.py"):
            raise PermissionError(13, "Permission denied")
        return real(file, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", refuse)
    assert ("LLM002", "app/other.py", 1) in places(analyse(request))


def test_a_crash_in_one_file_is_contained(tree: Tree, stand_ins: StandIns) -> None:
    tree({**FILES, "app/boom.py": "import openai\nBOOM\n"})
    (report,) = check()
    assert ("LLM000", "app/boom.py", 1) in places(report)
    assert ("LLM801", "app/service.py", 2) in places(report)
    finding = next(f for f in report.findings if f.code == "LLM000")
    assert (
        finding.message == "llmlint failed on this file with `ZeroDivisionError`, everything else was checked"
    )
    assert "division by zero at conftest.py:" in finding.help


def test_a_crash_in_one_rule_is_contained_and_always_shown(tree: Tree, stand_ins: StandIns) -> None:
    tree({**FILES, "app/odd.py": "import openai\nODD = 1\n"})
    stand_ins.failing_rule = True
    (request,) = requests_for([Path("app/odd.py")])
    report = analyse(replace(request, layers=(registry.Layer(extend_select=("LLM802",)),)))
    assert places(report) == [("LLM000", "app/llm.py", 1), ("LLM802", "app/odd.py", 2)]
    assert "failed in LLM801 with `KeyError`" in report.findings[0].message


def test_findings_are_marked_and_never_dropped(tree: Tree, stand_ins: StandIns) -> None:
    tree(
        {
            ".git/HEAD": "",
            "llmlint.toml": "per-path-ignores = { 'gen/' = ['LLM8'] }\n",
            "gen/g.py": "import openai\nBAD = 1\n",
            "n.py": "import openai\nBAD = 1  # noqa: LLM801\nBAD = 2  # noqa: LLM802\n",
            "o.py": "import openai\nBAD = 1  # llmlint: ignore[LLM801] -- known\n",
            "f.py": "# llmlint: ignore-file[LLM8] -- old\nimport openai\nBAD = 1\n",
            "q.py": "# flake8: noqa\nimport openai\nBAD = 1\n",
        }
    )
    (report,) = check()
    assert places(report) == [("LLM801", "n.py", 3)]
    assert [(f.location.path, f.reason) for f in report.of_status(Status.SUPPRESSED)] == [
        ("f.py", "old"),
        ("gen/g.py", "per-path-ignores: gen/"),
        ("n.py", ""),
        ("o.py", "known"),
        ("q.py", ""),
    ]


def test_flake8s_share_of_suppressing_is_left_to_flake8(tree: Tree, stand_ins: StandIns) -> None:
    tree({"n.py": "import openai\nBAD = 1  # noqa\nBAD = 2  # llmlint: ignore\n"})
    (request,) = requests_for([Path()])
    assert places(analyse(replace(request, noqa=False))) == [("LLM801", "n.py", 2)]


def unused_comments(report: Report) -> list[tuple[int, str]]:
    return [(f.location.line, f.message) for f in report.findings if f.code == "LLM003"]


def test_a_suppression_that_suppresses_nothing_is_a_finding(tree: Tree, stand_ins: StandIns) -> None:
    tree(
        {
            "a.py": "import os\nx = 1  # llmlint: ignore\n",
            "b.py": (
                "import openai\n"
                "BAD = 1  # llmlint: ignore[LLM801]\n"
                "y = 2  # llmlint: ignore[LLM801] -- gone\n"
                "z = 3  # llmlint: ignore[LLM802] -- a rule that did not run\n"
                "w = 4  # llmlint: ignored\n"
                "v = 5  # llmlint: ignore[LLM801]  # noqa: LLM003\n"
            ),
        }
    )
    (report,) = check("b.py")
    assert unused_comments(report) == [
        (3, "`ignore` suppresses nothing, this line has no finding of LLM801"),
        (5, "`# llmlint: ignored` is not a form llmlint knows, so it suppresses nothing"),
        (6, "`ignore` suppresses nothing, this line has no finding of LLM801"),
    ]
    assert [f.status for f in report.findings if f.code == "LLM003"][-1] is Status.SUPPRESSED
    (report,) = check("a.py")
    assert unused_comments(report) == [
        (2, "`ignore` suppresses nothing, this line has no finding of anything")
    ]
    (request,) = requests_for([Path("b.py")])
    off = analyse(replace(request, off=frozenset(["LLM003"])))
    assert unused_comments(off) == []
    only = analyse(replace(request, layers=(registry.Layer(select=("LLM003",)),)))
    assert [line for line, _ in unused_comments(only)] == [5]


def test_projects_inside_a_project_have_their_own_settings(tree: Tree, stand_ins: StandIns) -> None:
    root = tree(
        {
            **FILES,
            "svc/llmlint.toml": "ignore = ['LLM801']\nextend-select = ['LLM802']\n",
            "svc/s.py": "import openai\nBAD = ODD = 1\n",
        }
    )
    outer, inner = check(".")
    assert (outer.root, inner.root) == (root, root / "svc")
    assert places(inner) == [("LLM802", "s.py", 2)]
    assert places(*check("svc")) == places(*check("svc/s.py")) == places(inner)


def test_excluded_files_are_not_even_shown_when_passed(tree: Tree, stand_ins: StandIns) -> None:
    tree({**FILES, "llmlint.toml": "exclude = ['app/llm.py']\n"})
    assert places(*check("app/llm.py")) == []
    assert places(*check(".")) == []  # nobody else is a seed


def test_a_text_stands_for_its_file(tree: Tree, stand_ins: StandIns) -> None:
    tree(FILES)
    request = stdin_request("app/service.py", b"from .llm import complete\n\n\nBAD = 1\n")
    assert places(analyse(request)) == [("LLM801", "app/service.py", 4)]
    request = stdin_request("app/new.py", b"import openai\nBAD = 1\n")
    assert places(analyse(request)) == [("LLM801", "app/new.py", 2)]
    request = stdin_request("no/such/place/new.py", b"import openai\nBAD = 1\n")
    assert places(analyse(request)) == [("LLM801", "new.py", 2)]
    request = stdin_request("app/service.py", b"x = '\xff'\n")
    assert places(analyse(request)) == [("LLM002", "app/service.py", 1)]


def test_the_same_finding_twice_is_one_in_reading_order(tree: Tree, stand_ins: StandIns) -> None:
    root = tree(FILES)
    (report,) = check()
    assert len(set(report.findings)) == len(report.findings)
    key = [(f.location.path, f.location.line, f.location.column) for f in report.findings]
    assert key == sorted(key)
    text = from_text("app/llm.py", "import openai\n")
    assert isinstance(analyse(Request(root, Settings(), texts={"app/llm.py": text})).findings[0], Finding)


def test_an_empty_project(tree: Tree, stand_ins: StandIns) -> None:
    (report,) = check(str(tree({})))
    assert (report.findings, report.files) == ((), ())


def test_a_second_run_parses_nothing_and_finds_the_same(tree: Tree) -> None:
    filler = "".join(f"def step_{n}(x: int) -> int:\n    return x + {n}\n\n\n" for n in range(1500))
    root = tree({".git/HEAD": "", "app/llm.py": "import ollama\n\nclient = ollama.Client()\n" + filler})
    code = (
        "import sys; from llmlint.cli import main; main(['check']);"
        "print(sorted({'libcst'} & set(sys.modules)))"
    )
    runs = [run("timeit", "-n1", "-r1", code, cwd=Path()).stdout.splitlines()[:3] for _ in range(3)]
    assert [one[-1] for one in runs] == [b"['libcst']", b"[]", b"[]"]
    assert runs[0][:2] == runs[1][:2] == runs[2][:2]
    (root / "app" / "llm.py").write_text("import ollama\n\nclient = ollama.Client(timeout=9)\n" + filler)
    assert run("timeit", "-n1", "-r1", code, cwd=Path()).stdout.splitlines()[0] == b"No findings in 1 file"


def test_a_run_without_the_cache_leaves_nothing_behind(tree: Tree) -> None:
    root = tree({".git/HEAD": "", "app/llm.py": "import ollama\n" + "x = 1\n" * 20_000})
    before = sorted(root.rglob("*"))
    analyse(Request(root))
    analyse(Request(root, Settings(cache=False), cache=True))
    assert sorted(root.rglob("*")) == before
    analyse(Request(root, cache=True))
    assert (root / ".llmlint_cache" / "llmlint.db").is_file()
