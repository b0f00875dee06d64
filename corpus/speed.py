"""Time llmlint side by side with other tools, and write docs/performance.md.

    python corpus/speed.py [--only N,C,flake8] [--skip L] [--rounds 5] [--results FILE]
    python corpus/speed.py --only M-changed --add
    python corpus/speed.py --against REVISION [--only …]
    python corpus/speed.py --page

The tools are installed and the corpora fetched below ``corpus/.cache``, and the wheel of this checkout is
built. A whole run writes ``corpus/speed/results.json`` and the page; with ``--only`` or ``--skip`` the page
is left as it is, unless ``--add`` puts what was measured into the results. ``--against`` times another
revision of llmlint beside this checkout instead, and writes nothing. ``--page`` writes the page anew from
the results. A tool that fails costs its own rows, not the run.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import speed_page
from measuring import table
from speed_bench import Bench, Samples, take_turns
from speed_results import COPIES, RESULTS, Results, Sample, load, save
from speed_runs import OURS, RUNS, Run
from speed_situations import Situation, chosen, sharing, span
from speed_tools import NAMED, PEERS, Tool, llmlint, revision
from speed_trees import corpora

BUSY = 0.25
"""Load per processor from which on a machine that should be idle is not."""


def main() -> int:
    """Measure, or write the page."""
    options = arguments().parse_args()
    if options.page:
        speed_page.write(load())
        return 0
    situations = chosen(options.only, options.skip)
    with tempfile.TemporaryDirectory(prefix="llmlint-speed-") as name:
        if options.against:
            compare(options, situations, Path(name))
        else:
            measure(options, situations, Path(name))
    return 0


def arguments() -> argparse.ArgumentParser:
    """What can be asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", type=_names, default=[], help="situations or groups, comma-separated")
    parser.add_argument("--skip", type=_names, default=[], help="situations or groups to leave out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growing", default="C", help="the corpus of which copies are made (default: C)")
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a run is given up")
    parser.add_argument("--results", type=Path, help="where to write the results, as JSON")
    parser.add_argument("--against", metavar="REVISION", help="another revision of llmlint to compare with")
    parser.add_argument("--add", action="store_true", help="put what is measured into the results")
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    return parser


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def measure(options: argparse.Namespace, situations: Sequence[Situation], folder: Path) -> None:
    """Measure the situations, print them, and write the page when they are all there are."""
    if options.add and (others := sharing(situations)):
        raise SystemExit(f"to be measured with them, as they share runs: {', '.join(others)}")
    whole = not options.only and not options.skip and not options.add
    path = options.results or (RESULTS if whole else None)
    machine = circumstances(options.growing)
    tool = llmlint()
    bench = Bench(folder, tool, options.growing, options.limit)
    results = Results(datetime.date.today().isoformat(), options.rounds, machine, versions(tool))
    for (samples,), troubles in in_turns([bench], runs_of(situations), options.rounds):
        results.samples |= samples
        results.troubles |= troubles
        results.corpora = bench.sizes()
        if path:  # corpus by corpus: a long run that is cut off has not been for nothing
            save(results, path)
    print("\n".join(["", *speed_page.situations(results, situations), "", *speed_page.runs(results)]))
    if options.add:
        known = load()
        known.add(results)
        save(known)
        speed_page.write(known)
    elif whole:
        speed_page.write(results)


def compare(options: argparse.Namespace, situations: Sequence[Situation], folder: Path) -> None:
    """Time this checkout and another revision of llmlint in turns, and print the ratios."""
    now = llmlint()
    benches = []
    for name, tool in (("now", now), ("then", llmlint(options.against, like=now))):
        benches.append(Bench(folder / name, tool, options.growing, options.limit, f", {name}"))
    rows: list[tuple[str, ...]] = []
    ours = [run for run in runs_of(situations) if run.tool in OURS]
    for (mine, other), troubles in in_turns(benches, ours, options.rounds):
        rows += [(name, *comparison(mine[name], other[name])) for name in mine]
        rows += [(name, trouble, "", "", "", "") for name, trouble in troubles.items()]
    head = ("run", "now, s", f"{options.against}, s", "now / then", "of processor time", "of memory")
    print("\n".join(["", *table(head, rows)]))


def comparison(mine: Sequence[Sample], other: Sequence[Sample]) -> tuple[str, ...]:
    """Seconds of both, and the ratios of everything that is measured, round by round."""
    pairs = list(zip(mine, other, strict=True))
    ratios = (
        [getattr(one, quantity) / getattr(two, quantity) for one, two in pairs]
        for quantity in ("seconds", "processor", "megabytes")
    )
    seconds = ([sample.seconds for sample in taken] for taken in (mine, other))
    return (*map(span, seconds), *map(span, ratios))


def runs_of(situations: Sequence[Situation]) -> list[Run]:
    """All the runs that the situations take, in the order in which they are made."""
    names = {name for situation in situations for name in situation.goal.runs}
    return [run for run in RUNS if run.name in names]


def in_turns(
    benches: Sequence[Bench], runs: Sequence[Run], rounds: int
) -> Iterator[tuple[list[Samples], dict[str, str]]]:
    """What ``take_turns`` gives, corpus by corpus."""
    times = {name: corpus.times for name, corpus in corpora().items()}
    start = time.perf_counter()

    def progress(text: str) -> None:
        print(f"{time.perf_counter() - start:6.0f} s  {text}", flush=True)

    for corpus in dict.fromkeys(run.corpus for run in runs):
        group = [run for run in runs if run.corpus == corpus]
        yield take_turns(benches, group, rounds * times.get(corpus, 1), progress)


def circumstances(growing: str) -> dict[str, str]:
    """The machine, as far as it matters; says so when it is busy."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    if load > BUSY * cores:
        print(f"The machine is busy (load {load:.1f}, {cores} cores): these figures are not for the page.")
    return {
        "cores": str(cores),
        "machine": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before the run": f"{load:.1f}",
        COPIES: growing,
    }


def versions(ours: Tool) -> dict[str, str]:
    """The versions of all tools."""
    peers = {requirement.split("==")[0]: requirement.split("==")[1] for requirement in PEERS.values()}
    beside = {name: ours.versions[name] for name in NAMED if name in ours.versions}
    return {"llmlint": f"{ours.versions['llmlint']} ({revision()})", **beside, **peers}


if __name__ == "__main__":
    raise SystemExit(main())
