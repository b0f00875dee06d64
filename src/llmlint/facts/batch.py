"""Extraction of many files: here, or in worker processes where that pays.

Workers are spawned (never forked), get texts and give back serialised facts. A pool that cannot start or
breaks is no pool: what is missing is then extracted here.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import msgspec

from llmlint.facts.model import ModuleFacts
from llmlint.facts.unparsable import UnparsableError

WORTH_WORKERS = 1_000_000
"""Characters of source from which on workers gain more than their start costs."""
CHUNK = 100_000
"""Characters of source that a worker gets at a time: few enough that both end at about the same time."""

Item = tuple[str, str]
"""Path and text."""
Outcome = ModuleFacts | UnparsableError | Exception


class _Result(msgspec.Struct, array_like=True):
    """What a worker sends back of one file: facts, or line, column and message of what is wrong."""

    path: str
    facts: ModuleFacts | None = None
    unparsable: tuple[int, int, str] | None = None


def extract_each(
    items: Sequence[Item], progress: Callable[[int], None], *, workers: int | None = None
) -> Iterator[tuple[str, Outcome]]:
    """Facts, or what went wrong, for every file, in the order given.

    ``progress`` is called with how many are done. ``workers``: how many processes; None decides by the
    amount of source and the number of processors. Raises nothing of a file's own trouble: it is in the
    outcome.
    """
    count = _workers(items) if workers is None else workers
    done: dict[str, Outcome] = dict(_in_workers(items, count, progress)) if count > 1 else {}
    for number, (path, text) in enumerate(items):
        if path in done:
            yield path, done[path]
            continue
        progress(number)
        yield path, _outcome(path, text)


def _workers(items: Sequence[Item]) -> int:
    if sum(len(text) for _, text in items) < WORTH_WORKERS or multiprocessing.current_process().daemon:
        return 1
    return min(os.cpu_count() or 1, 4)


def _outcome(path: str, text: str) -> Outcome:
    from llmlint.facts.extractor import extract  # with it libcst: not where workers do the work

    try:
        return extract(path, text)
    except Exception as error:  # one file must not end the run; UnparsableError among them
        return error


def _in_workers(
    items: Sequence[Item], count: int, progress: Callable[[int], None]
) -> Iterator[tuple[str, Outcome]]:
    try:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            with _without_main():
                futures: list[Future[bytes]] = [pool.submit(extract_chunk, chunk) for chunk in _chunks(items)]
            done = 0
            for future in futures:
                for result in msgspec.msgpack.decode(future.result(), type=list[_Result]):
                    done += 1
                    if result.facts is not None:
                        yield result.path, result.facts
                    elif result.unparsable is not None:
                        yield result.path, UnparsableError(*result.unparsable)
                progress(done)
    except (BrokenProcessPool, OSError):
        return  # the rest is extracted by the caller


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Spawned processes import the main module first; for a worker that would be the program around it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """All items, large ones first, so that no worker begins with a large one when the other is done."""
    chunk: list[Item] = []
    size = 0
    for item in sorted(items, key=lambda item: len(item[1]), reverse=True):
        chunk.append(item)
        size += len(item[1])
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def extract_chunk(chunk: list[Item]) -> bytes:
    """A worker's task: the files of a chunk as MessagePack; what fails otherwise is left out."""
    gc.disable()  # syntax trees have no cycles, and a worker does nothing else
    results = []
    for path, text in chunk:
        outcome = _outcome(path, text)
        if isinstance(outcome, ModuleFacts):
            results.append(_Result(path, outcome))
        elif isinstance(outcome, UnparsableError):
            results.append(_Result(path, unparsable=(outcome.line, outcome.column, outcome.message)))
    return msgspec.msgpack.encode(results)
