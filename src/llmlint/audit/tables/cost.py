"""``cost.toml``: budgets that libraries and gateways keep, and how programs keep their own."""

from __future__ import annotations

from llmlint.audit.catalogue import Fact, Table


class Budget(Fact, frozen=True, kw_only=True, eq=False):
    """A limit on spending that somebody else's code enforces."""

    name: str
    calls: tuple[str, ...] = ()
    """Dotted functions and classes that set it, whatever they are given or with one of ``given``."""
    given: tuple[str, ...] = ()
    """Arguments one of which must be there."""
    assigns: tuple[str, ...] = ()
    """Dotted module attributes that are assigned the limit."""
    keys: tuple[str, ...] = ()
    """Keys of the tool's configuration files that set it."""
    periods: tuple[str, ...] = ()
    """Arguments and keys that say for how long it holds."""
    whose: tuple[str, ...] = ()
    """Arguments and keys (or calls) by which it holds for one user or tenant."""
    warns: tuple[str, ...] = ()
    """Arguments and keys by which somebody is told before it is reached."""
    headers: tuple[str, ...] = ()
    """Names of headers that set it."""
    files: tuple[str, ...] = ()
    """Patterns of the tool's configuration files."""
    marks: tuple[str, ...] = ()
    """Keys at the top one of which such a file has."""
    limits: str = "money"
    """``money``, ``tokens`` or ``requests`` (which says little about money)."""
    scope: str = "all"
    """``all``: everything that is spent; ``run``: a single run or conversation."""


class SpendAlert(Fact, frozen=True, kw_only=True, eq=False):
    """How a bill is watched, as code."""

    name: str
    resources: tuple[str, ...] = ()
    """Types of Terraform resources."""
    thresholds: tuple[str, ...] = ()
    """Attributes that say at which part of the budget somebody is told, in percent or as a fraction."""
    kinds: tuple[str, ...] = ()
    """Types of resources in CloudFormation and the like."""


class CostWords(Fact, frozen=True, kw_only=True, eq=False):
    """How a program's own budget is spelt; regular expressions look in names with words parted by ``_``."""

    budgets: str
    """Names of limits on money, or on what one may use."""
    may_be_budgets: str
    """Names that are one only beside a name of what was spent, or of a user."""
    not_budgets: str
    """What else limits are about: the context window, thinking, retries."""
    spending: str
    """Names of what was spent."""
    money: str
    """Names of money."""
    whose: str
    """Names of users and tenants."""
    periods: str
    """Names of days and other periods."""
    asks: str
    """Names of functions that answer whether anything is left."""
    totals: str
    """Names of tokens that add up over calls."""
    prices: str
    """Names of what something costs, before it is done or after."""
    most: str
    """Names of the most that there may be."""
    keyed: str
    """Names, beside ``whose``, of what counters of usage are kept for."""
    used: str
    """Names of such counters."""
    rounds: str
    """Names of limits on rounds of an agent that is not a loop: each round is a task of its own."""
    refuses: str
    """Names of calls and classes by which something is refused."""
    tells: str
    """Names of calls that tell somebody."""
    early: str
    """Names of bars that lie below the limit."""
    sizes: str
    """Names of calls that say how long a text is: what is added up of these fills a context window."""
    step_limits: tuple[str, ...]
    """Keys by which runs of a framework are given a limit of rounds."""


class AttributionWords(Fact, frozen=True, kw_only=True, eq=False):
    """What says whose calls they are, beside ``[[said]]`` of ``observability.toml``."""

    features: str
    """Further names of parts of a program that cause cost."""
    people: str
    """First parts of dotted keys that belong to what follows; others are the program's own name."""
    metrics: str
    """Names of methods that count: they say whose usage it is only where they are told usage."""
    shown: str
    """Beginnings of dotted names of what shows and logs."""
    bodies: tuple[str, ...]
    """Arguments of a request that nothing else has."""
    bags: tuple[str, ...]
    """Arguments of a request that hold whatever is put in."""
    ledger: str
    """Keys of what was used or paid."""
    stages: str
    """Names of what usage is kept for, beside users and features."""


class QuotaWords(Fact, frozen=True, kw_only=True, eq=False):
    """How a program refuses requests when there are too many; names as in ``CostWords``."""

    answers: str
    """Names of the answer that it gives, and of errors."""
    texts: str
    """What such an answer says."""
    allowed: str
    """Names of what says whether one more is allowed."""
    counted: str
    """Names of numbers of requests."""
    windows: str
    """Names of the time for which requests are counted."""
    answered: str
    """Names of what others have answered: a provider's own refusal is handed on."""


class CostFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    budget: tuple[Budget, ...]
    spend_alert: tuple[SpendAlert, ...]
    words: CostWords
    attribution: AttributionWords
    quotas: QuotaWords
