"""Tables of the catalogue about what is seen of LLM calls: telemetry, debug switches, who is asking.

What the words mean (class id, parameter path) is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class DebugSwitch(Entry, frozen=True, kw_only=True, eq=False):
    """A switch that makes an SDK print or log what is sent to models and what they answer."""

    form: str
    """``attribute``: the dotted module attribute ``path`` is assigned one of ``values``;
    ``call``: ``path(...)`` is called, with one of ``values`` as ``arg`` if there is one;
    ``env``: the environment variable ``path`` is set to one of ``values``."""
    path: str
    also: tuple[str, ...] = ()
    arg: str = ""
    values: tuple[str | bool, ...] = ()
    """Literals that switch it on, texts in whatever case; empty: any text that is not empty."""
    shows: str
    """For the message: what is printed or logged from then on."""


class Telemetry(Entry, frozen=True, kw_only=True, eq=False):
    """Ways in which a program lets somebody see what it does. A use is a call, decorator or ``with``."""

    name: str
    """As people say it: ``Langfuse``."""
    kind: str
    """``instrumentation``: from then on calls are recorded by themselves; ``span``: a span or trace is
    opened or added to; ``metric``: a number is recorded; ``failure``: a failure is noted on a span;
    ``reporter``: failures are sent to somebody."""
    imports: tuple[str, ...] = ()
    """Import roots that make a file worth parsing in a project that calls models."""
    paths: tuple[str, ...] = ()
    """Dotted functions, classes, methods; ``logfire.instrument_*`` for all that begin so."""
    methods: tuple[str, ...] = ()
    """Only these last names (for paths that end with ``*``); empty: any."""
    given: tuple[str, ...] = ()
    """Only when one of these arguments is given."""
    assigns: tuple[str, ...] = ()
    """Dotted module attributes that are assigned something, or something is appended to."""
    effects: tuple[str, ...] = ()
    """Modules whose import alone does it."""
    bases: tuple[str, ...] = ()
    """Classes whose subclasses do it (handlers of callbacks)."""
    env: tuple[str, ...] = ()
    """Environment variables that switch it on when set to anything but an off word."""
    hosts: tuple[str, ...] = ()
    """Hosts of proxies that record what passes through them, and of services that records are sent to."""
    errors_logged: bool = False
    """Reporters: standard log records at ERROR and above are sent as well."""
    reports: tuple[str, ...] = ()
    """Reporters: SDKs (their ``id``) whose failures are sent by themselves, also when they are caught."""
    outside: tuple[str, ...] = ()
    """SDKs (their ``id``) for which it is usually switched on outside the program (``.env``)."""


class Attribution(Entry, frozen=True, kw_only=True, eq=False):
    """Ways in which what follows is recorded under the name of a user, other than arguments of the call."""

    paths: tuple[str, ...]
    """As in ``Telemetry``."""
    methods: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Only when one of these is the first argument, or a key or keyword of an argument; empty: always."""


class Identity(Entry, frozen=True, kw_only=True, eq=False):
    """How a request handler knows who is asking."""

    form: str
    """``dependency``: a parameter filled by ``path(f)`` where the name of ``f`` says so (``words``);
    ``object``: the dotted object is the user, or holds the user;
    ``call``: ``path(...)`` gives the user;
    ``part``: ``parts`` of a request (an instance of ``path``, or a parameter a framework fills with one);
    ``decorator``: functions decorated with it serve users who are logged in only."""
    path: str
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Words in a row, in lower case, joined by ``_``."""
    unless: tuple[str, ...] = ()
    """Words of functions that give the user only if there is one."""
    parts: tuple[str, ...] = ()
