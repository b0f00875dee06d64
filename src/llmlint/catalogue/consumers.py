"""Tables of the catalogue about what is done with an answer: parsed, stored, sent on, checked for its end.

What the words mean (class id, parameter path) is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class Consumer(Entry, frozen=True, kw_only=True, eq=False):
    """A function that takes a text as whole and well formed."""

    path: str = ""
    """Dotted name of a function, or of a method of an external object (``json.JSONDecoder.decode``)."""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    """Base classes (dotted) on whose subclasses ``method`` is called, or functions on whose result it is."""
    method: str = ""
    kind: str
    """``parse`` (text of a given form), ``number`` (a text that is nothing but a number),
    ``store`` (kept as it is) or ``send`` (handed to another service)."""
    arg: str = "0"
    raises: tuple[str, ...] = ()
    """For ``parse`` and ``number``: what a malformed text raises, and every class that catches it
    (``Exception`` and ``BaseException`` excepted)."""


class AnswerForm(Entry, frozen=True, kw_only=True, eq=False):
    """How code asks for an answer of a given form, and where the words of an answer are."""

    params: tuple[str, ...]
    """Parameter paths, of calls, constructors and options, that oblige the model to a form."""
    body: tuple[str, ...]
    """Keys of a request body that do the same."""
    forced_tool: tuple[str, ...]
    """Parameter paths that choose how tools are called."""
    unforced: tuple[str, ...]
    """Values of those that leave the choice to the model."""
    said: tuple[str, ...]
    """Keys of a response body under which the words themselves are."""
    writers: tuple[str, ...]
    """Methods of a response object that write out the whole response, not the words in it."""
    finish: tuple[str, ...]
    """Fields that say why the answer ended."""


class AppHandler(Entry, frozen=True, kw_only=True, eq=False):
    """Methods by which an application says what becomes of an exception that nobody caught."""

    methods: tuple[str, ...]
    """``@app.exception_handler(ValueError)``, ``app.add_exception_handler(ValueError, f)``."""
    arg: str = "0"
