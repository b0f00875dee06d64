"""What an expression can stand for: the values the evaluator gives back.

All are frozen and compare by content, except that functions, classes and facts compare by identity.
``UNKNOWN`` means that anything is possible; rules stay silent on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.facts import model as m
from llmlint.project.scopes import Cls, Func, Mod


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module of the project."""

    mod: Mod


@dataclass(frozen=True, slots=True)
class PackageRef:
    """A directory of the project imported as a namespace package."""

    place: str
    importer: str


@dataclass(frozen=True, slots=True)
class External:
    """A module, class or function of another package (or a builtin), by dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class ExternalObject:
    """What calling an external class or function gives; ``name`` is the dotted callee."""

    name: str
    call: m.Call | None = None
    func: Func | None = None


@dataclass(frozen=True, slots=True)
class ExternalMethod:
    """``name`` on an external object; ``path`` may be dotted."""

    owner: ExternalObject
    path: str


@dataclass(frozen=True, slots=True)
class FuncRef:
    """A function of the project; ``bound`` is its receiver when read from an instance."""

    func: Func
    bound: Obj | ClassRef | None = None


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of the project."""

    cls: Cls


@dataclass(frozen=True, slots=True)
class Obj:
    """An instance of a class of the project."""

    cls: Cls
    exact: bool = False
    """It was made by calling this very class: methods of subclasses do not come into question."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call expression in its scope."""

    func: Func
    call: m.Call


@dataclass(frozen=True, slots=True)
class Client:
    """An LLM client, or something that acts for one.

    ``site`` is where it is constructed, None when only its type is known; ``changes`` are the calls
    that configured it further.
    """

    entry: s.Client
    site: Site | None
    changes: tuple[tuple[s.Derive, Site], ...] = ()
    inner: tuple[Client, ...] = ()
    """Clients this one acts through: the wrapped client, the members of a chain."""


@dataclass(frozen=True, slots=True)
class ClientMethod:
    """A dotted path on a client."""

    client: Client
    path: str


@dataclass(frozen=True, slots=True)
class Response:
    """What an LLM call gives back."""

    call: s.Call
    site: Site


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial(target, ...)``."""

    target: FuncRef | External | ClientMethod | ExternalMethod
    site: Site


@dataclass(frozen=True, slots=True)
class Super:
    """``super()`` in a method of this class."""

    cls: Cls


@dataclass(frozen=True, slots=True)
class Data:
    """A literal or computed piece of data: the expression, in the scope where it is written."""

    expr: m.Expr
    func: Func


@dataclass(frozen=True, slots=True)
class Holding:
    """A container that is known by what it holds only: ``list[Client]``, ``dict[str, Runner]``."""

    kind: str
    """``list`` (anything that is iterated), ``dict`` or ``tuple``."""
    places: tuple[tuple[Value, ...], ...]
    """The elements; keys and values of a dict; each place of a tuple."""


@dataclass(frozen=True, slots=True)
class ParamValue:
    """A parameter whose value is not known here."""

    func: Func
    name: str


Value = (
    Unknown
    | ModuleRef
    | PackageRef
    | External
    | ExternalObject
    | ExternalMethod
    | FuncRef
    | ClassRef
    | Obj
    | Client
    | ClientMethod
    | Response
    | Partial
    | Super
    | Data
    | Holding
    | ParamValue
)
Values = tuple[Value, ...]


def external_name(value: object) -> str:
    """The dotted name of an external function or method; empty for anything else."""
    match value:
        case External(name=name):
            return name
        case ExternalMethod(owner=owner, path=path):
            return f"{owner.name}.{path}"
        case _:
            return ""


def is_none_value(value: object) -> bool:
    """Whether this is the literal None."""
    return type(value) is Data and type(value.expr) is m.Const and value.expr.value is None


LIMIT = 24
"""More alternatives than this are as good as unknown."""
WIDE = 64
"""So many functions and classes may stand in a table of handlers."""


def unique(values: Iterable[Value]) -> Values:
    """Without repetitions; without None when something better is there."""
    found = tuple(values)
    if len(found) <= 1:
        return found
    found = tuple(dict.fromkeys(found))
    if len(found) <= 1:
        return found
    if any(is_none_value(v) for v in found):
        found = tuple(v for v in found if not is_none_value(v)) or found[:1]
    if len(found) <= LIMIT:
        return found
    # Instances of so many classes are a container of services, not a choice; so many clients are what a
    # factory for every provider gives, and which constructor it was is not told.
    called = tuple(v for v in found if isinstance(v, FuncRef | ClassRef | Partial))
    clients = tuple(dict.fromkeys(Client(v.entry, None) for v in found if isinstance(v, Client)))
    return (*called, *clients, UNKNOWN) if len(called) + len(clients) <= WIDE else (UNKNOWN,)


def telling(value: Value) -> bool:
    """Whether a value is something that can be called or has members we know."""
    if isinstance(value, Holding):
        return any(telling(v) for place in value.places for v in place)
    return isinstance(value, FuncRef | ClassRef | Obj | Client | ClientMethod | Partial | ModuleRef)


def vague(value: Value) -> bool:
    """Whether a value says nothing: unknown, whatever a caller gives, or None."""
    return isinstance(value, Unknown | ParamValue) or is_none_value(value)


def same_key(key: m.Expr, index: m.Expr) -> bool:
    """Whether both are the same literal."""
    return (
        isinstance(key, m.Text | m.Const) and isinstance(index, m.Text | m.Const) and key.value == index.value
    )
