"""Tables of the catalogue about what is dangerous by itself, and about who has to agree to it.

What the words mean (class id, parameter path) is said in ``schema``. In parameter paths of these tables
``[]`` stands for each element of a list: ``tools.[].require_approval``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class Switch(Entry, frozen=True, kw_only=True, eq=False):
    """A literal that takes away a protection, or a class (without ``param``) that has none."""

    path: str = ""
    """Constructor or function; or, with ``attribute``, the object whose attribute it is."""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    method: str = ""
    under: tuple[str, ...] = ()
    """Import roots: whatever of them takes ``param``. The name of the parameter is decisive."""
    environment: str = ""
    """A variable of the environment that has this meaning when it is one of ``values``."""
    attribute: str = ""
    """An attribute that has this meaning when it is set to one of ``values``."""
    param: str = ""
    """Parameter path."""
    values: tuple[str | bool | int, ...] = (True,)
    """Literals that take the protection away; of a list, one element is enough."""
    when: dict[str, tuple[str | bool | int, ...]] = {}
    """Only when these arguments are these literals."""
    unless: tuple[str, ...] = ()
    """Parameter paths any of which, given as anything but None or False, is another protection."""
    unless_values: dict[str, tuple[str | bool | int, ...]] = {}
    """Not when these arguments are these literals."""
    writers: tuple[str, ...] = ()
    """Methods by which a project writes itself what it then trusts."""
    code_from: str = ""
    """Parameter that names whose code is trusted: what lies in a local directory is the project's own."""
    runs_answer: bool = False
    """What a model writes is then run as code or as a command."""
    gated: bool = False
    """A person who is asked before tools are run makes up for it."""
    does: str
    """For the message: after "lets … " (``run code of the repository``); of classes: "… " (``runs …``)."""
    help: str
    mentions: tuple[str, ...] = ()
    """Texts that make a file worth parsing by itself, where no SDK need be imported."""


class Gate(Entry, frozen=True, kw_only=True, eq=False):
    """How a person is asked before a tool is run. Names alone count: they can only silence."""

    tool_keywords: tuple[str, ...] = ()
    """Keywords where a function is made a tool."""
    agent_keywords: tuple[str, ...] = ()
    """Keywords of agents, runs and requests."""
    calls: tuple[str, ...] = ()
    """Functions and classes (last names) whose call is, or sets up, the question."""
    methods: tuple[str, ...] = ()
    """Methods that ask, on whatever object."""
    asked: tuple[str, ...] = ()
    """Those of ``calls`` that are something else when they are given nothing."""
    hosts: tuple[str, ...] = ()
    """Import roots of frameworks whose tools run in a host that asks by itself."""


class Act(Entry, frozen=True, kw_only=True, eq=False):
    """A call that cannot be taken back: it pays, or sends something to people."""

    path: str = ""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    method: str = ""
    does: str
    """For the message: ``sends mail``."""


class Transport(Entry, frozen=True, kw_only=True, eq=False):
    """Where it is said which address a client talks to, and whether its certificate is checked."""

    url: tuple[str, ...] = ()
    """Parameter paths of clients and requests that carry an address."""
    carriers: tuple[str, ...] = ()
    """Parameter paths of clients that take an HTTP client, or another object of ``unverified``."""
    unverified: dict[str, tuple[str | bool | int, ...]] = {}
    """Parameter paths, and the literals that switch the check off."""
    environment: tuple[str, ...] = ()
    """Variables that hold an address."""
    attributes: tuple[str, ...] = ()
    """Dotted module attributes that hold an address."""
    unverified_attributes: tuple[str, ...] = ()
    """Dotted module attributes that switch the check off when they are False."""
    client_attributes: tuple[str, ...] = ()
    """Dotted module attributes that take an HTTP client."""
    local_suffixes: tuple[str, ...] = ()
    """Ends of host names that are not reached over the open network."""
    placeholder_hosts: tuple[str, ...] = ()
    """Ends of host names that stand in examples."""
