"""What ``corpus/speed.py`` makes of its samples: no goal is met by a run that failed, and no row is left out.

Nothing here is timed; the samples are made up.
"""

from __future__ import annotations

import importlib
import os
import resource
import select
import signal
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
if not CORPUS.is_dir():
    pytest.skip("the corpus is not part of a source distribution", allow_module_level=True)
sys.path.insert(0, str(CORPUS))
try:
    bench, page, results, runs, situations, timing, tools, trees = (
        importlib.import_module(f"speed_{name}")
        for name in ("bench", "page", "results", "runs", "situations", "timing", "tools", "trees")
    )
finally:
    sys.path.remove(str(CORPUS))

MINE, OTHER = "N cold: llmlint", "N: ruff"


def sampled(**seconds: list[float]) -> Any:
    """Results with these seconds of ``mine`` and ``other``."""
    names = {"mine": MINE, "other": OTHER}
    samples = {names[name]: [results.Sample(s, s, 100.0) for s in given] for name, given in seconds.items()}
    return results.Results(samples=samples)


def judged(goal: Any, found: Any) -> Any:
    return situations.Situation("N-cold", "N, cold", goal).verdict(found)


# --- goals --------------------------------------------------------------------------------------


def test_a_run_is_held_against_another_of_the_same_round() -> None:
    goal = situations.Against(MINE, OTHER, Fraction(2))
    # In the slow second round both were slow: the medians alone (3 against 2 × 1) would say no.
    found = sampled(mine=[1.0, 30.0, 3.0], other=[1.0, 20.0, 1.0])
    assert judged(goal, found) == situations.Verdict("3.00 s", "1.00 s", "1.50 (1.00 – 3.00)", met=True)


@pytest.mark.parametrize(("plus", "met"), [(0.0, False), (0.1, True)])
def test_what_may_be_added_counts_once(plus: float, met: bool) -> None:
    goal = situations.Against(MINE, OTHER, Fraction(1, 2), plus)
    assert judged(goal, sampled(mine=[0.59], other=[1.0])).met is met


def test_without_a_factor_nothing_is_aimed_at() -> None:
    verdict = judged(situations.Against(MINE, OTHER, None), sampled(mine=[1.0], other=[2.0]))
    assert (verdict.ratio, verdict.met) == ("0.50 (0.50 – 0.50)", None)


def test_a_run_that_failed_meets_nothing() -> None:
    found = sampled(mine=[0.1])
    found.troubles[OTHER] = "ruff is not there"
    verdict = judged(situations.Against(MINE, OTHER, Fraction(2)), found)
    assert verdict == situations.Verdict("not measured: ruff is not there")


def test_of_memory_the_worst_round_counts_and_of_time_the_middle_one() -> None:
    samples = [
        results.Sample(seconds, seconds, megabytes) for seconds, megabytes in [(9, 200), (9, 260), (30, 200)]
    ]
    found = results.Results(samples={MINE: samples})
    assert judged(situations.AtMost(MINE, 250, "megabytes"), found).met is False
    assert judged(situations.AtMost(MINE, 10), found).met is True


@pytest.mark.parametrize(("power", "met"), [(1.0, True), (1.5, False)])
def test_growth_is_the_power_of_the_size(power: float, met: bool) -> None:
    samples = {runs.growth(n): [results.Sample(3 * n**power, 1.0, 1.0)] for n in runs.SIZES}
    verdict = judged(situations.Growth("seconds", 1.1), results.Results(samples=samples))
    assert verdict.measured == f"exponent {power:.2f} ({power:.2f} – {power:.2f})"
    assert verdict.met is met


# --- the tables ---------------------------------------------------------------------------------


def test_names_are_unique() -> None:
    assert len({run.name for run in runs.RUNS}) == len(runs.RUNS)
    assert len({one.key for one in situations.SITUATIONS}) == len(situations.SITUATIONS)


def test_every_run_is_made_for_a_situation_and_the_other_way_round() -> None:
    assert {name for one in situations.SITUATIONS for name in one.goal.runs} == {
        run.name for run in runs.RUNS
    }


def test_every_run_has_a_corpus_and_a_tool() -> None:
    made = {"growth", "generated"}
    assert {run.corpus for run in runs.RUNS} - made == set(trees.corpora())
    assert {run.tool for run in runs.RUNS} == {*tools.PEERS, *runs.OURS}


def test_what_is_held_against_each_other_runs_in_the_same_turns() -> None:
    for one in situations.SITUATIONS:
        assert len({runs.BY_NAME[name].corpus for name in one.goal.runs}) == 1, one.key


def test_situations_are_chosen_by_key_or_group() -> None:
    keys = [one.key for one in situations.chosen(["M", "flake8-S"], ["M-warm"])]
    assert keys == ["M-changed", "M-cold", "flake8-S-first", "flake8-S-again"]
    with pytest.raises(SystemExit, match="no situation: X"):
        situations.chosen(["X"])


# --- the page -----------------------------------------------------------------------------------


def rows(text: str) -> list[list[str]]:
    """The cells of the first table."""
    table = text[text.index("\n| ") :].split("\n\n")[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


@pytest.mark.parametrize("found", [results.Results(), results.load()], ids=["nothing measured", "as saved"])
def test_the_page_has_every_situation(found: Any) -> None:
    shown = [(row[0], row[1]) for row in rows(page.text(found))[2:]]
    assert shown == [(one.what, one.goal.target) for one in situations.SITUATIONS]


def test_misses_are_shown_as_plainly_as_hits() -> None:
    missed = rows(page.text(sampled(mine=[9.0], other=[1.0])))[2]
    hit = rows(page.text(sampled(mine=[1.0], other=[1.0])))[2]
    assert (missed[5], hit[5]) == ("**no**", "yes")


def test_what_bounds_a_situation_is_said_of_situations_there_are() -> None:
    assert set(page.bounds()) <= {one.key for one in situations.SITUATIONS}


def test_the_page_is_what_the_results_give() -> None:
    assert page.PAGE.exists() == results.RESULTS.exists()
    if page.PAGE.exists():
        assert page.PAGE.read_text(encoding="utf-8") == page.text(results.load()), (
            "python corpus/speed.py --page"
        )


def test_results_come_back_as_they_were_saved(tmp_path: Path) -> None:
    found = results.Results(
        "2026-11-21", 3, {"cores": "2"}, {"ruff": "1"}, {"N": results.Size("django", 2, 30)}
    )
    found.samples[MINE] = [results.Sample(1.5, 1.25, 80.0)]
    found.troubles[OTHER] = "not there"
    results.save(found, tmp_path / "results.json")
    assert results.load(tmp_path / "results.json") == found


# --- working copies and runs --------------------------------------------------------------------


def tree(root: Path, *files: str) -> Any:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n", encoding="utf-8")
    return trees.WorkTree(root, trees.Corpus("T", "a test", changed=files))


def test_changed_files_are_put_back_and_change_anew_each_time(tmp_path: Path) -> None:
    copy = tree(tmp_path, "a.py", "p/b.py")
    copy.filled.add(("llmlint", "check"))
    seen = []
    for number in (1, 2):
        with copy.changed(number):
            seen += [(tmp_path / name).read_text(encoding="utf-8") for name in ("a.py", "p/b.py")]
    with pytest.raises(KeyError), copy.changed(3):
        raise KeyError
    assert len(set(seen)) == 2
    assert all(text.startswith("x = 1\n\n\ndef ") for text in seen)
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in ("a.py", "p/b.py")] == ["x = 1\n"] * 2
    assert copy.filled == set()


def test_copies_have_names_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "fetched"
    (package / "crew").mkdir(parents=True)
    source = "from crew.agent import run\nimport crew\nuse('crew-tools', 'a/crew', crew_tools, x.crew)\n"
    (package / "crew" / "main.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(trees, "_fetched", lambda app: package)
    corpus = trees.Corpus("T", "a test", packages=(object(),))
    root = trees.copies(corpus, 2, tmp_path / "copies").root
    assert sorted(path.name for path in root.iterdir()) == ["crew_1", "crew_2", "llmlint.toml"]
    assert (root / "crew_2" / "main.py").read_text(encoding="utf-8") == (
        "from crew_2.agent import run\nimport crew_2\nuse('crew-tools', 'a/crew', crew_tools, x.crew)\n"
    )


def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: str = "") -> tuple[Any, list[str]]:
    """A bench whose runs only note what they would have run; the run ``fails`` fails."""
    made: list[str] = []

    def timed(command: list[str], root: Path, home: Path, limit: float) -> Any:
        made.append(command[-1])
        if command[-1] == fails:
            raise timing.RunError("broken")
        return results.Sample(1.0, 1.0, 1.0)

    monkeypatch.setattr(bench, "timed", timed)
    one = bench.Bench(tmp_path, tools.Tool(tmp_path, {}), "C", 1.0)
    one._trees["T"] = tree(tmp_path / "T", "a.py")
    return one, made


def run(name: str, state: Any) -> Any:
    return runs.Run(name, runs.LLMLINT, "T", ("check", name), state)


def test_a_warm_run_needs_a_filled_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, made = recorded(monkeypatch, tmp_path)
    turns = [run("warm", runs.State.WARM), run("changed", runs.State.CHANGED)]
    (samples,), troubles = bench.take_turns([one], turns, 1, lambda text: None)
    assert made == ["warm", "warm", "changed", "changed"]  # the first of each fills
    assert ({name: len(taken) for name, taken in samples.items()}, troubles) == (
        {"warm": 1, "changed": 1},
        {},
    )


def test_the_same_command_is_warm_after_a_cold_run_and_no_longer_after_a_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, made = recorded(monkeypatch, tmp_path)
    cold, warm, changed = (
        run("x", state) for state in (runs.State.COLD, runs.State.WARM, runs.State.CHANGED)
    )
    for turn, took in [(cold, 1), (warm, 1), (warm, 1), (changed, 1), (warm, 2), (cold, 1), (warm, 1)]:
        made.clear()
        one.sample(turn)
        assert len(made) == took, turn


def test_a_run_that_fails_costs_its_own_samples_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, made = recorded(monkeypatch, tmp_path, fails="bad")
    turns = [run("bad", runs.State.NONE), run("good", runs.State.NONE)]
    (samples,), troubles = bench.take_turns([one], turns, 2, lambda text: None)
    assert made == ["bad", "good", "good"]
    assert ({name: len(taken) for name, taken in samples.items()}, troubles) == (
        {"good": 2},
        {"bad": "broken"},
    )


def python(code: str, tmp_path: Path, limit: float = 60.0) -> Any:
    return timing.timed([sys.executable, "-c", code], tmp_path, tmp_path, limit)


def test_memory_is_that_of_the_largest_process(tmp_path: Path) -> None:
    # A new process begins as a copy of this one, which counts: it has to grow beyond that.
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * timing.BYTES + 100_000_000
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray({size})'])"
    assert size < python(child, tmp_path).megabytes * 1_000_000 < size + 100_000_000


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('no such option', file=sys.stderr); sys.exit(2)", "no such option"),
        ("import sys; sys.exit(2)", "exit 2"),
        ("raise KeyError", "KeyError"),
        ("print('a.py:1:1: LLM000 a rule failed')", "LLM000"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGTERM)})", "exit -15"),
    ],
)
def test_a_run_that_ends_badly_is_no_sample(code: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(timing.RunError, match=said):
        python(code, tmp_path)


def test_a_run_without_end_is_killed_with_its_children(tmp_path: Path) -> None:
    held = tmp_path / "held"
    os.mkfifo(held)
    reading = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(timing.RunError, match="not done after 2 s"):
            timing.timed(["sh", "-c", "exec 3>held; sleep 600 & wait"], tmp_path, tmp_path, 2.0)
        waiting = select.poll()
        waiting.register(reading, 0)
        assert [event for _, event in waiting.poll(10_000)] == [select.POLLHUP]  # nobody holds it any more
    finally:
        os.close(reading)


# --- what is measured afterwards ----------------------------------------------------------------


def test_a_run_that_is_added_replaces_the_one_of_its_name_and_says_of_which_revision_it_is() -> None:
    found = sampled(mine=[9.0], other=[1.0])
    found.troubles["M: bandit"] = "bandit is not there"
    more = sampled(mine=[3.0])
    more.date, more.rounds, more.versions = "2026-12-01", 3, {"llmlint": "0.1.0 (abc)"}
    more.samples["M: bandit"] = [results.Sample(1.0, 1.0, 1.0)]
    found.add(more)
    assert (found.of(MINE), found.of(OTHER), found.troubles) == ([3.0], [1.0], {})
    assert found.later == dict.fromkeys([MINE, "M: bandit"], "0.1.0 (abc), 2026-12-01, 3 rounds")
    rows = [row for row in page.runs(found) if "3 rounds" in row]
    assert len(rows) == 2


def test_what_shares_a_run_is_measured_together() -> None:
    assert situations.sharing(situations.chosen(["L-bandit"])) == ["L-semgrep", "L-memory"]
    assert situations.sharing(situations.chosen(["C-audit", "M-changed"])) == []
