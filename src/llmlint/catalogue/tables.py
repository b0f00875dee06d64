"""Tables of the catalogue about one SDK: its clients, what they send, what comes back.

What the words mean (class id, group, parameter path) is said in ``schema``.
"""

from __future__ import annotations

import datetime

import msgspec


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, eq=False):
    """What every table carries: where the fact was read and when."""

    source: str
    """Package, version and file (or document) in which the fact was read."""
    date: datetime.date
    verify: bool = True
    """False: the proof test cannot import this (the reason belongs into ``source``)."""


class Sdk(Entry, frozen=True, kw_only=True, eq=False):
    """The package a file is about."""

    id: str
    name: str
    """As people say it: ``OpenAI``."""
    pypi: tuple[str, ...] = ()
    version: str = ""
    imports: tuple[str, ...]
    """Import roots that mark a file as worth parsing (``openai``, ``google.genai``)."""
    mentions: tuple[str, ...] = ()
    """For roots that mostly mean something else (``boto3``): texts one of which must occur as well."""


class Client(Entry, frozen=True, kw_only=True, eq=False):
    """A class (or factory function) whose result is an LLM client, or from which one is derived."""

    path: str
    """Class id."""
    also: tuple[str, ...] = ()
    """Other import paths, class methods that construct it, and classes of which all of this is true too."""
    group: tuple[str, ...] = ()
    """Groups this class belongs to."""
    is_async: bool = False
    """True: every call on it is async, whatever the call's own ``is_async`` says."""
    kind: str = "client"
    """``client``: calls a provider; ``wrapper``: takes a client and acts for it (instructor);
    ``derived``: only obtained from another object (chat session); ``agent``: runs a loop of calls;
    ``factory``: makes clients through ``derive`` and calls nothing (``boto3.Session``);
    ``decorator``: the function it decorates is the client: calling that (``__call__``) is a request.

    Several tables may share a path when ``when`` tells them apart; one without ``when`` comes last.
    A decorator has two: with ``is_async`` for functions that are."""
    timeout: tuple[str, ...] = ()
    """Parameter paths of the constructor that set a deadline."""
    timeout_unit: str = "s"
    """``s`` or ``ms``."""
    default_timeout: float | None = None
    no_deadline: bool = False
    in_process: bool = False
    """The model runs in this process: nothing ends a call, and no provider can stall it."""
    timeout_none: str = "no-deadline"
    """What an explicit ``timeout=None`` means: ``no-deadline`` or ``default``."""
    retries: str = ""
    default_retries: int | None = None
    timeout_retried: bool = True
    """False: a request that ran into its deadline is not among those sent again."""
    opaque: tuple[str, ...] = ()
    """Constructor parameters that may carry a deadline we do not look into (``http_client``)."""
    global_timeout: tuple[str, ...] = ()
    """Dotted module attributes that set a deadline for all (``openai.timeout``)."""
    when: dict[str, tuple[str | bool | int, ...]] = {}
    """Only when these arguments are these literals (``{"0|service_name" = ["bedrock-runtime"]}``);
    ``0|name`` is the first positional or the keyword ``name``."""
    wraps: str = ""
    """For wrappers: ``0|client``, the argument that is the wrapped client; deadlines and ``is_async``
    come from there."""
    model: str = ""
    """Constructor parameter path that names the model."""
    cap: tuple[str, ...] = ()
    """Constructor parameter paths that cap the output tokens."""
    system: tuple[str, ...] = ()
    """Constructor parameter paths that carry a system prompt or instructions."""
    tools: tuple[str, ...] = ()
    """Constructor parameter paths that take a list of tools (functions or tool objects)."""
    copies: tuple[str, ...] = ()
    """Parameters that take another SDK's client and only copy settings out of it: it is never called."""
    attribution: tuple[str, ...] = ()
    """Constructor parameter paths that may say on whose behalf the model is asked (``default_headers``)."""
    elsewhere: tuple[str, ...] = ()
    """Constructor parameter paths that send requests to another address (a gateway, another provider), or
    let somebody else see them."""


class Derive(Entry, frozen=True, kw_only=True, eq=False):
    """A method or attribute of a client that gives the same client again, or another object."""

    on: tuple[str, ...]
    """Class ids and groups."""
    name: str
    """Dotted path on the object: ``with_options``, ``beta``, ``aio.models`` needs none of these."""
    returns: str = ""
    """Class id of the result; ``""`` means the same class, configured further by the keywords."""
    timeout: tuple[str, ...] = ()
    """Parameter paths of this method that set a deadline for what it returns."""
    timeout_unit: str = "s"
    when: dict[str, tuple[str | bool | int, ...]] = {}
    """Only when these arguments are these literals; otherwise the result is not known to us."""
    model: str = ""
    system: tuple[str, ...] = ()
    cap: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    """As in ``Client``: what the calls on the result inherit."""
    retries: str = ""
    """Parameter of this method that sets the number of retries of what it returns."""
    opaque: tuple[str, ...] = ()
    """Parameters of this method that may carry a deadline we do not look into."""
    property: bool = False


class Call(Entry, frozen=True, kw_only=True, eq=False):
    """A method of a client, or a module function, that sends a request to a model."""

    on: tuple[str, ...] = ()
    """Class ids and groups; empty for a module function."""
    path: str
    """Dotted path on the object (``chat.completions.create``) or the function's full dotted name."""
    also: tuple[str, ...] = ()
    """Other paths to it, of the same sort as ``path``."""
    kind: str = "chat"
    """``chat``, ``text``, ``structured``, ``agent``, ``batch``, ``embedding``, ``image``, ``audio``,
    ``other``."""
    is_async: bool = False
    when: dict[str, tuple[str | bool | int, ...]] = {}
    timeout: tuple[str, ...] = ()
    """Parameter paths of the call that set a deadline."""
    timeout_unit: str = "s"
    default_timeout: float | None = None
    """Only for module functions; methods take their client's."""
    no_deadline: bool = False
    timeout_none: str = "no-deadline"
    """What an explicit ``timeout=None`` means: ``no-deadline`` or ``default``."""
    retries: str = ""
    default_retries: int | None = None
    global_timeout: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    model: str = ""
    prompt: tuple[str, ...] = ()
    """Parameters that carry the prompt; ``0|input`` when it may come first without a name."""
    system: tuple[str, ...] = ()
    cap: tuple[str, ...] = ()
    structured: tuple[str, ...] = ()
    """Parameters whose presence makes the provider return checked structure."""
    tools: tuple[str, ...] = ()
    result: str = "response"
    """``response`` (an object that holds model text), ``text`` (a plain string), ``body`` (the JSON of the
    provider's HTTP API, as bytes),
    ``none`` (nothing the model said: embeddings, uploads)."""
    stream: str = ""
    """Parameter that switches streaming on; ``"always"`` for stream methods."""
    gives: str = ""
    """What the call itself gives: ``""`` (an async call a coroutine, any other its result),
    ``iterator`` (which sends nothing before somebody iterates it), ``context`` (nothing before it is
    entered), ``task`` (which runs by itself), ``streamed`` (an iterator where ``stream`` is switched on)."""
    attribution: tuple[str, ...] = ()
    """Parameter paths that say, or may say, on whose behalf the model is asked (``metadata.user_id``)."""
    elsewhere: tuple[str, ...] = ()
    """Parameter paths that send this request to another address."""
    llm: bool = True
    """False for calls that cost or hang but generate nothing (embeddings, counting tokens)."""


class Response(Entry, frozen=True, kw_only=True, eq=False):
    """Fields of response objects that are not the model's words (usage, ids, finish reasons)."""

    metadata: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    """Fields that lead to the model's words themselves (``choices``, ``message``, ``content``)."""
    spoken: tuple[str, ...] = ()
    """Fields of messages and requests that hold what is said to the model (``content``, ``prompt``)."""
    reply: tuple[str, ...] = ()
    """Fields at the top of a response that lead to nothing but the model's words."""
    usage: tuple[str, ...] = ()
    """Fields that say what a response cost: counts of tokens, and what holds them."""
