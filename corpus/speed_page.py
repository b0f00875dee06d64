"""Write docs/performance.md from the results of the speed benchmark."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from measuring import table
from speed_results import COPIES, SPEED, Results
from speed_runs import PLUGIN, RUNS, State
from speed_situations import SITUATIONS, Situation, span

PAGE = SPEED.parent.parent / "docs" / "performance.md"
TEMPLATE = """\
# Performance

How long llmlint takes and how much memory it needs, beside tools that people run at the same place.
Everything was measured in one run of `python corpus/speed.py` on one machine, which also wrote this page
(runs of which a revision is given were measured later, by `--only … --add`);
the figures behind it are in `corpus/speed/results.json`. Goals that are missed stand beside those that are
met. These are benchmarks: no test depends on a clock.

{situations}

*cold*: the cache (`.llmlint_cache`) is deleted before each run, and the run writes a new one. *warm*: the
same command has run before and nothing has changed. *without a cache*: `--no-cache`. In the situation with
changed files a small function is appended to each of them, so that their text is new to every cache: of L
five files, four of which use LLMs, of C and M one file that does.

A ratio is given as the middle round with the least and the greatest one. Whether a goal is met is decided
by the middle round; of memory, by the worst.

## What is compared, and what is not

Situations without a goal are there to be read beside the one above: ruff keeps only files without findings
in its cache, and a package checked with rules it does not follow has few of these. `ruff check --select E9`
is ruff with everything in its cache.

The tools do different work. ruff runs its default rules, which look at one file at a time and in parallel;
bandit runs all its checks on one processor; semgrep runs the twelve rules of `corpus/speed/semgrep.yml`,
three of them with data flow within a function; `flake8 --select LLM,E9` without llmlint does little more
than parse. llmlint links all files of a project, follows values from file to file, and uses several
processes to parse large projects. What is compared is the wait.

The copies that are read hold Python files only: no configuration of the projects, no `.gitignore`. Each
tool is installed in an environment of its own, llmlint as a wheel. Semgrep has its default limits for time
and for the size of files.

## What it was measured on

{circumstances}

{corpora}

The packages are pinned in `corpus/speed/corpora.toml` and `corpus/apps.toml`. They are read as text;
nothing in them is ever run.

## All runs

Seconds on the clock (the least and the greatest), seconds of processor time in all processes, megabytes (of
1,000,000 bytes) of the largest process. The runs of a corpus took turns, so that a busy machine slows all
of them.

{runs}
"""


def text(results: Results) -> str:
    """The page."""
    return TEMPLATE.format(
        situations="\n".join(situations(results)),
        circumstances="\n".join(_circumstances(results)),
        corpora="\n".join(_corpora(results)),
        runs="\n".join(runs(results)),
    )


def write(results: Results, page: Path = PAGE) -> None:
    """Write the page."""
    page.write_text(text(results), encoding="utf-8")


def bounds() -> dict[str, str]:
    """What bounds a situation, by its key."""
    found: dict[str, str] = tomllib.loads((SPEED / "bounds.toml").read_text(encoding="utf-8"))
    return found


def situations(results: Results, among: Sequence[Situation] = SITUATIONS) -> list[str]:
    """The table of situations."""
    head = ("situation", "goal", "llmlint", "the other", "ratio", "met", "what bounds it")
    bounding, rows = bounds(), []
    for situation in among:
        verdict = situation.verdict(results)
        met = {True: "yes", False: "**no**", None: "–"}[verdict.met]
        cells = (verdict.measured, verdict.other, verdict.ratio, met, bounding.get(situation.key, ""))
        rows.append((situation.what, situation.goal.target, *cells))
    return table(head, rows)


def _circumstances(results: Results) -> Iterator[str]:
    yield f"- {results.date or 'not measured yet'}, {results.rounds} rounds (more of short runs, see below)"
    for name, value in results.machine.items():
        yield f"- {name}: {value}"
    for name, value in results.versions.items():
        yield f"- {name} {value}"


def _corpora(results: Results) -> list[str]:
    rows = [(name, size.what, size.files, size.lines) for name, size in sorted(results.corpora.items())]
    return table(("corpus", "what it is", "Python files", "lines"), rows)


def runs(results: Results) -> list[str]:
    """The table of all runs that were tried."""
    rows: list[tuple[object, ...]] = []
    for run in RUNS:
        command = f"`{run.shown}`" + (" with llmlint" if run.tool == PLUGIN else "")
        corpus = run.corpus
        if corpus == "growth":
            corpus = f"{run.copy} × {results.machine.get(COPIES, '?')}"
        state = run.state.value if run.state is not State.NONE else ""
        state += f" ({results.later[run.name]})" if run.name in results.later else ""
        if taken := results.of(run.name):
            processor = f"{statistics.median(results.of(run.name, 'processor')):.2f}"
            memory = f"{max(results.of(run.name, 'megabytes')):.0f}"
            rows.append((corpus, command, state, span(taken), processor, memory, len(taken)))
        elif run.name in results.troubles:
            rows.append((corpus, command, state, results.troubles[run.name], "", "", 0))
    head = ("corpus", "command", "cache", "seconds", "processor", "MB", "runs")
    return table(head, rows)
