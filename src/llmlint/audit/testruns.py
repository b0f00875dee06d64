"""Which files of tests a command runs: ``pytest tests/evals -x``, or all that the settings name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from llmlint.repository.files import Repository

_PYTEST = re.compile(
    r"^(?:\S+=\S+\s+)*(?:(?:uv|poetry|hatch|pdm|pipenv|rye)\s+run\s+(?:--?[\w-]+\s+)*)?"
    r"(?:python\d?(?:\.\d+)?\s+-m\s+)?pytest(?=\s|$)(?P<rest>.*)$"
)
_WITH_VALUE = frozenset(
    {
        "-n",
        "--numprocesses",
        "-p",
        "-c",
        "-o",
        "--maxfail",
        "--cov",
        "--cov-report",
        "--junitxml",
        "--timeout",
    }
    | {"--dist", "--tb", "--durations", "--reruns", "--cov-config", "--log-level", "--rootdir", "-W"}
)
_SELECTING = ("-m", "-k", "--ignore", "--deselect", "--lf", "--last-failed", "--collect-only")
_SETTINGS = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")


class TestRuns:
    """Knows what pytest collects by default; what selects among tests may leave any of them out."""

    def __init__(self, repository: Repository) -> None:
        text = "\n".join(repository.text(path) for path in _SETTINGS if path in repository)
        self._selects = bool(re.search(r"addopts\b[^\n]*(?:\s|\"|'|=)(?:-m|-k|--ignore|--deselect)\b", text))
        named = re.search(r"\btestpaths\s*=\s*([^\n\[]+|\[[^\]]*\])", text)
        self._usual = tuple(re.findall(r"[\w./-]+", named[1])) if named else ("",)

    def runs(self, command: str, paths: Iterable[str]) -> bool:
        """Whether a command certainly runs one of these files."""
        found = _PYTEST.match(command)
        if found is None or self._selects:
            return False
        try:
            words = shlex.split(found["rest"])
        except ValueError:
            return False
        if any(word.startswith(_SELECTING) for word in words):
            return False
        given, skip = [], False
        for word in words:
            if word in ("||", "&&", ";", "|", ">", "2>&1"):
                break
            if not skip and not word.startswith("-"):
                given.append(word)
            skip = word in _WITH_VALUE
        return any(_below(path, place) for path in paths for place in given or self._usual)


def _below(path: str, place: str) -> bool:
    place = place.partition("::")[0].removeprefix("./").rstrip("/")
    return place in ("", ".") or path == place or path.startswith(f"{place}/")
