"""Tables of the catalogue about where text comes from: remote people, and places that hold secrets.

What the words mean (class id, parameter path) is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class Input(Entry, frozen=True, kw_only=True, eq=False):
    """A place where what a remote person sends enters a program."""

    form: str
    """``object``: the dotted object ``path`` is the request; what was sent is in ``parts``;
    ``type``: an instance of ``path`` (or of a subclass) is; what was sent is in ``parts``;
    ``call``: what ``path(...)`` gives was sent;
    ``handler``: functions decorated with ``path``, or with a method in ``names`` of ``on``;
    ``register``: functions given to ``path(...)``, or to a method in ``names`` of ``on``, as ``arg``;
    ``method``: methods in ``names`` of subclasses of ``path``;
    ``named``: functions of the module (or methods) whose first parameters are called as in ``signature``.

    For the last four, ``params`` and ``of`` say what is in the parameters."""
    path: str = ""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Names of methods or functions; for ``named``, empty means any."""
    parts: tuple[str, ...] = ()
    """Attributes and methods, dotted where one leads to another (``message.text``); ``__iter__`` is what
    looping over it gives."""
    arg: str = ""
    """Which argument of a registering call is the function: ``0|fn``."""
    functions: tuple[str, ...] = ()
    """Only functions of these names (``@bot.event`` on ``on_message``); empty: any."""
    signature: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    """Only in files that import one of these."""
    params: tuple[str, ...] = ()
    """Names or places (``0`` is the first after ``self``) of the parameters that are meant; empty: all."""
    of: str = ""
    """The parameters are not text themselves but instances of this ``type`` (if nothing else is said)."""
    route: bool = False
    """Only parameters that the path in the decorator names (``/ask/<question>``)."""
    skip_params: tuple[str, ...] = ()
    skip_types: tuple[str, ...] = ()
    """Annotations of parameters that the framework fills; ``discord.*`` for all of a package."""
    skip_defaults: tuple[str, ...] = ()
    """Functions whose result, as a default or in ``Annotated``, says that the framework fills it."""
    fixed: tuple[str, ...] = ()
    """Fields of the parameters that nobody can choose freely (ids, times)."""


class OwnPrompt(Entry, frozen=True, kw_only=True, eq=False):
    """Names of parameters and fields by which an interface hands the system prompt over on purpose."""

    names: tuple[str, ...]


class Secret(Entry, frozen=True, kw_only=True, eq=False):
    """A place from which secrets are read."""

    form: str
    """``call``: ``path(name)``; ``mapping``: ``path[name]``, ``path.name`` and ``path.get(name)``, at any
    depth; ``method``: a method in ``names`` on an instance of ``on``;
    ``settings``: attributes of instances of subclasses of ``path``."""
    path: str = ""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    name_arg: str = ""
    """Which argument holds the name of what is read: ``0|key``."""
    always: bool = False
    """Whatever its name, it is a secret (a secret store)."""


class SecretName(Entry, frozen=True, kw_only=True, eq=False):
    """How names of secrets are told from others, word by word: ``DB_PASSWORD`` has two words."""

    words: tuple[str, ...]
    """Words, or words in a row (``private_key``), one of which is in the name of a secret."""
    unless: tuple[str, ...]
    """Words, or words in a row, that are in names of something else (``max_tokens``, ``key_name``)."""
