"""``recovery.toml``: what stands in for a provider that fails, waits for it, or plays it in tests."""

from __future__ import annotations

from llmlint.audit.catalogue import Fact, Table


class Limiter(Fact, frozen=True, kw_only=True, eq=False):
    """Something that leads a rate limit somewhere: by what its use shows."""

    name: str
    kind: str
    """``limiter``: spaces requests out; ``router``: goes to another deployment or model; ``queue``: work
    waits outside the request, and is done again when it fails if one of ``again`` is given."""
    calls: tuple[str, ...] = ()
    """Dotted functions, classes, decorators; ``module.*`` for all below."""
    params: tuple[str, ...] = ()
    """Arguments of clients and of LLM calls that switch it on."""
    again: tuple[str, ...] = ()
    """Queues: arguments of ``calls``, or methods of the task, by which failed work is tried again."""


class Failure(Fact, frozen=True, kw_only=True, eq=False):
    """A way in which a provider fails, as tests play it."""

    name: str
    """For people: ``rate limit``."""
    exceptions: tuple[str, ...] = ()
    """Parts of the last name of exception classes, in lower case."""
    statuses: tuple[int, ...] = ()
    """HTTP status codes."""
    words: tuple[str, ...] = ()
    """Parts of the names of tests, in lower case."""
    by_answer: bool = False
    """What a stand-in gives can play it; all others are raised, or are a status."""


class RecoveryWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions. Lists are of lower-case parts of names unless said otherwise."""

    patience: float
    """Seconds from which on a default deadline is none."""
    rate_limits: tuple[str, ...]
    """Parts of exception classes for a rate limit."""
    limit_texts: tuple[str, ...]
    """Texts by which a failure is told to be a rate limit."""
    acquires: tuple[str, ...]
    """Methods (whole names) of limiters that wait for a turn."""
    rate_keywords: tuple[str, ...]
    """Keywords of these by which a limiter is told a rate."""
    validators: tuple[str, ...]
    """Functions and methods (last names) that hold data to a schema."""
    counts: tuple[str, ...]
    """Parts of names of what an answer took or cost: no text of a model."""
    signatures: tuple[str, ...]
    """Base classes (dotted) whose fields are texts unless their annotations say otherwise."""
    frames: tuple[str, ...]
    """Methods (whole names) that give the lines of a stream."""
    loose_formats: tuple[str, ...]
    """Values that ask for JSON of whatever shape."""
    of_many: tuple[str, ...]
    """Beginnings of import roots of frameworks behind which any provider may stand."""
    stand_ins: tuple[str, ...]
    """Functions that give an answer without the model that failed."""
    given_up: tuple[str, ...]
    """Exceptions (dotted) that libraries for retries raise when the last attempt has failed."""
    alternatives: tuple[str, ...]
    """What a loop over models or providers goes over."""
    asking: tuple[str, ...]
    """Parts of names of methods that ask a model."""
    switches: tuple[str, ...]
    """Keywords of decorators and retries by which something else answers in the end."""
    failing: tuple[str, ...]
    """Beginnings of texts that are no answer but an error."""
    status_keywords: tuple[str, ...]
    """Keywords that carry an HTTP status."""
    side_effects: tuple[str, ...]
    """Keywords and attributes of mocks by which a call raises."""
    stubs: tuple[str, ...]
    """Methods of stand-ins for HTTP clients and SDKs."""
    returns: tuple[str, ...]
    """Keywords and attributes of mocks that say what a call gives."""


class RecoveryFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    limiter: tuple[Limiter, ...]
    failure: tuple[Failure, ...]
    words: RecoveryWords
