"""The shape of ``rules/catalogue/*.toml``: what llmlint knows of SDKs, as data.

Every struct refuses unknown keys. Dotted names are import paths as users write them. Two shorthands
recur:

* **class id**: the dotted name under which a class is documented (``openai.OpenAI``). Other import
  paths of it go to ``also``; a symbol with the same last name under the same import root is taken
  for it without being listed.
* **group**: a name starting with ``@`` that stands for several classes sharing methods
  (``@langchain.chat_model``). It may be used wherever a class id may.

A **parameter path** is a keyword (``timeout``) or a keyword and the field of the object given to it
(``http_options.timeout``: a key of a dict literal or a keyword of a constructor call). ``0|model`` is the
keyword ``model``, which may also come first without its name.

Durations are in seconds unless the field's name says otherwise. ``no_deadline`` says that leaving the
parameter out waits for ever.
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
    ``factory``: makes clients through ``derive`` and calls nothing (``boto3.Session``).

    Several tables may share a path when ``when`` tells them apart; one without ``when`` comes last."""
    timeout: tuple[str, ...] = ()
    """Parameter paths of the constructor that set a deadline."""
    timeout_unit: str = "s"
    """``s`` or ``ms``."""
    default_timeout: float | None = None
    no_deadline: bool = False
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
    """``response`` (an object that holds model text), ``text`` (a plain string),
    ``none`` (nothing the model said: embeddings, uploads)."""
    stream: str = ""
    """Parameter that switches streaming on; ``"always"`` for stream methods."""
    llm: bool = True
    """False for calls that cost or hang but generate nothing (embeddings, counting tokens)."""


class Response(Entry, frozen=True, kw_only=True, eq=False):
    """Fields of response objects that are not the model's words (usage, ids, finish reasons)."""

    metadata: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    """Fields that lead to the model's words themselves (``choices``, ``message``, ``content``)."""
    spoken: tuple[str, ...] = ()
    """Fields of messages and requests that hold what is said to the model (``content``, ``prompt``)."""


class Retry(Entry, frozen=True, kw_only=True, eq=False):
    """A retry decorator, retry object or retry helper."""

    path: str
    also: tuple[str, ...] = ()
    form: str = "decorator"
    """``decorator`` (bare or called), ``object`` (``for attempt in Retrying(...)``,
    ``Retrying(...)(fn)``)."""
    bounds: tuple[str, ...] = ()
    """Parameters any of which bounds the attempts or the time; ``0|name`` allowed."""
    bounded_by_default: bool = False
    unbounded_values: tuple[str, ...] = ()
    """Dotted names that mean no bound when given to a bounding parameter (``tenacity.stop_never``)."""
    none_unbounded: bool = False
    """Whether passing None to *all* bounding parameters removes the bound."""
    swallows: tuple[str, ...] = ()
    """Parameters that turn a final failure into a value (``retry_error_callback``)."""


class Passthrough(Entry, frozen=True, kw_only=True, eq=False):
    """A function that calls the function it is given, here and now, errors included."""

    path: str
    also: tuple[str, ...] = ()
    arg: str = "0"
    """Which argument is the function (``0|func``); the following ones are its arguments."""
    deadline: tuple[str, ...] = ()
    """Parameters that bound the time of what runs inside (``wait_for``: ``1|timeout``)."""
    awaits: bool = False
    """The argument is an awaitable (``wait_for(coro, 5)``, ``gather(*coros)``), not a function."""
    context: bool = False
    """A context manager whose body is bounded (``asyncio.timeout(5)``)."""
    args: str = ""
    """Parameter that carries the function's arguments as a tuple (``Thread(target=f, args=(x,))``)."""
    deferred: bool = False
    """It runs later or elsewhere: the failure comes out of the returned future, not of this call."""


class Tool(Entry, frozen=True, kw_only=True, eq=False):
    """A way in which a function is made callable by a model."""

    form: str
    """``decorator``: ``@path`` or ``@path(...)`` on a function;
    ``method``: ``@obj.name(...)`` / ``obj.name(...)(f)`` where obj is an instance of ``on``;
    ``register``: ``obj.name(f)`` where obj is an instance of ``on`` (``arg`` says which argument);
    ``handler``: as ``method``, but the function is a dispatcher taking (name, arguments dict);
    ``factory``: ``path(...)`` given a function (``arg``);
    ``subclass``: methods (``methods``) of subclasses of ``path``;
    ``list``: parameter ``arg`` of ``path`` (a call or constructor) is a list of functions or tools."""
    path: str = ""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    name: str = ""
    arg: str = ""
    methods: tuple[str, ...] = ()
    skip_params: tuple[str, ...] = ()
    """Parameters (by name) the framework fills, not the model (``ctx``, ``run_manager``)."""
    skip_types: tuple[str, ...] = ()
    """Annotations (dotted names) of parameters the framework fills (``agents.RunContextWrapper``)."""
    first_is_context: bool = False


class Cap(Entry, frozen=True, kw_only=True, eq=False):
    """A limit on an agent loop, as a parameter of a constructor or call."""

    path: str = ""
    """Constructor or function (dotted); or empty with ``on`` and ``method``."""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    method: str = ""
    param: str
    """Parameter path (``max_turns``, ``config.recursion_limit``)."""
    default: int | None = None
    none_means: str = "unbounded"
    """``unbounded`` or ``default``."""
    huge: int = 1000
    """Literals from here on count as switched off."""
    floor: int | None = None
    """Literals at or below this switch the limit off (``max_llm_calls=0``)."""


class Sink(Entry, frozen=True, kw_only=True, eq=False):
    """A place where text becomes something else."""

    path: str = ""
    """Dotted name of a function; or a builtin (``eval``)."""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    """Class ids (dotted) whose ``method`` this is."""
    method: str = ""
    kind: str
    """``shell``, ``code``, ``sql``, ``path``, ``url``, ``html``, ``template``, ``xml``."""
    arg: str = "0"
    """Which argument carries the text: ``0|args``; ``self`` is the receiver (``path.write_text(...)``)."""
    when: dict[str, tuple[str | bool | int, ...]] = {}
    """Only when these arguments are these literals (``{"shell" = [true]}``)."""
    unless: dict[str, tuple[str | bool | int, ...]] = {}
    """Not when these arguments are these names or literals (``{"Loader" = ["yaml.SafeLoader"]}``)."""
    argv: bool = False
    """The argument is an argument vector: only ``[shell, "-c", text]`` is dangerous."""
    variadic: bool = False
    """The argument vector is spread over the positional arguments from ``arg`` on (``os.execl``)."""
    does: str
    """For the message: what happens to the text: ``runs it in a shell``."""


class Sanitizer(Entry, frozen=True, kw_only=True, eq=False):
    """A function whose result (or whose check) makes text safe for some sinks."""

    path: str
    also: tuple[str, ...] = ()
    kinds: tuple[str, ...]
    """Sink kinds it makes safe; ``*`` for all (``int``)."""
    form: str = "returns"
    """``returns``: the result is safe; ``check``: false or an exception rejects the argument."""
    arg: str = "0"
    """``0|string``; ``self`` is the receiver (``name.isidentifier()``)."""


class Sandbox(Entry, frozen=True, kw_only=True, eq=False):
    """A class or module whose code-running methods are not the host's shell or interpreter."""

    path: str


class Logger(Entry, frozen=True, kw_only=True, eq=False):
    """Where log records, events and spans are written."""

    path: str = ""
    """Dotted function (``logging.info``) or object (``loguru.logger``)."""
    also: tuple[str, ...] = ()
    factory: str = ""
    """Dotted function whose result is a logger (``logging.getLogger``)."""
    classes: tuple[str, ...] = ()
    """Class ids of loggers or spans, for annotations."""
    methods: dict[str, str] = {}
    """Method name → level (``debug``, ``info``, ``warning``, ``error``, ``critical``, ``capture``);
    empty for a plain function, whose level is ``level``."""
    level: str = ""


class Endpoint(Entry, frozen=True, kw_only=True, eq=False):
    """A host (and path fragments) that raw HTTP calls to a provider mention."""

    host: str
    """``api.openai.com``; ``*`` stands for one or more labels' worth of text."""
    paths: tuple[str, ...] = ()
    """Path fragments that must occur for hosts that also serve other things; empty: any."""
    provider: str


class HttpClient(Entry, frozen=True, kw_only=True, eq=False):
    """An HTTP library function or method that sends a request."""

    path: str = ""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    method: str = ""
    url: str = "0|url"
    body: tuple[str, ...] = ()
    """Parameters that carry the request body (``json``, ``data``)."""
    timeout: tuple[str, ...] = ()
    default_timeout: float | None = None
    no_deadline: bool = False
    is_async: bool = False
    client_timeout: tuple[str, ...] = ()
    """Parameter paths of the constructor of ``on`` that set a deadline for its requests."""
    client_url: str = ""
    """Parameter of the constructor of ``on`` that carries the host or the URL's beginning."""
    request: tuple[str, ...] = ()
    """Classes whose instance may stand for the URL; their ``0|url`` is it (``urllib.request.Request``)."""


class Exceptions(Entry, frozen=True, kw_only=True, eq=False):
    """Exception classes of an SDK: ``base`` catches every provider failure, ``narrow`` some."""

    base: tuple[str, ...]
    narrow: tuple[str, ...] = ()


class Pipe(Entry, frozen=True, kw_only=True, eq=False):
    """What ``a | b`` gives when either side is one of ``on``."""

    on: tuple[str, ...]
    returns: str
    """Class id."""


class Wait(Entry, frozen=True, kw_only=True, eq=False):
    """A call that waits for a person or for work: a loop that makes it each round is not left alone."""

    path: str = ""
    """Dotted function (``builtins.input``) or method of a class (``queue.Queue.get``)."""
    also: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    """Method names that mean waiting on whatever object they are called."""
    person: bool = False
    """What it gives is a person's answer."""


class Dispatch(Entry, frozen=True, kw_only=True, eq=False):
    """How hand-written tools are described to a model: a dict with a name and a JSON schema."""

    schema_keys: tuple[str, ...]
    """Keys under one of which the schema of the parameters stands."""
    mentions: tuple[str, ...]
    """Texts that make a file worth parsing."""


class PromptTemplate(Entry, frozen=True, kw_only=True, eq=False):
    """A constructor or factory whose text argument is a prompt."""

    path: str
    also: tuple[str, ...] = ()
    args: tuple[str, ...]
    """Parameters that carry the text: ``0|template``."""


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``rules/catalogue/*.toml``."""

    sdk: Sdk | None = None
    client: tuple[Client, ...] = ()
    derive: tuple[Derive, ...] = ()
    call: tuple[Call, ...] = ()
    response: tuple[Response, ...] = ()
    retry: tuple[Retry, ...] = ()
    passthrough: tuple[Passthrough, ...] = ()
    tool: tuple[Tool, ...] = ()
    cap: tuple[Cap, ...] = ()
    sink: tuple[Sink, ...] = ()
    sanitizer: tuple[Sanitizer, ...] = ()
    sandbox: tuple[Sandbox, ...] = ()
    logger: tuple[Logger, ...] = ()
    endpoint: tuple[Endpoint, ...] = ()
    http: tuple[HttpClient, ...] = ()
    exceptions: tuple[Exceptions, ...] = ()
    pipe: tuple[Pipe, ...] = ()
    wait: tuple[Wait, ...] = ()
    dispatch: tuple[Dispatch, ...] = ()
    prompt_template: tuple[PromptTemplate, ...] = ()
