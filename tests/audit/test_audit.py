"""From verdicts to a report: levels, what people attest, what is next, other lists, packages."""

from __future__ import annotations

import datetime
import io
import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import llmlint
from llmlint.audit.catalogue import read
from llmlint.audit.criteria import AXIS_WORDS, criteria, named
from llmlint.audit.crosswalk import items, lists
from llmlint.audit.detectors import detectors
from llmlint.audit.model import Assessed, AuditReport, CriterionResult, Evidence, Verdict, met, missing, vague
from llmlint.audit.next_step import path
from llmlint.audit.score import level, score
from llmlint.audit.tables.evals import EvalsFile
from llmlint.audit.tables.lists import ListsFile
from llmlint.engine import audit
from llmlint.model.finding import Finding
from llmlint.model.location import Location
from llmlint.reporters.audit import LISTS, Wanted, questions, terminal, text
from llmlint.request import Request
from llmlint.scope import requests_for
from llmlint.settings import SettingsError, load
from support.generate_docs import TODAY
from tests.conftest import Tree, run

from .situations import FIXTURES, report_on

PLACE = Evidence("a.md", 1, "a")
SCHEMA = json.loads((Path(llmlint.__file__).parent / "reporters/audit/audit.schema.json").read_text())
LLM = (FIXTURES / "_app/app/llm.py").read_text(encoding="utf-8")


def judged(verdicts: str, ids: tuple[str, ...]) -> list[Assessed]:
    """``m`` met, ``v`` vague, anything else missing."""
    by_letter = {"m": met([PLACE]), "v": vague([PLACE], "why")}
    return [
        Assessed(criteria()[one], by_letter.get(letter, missing()))
        for one, letter in zip(ids, verdicts, strict=False)
    ]


@pytest.mark.parametrize("verdict", [Verdict.MET, Verdict.VAGUE])
def test_no_verdict_without_evidence(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="without evidence"):
        CriterionResult(verdict, (), "why")


@pytest.mark.parametrize("make", [met, vague, missing])
def test_a_place_is_shown_once(make: Any) -> None:
    assert make(evidence=[PLACE, PLACE], why="why").evidence == (PLACE,)


# -- data ---------------------------------------------------------------------------------------


def test_every_axis_has_criteria_and_ids_say_which() -> None:
    assert {one.axis for one in criteria().values()} == set(range(1, 9))
    assert all(1 <= one.weight <= 3 and 1 <= one.cost <= 3 for one in criteria().values())
    assert all(one.question.endswith("?") and one.closes.endswith(".") for one in criteria().values())
    assert all(not one.code or one.code.startswith("LLM") for one in criteria().values())


def test_lists_and_rows_name_criteria_that_there_are() -> None:
    data = read("lists", ListsFile)
    patterns = [p for one in data.list for item in one.item for p in item.criteria]
    patterns += [p for row in data.row for p in row.criteria]
    assert [p for p in patterns if not named([p])] == []


def test_the_command_takes_the_lists_that_there_are() -> None:
    assert list(LISTS) == list(lists())


def test_rows_need_only_rows_before_them() -> None:
    rows = read("lists", ListsFile).row
    before = list(itertools.accumulate(([row.id] for row in rows), initial=[]))
    assert [row.id for row, seen in zip(rows, before, strict=False) if not set(row.needs) <= set(seen)] == []


def test_facts_of_tools_load_and_say_where_they_are_from() -> None:
    assert all(tool.source and tool.date for tool in read("evals", EvalsFile).tool)


# -- levels -------------------------------------------------------------------------------------

ALL = named(["evals.*"])


@pytest.mark.parametrize(
    ("verdicts", "expected"), [("m" * 9, 5), ("-" * 9, 0), ("v" * 9, 2), ("m" * 8 + "-", 4)]
)
def test_a_level_is_the_full_fifths(verdicts: str, expected: int) -> None:
    assert level(judged(verdicts, ALL)) == expected


def test_weights_count() -> None:
    heavy, light = ("evals.suite",), ("evals.judge",)
    weights = [criteria()[one].weight for one in (*heavy, *light)]
    assert weights == [3, 1]
    assert level(judged("m", heavy) + judged("-", light)) == 3
    assert level(judged("-", heavy) + judged("m", light)) == 1


def test_nothing_that_applies_is_no_level() -> None:
    assert level([]) is None


def test_a_finding_caps_and_the_earned_level_is_kept() -> None:
    finding = Finding("LLM301", "x", Location("a.py", 1))
    axis = score(3, judged("m", ("recovery.deadlines",)), [finding])
    assert (axis.level, axis.earned, axis.blocks) == (3, 5, True)


# -- next step ----------------------------------------------------------------------------------


def steps(verdicts: dict[str, str]) -> AuditReport:
    found = [one for word, letters in verdicts.items() for one in judged(letters, named([word]))]
    return AuditReport(Path(), path=path({one.criterion.id: one for one in found}))


def test_the_first_step_is_the_target() -> None:
    step = steps({"evals.*": "-" * 9, "rollback.*": "-" * 8}).next_step
    assert step is not None
    assert step.title == "define the target"
    assert [one.criterion.id for one in step.cheapest] == ["evals.target"]


def test_later_rows_wait_for_earlier_ones() -> None:
    open_ones = {"rollback.*": "-" * 8, "observability.*": "-" * 7, "cost.*": "-" * 6}
    report = steps({"evals.*": "m" * 9, **open_ones})
    assert report.next_step is not None and report.next_step.title == "reproducible deploy"
    waiting = {step.title: step.waits_for for step in report.path}
    assert waiting["observability"] == ("reproducible deploy",)
    cheapest = [one.criterion for one in report.next_step.cheapest]
    assert [(one.cost, one.weight) for one in cheapest] == [(1, 2), (1, 2)]


def test_nothing_is_next_when_all_is_done() -> None:
    assert steps({f"{word}.*": "m" * 20 for word in AXIS_WORDS}).next_step is None


# -- attestations -------------------------------------------------------------------------------


def attest(criterion: str, date: str, extra: str = "") -> str:
    who = 'who = "Ada"\nlink = "https://x"'
    return f'{extra}[[audit.attest]]\ncriterion = "{criterion}"\n{who}\ndate = {date}\n'


@pytest.mark.parametrize(
    ("days", "extra", "verdict", "why"),
    [
        (30, "", Verdict.ATTESTED, "holds until"),
        (31, "", Verdict.VAGUE, "expired on"),
        (15, '[audit.expiry]\n"rollback.rehearsed" = 14\n', Verdict.VAGUE, "for 14 days, expired on"),
        (-1, "", Verdict.VAGUE, "is to come"),
    ],
)
def test_a_word_holds_for_its_days(tree: Tree, days: int, extra: str, verdict: Verdict, why: str) -> None:
    date = (TODAY - datetime.timedelta(days=days)).isoformat()
    root = tree({"llmlint.toml": attest("rollback.rehearsed", date, extra), "app/llm.py": LLM})
    result = report_on(root).assessed["rollback.rehearsed"].result
    assert result.verdict is verdict and why in result.why
    (place,) = result.evidence
    line = 4 if extra else 2
    assert (place.path, place.line) == ("llmlint.toml", line)


def test_what_is_found_counts_before_an_expired_word(tree: Tree) -> None:
    root = tree({"llmlint.toml": attest("evals.suite", "2020-01-01"), "app/llm.py": LLM})
    assert report_on(root).assessed["evals.suite"].result.verdict is Verdict.VAGUE
    (root / "promptfooconfig.yaml").write_text("tests: [{vars: {a: b}}]\n", encoding="utf-8")
    assert report_on(root).assessed["evals.suite"].result.verdict is Verdict.MET


@pytest.mark.parametrize(
    ("toml", "line", "message"),
    [
        ("audit = 3\n", 1, "`audit` is not a table"),
        ("[audit]\nfail-unter = 3\n", 2, "unknown key `fail-unter` in `audit`, did you mean `fail-under`?"),
        ("[audit]\n\nfail-under = 6\n", 3, "`fail-under` is no level"),
        ("[audit.minimum]\neval = 3\n", 2, "`eval` is no axis, did you mean `evals`?"),
        ("[audit]\npackages = ['.']\n", 2, "`packages` is not a list of folders"),
        ('[audit.expiry]\n"rollback.rehearsed" = 60\n', 2, "expires after 1 to 30 days"),
        (attest("evals.suit", "2026-05-01"), 2, "`evals.suit` is no criterion, did you mean `evals.suite`?"),
        (attest("evals.suite", '"in May"'), 5, "needs a `date`"),
        ("[[audit.attest]]\ncriterion = 'evals.suite'\nwho = ''\n", 3, "needs `who`"),
        ("[[audit.attest]]\nwhom = 'x'\n", 2, "unknown key `whom`"),
    ],
)
def test_a_mistake_names_file_and_line(tree: Tree, toml: str, line: int, message: str) -> None:
    root = tree({"llmlint.toml": toml})
    with pytest.raises(SettingsError) as error:
        load(root)
    assert (error.value.file.name, error.value.line) == ("llmlint.toml", line)
    assert message in error.value.message


# -- reports ------------------------------------------------------------------------------------


def test_no_llm_call_scores_nothing(tree: Tree) -> None:
    root = tree({"llmlint.toml": "", "app/a.py": "print(1)\n", "tests/test_a.py": "import openai\n"})
    report = report_on(root)
    assert report.axes == () and "nothing in this repository calls a model" in report.unscored
    jsonschema.validate(json.loads(text("json", [report], Wanted())), SCHEMA)


def test_a_client_without_a_call_is_named(tree: Tree) -> None:
    """A framework may call it, or somebody through a value that is not followed."""
    root = tree({"llmlint.toml": "", "app/a.py": "import openai\n\nclient = openai.OpenAI()\n"})
    report = report_on(root)
    assert report.axes == () and "`openai.OpenAI(...)` is set up at app/a.py:3" in report.unscored


@pytest.mark.parametrize("form", lists())
def test_json_fits_its_schema(tree: Tree, form: str) -> None:
    root = tree({"llmlint.toml": attest("oncall.rotation", "2026-05-01"), "app/llm.py": LLM, "bad.yml": "["})
    report = report_on(root)
    data = json.loads(text("json", [report], Wanted(form)))
    jsonschema.validate(data, SCHEMA)
    (told,) = data["reports"]
    assert [item["title"] for item in told["items"]] == [item.title for item in items(report, form)]
    assert [item["blocks"] for item in told["items"]] == [item.blocks for item in items(report, form)]
    assert {c["id"] for axis in told["axes"] for c in axis["criteria"]} == detectors().keys() | {
        "oncall.rotation"
    }


def test_a_detector_that_fails_costs_its_criterion(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(subject: object) -> CriterionResult:
        raise RecursionError

    monkeypatch.setattr("llmlint.audit.assess.detectors", lambda: {**detectors(), "evals.suite": broken})
    report = report_on(tree({"llmlint.toml": "", "app/llm.py": LLM}))
    assert "evals.suite" not in report.assessed and "evals.size" in report.assessed
    assert any("`evals.suite` was not judged" in note for note in report.notes)


def test_a_finding_holds_its_axis_unless_it_is_suppressed(tree: Tree) -> None:
    bad = LLM.replace("OpenAI(timeout=20)", "OpenAI(timeout=None)")
    words = "".join(attest(one, "2026-05-01") for one in named(["recovery.*"]))
    root = tree({"llmlint.toml": words, "app/llm.py": bad})
    axis = report_on(root).axes[2]
    assert (axis.level, axis.earned) == (3, 5) and {f.code for f in axis.findings} == {"LLM302"}
    (root / "app/llm.py").write_text(
        bad.replace("None)", "None)  # llmlint: ignore[LLM302] -- local"), encoding="utf-8"
    )
    assert report_on(root).axes[2].level == 5


def test_packages_are_audited_by_themselves(tree: Tree) -> None:
    root = tree(
        {
            "llmlint.toml": "[audit]\npackages = ['a', 'b', 'c']\n",
            "a/llm.py": LLM,
            "a/promptfooconfig.yaml": "tests: [{vars: {x: y}}]\n",
            "b/llm.py": LLM,
            "c/text.py": "",
        }
    )
    (request,) = requests_for([root], template=Request(Path(), today=TODAY))
    a, b, c = audit(request)
    assert [one.package for one in (a, b, c)] == ["a", "b", "c"]
    assert [one.assessed["evals.suite"].result.verdict for one in (a, b)] == [Verdict.MET, Verdict.MISSING]
    assert (a.sites, b.sites, c.sites) == (1, 1, 0) and c.unscored


def test_a_path_chooses_among_packages(tree: Tree) -> None:
    root = tree(
        {"llmlint.toml": "[audit]\npackages = ['a', 'b']\n", "a/llm.py": LLM, "b/x/llm.py": LLM, "d/e": ""}
    )

    def shown(path: str) -> list[str]:
        (request,) = requests_for([root / path], template=Request(Path(), today=TODAY))
        return [report.package for report in audit(request)]

    assert shown("b") == shown("b/x") == shown("b/x/llm.py") == ["b"]
    assert shown(".") == shown("d") == ["a", "b"]


def test_a_package_that_is_no_folder_is_a_mistake(tree: Tree) -> None:
    root = tree(
        {"pyproject.toml": "[tool.llmlint]\n[tool.llmlint.audit]\n\npackages = ['ap']\n", "app/llm.py": LLM}
    )
    done = run("llmlint", "audit", cwd=root)
    assert done.returncode == 2
    assert b"pyproject.toml:4: `packages` names `ap`, and " in done.stderr


def test_attestations_and_levels_of_any_configuration(tree: Tree) -> None:
    """In pyproject.toml, and in a file elsewhere that --config names; their place can be opened."""
    table = attest("oncall.rotation", TODAY.isoformat()).replace("[[audit", "[[tool.llmlint.audit")
    table += "[tool.llmlint.audit.minimum]\noncall = 5\nevals = 1\n"
    root = tree({"pyproject.toml": "[tool.llmlint]\n", "app/llm.py": LLM, "conf/strict.toml": table})
    (root / "own.toml").write_text(table, encoding="utf-8")
    for name, arguments in (("conf/strict.toml", ["--config", "conf/strict.toml"]), ("pyproject.toml", [])):
        if not arguments:
            (root / "own.toml").rename(root / "pyproject.toml")
        done = run("llmlint", "audit", "--format", "json", *arguments, cwd=root)
        assert done.returncode == 1, done.stderr
        (told,) = json.loads(done.stdout)["reports"]
        (rotation,) = [c for axis in told["axes"] for c in axis["criteria"] if c["id"] == "oncall.rotation"]
        assert rotation["verdict"] == "attested"
        assert [(place["path"], place["line"]) for place in rotation["evidence"]] == [(name, 2)]
        assert {"axis": 1, "level": 0, "least": 1} in told["below"]


def test_a_minimum_of_an_axis_stands_in_place_of_the_level_for_all(tree: Tree) -> None:
    root = tree({"llmlint.toml": "[audit.minimum]\nevals = 0\n", "app/llm.py": LLM})
    done = json.loads(run("llmlint", "audit", "--format", "json", "--fail-under", "5", cwd=root).stdout)
    assert 1 not in {one["axis"] for one in done["reports"][0]["below"]}
    (root / "llmlint.toml").write_text("", encoding="utf-8")
    shown = run("llmlint", "audit", "--fail-under", "2", cwd=root)
    assert shown.returncode == 1
    assert b"Below the minimum: eval coverage is at level 0; at least 2 is asked" in shown.stdout


def test_questions_are_those_of_what_is_open(tree: Tree) -> None:
    report = report_on(tree({"llmlint.toml": "", "app/llm.py": LLM}))
    asked = "\n".join(questions.lines([report], Wanted()))
    assert f"  suite (missing): {criteria()['evals.suite'].question}" in asked.splitlines()
    assert criteria()["evals.judge"].question not in asked  # it does not apply
    assert asked.startswith("1 eval coverage\n")
    of_items = "\n".join(questions.lines([report], Wanted("six-bars")))
    assert "\n\nEvaluation\n  target written (missing): " in f"\n\n{of_items}"
    nothing = [AuditReport(Path(), "a", unscored="why"), AuditReport(Path(), "b", unscored="why")]
    assert list(questions.lines(nothing, Wanted()))[2:] == ["\n== b", "Nothing to ask: why."]


def printed(report: AuditReport, wanted: Wanted) -> str:
    stream = io.StringIO()
    terminal.write([report], stream, wanted, color=False)
    return stream.getvalue()


def test_the_terminal_shows_blockers_first_and_what_holds_a_level(tree: Tree) -> None:
    bad = LLM.replace("OpenAI(timeout=20)", "OpenAI(timeout=None)")
    attested = "".join(
        attest(one, "2026-05-01") for one in criteria() if one.startswith(("recovery", "oncall"))
    )
    shown = printed(report_on(tree({"llmlint.toml": attested, "app/llm.py": bad})), Wanted())
    headings = [line for line in shown.splitlines() if line[:1].isdigit() and ": level" in line]
    assert headings.index("3 error recovery: level 3 of 5, blocks") < headings.index(
        "6 on-call rotation: level 5 of 5"
    )
    held, place = shown.split("  held at 3 by ")[1].splitlines()[:2]
    assert held == "1 finding of `llmlint check`" and "app/llm.py:" in place and " LLM302 " in place
    assert "error recovery" in shown.splitlines()[-1]


def test_the_terminal_tells_a_list_in_its_own_items(tree: Tree) -> None:
    report = report_on(tree({"llmlint.toml": "", "app/llm.py": LLM}))
    shown = printed(report, Wanted("six-bars"))
    assert "Six-part bar; 1 place where a model is called" in shown
    assert "\nEvaluation: level 0 of 5, blocks\n" in shown and "eval coverage" not in shown
    assert "  1. define the target: next\n" in printed(report, Wanted("path"))


def test_much_evidence_is_counted(tmp_path: Path) -> None:
    places = [Evidence(f"{number}.md", 1, "here") for number in range(5)]
    judged = [
        Assessed(criteria()["evals.suite"], met(places)),
        Assessed(criteria()["evals.size"], vague(places, "x")),
    ]
    shown = printed(AuditReport(tmp_path, axes=(score(1, judged, []),), sites=1), Wanted())
    assert "0.md:1 here (and 4 more)\n" in shown and "2.md:1 here (and 2 more)\n" in shown
    assert "1.md:1 here\n" in shown and "3.md" not in shown


# -- the command --------------------------------------------------------------------------------


def test_the_command(tree: Tree) -> None:
    root = tree({"llmlint.toml": "", "app/llm.py": LLM})
    plain = run("llmlint", "audit", cwd=root)
    assert (
        plain.returncode == 0
        and b"eval coverage" in plain.stdout
        and b"Next: define the target" in plain.stdout
    )
    assert run("llmlint", "audit", "--fail-under", "1", cwd=root).returncode == 1
    data = json.loads(run("llmlint", "audit", "--format", "json", "--as", "six-bars", cwd=root).stdout)
    assert data["list"]["title"] == "Six-part bar"
    assert b"?" in run("llmlint", "audit", "--question", cwd=root).stdout
    mistaken = run("llmlint", "audit", "--as", "nope", cwd=root)
    assert mistaken.returncode == 2 and b"six-bars" in mistaken.stderr
    assert run("llmlint", "audit", "--question", "--format", "json", cwd=root).returncode == 2


def test_check_imports_nothing_of_the_audit(tree: Tree) -> None:
    root = tree({"llmlint.toml": "", "app/llm.py": LLM})
    code = (
        "import sys; from llmlint.cli import main; main(['check', '.']); "
        "print([m for m in sys.modules if m.startswith(('llmlint.audit', 'yaml', 'markdown_it', 'dulwich'))])"
    )
    (root / "probe.py").write_text(code, encoding="utf-8")
    assert run("probe", cwd=root).stdout.splitlines()[-1] == b"[]"
