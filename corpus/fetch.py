"""Fetch the corpus: the pinned wheels of apps.toml, the pinned commits of repos.toml.

    python corpus/fetch.py [NAME ...] [--mirrors DIR]

Nothing is built, installed or imported: only wheels are taken (a source distribution runs its build
backend merely to be downloaded), pip compares the pinned sha256, and only regular files with a plain
relative path are unpacked. The trees land in ``corpus/.cache/<package>-<version>/`` and
``corpus/.cache/<owner>+<name>-<first ten digits of the commit>/``.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from repositories import unpack_commit

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache"
KEPT = (".py", ".pyi", ".toml", ".cfg")


@dataclasses.dataclass(frozen=True)
class App:
    """One pinned package."""

    package: str
    version: str
    sha256: str
    llm: bool = True
    platform: str = ""
    """Whose wheel is pinned, where an index has one for each platform."""

    @property
    def tree(self) -> Path:
        """Where its files are, once fetched."""
        return CACHE / f"{self.package}-{self.version}"


@dataclasses.dataclass(frozen=True)
class Repository:
    """One pinned repository."""

    name: str
    commit: str
    kind: str

    @property
    def tree(self) -> Path:
        """Where its files are, once fetched."""
        return CACHE / f"{self.name.replace('/', '+')}-{self.commit[:10]}"


def repositories() -> list[Repository]:
    """The pinned repositories."""
    table = tomllib.loads((HERE / "repos.toml").read_text(encoding="utf-8"))
    return [Repository(**entry) for entry in table["repository"]]


def apps(names: list[str] | None = None) -> list[App]:
    """The pinned packages, or those of ``names``."""
    table = tomllib.loads((HERE / "apps.toml").read_text(encoding="utf-8"))
    known = [App(**entry) for entry in table["app"]]
    unknown = set(names or ()) - {app.package for app in known}
    if unknown:
        raise SystemExit(f"not in apps.toml: {', '.join(sorted(unknown))}")
    return [app for app in known if not names or app.package in names]


def download(package: str, version: str, sha256: str, folder: Path, platform: str = "") -> Path:
    """The wheel of a package (for ``platform``), whose hash pip has compared."""
    pins = folder / "pins.txt"
    pins.write_text(f"{package}=={version} --hash=sha256:{sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--dest", str(folder), "--requirement", str(pins)]
    command += ["--platform", platform] if platform else []
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def unpack(wheel: Path, target: Path) -> int:
    """Copy the text files llmlint may read out of ``wheel``; the number of Python files."""
    count = 0
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            path = PurePosixPath(member.filename)
            plain = not path.is_absolute() and ".." not in path.parts and "\\" not in member.filename
            if member.is_dir() or not plain or path.suffix not in KEPT:
                continue
            place = target.joinpath(*path.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(member))
            count += path.suffix == ".py"
    return count


def unpack_package(package: str, version: str, sha256: str, target: Path, platform: str = "") -> int:
    """Download a wheel and unpack it under ``target``."""
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        return unpack(download(package, version, sha256, Path(name), platform), target)


def bring(tree: Path, fill: Callable[[Path], int]) -> int:
    """Make ``tree`` whole or not at all; the number of its Python files (0 when it is there already)."""
    if tree.exists():
        return 0
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent) as name:
        made = Path(name) / "tree"
        made.mkdir()
        count = fill(made)
        # A project of its own, whatever lies around the cache.
        (made / "llmlint.toml").touch()
        shutil.move(made, tree)
    return count


def fetch(one: App | Repository, mirrors: Path | None = None) -> int:
    """Bring a package or a repository into the cache."""
    if isinstance(one, App):
        pin = (one.package, one.version, one.sha256)
        return bring(one.tree, lambda made: unpack_package(*pin, made, one.platform))
    return bring(one.tree, lambda made: unpack_commit(one.name, one.commit, made, mirrors))


def pinned(names: list[str]) -> list[App | Repository]:
    """Everything that is pinned, or the packages and repositories named."""
    everything: dict[str, App | Repository] = {app.package: app for app in apps()}
    everything |= {one.name: one for one in repositories()}
    if unknown := sorted(set(names) - set(everything)):
        raise SystemExit(f"neither in apps.toml nor in repos.toml: {', '.join(unknown)}")
    return [one for name, one in everything.items() if not names or name in names]


def main() -> int:
    """Fetch all, or what is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", help="a package, or a repository as owner/name")
    parser.add_argument(
        "--mirrors", type=Path, help="take repositories from <owner>+<name>/repo in this folder"
    )
    options = parser.parse_args()
    missing = 0
    for one in pinned(options.name):
        try:
            count = fetch(one, options.mirrors)
        except subprocess.CalledProcessError:
            missing += 1
            print(f"{one.tree.name}: could not be fetched", file=sys.stderr)
        else:
            print(f"{one.tree.name}: {f'{count} files' if count else 'there already'}")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
