"""Time ``llmlint check`` against ``bandit -r`` on the same tree, side by side.

    python corpus/versus_bandit.py [PACKAGE ...] [--rounds 5]

The runs are interleaved, so that a busy machine slows both. Prints the medians and their ratio as a
Markdown table; without a package, the one with the most Python source is taken. Exits 1 when llmlint
is the slower of the two. bandit has to be installed in the interpreter that runs this.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from fetch import App, apps

LLMLINT = ["llmlint", "check", ".", "--output-format", "json"]
BANDIT = ["bandit", "--quiet", "--recursive", ".", "--format", "json"]


def seconds(command: list[str], tree: Path) -> float:
    """How long one run takes, from start to exit."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=tree, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
        raise SystemExit(f"{command[0]} did not run: {done.stderr[-500:]}")
    return time.perf_counter() - start


def size(tree: Path) -> int:
    """Bytes of Python source below ``tree``."""
    return sum(path.stat().st_size for path in tree.rglob("*.py"))


def compare(app: App, rounds: int) -> tuple[float, float]:
    """The medians of ``rounds`` interleaved runs after one unmeasured run of each."""
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        mine, other = seconds(LLMLINT, app.tree), seconds(BANDIT, app.tree)
        if number:
            ours.append(mine)
            theirs.append(other)
    return statistics.median(ours), statistics.median(theirs)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    fetched = [app for app in apps(arguments.package) if app.tree.exists()]
    if not fetched:
        raise SystemExit("nothing is fetched (python corpus/fetch.py)")
    chosen = fetched if arguments.package else [max(fetched, key=lambda app: size(app.tree))]
    print("| package | version | source, kB | llmlint, s | bandit, s | llmlint / bandit |")
    print("|---|---|--:|--:|--:|--:|")
    slower = False
    for app in chosen:
        mine, other = compare(app, arguments.rounds)
        slower |= mine > other
        print(
            f"| {app.package} | {app.version} | {size(app.tree) // 1000} "
            f"| {mine:.2f} | {other:.2f} | {mine / other:.2f} |",
            flush=True,
        )
    return 1 if slower else 0


if __name__ == "__main__":
    raise SystemExit(main())
