"""``observability.toml``: what sees calls of models, and how programs keep records of their own."""

from __future__ import annotations

from llmlint.audit.catalogue import Fact, Table


class Tracer(Fact, frozen=True, kw_only=True, eq=False):
    """A telemetry of ``catalogue/telemetry.toml``, and what it sees of calls of models."""

    names: tuple[str, ...]
    """As the telemetry tables call it."""
    sees: tuple[str, ...] = ("*",)
    """Patterns of the dotted names by which it sees calls of models; none: only what stands around them."""
    spans: bool = False
    """It is made for calls of models: a span of it is about one wherever it is opened."""
    keeps: bool = False
    """Inputs and outputs are kept with the trace, unless somebody switches that off."""


class Switch(Fact, frozen=True, kw_only=True, eq=False):
    """What switches tracing on outside the program."""

    name: str
    """Of the telemetry."""
    variables: tuple[str, ...] = ()
    """Environment variables that switch it on when they are set to anything but an off word."""
    commands: tuple[str, ...] = ()
    """Commands that start a program under it."""
    only: tuple[str, ...] = ()
    """SDKs (their ``id``) that listen to it; empty: any."""


class Said(Table, frozen=True, kw_only=True):
    """What a record says of a call, by the names of what is recorded."""

    name: str
    """``latency``, ``tokens``, ``cost``, ``model``, ``outcome``, ``id``, …"""
    pattern: str
    """Regular expression, looked for in names with words parted by ``_``."""
    unless: str = ""
    """A name in which this is found says something else."""


class RecordWords(Fact, frozen=True, kw_only=True, eq=False):
    """How calls and classes are called that keep a record."""

    records: str
    """Regular expression of the last name of calls that record when nothing is made of their result."""
    holders: str
    """Of lists in which records are kept while the program runs."""
    stores: str
    """Of calls that keep what they are given, by their verb."""
    keeps: str
    """Of classes whose instances are records."""
    passing: str
    """Of calls after which nothing is left when the program ends."""
    senders: tuple[str, ...]
    """Beginnings of dotted functions that send requests."""
    clocks: tuple[str, ...]
    """Dotted functions that tell the time."""
    contexts: str
    """Regular expression of the last name of calls that put an id around what is done in their ``with``."""
    spans: str
    """Of calls that begin a span, or count something, whoever is behind it."""
    reports: str
    """Of the program's own functions that send failures to somebody."""
    deployments: tuple[str, ...]
    """Patterns of files that say what the program runs with."""
    aside: tuple[str, ...]
    """Patterns of Python files that run beside production: benchmarks, what is kept from former times."""
    examples: tuple[str, ...]
    """Patterns of files that show settings without making them."""
    retention: str
    """Regular expression of names of settings that end the life of records."""
    kept_for: str
    """Regular expression of prose that says how long something is kept."""
    documents: tuple[str, ...]
    """Patterns of documents."""


class TranscriptWords(Fact, frozen=True, kw_only=True, eq=False):
    """How programs call what writes conversations to files; patterns look in words parted by ``_``."""

    saves: str
    """Regular expression of functions that do it."""
    holds: str
    """Of what holds a conversation."""
    writes: str
    """Of calls that write to a file of themselves."""
    columns: str
    """Of columns of a table that hold messages."""
    dumps: str
    """Of calls that write values with their names to a file, not text as it is."""
    forms: str
    """Of calls that make one text of such values, which is written then."""
    trails: str
    """Of paths and their names where a program writes down what it has done."""
    places: str
    """Of paths of files in which conversations lie."""
    messages: str
    """Of what is written to such a file when it is what was said."""
    calls: str
    """Of paths of files in which calls of models lie, with what was asked and answered."""


class LogSink(Fact, frozen=True, kw_only=True, eq=False):
    """What lets a log go to a file."""

    names: tuple[str, ...]
    """Dotted functions and classes."""
    param: str = ""
    """The parameter that is the path; empty: it always has one."""


class RowWords(Fact, frozen=True, kw_only=True, eq=False):
    """How rows of tables are written through libraries that map classes to tables."""

    bases: tuple[str, ...]
    """Dotted classes (or what makes them) whose subclasses are tables."""
    saves: tuple[str, ...]
    """Last names of calls that save an object as a row."""
    changes: tuple[str, ...]
    """Last names of calls that are given columns, on something that a table is behind."""
    turns: tuple[tuple[str, ...], ...]
    """Columns that a turn of a conversation has, one of each: who speaks, what is said, where."""
    began: str
    """Regular expression of columns that hold when something began."""
    ended: str
    """Of columns that hold when it was over."""


class Dashboard(Fact, frozen=True, kw_only=True, eq=False):
    """A tool that shows numbers, and how its dashboards are kept as code."""

    name: str
    keys: tuple[tuple[str, ...], ...] = ()
    """Keys that a JSON or YAML value has together when it is one (alternatives)."""
    kinds: tuple[str, ...] = ()
    """``kind`` of Kubernetes resources."""
    resources: tuple[str, ...] = ()
    """Types of Terraform resources."""
    calls: tuple[str, ...] = ()
    """Dotted classes and functions that make one."""
    links: tuple[str, ...] = ()
    """Regular expressions of addresses of a dashboard (not of the tool's own site)."""
    single: tuple[str, ...] = ()
    """Of addresses of one trace, or of what is shared of one."""


class DashboardWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions of dashboards."""

    files: tuple[str, ...]
    """Patterns of files in which dashboards are kept."""
    pages: tuple[str, ...]
    """Patterns of pages of the program itself that may show numbers."""
    accounts: tuple[str, ...]
    """Of addresses of pages of a provider that show everybody the calls of their own account."""
    looks: str
    """Regular expression of prose that says where traces are looked at."""
    subjects: str
    """Regular expression of what a dashboard about models speaks of."""
    spend: str
    """Of numbers that a page about models shows."""


class AlertRules(Fact, frozen=True, kw_only=True, eq=False):
    """A tool that evaluates rules, and how its rules are kept as code."""

    name: str
    rules: tuple[str, ...] = ()
    """Keys of a mapping that is one rule, all of them."""
    kinds: tuple[str, ...] = ()
    """``kind`` of Kubernetes resources that hold rules."""
    resources: tuple[str, ...] = ()
    """Types of Terraform resources that are one rule."""
    calls: tuple[str, ...] = ()


class AlertWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions of alerts."""

    files: tuple[str, ...]
    """Patterns of files in which rules and receivers are kept."""
    symptoms: str
    """Regular expression of what a rule about failures, time or money speaks of."""
    spend: str
    """Of what a rule about money or tokens speaks of."""


class Feedback(Fact, frozen=True, kw_only=True, eq=False):
    """How samples of production become cases with a tool. Lists are of last names: ``create_score``."""

    name: str
    of: tuple[str, ...]
    """Dotted modules and classes (``langfuse.*``)."""
    cases: tuple[str, ...] = ()
    """Calls that add a case to a data set."""
    direct: tuple[str, ...] = ()
    """Calls that make a case of something that happened in production, and arguments that say so."""
    samples: tuple[str, ...] = ()
    """Calls that read what happened in production."""
    ratings: tuple[str, ...] = ()
    """Calls that keep what people thought of an answer."""


class FeedbackWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions of feedback; regular expressions look in names with words parted by ``_``."""

    files: tuple[str, ...]
    """Patterns of Python files that are read for it although they have nothing to do with models."""
    ratings: str
    """Names of functions that keep what people think of an answer."""
    served: str
    """Names, or paths, of those that do so when a framework runs them for a person."""
    sources: str
    """Names of what comes out of production."""
    cases: str
    """Regular expression of paths of data of evals, as code writes them."""
    writes: tuple[str, ...]
    """Last names of calls that write data."""
    prose: str
    """Regular expression of prose that says that answers of production become cases."""


class ObservabilityFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    tracer: tuple[Tracer, ...]
    switch: tuple[Switch, ...]
    said: tuple[Said, ...]
    records: RecordWords
    transcripts: TranscriptWords
    log_sink: tuple[LogSink, ...]
    rows: RowWords
    dashboard: tuple[Dashboard, ...]
    dashboards: DashboardWords
    alert_rules: tuple[AlertRules, ...]
    alerts: AlertWords
    feedback: tuple[Feedback, ...]
    feedbacks: FeedbackWords
