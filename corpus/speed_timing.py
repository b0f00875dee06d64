"""Timing one command: how long it took, and how much memory its largest process had."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from measuring import DAY
from speed_results import Sample

BYTES = 1 if sys.platform == "darwin" else 1024
"""In what ``ru_maxrss`` counts."""


class RunError(Exception):
    """A run did not end as it should; the message says how."""


def timed(command: Sequence[str], tree: Path, home: Path, limit: float) -> Sample:
    """Run a command in ``tree`` with ``home`` as the user's folder.

    Raises RunError when it is not done after ``limit`` seconds (it is killed then), ends with another code
    than 0 (clean) or 1 (findings), or says that a part of it failed.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=tree,
            env=variables(command, home),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        usage, late = _waited(process, limit)
        seconds = time.perf_counter() - start
        if late:
            raise RunError(f"not done after {limit:.0f} s")
        out.seek(0)
        err.seek(0)
        _judge(process.returncode, out.read(), err.read().decode(errors="replace").strip())
    processor, size = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * BYTES / 1_000_000
    return Sample(round(seconds, 3), round(processor, 3), round(size, 1))


def variables(command: Sequence[str], home: Path) -> dict[str, str]:
    """The environment of a run: nothing of the Python that measures, no settings of the user, no network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    return {
        **kept,
        "PATH": os.pathsep.join([str(Path(command[0]).parent), kept.get("PATH", "")]),
        "HOME": str(home),
        "SOURCE_DATE_EPOCH": DAY,
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SEND_METRICS": "off",
    }


def _waited(process: subprocess.Popen[bytes], limit: float) -> tuple[resource.struct_rusage, bool]:
    """What the process and the children it waited for have used, and whether it had to be killed.

    ``ru_maxrss`` of these is that of the largest, not the sum.
    """
    late = threading.Event()

    def kill() -> None:
        late.set()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    watch = threading.Timer(limit, kill)
    watch.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        kill()
        raise
    finally:
        watch.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage, late.is_set()


def _judge(code: int, said: bytes, complaint: str) -> None:
    if code not in (0, 1) or "Traceback" in complaint:
        raise RunError((complaint.splitlines() or [f"exit {code}"])[-1][:200])
    if b" LLM000 " in said:
        raise RunError("a part of llmlint failed (LLM000)")
