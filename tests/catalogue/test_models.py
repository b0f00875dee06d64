"""The tables about models agree with each other and with the SDKs."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import load
from llmlint.project.modelnames import SOON
from tests.catalogue.tables import FILES, tables

CATALOGUE = load()
LIFECYCLES: list[s.Lifecycle] = [table.entry for table in tables("lifecycle")]
ENTRIES = [
    (lifecycle.vendor, model, day)
    for lifecycle in LIFECYCLES
    for day, models in lifecycle.retired.items()
    for model in models
]


def test_every_id_is_retired_once_and_by_a_vendor_we_know() -> None:
    twice = [
        key for key, count in Counter((vendor, model) for vendor, model, _ in ENTRIES).items() if count > 1
    ]
    assert twice == []
    named = {vendor for vendor, _, _ in ENTRIES} | {t.entry.vendor for t in tables("snapshots")}
    assert named <= CATALOGUE.vendors.keys()
    assert {
        vendor for api in tables("model_api") for vendor in _vendors(api.entry)
    } <= CATALOGUE.vendors.keys()


def _vendors(api: s.ModelApi) -> set[str]:
    return {*api.vendors, *api.prefixes.values(), *api.bare.values()}


def test_days_are_plausible() -> None:
    first, last = datetime.date(2023, 1, 1), max(lifecycle.date for lifecycle in LIFECYCLES)
    odd = [entry for entry in ENTRIES if not first < entry[2] < last + datetime.timedelta(days=3 * 365)]
    assert odd == []


def test_ids_are_ids() -> None:
    odd = [model for _, model, _ in ENTRIES if not model or model != model.strip() or " " in model]
    assert odd == []
    prefixed = [model for _, model, _ in ENTRIES if model.startswith(("vertex_ai/", "gemini/", "bedrock/"))]
    assert prefixed == []


def test_replacements_outlive_what_they_replace() -> None:
    table = tables("replacement")
    entries = [one.entry for one in table]
    assert entries
    for one in entries:
        ends = CATALOGUE.retired[one.vendor, one.model]
        assert CATALOGUE.retired.get((one.vendor, one.by), datetime.date.max) > ends + SOON
        assert one.by != one.model


def test_dated_ids_differ_from_their_alias_and_serve() -> None:
    for table in tables("snapshots"):
        for alias, dated in table.entry.of.items():
            assert dated and alias not in dated
            stem = alias.removesuffix("-latest")
            assert all(model.startswith(stem) for model in dated), alias
            ended = [CATALOGUE.retired.get((table.entry.vendor, model)) for model in dated]
            assert all(day is None or day > table.entry.date for day in ended), alias


@pytest.mark.parametrize("model", ["claude-opus-4-6", "claude-opus-4-8", "gpt-5.6-sol", "gpt-6-astra"])
def test_models_without_a_dated_id_have_none(model: str) -> None:
    assert not any((vendor, model) in CATALOGUE.snapshots for vendor in CATALOGUE.vendors)


def test_names_are_taken_once() -> None:
    names = [name for table in tables("model_api") for name in table.entry.names]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_apis_speak_of_clients_and_calls_of_the_catalogue() -> None:
    known = {name for file in FILES.values() for c in file.client for name in (c.path, *c.also)}
    known |= {name for file in FILES.values() for c in file.call if not c.on for name in (c.path, *c.also)}
    tails = {(name.partition(".")[0], name.rpartition(".")[2]) for name in known}
    unknown = [
        name
        for table in tables("model_api")
        for name in table.entry.names
        if (name.partition(".")[0], name.rpartition(".")[2]) not in tails
        and not name.endswith(".client")  # sessions of boto3 make clients by a method
    ]
    assert unknown == []


def test_caps_of_some_models_name_their_vendor() -> None:
    for table in tables("wrong_cap"):
        cap: s.WrongCap = table.entry
        assert bool(cap.models) == bool(cap.vendor)
        assert cap.right not in cap.wrong
