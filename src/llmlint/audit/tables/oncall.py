"""``oncall.toml``: tools that page people, and what is written down about who is called."""

from __future__ import annotations

from llmlint.audit.catalogue import Fact, Table


class Pager(Fact, frozen=True, kw_only=True, eq=False):
    """A tool by which alerts reach people, and by what its use shows."""

    name: str
    pages: bool = True
    """Whether it wakes somebody; False: chat and mail, which sleep, and what shows nobody behind it."""
    receivers: tuple[str, ...] = ()
    """Keys of a receiver of Alertmanager under which it is configured."""
    types: tuple[str, ...] = ()
    """Types of Grafana's contact points."""
    hosts: tuple[str, ...] = ()
    """Parts of addresses to which alerts are sent."""
    handles: tuple[str, ...] = ()
    """How texts of monitors name it: ``@pagerduty``."""
    resources: tuple[str, ...] = ()
    """Types of Terraform's resources by which alerts come in."""
    calls: tuple[str, ...] = ()
    """Dotted functions and methods that page somebody."""
    annotations: tuple[str, ...] = ()
    """Keys of annotations in a ``catalog-info.yaml``."""
    schedules: tuple[str, ...] = ()
    """Types of Terraform's resources that are a rotation."""
    escalations: tuple[str, ...] = ()
    """Types of Terraform's resources that say who comes next."""
    rotation_links: tuple[str, ...] = ()
    """Parts of addresses of pages that show who is on call."""
    escalation_links: tuple[str, ...] = ()
    """Parts of addresses of pages that show who comes next."""


class Monitors(Fact, frozen=True, kw_only=True, eq=False):
    """Files in which alerts are sent somewhere."""

    files: tuple[str, ...]
    messages: tuple[tuple[str, str], ...]
    """Pairs of keys of a mapping: the text that names who is told, and a key that makes it a monitor."""
    notifiers: tuple[str, ...]
    """Types of Terraform's resources that name who is told in their texts; without that they tell nobody."""
    senders: str
    """Regular expression of names of functions by which a program alerts people in a way of its own."""


class Owners(Fact, frozen=True, kw_only=True, eq=False):
    """Where owners are named."""

    catalogues: tuple[str, ...]
    """Patterns of files of service catalogues (Backstage)."""
    nobody: str
    """Regular expression of names that stand for nobody."""
    packages: tuple[str, ...]
    """Patterns of files of the metadata of a package."""
    maintainers: tuple[tuple[str, ...], ...]
    """Keys below which they name who maintains it."""


class Escalation(Fact, frozen=True, kw_only=True, eq=False):
    """How people write down who comes next. Regular expressions."""

    headings: str
    says: str
    context: str
    """Without one of these words something else escalates: privileges, a question to a human agent."""
    who: str
    when: str


class Rotation(Fact, frozen=True, kw_only=True, eq=False):
    """How people write down who is on call. Regular expressions."""

    headings: str
    says: str
    days: int
    """For how many days a look at it holds."""


class OncallFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    pager: tuple[Pager, ...]
    monitors: Monitors
    owners: Owners
    escalation: Escalation
    rotation: Rotation
