"""``security.toml``: tools against injection, leaks and exposed keys, and the words of documents."""

from __future__ import annotations

from typing import Literal

from llmlint.audit.catalogue import Fact, Table

Kind = Literal["guardrail", "redaction", "attack", "scanner", "limit", "offer"]


class SecurityTool(Fact, frozen=True, kw_only=True, eq=False):
    """A tool, and by what its use shows."""

    name: str
    kind: Kind
    calls: tuple[str, ...] = ()
    """Dotted functions, classes, decorators (``module.*`` for all below)."""
    requests: tuple[str, ...] = ()
    """Paths of calls of the catalogue (``moderations.create``)."""
    keywords: tuple[str, ...] = ()
    """Names of arguments, and keys of requests, by which a call asks for it."""
    holding: str = ""
    """Expression of a name or text that has to be in what such an argument is given; empty: any counts."""
    given: tuple[str, ...] = ()
    """Arguments one of which such a call must be given; empty: any call counts."""
    files: tuple[str, ...] = ()
    """Patterns of files that only this tool reads."""
    keys: tuple[str, ...] = ()
    """Dotted keys one of which such a file must hold with a value; empty: any file counts."""
    commands: tuple[str, ...] = ()
    """Regular expressions of commands that run it."""
    actions: tuple[str, ...] = ()
    """Beginnings of actions and images of pipelines that run it."""
    hooks: tuple[str, ...] = ()
    """Ids of its hooks in pre-commit's configuration."""
    includes: tuple[str, ...] = ()
    """Ends of templates that a pipeline includes to run it."""
    alone: bool = True
    """Its package is not one that programs use for other things as well."""
    partial: bool = False
    """It sees one kind of key only."""


class Cloud(Fact, frozen=True, kw_only=True, eq=False):
    """A cloud, and how pipelines log on to it."""

    name: str
    keys: tuple[str, ...]
    """Names of secrets and inputs that hold a key that stays valid."""
    actions: tuple[str, ...]
    """Beginnings of the actions that log on."""
    short_lived: tuple[str, ...]
    """Inputs of these actions by which they get short-lived credentials."""


class Topic(Table, frozen=True, kw_only=True):
    """Something a document has to speak of, and how it is said."""

    name: str
    patterns: tuple[str, ...]
    """Regular expressions, upper and lower case alike."""


class SecurityWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions. Patterns of files are those of ``.gitignore``; expressions ignore case."""

    documents: tuple[str, ...]
    """Patterns of documents for people."""
    not_documents: tuple[str, ...]
    """Patterns of documents that are for models, or of the past."""
    model_files: tuple[str, ...]
    """Patterns of the files of threat models."""
    model_headings: tuple[str, ...]
    """Expressions of headings of threat models."""
    security_headings: tuple[str, ...]
    """Expressions of headings that speak of security."""
    attack_names: tuple[str, ...]
    """Parts of names of tests that attack."""
    not_attacks: tuple[str, ...]
    """Parts of such names that mean something else."""
    attack_texts: tuple[str, ...]
    """Expressions of what attackers write to a model."""
    tool_attacks: tuple[str, ...]
    """Expressions of arguments by which a tool is attacked."""
    attack_places: tuple[str, ...]
    """Patterns of Python files that attack, by their place or name."""
    attack_data: tuple[str, ...]
    """Patterns of data that hold attacks."""
    policies: tuple[str, ...]
    """Expressions of names of functions that check what goes in or comes out."""
    checks_of_text: tuple[str, ...]
    """Expressions of names of functions that may be such a check."""
    screens: tuple[str, ...]
    """Expressions of what finds the words of attackers: expressions themselves, with ``\\s`` and ``(``."""
    screen_files: tuple[str, ...]
    """Patterns of programs that may hold them, in whatever language."""
    not_screen_files: tuple[str, ...]
    """Patterns of such files that try attacks, or that others wrote."""
    checks_of_output: tuple[str, ...]
    """Expressions of names of functions that may check what a model wrote before it is run or shown."""
    checks: tuple[str, ...]
    """Expressions of names of functions that check the argument of a tool."""
    runs: tuple[str, ...]
    """Expressions of dotted calls that run what they are given first, on objects that libraries made."""
    not_run: str
    """Expression of functions that read objects or modules back: a program wrote these, no model."""
    page_files: tuple[str, ...]
    """Patterns of files that make pages."""
    not_page_files: tuple[str, ...]
    """Patterns of such files that others wrote, or that are built."""
    page_markup: tuple[str, ...]
    """Expressions of what puts a text into a page as markup; upper and lower case matter."""
    tool_arguments: tuple[str, ...]
    """Names of arguments, and keys of requests, by which a model is given tools."""
    confirms: tuple[str, ...]
    """Expressions of names of functions that ask a person before something is done."""
    tool_checks: tuple[str, ...]
    """Expressions of names of functions that look at which tool a model wants."""
    tool_lists: tuple[str, ...]
    """Expressions of names of lists that say which tools a model is given."""
    questions: tuple[str, ...]
    """Expressions of what a person is asked before something is done."""
    tool_limits: tuple[str, ...]
    """Names of arguments by which a program restricts which tools a model may run, or how often."""
    redactors: str
    """Expression of names of functions that take personal data out of text."""
    marks: str
    """Expression of the whole of what is put in the place of personal data."""
    record_names: str
    """Expression of names of functions that write records."""
    personal: str
    """Expression of words for what such functions look for."""
    prints: tuple[str, ...]
    """Functions that write to the output of the process."""
    levels: tuple[str, ...]
    """Names of methods of loggers, one for each level."""
    wiring: tuple[str, ...]
    """Names of functions and methods that take a function through which records go."""
    filters: tuple[str, ...]
    """Classes through which log records go."""
    processors: tuple[str, ...]
    """Names of processors of an OpenTelemetry collector that redact."""
    collectors: tuple[str, ...]
    """Patterns of configurations of such a collector."""
    environment_files: tuple[str, ...]
    """Patterns of files with settings of one machine."""
    example_environments: tuple[str, ...]
    """Parts of names of such files that are examples."""
    secret_names: str
    """Expression of names of settings that are secret."""
    hook_files: tuple[str, ...]
    """Configurations of pre-commit."""
    hook_scripts: tuple[str, ...]
    """Patterns of scripts and configurations of other hooks."""
    response_headings: tuple[str, ...]
    """Expressions of headings below which it stands what to do."""


class SecurityFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    tool: tuple[SecurityTool, ...]
    cloud: tuple[Cloud, ...]
    threat: tuple[Topic, ...]
    incident: tuple[Topic, ...]
    words: SecurityWords
