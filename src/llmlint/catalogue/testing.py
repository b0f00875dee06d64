"""Tables of the catalogue about tests: what marks one, what replaces a client in it, what keeps it apart."""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class Testing(Entry, frozen=True, kw_only=True, eq=False):
    """Words of test frameworks and of libraries that stand in for a service."""

    files: tuple[str, ...] = ()
    """File names of tests, as in ``fnmatch``."""
    bases: tuple[str, ...] = ()
    """Last names of classes whose subclasses' methods are tests."""
    replacing: tuple[str, ...] = ()
    """Import roots and beginnings of dotted names of what replaces, records or blocks requests."""
    fixtures: tuple[str, ...] = ()
    """Fixtures of plugins that do."""
    words: tuple[str, ...] = ()
    """Parts of names that say that something is no real one."""
    overrides: tuple[str, ...] = ()
    """Attributes by which an application is told to use another object."""
    skips: tuple[str, ...] = ()
    """Functions and methods (last names) by which a test is left out."""
    markers: tuple[str, ...] = ()
    """Parts of the names of markers that keep a test out of the usual run."""
    places: tuple[str, ...] = ()
    """Words in a path that say that what is there runs apart from unit tests."""
    hooks: tuple[str, ...] = ()
    """Functions of a ``conftest.py`` that decide which tests run, or run around each of them."""
    set_up: tuple[str, ...] = ()
    """Methods and functions that run before each test without being asked for."""
    expects_error: tuple[str, ...] = ()
    """Context managers (last names) in which a call is expected to fail."""
    environment: tuple[str, ...] = ()
    """Dotted names by which the environment is read."""
    fixture: tuple[str, ...] = ()
    """Decorators that make a fixture."""
    automatic: tuple[str, ...] = ()
    """Parameters of these by which it is used without being asked for."""
    shared: tuple[str, ...] = ()
    """Files whose fixtures and hooks hold for the tests of their folder and below."""
    marks: tuple[str, ...] = ()
    """Variables of modules and classes that hold markers for all tests in them."""
    using: tuple[str, ...] = ()
    """Markers (last names) that name the fixtures a test uses."""
    equalities: tuple[str, ...] = ()
    """Methods that assert that their first two arguments are equal."""
    local_hosts: tuple[str, ...] = ()
    """Pieces of URLs of services that are started for a test."""
