"""Answers of earlier runs that still hold because no file has changed since.

They cost a look at the times of the files.

What is asked is text that names everything an answer depends on besides the files. Only the standard
library is imported here.
"""

from __future__ import annotations

from pathlib import Path

from llmlint.source import stamps
from llmlint.source.stamps import Stamp
from llmlint.source.store import Store

_KIND = "answer\n"


def find(store: Store, question: str) -> tuple[Stamp, bytes] | None:
    """The answer that is kept, and how the project must look for it to hold."""
    key = _key(question)
    head, _, answer = store.get([key]).get(key, b"").partition(b"\n")
    stamp = stamps.decode(head.decode("utf-8", "replace")) if head else None
    return None if stamp is None else (stamp, answer)


def recall(store: Store, root: Path, question: str) -> bytes | None:
    """The answer to this question, if the project at ``root`` is as it was when it was given."""
    found = find(store, question)
    return found[1] if found is not None and stamps.holds(root, found[0]) else None


def keep(store: Store, question: str, stamp: Stamp, answer: bytes) -> None:
    """Keep an answer for as long as the project looks like this."""
    store.keep({_key(question): stamps.encode(stamp).encode() + b"\n" + answer})


def _key(question: str) -> bytes:
    return (_KIND + question).encode("utf-8", "surrogatepass")
