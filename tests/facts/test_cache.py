"""Facts from the cache are the facts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from llmlint.facts import cache
from llmlint.facts.extractor import extract
from llmlint.source.store import Store
from tests.facts.test_serialise import ALL_KINDS

TEXTS = {"a.py": ALL_KINDS, "b.py": "x = '\\ud800'\n", "same/as/b.py": "x = '\\ud800'\n"}
DIGESTS = {"a.py": b"1", "b.py": b"2", "same/as/b.py": b"2"}


def test_what_is_kept_is_what_was_extracted(tmp_path: Path) -> None:
    modules = [extract(path, text) for path, text in TEXTS.items()]
    with Store(tmp_path) as store:
        cache.keep(store, modules, DIGESTS)
    with Store(tmp_path) as store:
        found = cache.load(store, {**DIGESTS, "new.py": b"3"})
    assert msgspec.to_builtins(found) == {m.path: msgspec.to_builtins(m) for m in modules}


def test_another_extractor_takes_nothing_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path) as store:
        cache.keep(store, [extract("a.py", TEXTS["a.py"])], DIGESTS)
        monkeypatch.setattr(cache, "EXTRACTOR_VERSION", -1)
        assert cache.load(store, DIGESTS) == {}


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x93\x01\x02\x03", b"\x91" * 100_000])
def test_what_is_no_facts_is_left_out(tmp_path: Path, data: bytes) -> None:
    with Store(tmp_path) as store:
        cache.keep(store, [extract("a.py", TEXTS["a.py"])], DIGESTS)
        (key,) = store.get([cache._key(DIGESTS["a.py"])])
        store.keep({key: data})
        assert cache.load(store, DIGESTS) == {}
