"""The tools the speed benchmark runs, each in a virtual environment of its own below ``corpus/.cache``."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fetch import CACHE, HERE

ROOT = HERE.parent
FLAKE8 = "flake8==7.5.0"
PEERS = {"ruff": "ruff==0.17.5", "bandit": "bandit==1.9.4", "semgrep": "semgrep==1.182.0", "flake8": FLAKE8}
NAMED = ("libcst", "msgspec", "networkx", "flake8", "pycodestyle", "pyflakes")
"""Packages beside llmlint whose versions the page names."""


class ToolError(Exception):
    """A tool cannot be installed; the message says why."""


@dataclasses.dataclass(frozen=True)
class Tool:
    """An installed tool."""

    environment: Path
    versions: dict[str, str]

    def executable(self, name: str) -> Path:
        """The program ``name`` of the environment."""
        return self.environment / "bin" / name


@functools.cache
def peer(name: str) -> Tool:
    """One of the tools llmlint is held against. Raises ToolError."""
    requirement = PEERS[name]
    return _installed(CACHE / "speed" / requirement.replace("==", "-"), [requirement])


def llmlint(revision: str | None = None, like: Tool | None = None) -> Tool:
    """The built wheel of this checkout, or of a revision of it, beside flake8. Raises ToolError.

    ``like``: everything llmlint needs is installed in the versions of this environment.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = _built(_exported(revision, folder / "source") if revision else ROOT, folder / "wheel")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()[:10]
        extra: list[str] = []
        if like:
            pins = folder / "pins.txt"
            others = {package: version for package, version in like.versions.items() if package != "llmlint"}
            pins.write_text("".join(f"{package}=={version}\n" for package, version in others.items()))
            extra = ["--constraint", str(pins)]
        return _installed(CACHE / "speed" / f"llmlint-{digest}", [str(wheel), FLAKE8, *extra])


def revision() -> str:
    """The commit of this checkout, and whether something is not committed."""
    commit = _run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT).strip()
    changed = _run(["git", "status", "--porcelain", "--", "src", "rules"], cwd=ROOT).strip()
    return f"{commit} with changes" if changed else commit


def _exported(revision: str, target: Path) -> Path:
    done = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise ToolError(f"git has no {revision}: {done.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
    return target


def _built(source: Path, target: Path) -> Path:
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            str(target),
            str(source),
        ]
    )
    (wheel,) = target.glob("llmlint-*.whl")
    return wheel


def _installed(environment: Path, requirements: Sequence[str]) -> Tool:
    """An environment with these packages, made anew when an earlier try was cut off."""
    python = str(environment / "bin" / "python")
    complete = environment / "complete"
    if not complete.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(environment)])
        _run([python, "-m", "pip", "install", "--quiet", *requirements])
        complete.touch()
    listed = _run([python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"])
    versions = dict(line.split("==", 1) for line in listed.splitlines() if "==" in line)
    return Tool(environment, {name.lower(): version for name, version in versions.items()})


def _run(command: list[str], cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or [f"exit {error.returncode}"])[-1]
        raise ToolError(f"{' '.join(command[1:4])}: {said}") from error
    except OSError as error:
        raise ToolError(f"{command[0]}: {error}") from error
    return done.stdout
