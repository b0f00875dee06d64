"""Tables of the catalogue about how code uses models: retries, tools, limits, sinks, logs, waits.

What the words mean (class id, group, parameter path) is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


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
    attempts: str = ""
    """The bounding parameter that counts attempts (``0|tries``); the first of ``bounds`` may hold an
    object that does (``attempt_stops``)."""
    default_attempts: int | None = None
    attempt_stops: tuple[str, ...] = ()
    """Dotted classes whose first argument is the number of attempts (``tenacity.stop_after_attempt``)."""
    waits: tuple[str, ...] = ()
    """Parameters any of which sets the wait between two attempts, or may sleep."""
    waits_by_default: bool = True
    no_waits: tuple[str, ...] = ()
    """Dotted names that mean no wait when given to such a parameter (``tenacity.wait_none``)."""
    failures: tuple[str, ...] = ()
    """Parameters that say after which failures it tries again; absent: after every exception."""
    failure_types: tuple[str, ...] = ()
    """Dotted names of functions whose first argument is a class of exceptions to try again after."""


class Passthrough(Entry, frozen=True, kw_only=True, eq=False):
    """A function that calls the function it is given, here and now, errors included."""

    path: str
    also: tuple[str, ...] = ()
    arg: str = "0"
    """Which argument is the function (``0|func``); the following ones are its arguments."""
    deadline: tuple[str, ...] = ()
    """Parameters that bound the time of what runs inside (``wait_for``: ``1|timeout``)."""
    bounded: bool = False
    """What runs inside is bounded without a parameter, too (a decorator with a deadline of its own)."""
    awaits: bool = False
    """The argument is an awaitable (``wait_for(coro, 5)``, ``gather(*coros)``), not a function."""
    context: bool = False
    """A context manager whose body is bounded (``asyncio.timeout(5)``)."""
    args: str = ""
    """Parameter that carries the function's arguments as a tuple (``Thread(target=f, args=(x,))``)."""
    deferred: bool = False
    """It runs later or elsewhere: the failure comes out of the returned future, not of this call."""
    lost: bool = False
    """Deferred, and nothing is returned that the failure could come out of (``Thread``)."""
    joins: bool = False
    """Its object waits at the end of its ``with`` for everything that still runs, however long."""


class Tool(Entry, frozen=True, kw_only=True, eq=False):
    """A way in which a function is made callable by a model."""

    form: str
    """``decorator``: ``@path`` or ``@path(...)`` on a function;
    ``method``: ``@obj.name(...)`` / ``obj.name(...)(f)`` where obj is an instance of ``on``;
    ``register``: ``obj.name(f)`` where obj is an instance of ``on`` (``arg`` says which argument);
    ``handler``: as ``method``, but the function is a dispatcher taking (name, arguments dict);
    ``factory``: ``path(...)`` given a function (``arg``);
    ``subclass``: methods (``methods``; ``*`` for all public ones) of subclasses of ``path``;
    ``names``: attribute ``arg`` of subclasses of ``path`` lists the names of such methods;
    ``returns``: public functions of a module that return a ``path``;
    ``fields``: the model fills the annotated fields of subclasses, which these methods then read;
    ``parser``: as ``subclass``, but what the methods take is a model's answer;
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
    """Class ids (dotted) whose ``method`` this is; ``*`` for any object, where ``when`` is decisive."""
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
    outputs: str = ""
    """The text is what the function in ``arg`` returns; this argument says how it is shown."""
    markup: tuple[str, ...] = ()
    """Texts and classes in ``outputs`` that show it as markup."""
    prepares: bool = False
    """It only makes what something else runs: where its result is dropped, the text was checked, not run."""
    does: str
    """For the message: what happens to the text: ``runs it in a shell``."""


class Exit(Entry, frozen=True, kw_only=True, eq=False):
    """Functions that do not return."""

    names: tuple[str, ...]
    """Full dotted names, or what is usually written (``ctx.fail``)."""


class Sanitizer(Entry, frozen=True, kw_only=True, eq=False):
    """A function whose result (or whose check) makes text safe for some sinks."""

    path: str
    also: tuple[str, ...] = ()
    kinds: tuple[str, ...]
    """Sink kinds it makes safe; ``*`` for all (``int``)."""
    form: str = "returns"
    """``returns``: the result is safe; ``check``: false or an exception rejects the argument;
    ``raises``: only an exception rejects it;
    ``parse``: the result, compared with something of one's own, decides;
    ``part``: one of ``parts`` of the result does."""
    arg: str = "0"
    """``0|string``; ``self`` is the receiver (``name.isidentifier()``)."""
    parts: tuple[str, ...] = ()


class Carrier(Entry, frozen=True, kw_only=True, eq=False):
    """Functions that give back the text they are given, in another form."""

    modules: tuple[str, ...]
    """Beginnings of dotted names."""
    dead_ends: tuple[str, ...] = ()
    """Functions of these modules that do not."""
    parsers: tuple[str, ...] = ()
    """Beginnings of dotted names of functions that take the text apart."""
    writers: tuple[str, ...] = ()
    """Beginnings of dotted names of functions that write out a whole object as text."""


class Handle(Entry, frozen=True, kw_only=True, eq=False):
    """Methods of a handle whose result has the sinks of the handle itself (``connection.cursor()``)."""

    methods: tuple[str, ...]


class ReadOnly(Entry, frozen=True, kw_only=True, eq=False):
    """How a database is opened, or told, to be read only."""

    keywords: tuple[str, ...]
    """Given as True, or assigned True as an attribute."""
    arguments: dict[str, tuple[str | bool | int, ...]] = {}
    """Keywords and the names or literals that say so when given to them."""
    texts: tuple[str, ...]
    """Pieces of a connection string or of a statement, in lower case."""
    methods: tuple[str, ...]
    """Methods that run the function they are given in a transaction that only reads."""


class Program(Entry, frozen=True, kw_only=True, eq=False):
    """Programs that run what they are given in an argument vector."""

    names: tuple[str, ...]
    """Names of their files, in lower case."""
    runs: str
    """``shell`` or ``code``: the text after one of ``flags`` is such a script;
    ``elsewhere``: whatever follows runs in a container or a sandbox."""
    flags: tuple[str, ...] = ()
    """In lower case."""


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


class HttpStatus(Entry, frozen=True, kw_only=True, eq=False):
    """How code tells an error of a service from an answer."""

    codes: tuple[str, ...]
    """Attributes of a response that hold the number."""
    good: tuple[str, ...]
    """Attributes that are true for an answer."""
    bad: tuple[str, ...]
    """Attributes that are true for an error."""
    errors: tuple[str, ...]
    """Exceptions (last names) that are raised for an error status only."""


class ModelClass(Entry, frozen=True, kw_only=True, eq=False):
    """Classes whose subclasses answer as a model by these methods: what they ask by HTTP is a model."""

    on: tuple[str, ...]
    methods: tuple[str, ...]


class FieldMaker(Entry, frozen=True, kw_only=True, eq=False):
    """Functions that describe a field of a data class instead of giving its value."""

    paths: tuple[str, ...]


class Exceptions(Entry, frozen=True, kw_only=True, eq=False):
    """Exception classes of an SDK: ``base`` catches every provider failure, ``narrow`` some."""

    base: tuple[str, ...]
    narrow: tuple[str, ...] = ()


class Pipe(Entry, frozen=True, kw_only=True, eq=False):
    """What ``a | b`` gives when either side is one of ``on``."""

    on: tuple[str, ...]
    returns: str
    """Class id."""


class Patience(Entry, frozen=True, kw_only=True, eq=False):
    """Calls whose purpose is to wait long: no deadline is asked of them."""

    model_marks: tuple[str, ...] = ()
    """Pieces of model names."""
    arguments: tuple[str, ...] = ()
    """Keywords that, given as True, send the request off to be done later."""


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
    schema_attributes: tuple[str, ...] = ()
    """Attributes of a tool class that hold the schema of its parameters."""
    run_methods: tuple[str, ...] = ()
    """Methods by which such a class is run."""
    argument_names: tuple[str, ...] = ()
    """Parameters of a dispatcher that hold all arguments, when they carry no annotation."""
    skip_params: tuple[str, ...] = ()
    """Parameters (by name) of hand-written tools that the program fills."""
    injected: tuple[str, ...] = ()
    """Functions whose result, as a default, says that the program fills a parameter (last names)."""


class PromptTemplate(Entry, frozen=True, kw_only=True, eq=False):
    """A constructor or factory whose text argument is a prompt."""

    path: str
    also: tuple[str, ...] = ()
    args: tuple[str, ...]
    """Parameters that carry the text: ``0|template``."""
