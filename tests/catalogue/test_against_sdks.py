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
from tests.catalogue.giving import given
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
from tests.catalogue.sources import Stand
from tests.catalogue.tables import Table, clients, tables

CONFIGURED = {"config": "google.genai.types.GenerateContentConfig"}
"""Parameters that take an object, and its class."""

OLDER = {
    "result_type": "pydantic-ai before 1.0, now output_type",
}
"""Parameters kept for code written against older versions, which the installed ones no longer take."""


EITHER = {"instructor.from_provider"}
"""Functions whose result is asynchronous or not, as an argument says; only one of both is built here."""


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
    named += [*entry.attribution, *entry.copies, *entry.elsewhere]
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


@each("call")
def test_what_a_call_gives(table: Table) -> None:
    """Coroutines, iterators and context managers, as far as the functions themselves tell."""
    entry: s.Call = table.entry
    if not entry.on:
        assert_gives(entry, resolve(entry.path, table), entry.is_async, entry.path)
        return
    for name in entry.on:
        for client in clients().get(name, ()):
            if client.entry.wraps and client.entry.kind == "wrapper":
                continue  # it is what it wraps
            try:
                cls = resolve(client.entry.path, client)
            except pytest.skip.Exception:
                continue
            function = find_member(client.entry.path, cls, entry.path)
            if function is not None and client.entry.path not in EITHER:
                is_async = entry.is_async or client.entry.is_async
                assert_gives(entry, function, is_async, f"{client.entry.path}.{entry.path}")


def assert_gives(entry: s.Call, function: Any, is_async: bool, what: str) -> None:
    """What the function says of itself is what the table says of it."""
    kind = given(function)
    if kind == "plain":
        return  # it does not tell
    if entry.gives in ("iterator", "context"):
        # A context manager is often made from a generator.
        assert kind in ("iterator", entry.gives), f"`{what}` gives a {kind}"
    elif is_async:
        assert kind == "coroutine" or (entry.gives and kind == "iterator"), f"`{what}` gives a {kind}"
    else:
        assert entry.gives in ("streamed", "task") or kind == "result", f"`{what}` gives a {kind}"


@each("fan_out")
def test_fan_out(table: Table) -> None:
    entry: s.FanOut = table.entry
    function = resolve(entry.path, table)
    assert entry.form in ("all", "each", "one")
    check_parameters(function, [entry.arg] if entry.arg else [], f"`{entry.path}`")


@each("limiter")
def test_limiter(table: Table) -> None:
    cls = resolve(table.entry.path, table)
    assert member(cls, "acquire") is not None or member(cls, "__aenter__") is not None


@each("pause")
def test_pause(table: Table) -> None:
    assert callable(resolve(table.entry.path, table))


@each("plain_decorator")
def test_plain_decorator(table: Table) -> None:
    assert all(callable(resolve(name, table)) for name in table.entry.paths if name != "builtins.property")


@each("exceptions")
def test_exceptions(table: Table) -> None:
    """At least the first class of each list is there; later ones may belong to other versions."""
    for name in (*table.entry.base[:1], *table.entry.narrow[:1]):
        found = resolve(name, table)
        assert found.is_exception if isinstance(found, Stand) else issubclass(found, BaseException)


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
    named = [path.rpartition("|")[2] for path in (*entry.bounds, *entry.swallows, *entry.failures)]
    named += [path for path in (entry.attempts, *entry.waits) if path]
    check_parameters(function, named, f"`{entry.path}`")
    for names in (entry.unbounded_values, entry.attempt_stops, entry.no_waits, entry.failure_types):
        for name in names[:1]:
            resolve(name, table)
    default = parameter_default(function, entry.attempts)
    if entry.default_attempts is not None and isinstance(default, int):
        assert default == entry.default_attempts
    if not entry.waits_by_default and entry.no_waits:
        # What waits for nothing is the default of the first parameter that sets a wait.
        waits = parameter_default(function, entry.waits[0])
        assert waits is NOT_READABLE or type(waits) is resolve(entry.no_waits[0], table)


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


@each("wrong_cap")
def test_wrong_cap(table: Table) -> None:
    """The right name is a parameter; the wrong one is none, unless only some models reject it."""
    entry: s.WrongCap = table.entry
    for path in (path for path in entry.calls if not path.startswith("openai.")):
        found = methods(table, path)
        assert any(takes(function, entry.right) for function in found), f"`{path}` takes no `{entry.right}`"
        for wrong in entry.wrong:
            # Where Python does not tell the parameters of one class, another of the group has to.
            owner, _, name = wrong.rpartition(".")
            asked = [resolve(CONFIGURED[owner], table)] if owner else found
            refused = not all(takes(function, name) for function in asked)
            assert refused is not bool(entry.models), f"`{path}` and `{wrong}`"


@each("remote_prompt", on=True)
def test_prompt_reference(table: Table) -> None:
    entry: s.RemotePrompt = table.entry
    for path in (path for path in entry.calls if not path.startswith("openai.")):
        any_takes(methods(table, path), [entry.name, *entry.pins], f"`{path}`")


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


@each("switch")
def test_switch(table: Table) -> None:
    entry: s.Switch = table.entry
    if entry.under:
        return  # whatever of these packages takes the parameter: there is no one class to ask
    found = methods(table, entry.method) if entry.on else [resolve(entry.path, table)]
    named = [entry.param, *entry.when, *entry.unless_values, *entry.unless]
    any_takes(found, [path for path in named if path], f"`{entry.path or entry.method}`")


@each("consumer")
def test_parser_raises_what_is_said(table: Table) -> None:
    entry: s.Consumer = table.entry
    parser = resolve(entry.path, table)
    assert entry.arg.isdigit() or takes(parser, entry.arg)
    with pytest.raises((ValueError, SyntaxError, ArithmeticError)) as raised:
        parser("{not: well formed")
    assert any(issubclass(raised.type, resolve(name, table)) for name in entry.raises)


@each("sanitizer")
def test_sanitizer(table: Table) -> None:
    assert resolve(table.entry.path, table) is not None


@each("wait")
def test_wait(table: Table) -> None:
    if table.entry.path:
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


@each("step_limit")
def test_step_limit(table: Table) -> None:
    """The newest default is the installed one's; older ones were read in wheels, as ``source`` says."""
    entry: s.StepLimit = table.entry
    for name in entry.on:
        function = resolve(name, table)
        check_parameters(function, [path for path in (entry.tools, *entry.bounded_by) if path], f"`{name}`")
    if entry.constant:
        assert resolve(entry.constant, table) == [*entry.defaults.values()][-1]


@each("graph_builder")
def test_graph_builder(table: Table) -> None:
    entry: s.GraphBuilder = table.entry
    cls = resolve(entry.on[0], table)
    for method, parameters in {
        entry.node: [entry.node_name, entry.node_action],
        entry.edge: [entry.edge_from, entry.edge_to],
        entry.branch: [entry.branch_from, entry.branch_route, entry.branch_map],
        "compile": list(entry.pauses),
    }.items():
        check_parameters(member(cls, method), parameters, f"`{method}`")
    for name in (*entry.routers, *entry.interrupts[:1]):
        assert callable(resolve(name, table))


@each("output_cap")
def test_output_cap(table: Table) -> None:
    """Clients of the table exist, and leave the length of answers alone by themselves."""
    entry: s.OutputCap = table.entry
    capped = {path for t in tables("client") if t.entry.path in entry.on for path in t.entry.cap}
    for name in (*(n for n in entry.on if not n.startswith("@")), *entry.functions[:1]):
        found = resolve(name, table)
        defaults = [parameter_default(found, path) for path in capped if "." not in path]
        assert not [d for d in defaults if isinstance(d, int) and not isinstance(d, bool)], name
