"""What the speed benchmark runs: one entry for each command, corpus and state of the caches."""

from __future__ import annotations

import dataclasses
import enum

LLMLINT, PLUGIN = "llmlint", "flake8 with llmlint"
RUFF, BANDIT, SEMGREP, FLAKE8 = "ruff", "bandit", "semgrep", "flake8"
OURS = (LLMLINT, PLUGIN)
FILES, RULES, CACHE = "FILES", "RULES", "CACHE"
"""Arguments that stand for the changed files, semgrep's rule file and a folder for ruff's cache."""
SIZES = (1, 2, 4, 8)
"""How many copies of a corpus lie side by side where growth is measured."""


class State(enum.Enum):
    """What a tool's cache knows when the run starts."""

    COLD = "cold"
    """Nothing: llmlint's cache is deleted first, and the run writes a new one."""
    WARM = "warm"
    """Everything: the same command has run on the same tree."""
    CHANGED = "changed"
    """As warm, but some files have changed since."""
    NONE = "no cache"
    """The tool has none, or is told not to use it."""


@dataclasses.dataclass(frozen=True)
class Run:
    """One thing that is timed."""

    name: str
    tool: str
    corpus: str
    arguments: tuple[str, ...]
    state: State
    copy: str = ""
    """A working copy of its own, where another front door must not fill the cache."""

    @property
    def shown(self) -> str:
        """The command as the page gives it."""
        program = FLAKE8 if self.tool == PLUGIN else self.tool
        words = [word for word in self.arguments if word not in UNSHOWN]
        return " ".join([program, *words]).replace(FILES, "(the changed files)").replace(RULES, "semgrep.yml")


CHECK = ("check", ".")
AUDIT = ("audit", ".")
CONCISE = ("--isolated", "--output-format", "concise")
"""Of ruff: the form llmlint has, too, without a terminal; excerpts of thousands of findings cost more."""
RUFF_CACHED = ("check", ".", *CONCISE, "--cache-dir", CACHE)
RUFF_CLEAN = ("check", "--select", "E9", ".", *CONCISE, "--cache-dir", CACHE)
"""ruff keeps only files without findings, and with its default rules few of a package's are."""
RUFF_NO_CACHE = ("check", ".", *CONCISE, "--no-cache")
RECURSIVE = ("--recursive", ".", "--quiet", "--format", "json")
SCAN = ("scan", ".", "--config", RULES, "--json", "--no-git-ignore", "--metrics", "off")
SELECTED = ("--isolated", "--select", "LLM,E9")
"""Of flake8. Without llmlint the same selection costs nothing more than E9 does."""
UNSHOWN = (
    *CONCISE,
    *("--quiet", "--format", "--json", "json"),
    *("--cache-dir", CACHE, "--no-git-ignore", "--metrics", "off"),
)
"""Arguments that only keep a run quiet, reproducible and off the network."""
LOG = "django/utils/log.py"


def growth(size: int) -> str:
    """The name of the run on ``size`` copies."""
    return f"growth {size}: llmlint"


RUNS = (
    Run("N cold: llmlint", LLMLINT, "N", CHECK, State.COLD),
    Run("N warm: llmlint", LLMLINT, "N", CHECK, State.WARM),
    Run("N: ruff", RUFF, "N", RUFF_NO_CACHE, State.NONE),
    Run("N cached: ruff", RUFF, "N", RUFF_CACHED, State.WARM),
    Run("N clean: ruff", RUFF, "N", RUFF_CLEAN, State.WARM),
    Run("C cold: llmlint", LLMLINT, "C", CHECK, State.COLD),
    Run("C: bandit", BANDIT, "C", RECURSIVE, State.NONE),
    Run("M cold: llmlint", LLMLINT, "M", CHECK, State.COLD),
    Run("M warm: llmlint", LLMLINT, "M", CHECK, State.WARM),
    Run("M: bandit", BANDIT, "M", RECURSIVE, State.NONE),
    Run("C changed: llmlint", LLMLINT, "C", ("check", FILES), State.CHANGED),
    Run("C changed: flake8", FLAKE8, "C", ("--isolated", "--select", "E9", FILES), State.CHANGED),
    Run("C beside the audit: llmlint", LLMLINT, "C", CHECK, State.COLD),
    Run("C audit: llmlint", LLMLINT, "C", AUDIT, State.COLD),
    Run("M changed: llmlint", LLMLINT, "M", ("check", FILES), State.CHANGED),
    Run("M changed: flake8", FLAKE8, "M", ("--isolated", "--select", "E9", FILES), State.CHANGED),
    Run("plain: flake8 with llmlint", PLUGIN, "plain", (*SELECTED, "log.py"), State.WARM),
    Run("plain: flake8", FLAKE8, "plain", (*SELECTED, "log.py"), State.NONE),
    Run("one of N: flake8 with llmlint", PLUGIN, "N", (*SELECTED, LOG), State.WARM, "flake8"),
    Run("one of N: flake8", FLAKE8, "N", (*SELECTED, LOG), State.NONE, "flake8"),
    Run("S first: flake8 with llmlint", PLUGIN, "S", (*SELECTED, "small.py"), State.COLD),
    Run("S again: flake8 with llmlint", PLUGIN, "S", (*SELECTED, "small.py"), State.WARM),
    Run("S: flake8", FLAKE8, "S", (*SELECTED, "small.py"), State.NONE),
    *(Run(growth(n), LLMLINT, "growth", (*CHECK, "--no-cache"), State.NONE, str(n)) for n in SIZES),
    Run("generated cold: llmlint", LLMLINT, "generated", CHECK, State.COLD),
    Run("L cold: llmlint", LLMLINT, "L", CHECK, State.COLD),
    Run("L warm: llmlint", LLMLINT, "L", CHECK, State.WARM),
    Run("L beside the audit: llmlint", LLMLINT, "L", CHECK, State.COLD),
    Run("L audit: llmlint", LLMLINT, "L", AUDIT, State.COLD),
    Run("L cached: ruff", RUFF, "L", RUFF_CACHED, State.WARM),
    Run("L clean: ruff", RUFF, "L", RUFF_CLEAN, State.WARM),
    Run("L changed: llmlint", LLMLINT, "L", ("check", FILES), State.CHANGED),
    Run("L changed: flake8", FLAKE8, "L", ("--isolated", "--select", "E9", FILES), State.CHANGED),
    Run("L: bandit", BANDIT, "L", RECURSIVE, State.NONE),
    Run("L: semgrep", SEMGREP, "L", SCAN, State.NONE),
    Run("L warm: flake8 with llmlint", PLUGIN, "L", (*SELECTED, "-j", "2", "."), State.WARM, "flake8"),
    Run("L: flake8", FLAKE8, "L", (*SELECTED, "-j", "2", "."), State.NONE, "flake8"),
)
BY_NAME = {run.name: run for run in RUNS}
