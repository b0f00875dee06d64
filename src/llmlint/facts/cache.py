"""Facts that an earlier run extracted, found by a digest of the bytes they are facts of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping

import msgspec

from llmlint import __version__
from llmlint.facts.model import EXTRACTOR_VERSION, ModuleFacts
from llmlint.source.store import Store

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ModuleFacts).decode


def load(store: Store, digests: Mapping[str, bytes]) -> dict[str, ModuleFacts]:
    """The facts that are kept of files with these digests (by path); others are left out."""
    keys = {path: _key(digest) for path, digest in digests.items()}
    kept = store.get(set(keys.values()))
    found = {}
    for path, key in keys.items():
        if key in kept:
            try:
                found[path] = msgspec.structs.replace(_decode(kept[key]), path=path)
            except (msgspec.MsgspecError, RecursionError):  # not ours, or from a deeper stack than this one
                continue
    return found


def keep(store: Store, modules: Iterable[ModuleFacts], digests: Mapping[str, bytes]) -> None:
    """Keep these facts of files with these digests (by path) for later runs."""
    items = {}
    for module in modules:
        with contextlib.suppress(UnicodeEncodeError):  # the name of the file may be no text
            items[_key(digests[module.path])] = _encode(module)
    if items:
        store.keep(items)


def _key(digest: bytes) -> bytes:
    """Of the content and the extractor: what a file is called does not matter."""
    return f"facts {__version__} {EXTRACTOR_VERSION} ".encode() + digest
