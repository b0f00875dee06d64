"""What the catalogue says of installed packages is true of them.

Each table with ``verify = true`` is held against the package it names: the class or function exists, it takes
these parameters, its defaults are these. A package that is not installed is named as the reason of the
skip. ``LLMLINT_CATALOGUE=catalogue`` (or ``catalogue-more``: names of dependency groups) turns such a skip
into a failure for the packages of that group. Names in ``also`` of classes and functions are not proved: they
are kept for older versions as well.
"""

from __future__ import annotations

from typing import Any

import pytest

from llmlint.catalogue import schema as s
from tests.catalogue.building import find_member, instances
from tests.catalogue.defaults import NOT_READABLE, client_timeout, parameter_default, same_deadline
from tests.catalogue.resolving import (
    check_parameters,
    check_version,
    find,
    leave_out,
    member,
    resolve,
    takes,
    variable_is_read,
)
from tests.catalogue.tables import Table, clients, tables

OLDER = {
    "result_type": "pydantic-ai before 1.0, now output_type",
}
"""Parameters kept for code written against older versions, which the installed ones no longer take."""


def each(kind: str, *, on: bool | None = None) -> pytest.MarkDecorator:
    """Parametrize over the provable tables of a kind; ``on`` picks methods or functions."""
    found = [t for t in tables(kind) if on is None or bool(t.entry.on) is on]
    return pytest.mark.parametrize("table", found, ids=lambda t: t.id)


def owners(table: Table) -> list[tuple[str, Any]]:
    """The classes a table's ``on`` stands for, as far as they are installed."""
    check_version(table)
    found: list[tuple[str, Any]] = []
    reason: BaseException | None = None
    for name in table.entry.on:
        members = clients().get(name, ())
        if name.startswith("@") and not members:
            leave_out(name, f"no class of `{name}` can be proved, see its tables")
        for path, source in [(m.entry.path, m) for m in members] or [(name, table)]:
            try:
                found.append((path, resolve(path, source)))
            except pytest.skip.Exception as absent:
                reason = absent
    if reason and not found:
        raise reason
    return found


def methods(table: Table, path: str) -> list[Any]:
    """``path`` on the classes of ``on``: at least one of them has it."""
    found = [m for owner, cls in owners(table) if (m := find_member(owner, cls, path)) is not None]
    assert found, f"no class of {table.entry.on} has `{path}`"
    return found


def request_parameters(entry: s.Call) -> list[str]:
    """Every parameter path a call table names."""
    named = [entry.model, entry.retries, *entry.timeout, *entry.prompt, *entry.cap, *entry.system]
    named += [*entry.structured, *entry.tools, *entry.opaque, *entry.when]
    named += [*entry.attribution, *entry.elsewhere]
    if entry.stream != "always":
        named.append(entry.stream)
    return [path for path in named if path]


def any_takes(functions: list[Any], paths: list[str], what: str) -> None:
    """Each parameter path is good for one of the functions at least."""
    for path in paths:
        if path in OLDER:
            continue
        taking = [function for function in functions if takes(function, path)]
        assert taking, f"{what} has no parameter `{path}`"
        check_parameters(taking[0], [path], what)


@each("client")
def test_client(table: Table) -> None:
    entry: s.Client = table.entry
    cls = resolve(entry.path, table)
    if entry.kind == "derived":
        return
    named = [*entry.timeout, *entry.opaque, *entry.cap, *entry.system, *entry.tools, *entry.when]
    named += [*entry.attribution, *entry.elsewhere]
    named += [path for path in (entry.retries, entry.model, entry.wraps) if path]
    check_parameters(cls, named, f"`{entry.path}`")


@each("client")
def test_client_defaults(table: Table) -> None:
    entry: s.Client = table.entry
    cls = resolve(entry.path, table)
    assert not (entry.no_deadline and entry.default_timeout is not None)
    retries = parameter_default(cls, entry.retries)
    if isinstance(retries, int) and entry.default_retries is not None:
        # Some SDKs count the first attempt as well.
        assert retries in (entry.default_retries, entry.default_retries + 1)
    in_signature = [parameter_default(cls, path) for path in entry.timeout]
    for default in in_signature:
        if isinstance(default, int | float) and not isinstance(default, bool):
            unit = 1000 if entry.timeout_unit == "ms" else 1
            assert same_deadline(default / unit, entry.default_timeout)
    if entry.kind == "client" and (entry.no_deadline or entry.default_timeout is not None):
        read = client_timeout(entry.path, lambda: instances(entry.path, cls)[0])
        if read is not NOT_READABLE:
            assert same_deadline(read, entry.default_timeout), f"`{entry.path}` waits {read}"


@each("derive")
def test_derive(table: Table) -> None:
    entry: s.Derive = table.entry
    found = methods(table, entry.name)
    if not entry.property:
        named = [*entry.timeout, *entry.opaque, *entry.system, *entry.cap, *entry.tools, *entry.when]
        any_takes(found, named + [p for p in (entry.retries, entry.model) if p], f"`{entry.name}`")


@each("call", on=True)
def test_method(table: Table) -> None:
    entry: s.Call = table.entry
    found = methods(table, entry.path)
    any_takes(found, request_parameters(entry), f"`{entry.path}`")
    for path in entry.also:
        assert methods(table, path)


@each("call", on=False)
def test_function(table: Table) -> None:
    entry: s.Call = table.entry
    function = resolve(entry.path, table)
    assert callable(function)
    check_parameters(function, request_parameters(entry), f"`{entry.path}`")
    for path in entry.global_timeout:
        resolve(path, table)
    for path in entry.timeout:
        default = parameter_default(function, path)
        if isinstance(default, int | float) and not isinstance(default, bool):
            assert same_deadline(default, entry.default_timeout)


@each("exceptions")
def test_exceptions(table: Table) -> None:
    """At least the first class of each list is there; later ones may belong to other versions."""
    for name in (*table.entry.base[:1], *table.entry.narrow[:1]):
        assert issubclass(resolve(name, table), BaseException)


@each("http")
def test_http(table: Table) -> None:
    entry: s.HttpClient = table.entry
    named = [entry.url, *entry.body, *entry.timeout]
    if entry.path:
        found, constructor = [resolve(entry.path, table)], None
    else:
        constructor = resolve(entry.on[0], table)
        # `requests.session` is a factory; the method is on what it returns.
        found = [m for name in entry.on[:1] if (m := member(resolve(name, table), entry.method)) is not None]
        assert found, f"`{entry.on[0]}` has no `{entry.method}`"
        check_parameters(constructor, [*entry.client_timeout, *filter(None, [entry.client_url])], entry.on[0])
    for path in named:
        assert takes(found[0], path), f"`{table.id}` has no parameter `{path}`"
    for path in entry.timeout:
        default = parameter_default(found[0], path)
        if default is None and not entry.client_timeout:
            assert entry.no_deadline
    for name in entry.request:
        resolve(name, table)


@each("retry")
def test_retry(table: Table) -> None:
    entry: s.Retry = table.entry
    function = resolve(entry.path, table)
    named = [path.rpartition("|")[2] for path in (*entry.bounds, *entry.swallows)]
    check_parameters(function, named, f"`{entry.path}`")
    for name in entry.unbounded_values[:1]:
        resolve(name, table)


@each("passthrough")
def test_passthrough(table: Table) -> None:
    entry: s.Passthrough = table.entry
    function = resolve(entry.path, table)
    named = [entry.arg, *entry.deadline] if "|" in entry.arg else list(entry.deadline)
    check_parameters(function, named, f"`{entry.path}`")


@each("tool")
def test_tool(table: Table) -> None:
    entry: s.Tool = table.entry
    found = methods(table, entry.name) if entry.on else [resolve(entry.path, table)]
    if entry.form in ("list", "factory", "register") and entry.arg:
        arg = entry.arg if "|" in entry.arg or not entry.arg.isdigit() else ""
        any_takes(found, [arg] if arg else [], f"`{entry.path or entry.name}`")
    if entry.skip_types:
        # Names of several versions stand side by side; one of them is the installed one's.
        assert any(find(name) is not None for name in entry.skip_types), entry.skip_types


@each("cap")
def test_cap(table: Table) -> None:
    entry: s.Cap = table.entry
    found = methods(table, entry.method) if entry.on and entry.method else [resolve(entry.path, table)]
    any_takes(found, [entry.param], f"`{entry.path or entry.method}`")
    default = parameter_default(found[0], entry.param)
    if isinstance(default, int) and not isinstance(default, bool):
        assert default == entry.default


@each("sink")
def test_sink(table: Table) -> None:
    entry: s.Sink = table.entry
    named = [path for path in (entry.arg, *entry.when, *entry.unless) if "|" in path or not path.isdigit()]
    if entry.on:
        cls = resolve(entry.on[0], table)
        found = member(cls, entry.method)
        assert found is not None, f"`{entry.on[0]}` has no `{entry.method}`"
    else:
        found = resolve(entry.path, table)
    for path in named:
        assert path in ("self", "*") or takes(found, path), f"`{table.id}` has no parameter `{path}`"


@each("sanitizer")
def test_sanitizer(table: Table) -> None:
    assert resolve(table.entry.path, table) is not None


@each("sandbox")
def test_sandbox(table: Table) -> None:
    assert resolve(table.entry.path, table) is not None


@each("logger")
def test_logger(table: Table) -> None:
    entry: s.Logger = table.entry
    for name in filter(None, [entry.path, entry.factory, *entry.classes[:1]]):
        found = resolve(name, table)
        if name in entry.classes:
            for method in entry.methods:
                assert member(found, method) is not None, f"`{name}` has no `{method}`"


@each("debug_switch")
def test_debug_switch(table: Table) -> None:
    """The attribute or function is there; the variable is read by the package it was read in."""
    entry: s.DebugSwitch = table.entry
    if entry.form == "env":
        assert variable_is_read(entry.path, table), f"no file of the package reads `{entry.path}`"
    else:
        function = resolve(entry.path, table)
        check_parameters(function, [entry.arg] if entry.arg else [], f"`{entry.path}`")


@each("telemetry")
def test_telemetry(table: Table) -> None:
    """At least the first name of each sort is there; later ones may belong to other versions."""
    entry: s.Telemetry = table.entry
    names = (*entry.paths[:1], *entry.assigns[:1], *entry.bases[:1])
    assert names and all(resolve(name, table) is not None for name in names)
