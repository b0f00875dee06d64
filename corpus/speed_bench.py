"""The runs of the speed benchmark in turns, so that a busy machine slows all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from speed_results import SPEED, Sample, Size
from speed_runs import CACHE, FILES, OURS, PLUGIN, RULES, Run, State
from speed_timing import RunError, timed
from speed_tools import Tool, ToolError, peer
from speed_trees import TreeError, WorkTree, copies, corpora, generated, lay_out

Samples = dict[str, list[Sample]]
"""By the name of the run."""


@dataclasses.dataclass
class Bench:
    """Where runs take place: a folder that may be written to, and the llmlint that is measured."""

    folder: Path
    ours: Tool
    growing: str
    """The corpus of which copies are made."""
    limit: float
    """Seconds after which a run is given up."""
    name: str = ""
    """What tells its runs from those of another bench."""
    _trees: dict[str, WorkTree] = dataclasses.field(default_factory=dict)
    _changes: int = 0

    def sample(self, run: Run) -> Sample:
        """Put everything into the state the run asks for, and time it. Raises RunError."""
        try:
            tree = self.tree(run)
            command = self._command(run, tree)
        except (TreeError, ToolError) as error:
            raise RunError(str(error)) from error
        if run.state is State.COLD:
            tree.forget()
        elif run.state in (State.WARM, State.CHANGED) and tuple(command) not in tree.filled:
            self._timed(command, tree)
        if run.state is State.CHANGED:
            self._changes += 1
            with tree.changed(self._changes):
                return self._timed(command, tree)
        done = self._timed(command, tree)
        tree.filled.add(tuple(command))
        return done

    def tree(self, run: Run) -> WorkTree:
        """The working copy of a run, made when it is first needed. Raises TreeError."""
        name = f"{run.corpus}-{run.copy}" if run.copy else run.corpus
        if name not in self._trees:
            self._trees[name] = self._made(run, self.folder / name)
        return self._trees[name]

    def sizes(self) -> dict[str, Size]:
        """How much Python the working copies hold, by corpus (and number of copies)."""
        return {tree.corpus.name: tree.size() for tree in self._trees.values()}

    def _made(self, run: Run, root: Path) -> WorkTree:
        if run.corpus == "generated":
            return generated(root)
        if run.corpus == "growth":
            return copies(corpora()[self.growing], int(run.copy), root)
        return lay_out(corpora()[run.corpus], root)

    def _command(self, run: Run, tree: WorkTree) -> list[str]:
        stands: dict[str, Sequence[str]] = {
            FILES: tree.corpus.changed,
            RULES: [str(SPEED / "semgrep.yml")],
            CACHE: [str(self.folder / "ruff-cache" / tree.root.name)],
        }
        tool = self.ours if run.tool in OURS else peer(run.tool)
        program = tool.executable("flake8" if run.tool == PLUGIN else run.tool)
        return [str(program), *(word for given in run.arguments for word in stands.get(given, [given]))]

    def _timed(self, command: list[str], tree: WorkTree) -> Sample:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        return timed(command, tree.root, home, self.limit)


def take_turns(
    benches: Sequence[Bench], runs: Sequence[Run], rounds: int, progress: Callable[[str], None]
) -> tuple[list[Samples], dict[str, str]]:
    """Each run on each bench, ``rounds`` times, in turns; samples of each bench, and what went wrong by run.

    A run that fails once is not tried again, and has no samples.
    """
    taken: list[Samples] = [{} for _ in benches]
    troubles: dict[str, str] = {}
    for number in range(1, rounds + 1):
        for run in runs:
            if run.name not in troubles:
                try:
                    for bench, samples in zip(benches, taken, strict=True):
                        one = bench.sample(run)
                        samples.setdefault(run.name, []).append(one)
                        shown = f"{one.seconds:.2f} s, {one.megabytes:.0f} MB"
                        progress(f"{number}/{rounds} {run.name}{bench.name}: {shown}")
                except RunError as error:
                    troubles[run.name] = str(error)
                    progress(f"{number}/{rounds} {run.name}: {error}")
    whole = [{name: s for name, s in samples.items() if name not in troubles} for samples in taken]
    return whole, troubles
