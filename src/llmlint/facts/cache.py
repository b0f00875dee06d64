"""Facts that an earlier run extracted, found by the text they are facts of."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from llmlint import __version__
from llmlint.facts.model import EXTRACTOR_VERSION, ModuleFacts
from llmlint.source.store import Store

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ModuleFacts).decode


def load(store: Store, texts: Mapping[str, str]) -> dict[str, ModuleFacts]:
    """The facts that are kept of these texts (by path); texts of which none are kept are left out."""
    keys = {path: _key(text) for path, text in texts.items()}
    kept = store.get(set(keys.values()))
    found = {}
    for path, key in keys.items():
        if key in kept:
            try:
                found[path] = msgspec.structs.replace(_decode(kept[key]), path=path)
            except (msgspec.MsgspecError, RecursionError):  # not ours, or from a deeper stack than this one
                continue
    return found


def keep(store: Store, modules: Iterable[ModuleFacts], texts: Mapping[str, str]) -> None:
    """Keep these facts of these texts (by path) for later runs."""
    items = {}
    for module in modules:
        with contextlib.suppress(UnicodeEncodeError):  # the name of the file may be no text
            items[_key(texts[module.path])] = _encode(module)
    if items:
        store.keep(items)


def _key(text: str) -> bytes:
    """Of the content and the extractor: what a file is called does not matter."""
    known = hashlib.blake2b(f"{__version__} {EXTRACTOR_VERSION}\n".encode(), digest_size=20)
    known.update(text.encode("utf-8", "surrogatepass"))
    return known.digest()
