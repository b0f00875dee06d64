"""Fetch the corpus: download each pinned wheel, check its hash, unpack its Python files.

    python corpus/fetch.py [PACKAGE ...]

Nothing is built, installed or imported: only wheels are taken (a source distribution runs its build
backend merely to be downloaded), pip compares the pinned sha256, and only regular files with a plain
relative path are unpacked. The trees land in ``corpus/.cache/<package>-<version>/``.
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
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache"
KEPT = (".py", ".pyi", ".toml", ".cfg")


@dataclasses.dataclass(frozen=True)
class App:
    """One pinned package."""

    package: str
    version: str
    sha256: str
    llm: bool

    @property
    def tree(self) -> Path:
        """Where its files are, once fetched."""
        return CACHE / f"{self.package}-{self.version}"


def apps(names: list[str] | None = None) -> list[App]:
    """The pinned packages, or those of ``names``."""
    table = tomllib.loads((HERE / "apps.toml").read_text(encoding="utf-8"))
    known = [App(**entry) for entry in table["app"]]
    unknown = set(names or ()) - {app.package for app in known}
    if unknown:
        raise SystemExit(f"not in apps.toml: {', '.join(sorted(unknown))}")
    return [app for app in known if not names or app.package in names]


def download(app: App, folder: Path) -> Path:
    """The wheel of ``app``, whose hash pip has compared."""
    pins = folder / "pins.txt"
    pins.write_text(f"{app.package}=={app.version} --hash=sha256:{app.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--dest", str(folder), "--requirement", str(pins)]
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


def fetch(app: App) -> int:
    """Bring ``app`` into the cache; the number of its Python files (0 when it is there already)."""
    if app.tree.exists():
        return 0
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        count = unpack(download(app, folder), folder / "tree")
        # A project of its own, whatever lies around the cache.
        (folder / "tree" / "llmlint.toml").touch()
        shutil.move(folder / "tree", app.tree)
    return count


def main() -> int:
    """Fetch all, or the packages named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", nargs="*")
    missing = 0
    for app in apps(parser.parse_args().package):
        try:
            count = fetch(app)
        except subprocess.CalledProcessError:
            missing += 1
            print(f"{app.package} {app.version}: not available from the index", file=sys.stderr)
        else:
            print(f"{app.package} {app.version}: {f'{count} files' if count else 'there already'}")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
