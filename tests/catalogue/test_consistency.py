"""The catalogue's tables agree with each other."""

from __future__ import annotations

from typing import Any

import pytest

from llmlint.catalogue import schema as s
from tests.catalogue.tables import FILES, Table, tables

KINDS = (
    "client",
    "derive",
    "call",
    "retry",
    "passthrough",
    "tool",
    "cap",
    "sink",
    "sanitizer",
    "consumer",
    "http",
)
ALL = [table for kind in KINDS for table in tables(kind, verify=False)]
CLIENTS: list[s.Client] = [table.entry for table in tables("client", verify=False)]
KNOWN = {name for client in CLIENTS for name in (client.path, *client.also)}
GROUPS = {group for client in CLIENTS for group in client.group}


def test_groups_have_members_and_results_are_known() -> None:
    unknown = set()
    for file, content in FILES.items():
        entries: list[Any] = [*content.derive, *content.call, *content.tool, *content.cap, *content.pipe]
        for entry in entries:
            unknown |= {(file, name) for name in entry.on if name.startswith("@") and name not in GROUPS}
            returns = getattr(entry, "returns", "")
            if returns and returns not in KNOWN:
                unknown.add((file, returns))
    assert not unknown


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.id)
def test_table_says_one_thing(table: Table) -> None:
    entry = table.entry
    assert entry.source.strip()
    assert getattr(entry, "timeout_unit", "s") in ("s", "ms")
    assert getattr(entry, "timeout_none", "default") in ("no-deadline", "default")
    assert not (getattr(entry, "no_deadline", False) and getattr(entry, "default_timeout", None) is not None)
    for group in getattr(entry, "group", ()):
        assert group.startswith("@")


def test_no_method_is_described_twice() -> None:
    seen: dict[tuple[str, str, str], str] = {}
    twice = []
    for table in tables("call", verify=False):
        call: s.Call = table.entry
        for owner in call.on or ("",):
            for path in (call.path, *call.also):
                key = (owner, path, repr(sorted(call.when.items())))
                if key in seen:
                    twice.append(key)
                seen[key] = table.file
    assert not twice


@pytest.mark.parametrize("table", list(tables("endpoint", verify=False)), ids=lambda t: t.entry.host)
def test_endpoint_is_a_bare_host(table: Table) -> None:
    endpoint: s.Endpoint = table.entry
    assert "/" not in endpoint.host
    assert endpoint.host == endpoint.host.lower().strip()
    for path in endpoint.paths:
        assert path[0] in "/:"
