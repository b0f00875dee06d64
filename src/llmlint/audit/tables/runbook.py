"""``runbook.toml``: what runbooks are called, and what their parts say when they say something."""

from __future__ import annotations

from llmlint.audit.catalogue import Fact, Table


class Pages(Fact, frozen=True, kw_only=True, eq=False):
    """Which files are documents, and which of them are runbooks. Patterns as in ``.gitignore``."""

    documents: tuple[str, ...]
    other: tuple[str, ...]
    """Markdown that is data, or other people's, or an instruction for machines."""
    central: str
    """Regular expression of names of pages that are about the whole program, in all their headings."""
    about_it: str
    """Regular expression of headings that speak of what their page is about."""
    translated: str
    """Regular expression of paths of documents that say in another language what one beside them says."""
    for_users: str
    """Regular expression of paths of documents whose workflows are those of people."""
    runbooks: tuple[str, ...]
    """Files that are runbooks by their name."""
    titles: str
    """Regular expression of headings below which a runbook stands."""
    near: tuple[str, ...]
    """Files that are read for want of a runbook."""
    trouble: str
    """Regular expression of headings below which a guide to trouble stands, in whatever document."""
    model: str
    """Regular expression of words without which a page does not speak of calls to models."""
    blank: str
    """Regular expression of what is still to be written."""
    stub: int
    """A page with fewer words than this says nothing yet."""
    reviewed: str
    """Regular expression of lines that say when a page was last gone through."""
    tried: str
    """Regular expression of headings and lines that say that somebody has followed it."""
    person: str
    """Regular expression of who it was."""
    own: str
    """Regular expression of headings that are about the whole page."""
    faqs: tuple[str, ...]
    """Files that answer what people ask often, by their names."""
    questions: str
    """Regular expression of headings above such answers."""
    untouched: int
    """Days after which a page that nobody has touched is old."""
    tried_days: int
    """Days for which somebody's having followed it holds."""


class Topic(Table, frozen=True, kw_only=True):
    """A part of a runbook."""

    id: str
    """The criterion."""
    name: str
    """As people say it, in the plural or without an article: ``dashboards``."""
    headings: str
    """Regular expression of headings that announce it."""
    says: str = ""
    """Regular expression of single paragraphs that are about it, under whatever heading."""
    outside: str
    """Regular expression of headings that announce it in documents that are no runbook."""
    anywhere: bool = False
    """Such a heading announces it also where the document is about a part of the program."""
    guides: str = ""
    """Regular expression of paragraphs that are about it in guides to trouble, which are no runbook."""
    shows: tuple[str, ...]
    """What makes it specific, one of: ``code`` (a command, a name in code), ``link``, ``amount`` (a number
    with its unit), ``steps`` (three), ``diagram``, ``prose``, ``contact``."""
    links: str = ""
    """Regular expression of addresses and texts of links that are it by themselves."""
    also: str = ""
    """Regular expression of what it has to name as well."""
    lacks: str
    """What is said of one that is not specific."""


class Incidents(Fact, frozen=True, kw_only=True, eq=False):
    """What goes wrong."""

    headings: str
    asked: str
    """Regular expression of questions, among those that people ask often, about what goes wrong."""
    troubles: str
    """Regular expression of further headings and items that, in a guide to trouble, say what goes wrong."""
    advice: str
    """Regular expression of items of a guide that say what to do, not what goes wrong."""
    steps: int
    """So many for each."""
    enough: int
    """So many incidents."""
    explained: int
    """So many words, in a guide, say what to do where no steps do."""


class Postmortems(Fact, frozen=True, kw_only=True, eq=False):
    """What was learned."""

    files: tuple[str, ...]
    headings: str
    parts: tuple[str, ...]
    """Regular expressions, one for each part."""
    enough: int
    """So many parts."""


class Handover(Fact, frozen=True, kw_only=True, eq=False):
    """How it works, how it is changed."""

    works: str
    works_perhaps: str
    """Regular expression of headings that may speak of it: whatever says it plainly comes first."""
    changes: str
    advertises: str
    """Regular expression of headings that praise, and below which everything does."""
    other: str
    """Regular expression of headings about changing something else than the program."""
    agents: tuple[str, ...]
    """Files that tell an agent what a new engineer is told."""
    agents_change: str
    """Regular expression of headings that say in them how it is changed."""
    parts: str
    """Regular expression of paths of documents that are about a part of the program."""
    changing: tuple[str, ...]
    """Files that say how it is changed, by their name."""
    words: int
    """So many words of prose explain something."""


class Settings(Fact, frozen=True, kw_only=True, eq=False):
    """Where settings are listed, and which are not the project's own."""

    models: str
    """Regular expression of names that speak of models, wherever they are read."""
    documents: tuple[str, ...]
    given: tuple[str, ...]
    """Regular expressions of variables that the platform or the system sets."""
    wrappers: tuple[str, ...]
    """Beginnings of dotted names of what is put around models: retries, fallbacks, middleware."""
    loaders: tuple[str, ...]
    """Functions that parse files."""
    parsers: tuple[str, ...]
    """Classes whose instances hold the sections of a file, and each section its options by name."""
    files: str
    """Regular expression of names of files that hold settings."""
    sections: tuple[str, ...]
    """Patterns of files with sections of settings; those of tools are among them."""
    lists: tuple[str, ...]
    """Patterns of such files, and of examples of them, that say which settings there are."""


class Provider(Fact, frozen=True, kw_only=True, eq=False):
    """A provider of models: where it says how it is, and whom one asks."""

    name: str
    status: tuple[str, ...]
    """Hosts of status pages."""
    support: tuple[str, ...] = ()
    """Hosts and addresses of support."""


class RunbookFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    pages: Pages
    topic: tuple[Topic, ...]
    incidents: Incidents
    postmortems: Postmortems
    handover: Handover
    settings: Settings
    provider: tuple[Provider, ...]
