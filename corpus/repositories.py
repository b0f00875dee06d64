"""Bring one commit of a public git repository: its Python files and nothing else, nothing run.

Without mirrors the commit is fetched from GitHub alone (``git fetch --depth 1``). With a folder of
mirrors, ``<owner>+<name>/repo`` in it is a bare git directory or a clone, and the network is not used.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path


def git_directory(repository: str, mirrors: Path) -> Path:
    """The git directory of ``owner/name`` among the mirrors."""
    place = mirrors / repository.replace("/", "+") / "repo"
    return place / ".git" if (place / ".git").is_dir() else place


def fetch_commit(repository: str, commit: str, place: Path) -> Path:
    """Fetch the one commit from GitHub into a bare repository at ``place``."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(place)], check=True)
    address = f"https://github.com/{repository}"
    command = ["git", "--git-dir", str(place), "fetch", "--quiet", "--depth", "1", address, commit]
    subprocess.run(command, check=True)
    return place


def unpack_commit(repository: str, commit: str, target: Path, mirrors: Path | None) -> int:
    """Write the Python files of ``commit`` under ``target``; how many there are."""
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        if mirrors:
            place = git_directory(repository, mirrors)
        else:
            place = fetch_commit(repository, commit, Path(name) / "git")
        command = ["git", "--git-dir", str(place), "archive", commit, "--", ":(glob)**/*.py"]
        packed = subprocess.run(command, check=True, capture_output=True).stdout
    count = 0
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".py"):
                archive.extract(member, target, filter="data")
                count += 1
    return count
