"""What the speed benchmark measures on: the pinned corpora, and working copies of them.

Every tool reads a working copy outside the checkout, so that no ``.gitignore`` above it hides files from some
of them, what a run leaves behind is thrown away, and files can be changed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fetch import HERE, App, apps, fetch
from speed_results import SPEED, Size

GENERATOR = HERE / "generated.py"
FUNCTIONS = 50_000
"""Size of the generated project."""


class TreeError(Exception):
    """A working copy cannot be made; the message says why."""


@dataclasses.dataclass(frozen=True)
class Corpus:
    """One entry of ``speed/corpora.toml``."""

    name: str
    what: str
    packages: tuple[App, ...] = ()
    file: str = ""
    changed: tuple[str, ...] = ()
    times: int = 1


@dataclasses.dataclass
class WorkTree:
    """A working copy: a project of its own that may be written to."""

    root: Path
    corpus: Corpus
    filled: set[tuple[str, ...]] = dataclasses.field(default_factory=set)
    """The commands that have run on the tree as it is now."""

    def size(self) -> Size:
        """How much Python it holds."""
        files = [path for path in self.root.rglob("*.py") if path.is_file()]
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        return Size(self.corpus.what, len(files), lines)

    def forget(self) -> None:
        """Delete llmlint's cache."""
        shutil.rmtree(self.root / ".llmlint_cache", ignore_errors=True)
        self.filled.clear()

    @contextlib.contextmanager
    def changed(self, number: int) -> Iterator[None]:
        """Append a small function to the files that are to change, and put back what was there.

        ``number`` must be a new one each time, so that no cache has seen the text.
        """
        before = {name: (self.root / name).read_bytes() for name in self.corpus.changed}
        added = f"\n\ndef added_by_the_benchmark_{number}(value: int) -> int:\n    return value + {number}\n"
        try:
            for name, text in before.items():
                (self.root / name).write_bytes(text + added.encode())
            yield
        finally:
            for name, text in before.items():
                (self.root / name).write_bytes(text)
            self.filled.clear()


def corpora() -> dict[str, Corpus]:
    """The corpora by name, as they are pinned."""
    table: dict[str, dict[str, Any]] = tomllib.loads((SPEED / "corpora.toml").read_text(encoding="utf-8"))
    found = {}
    for name, entry in table.items():
        pinned = [*apps(entry["apps"])] if "apps" in entry else []
        pinned += [App(**wheel) for wheel in entry.get("wheel", ())]
        changed = tuple(entry.get("changed", ()))
        found[name] = Corpus(
            name, entry["what"], tuple(pinned), entry.get("file", ""), changed, entry.get("times", 1)
        )
    return found


def lay_out(corpus: Corpus, root: Path) -> WorkTree:
    """Make a working copy of a corpus at ``root``, fetching what is missing. Raises TreeError."""
    root.mkdir(parents=True)
    (root / "llmlint.toml").touch()
    for package in corpus.packages:
        shutil.copytree(_fetched(package), root, dirs_exist_ok=True)
    if corpus.file:
        source = SPEED / corpus.file
        other, _, inside = corpus.file.partition("/")
        if inside:
            (package,) = corpora()[other].packages
            source = _fetched(package) / inside
        shutil.copyfile(source, root / source.name)
    return WorkTree(root, corpus)


def _fetched(package: App) -> Path:
    try:
        fetch(package)
    except subprocess.CalledProcessError as error:
        raise TreeError(f"{package.package} {package.version} could not be fetched") from error
    return package.tree


def copies(corpus: Corpus, count: int, root: Path) -> WorkTree:
    """``count`` copies of a corpus side by side, each with packages of its own names. Raises TreeError.

    Even a single copy is renamed: a project that has the name of an SDK is analysed in another way.
    """
    root.mkdir(parents=True)
    (root / "llmlint.toml").touch()
    for package in corpus.packages:
        source = _fetched(package)
        names = sorted(path.name for path in source.iterdir() if any(path.rglob("*.py")))
        for number in range(1, count + 1):
            for name in names:
                _copy_renamed(source / name, root / f"{name}_{number}", names, number)
    what = f"{count} × {corpus.name}, renamed"
    return WorkTree(root, Corpus(f"growth {count}", what))


def _copy_renamed(source: Path, target: Path, names: list[str], number: int) -> None:
    shutil.copytree(source, target)
    # Not in `crewai-tools` or `github.com/crewai`, which are not the package.
    mention = re.compile(rf"(?<![\w.\-/])({'|'.join(map(re.escape, names))})(?![\w\-/])")
    for path in target.rglob("*.py"):
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        renamed = mention.sub(rf"\g<1>_{number}", text)
        path.write_text(renamed, encoding="utf-8", errors="surrogateescape")


def generated(root: Path) -> WorkTree:
    """A project of generated functions. Raises TreeError."""
    if not GENERATOR.is_file():
        raise TreeError(f"there is no corpus/{GENERATOR.name}")
    command = [sys.executable, str(GENERATOR), "--functions", str(FUNCTIONS), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TreeError(f"corpus/{GENERATOR.name}: {done.stderr.strip()[-200:]}")
    (root / "llmlint.toml").touch()
    return WorkTree(root, Corpus("generated", f"a generated project of {FUNCTIONS:,} functions"))
