"""One look at the bytes of each file, remembered: a file of the same time and size is not read again."""

from __future__ import annotations

import os
from dataclasses import dataclass

from llmlint.resources import program
from llmlint.source import stamps
from llmlint.source.sources import Sources
from llmlint.source.store import Store
from llmlint.source.triage_bytes import Scan, Seeds, scan

OWN_MARK = b"llmlint:"
WORTH_KEEPING = 50
"""Fewer files than that are read in a moment."""


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to see in one file without parsing it."""

    digest: bytes
    """Of its bytes up to the size limit."""
    scan: Scan
    commented: bool
    """Whether it mentions our own form of suppression."""


Kept = dict[str, tuple[int, int, Look]]
"""By path: modification time in nanoseconds, size in bytes, and what was seen."""


class Looks:
    """The looks at the files of one project. Those of earlier runs serve as long as time and size agree."""

    def __init__(self, sources: Sources, seeds: Seeds, store: Store) -> None:
        self._sources = sources
        self._seeds = seeds
        self._store = store
        self._key = f"looks\n{program()}\n{seeds.identity}".encode()
        self._kept = _load(store, self._key)
        self._seen: Kept = {}
        self._changed = False

    def at(self, path: str) -> Look:
        """The look at this file; raises ``OSError`` or ``ValueError`` when it cannot be read."""
        if path in self._sources.texts:
            return self._read(path)
        if path not in self._seen:
            status = os.stat(self._sources.root / path)
            known = self._kept.get(path)
            if known is None or known[:2] != (status.st_mtime_ns, status.st_size):
                known = (status.st_mtime_ns, status.st_size, self._read(path))
                self._changed = True
            self._seen[path] = known
        return self._seen[path][2]

    def is_witness(self, one: Scan) -> bool:
        """Whether a file may say what is seen of the calls."""
        return self._seeds.is_witness(one)

    def keep(self, began: int) -> None:
        """Remember what was seen; ``began`` is the time before the first look, in nanoseconds."""
        settled = {path: one for path, one in self._seen.items() if stamps.is_settled(one[0], began)}
        if self._changed and len(settled) >= WORTH_KEEPING:
            import msgspec

            self._store.keep({self._key: msgspec.msgpack.encode(_as_text(settled))})

    def _read(self, path: str) -> Look:
        from hashlib import blake2b

        data = self._sources.head(path)
        return Look(blake2b(data, digest_size=20).digest(), scan(data, self._seeds), OWN_MARK in data)


def _as_text(looks: Kept) -> Kept:
    """Those whose names are text: others cannot be written down."""
    return {path: one for path, one in looks.items() if path.isprintable()}


def _load(store: Store, key: bytes) -> Kept:
    data = store.get([key]).get(key)
    if data is None:
        return {}
    import msgspec

    try:
        return msgspec.msgpack.decode(data, type=Kept)
    except (msgspec.MsgspecError, RecursionError):
        return {}
