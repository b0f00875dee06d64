"""The same findings through flake8: all situations in one run, and some through stdin.

A rule that is off by default is switched on by the project's configuration in the one, by flake8's own
option in the other; both are documented.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import flake8.utils
import pytest
from flake8.main import cli

from .expectation import Place, difference, expected
from .situations import Situation, living, of_life, situations
from .suppression import suppressed

OPTIONS = ["--isolated", "--select=LLM,E9", "--format=%(path)s\t%(row)d\t%(code)s"]
# LLM003 is off under flake8 unless its code is given.
UNUSED = "LLM003"


def read(output: str) -> dict[str, Counter[Place]]:
    """The findings of each top-level folder."""
    found: dict[str, Counter[Place]] = defaultdict(Counter)
    for line in output.splitlines():
        path, row, code = line.split("\t")
        folder, _, inside = path.removeprefix("./").replace("\\", "/").partition("/")
        if code.startswith("LLM"):
            found[folder][inside, int(row), code] += 1
    return found


def run(chosen: Iterable[Situation], root: Path) -> dict[str, Counter[Place]]:
    """One flake8 over all these situations, each a project of its own."""
    for situation in chosen:
        situation.write(root / situation.id, f'extend-select = ["{situation.code}"]\n')
    command = [sys.executable, "-m", "flake8", "-j1", *OPTIONS, f"--extend-select={UNUSED}", "."]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1) and not done.stderr, done.stderr
    return read(done.stdout)


@pytest.fixture(scope="module")
def by_flake8(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[Place]]:
    return run(of_life("flake8"), tmp_path_factory.mktemp("plain"))


@living("flake8")
def test_through_flake8(situation: Situation, by_flake8: dict[str, Counter[Place]]) -> None:
    lines = difference(situation, by_flake8.get(situation.id, Counter()))
    assert not lines, "\n".join(lines)


def test_flake8_honours_noqa(tmp_path: Path) -> None:
    both = [s for s in of_life("flake8") if s.lives("noqa") and expected(s)]
    assert both, "no situation with findings"
    assert run([suppressed(situation, "noqa") for situation in both], tmp_path) == {}


def some_of_each_code() -> list[Situation]:
    """Three situations with findings and a silent one of each rule: starting flake8 takes its time."""
    chosen: list[Situation] = []
    codes = sorted({situation.code for situation in situations()})
    for code in codes:
        mine = [s for s in of_life("stdin") if s.code == code]
        chosen += [s for s in mine if expected(s)][:3] + [s for s in mine if not expected(s)][:1]
    return chosen


@pytest.mark.parametrize("situation", some_of_each_code(), ids=lambda situation: situation.id)
def test_through_stdin(
    situation: Situation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An editor's buffer: what is on disk under the name is older than the text."""
    wanted = expected(situation)
    path = min(
        (where for where, _, _ in wanted), default=min(p for p in situation.files if p.endswith(".py"))
    )
    situation.write(tmp_path)
    (tmp_path / path).write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    stdin = io.TextIOWrapper(io.BytesIO(situation.files[path].encode()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    flake8.utils.stdin_get_value.cache_clear()
    switched_on = f"--extend-select={UNUSED},{situation.code}"
    cli.main([*OPTIONS, switched_on, "--stdin-display-name", path, "-"])
    found = read("\n".join(f"x/{line}" for line in capsys.readouterr().out.splitlines())).get("x", Counter())
    assert found == Counter({key: count for key, count in wanted.items() if key[0] == path})
