"""What is known of where a value's text comes from: marks, taints and shapes.

A *taint* maps origins to marks: by which way a piece of text got here, and for which kinds of sink it
has been made safe. A *shape* adds the fields that are known one by one (of a dict display, of an
object), so that a tainted field does not taint its siblings. Both are treated as immutable.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakValueDictionary

from llmlint.facts import model as m
from llmlint.model.finding import Step
from llmlint.project.scopes import Func

MAX_STEPS = 8
"""A longer way is not followed: nobody would believe it, and hardly one of them is real."""
MAX_ORIGINS = 32
MAX_DEPTH = 3
MAX_FIELDS = 24


class Origin:
    """Where text starts. There is one object for each, so that taints are tables by identity.

    ``kind``: ``model`` (what a model wrote; ``call`` is the LLM call), ``tool`` (a parameter the model
    fills), ``user`` (what a remote person sends; ``name`` is the parameter or the part of the request),
    ``secret`` (a secret that is read; ``name`` is its name), ``person`` (what a person just answered),
    ``param`` (a parameter, in a summary: what callers give; ``self.command`` is a field of one).
    """

    __slots__ = ("__weakref__", "call", "func", "kind", "name")
    kind: str
    func: Func
    name: str
    call: m.Call | None

    def __new__(cls, kind: str, func: Func, name: str = "", call: m.Call | None = None) -> Origin:
        """The one origin of these."""
        key = (kind, func, name, call)
        known = _ORIGINS.get(key)
        if known is None:
            known = _ORIGINS[key] = super().__new__(cls)
            known.kind, known.func, known.name, known.call = key
        return known

    def __repr__(self) -> str:
        return f"Origin({self.kind}, {self.func}, {self.name!r})"


LOG, PROMPT, SYSTEM = "log", "prompt", "system"
"""Sink kinds that are not dangers of execution: a log record, a prompt, the system's part of one."""
PARSE, NUMBER, STORE, SEND = "parse", "number", "store", "send"
"""Sink kinds that take the text as whole and well formed."""
CONSUMED = frozenset({PARSE, NUMBER, STORE, SEND})
HELD = "held"
"""A parser of what a pattern found in the text: no danger, but somebody takes an answer apart."""
PATTERN = "pattern"
"""Not a sink kind: marks what a regular expression found."""
ENVELOPE = "envelope"
"""Not a sink kind: marks the provider's own JSON, in which the words of the answer still have to be found."""
_PROMPTS = frozenset({PROMPT, SYSTEM})
SAID = ("content", "text", "parts", "prompt", "input")
"""Fields of messages that hold what is said."""
_IN_FIELDS = frozenset({"secret", "user"})
NOT_RUN = frozenset({LOG, PROMPT, SYSTEM, HELD}) | CONSUMED
"""A person's approval of an action says nothing about these."""
_OF_INTEREST = {"user": frozenset({SYSTEM}), "secret": _PROMPTS, "person": frozenset[str]()}


def concerns(origin: Origin, kind: str) -> bool:
    """Whether text of this origin at a sink of this kind can ever be a finding."""
    if origin.kind in ("model", "tool"):
        return kind not in (_PROMPTS if origin.kind == "model" else _PROMPTS | CONSUMED | {HELD})
    wanted = _OF_INTEREST.get(origin.kind)
    return wanted is None or kind in wanted


_ORIGINS: WeakValueDictionary[tuple[str, Func, str, m.Call | None], Origin] = WeakValueDictionary()


class Mark:
    """The way from the origin to here, and the sink kinds it is safe for (``*``: all); one object each."""

    __slots__ = ("parsed", "safe", "steps")
    steps: tuple[Step, ...]
    safe: frozenset[str]
    parsed: bool
    """Whether the text was taken apart on the way (``json.loads``, a regular expression …)."""

    def __new__(
        cls, steps: tuple[Step, ...] = (), safe: frozenset[str] = frozenset(), parsed: bool = False
    ) -> Mark:
        """The one mark of these."""
        # Steps are compared by identity: hashing them all takes longer than everything else here.
        key = (*map(id, steps), safe, parsed)
        known = _known.marks.get(key)
        if known is None:
            known = _known.marks[key] = super().__new__(cls)
            known.steps, known.safe, known.parsed = steps, _known.safe.setdefault(safe, safe), parsed
        return known

    def then(self, *steps: Step) -> Mark:
        """The same way, some steps longer."""
        return Mark(self.steps + steps, self.safe, self.parsed)


Taint = dict[Origin, Mark]
NO_TAINT: Taint = {}


class _Known:
    """Everything there is once: what is equal is identical, so that joins can be remembered by identity.

    Taints are dicts and found by their ids: the tables keep alive what their keys speak of.
    """

    def __init__(self) -> None:
        self.marks: dict[tuple[object, ...], Mark] = {}
        self.safe: dict[frozenset[str], frozenset[str]] = {}
        self.taints: dict[tuple[object, ...], Taint] = {}
        self.is_one: dict[int, Taint] = {}
        self.shapes: dict[tuple[object, ...], Shape] = {}
        self.joined_taints: dict[tuple[int, ...], Taint] = {}
        self.joined: dict[tuple[object, ...], Shape] = {}
        self.unlogged: dict[tuple[int, str], Taint] = {}

    def one(self, taint: Taint) -> Taint:
        """The one taint that says the same, with its origins in the same order."""
        if not taint:
            return NO_TAINT
        if id(taint) in self.is_one:  # most are asked for again
            return taint
        known = self.taints.setdefault((*taint, *taint.values()), taint)
        self.is_one[id(known)] = known
        return known


_known = _Known()


def forget() -> None:
    """Another project begins, or this one is solved: nothing is compared with what was before."""
    global _known
    _known = _Known()
    _known.shapes[(id(NO_TAINT),)] = CLEAN


COARSE = "field"
"""Not a sink kind: marks what was kept in a field between calls, where one name holds many things."""


def mixed(shape: Shape) -> Taint:
    """An object as one of many in a list: which of them speaks for the system is not seen any more."""
    if not shape.fields:
        return shape.taint
    said = [shape.fields[name].whole() for name in SAID if name in shape.fields]
    taint = join_taints([shape.flat(), *said])
    return {
        o: Mark(k.steps, k.safe | {SYSTEM}, k.parsed) if o.kind == "user" else k for o, k in taint.items()
    }


ASIDE = "aside"
"""Not a sink kind: read under a name of its own from something the model's words went into as well."""


_NO_ANSWER = frozenset({ENVELOPE, ASIDE, COARSE})


def safe_for(taint: Taint, kinds: frozenset[str]) -> Taint:
    """The same taint, harmless for some kinds of sink."""
    return {o: k if kinds <= k.safe else Mark(k.steps, k.safe | kinds, k.parsed) for o, k in taint.items()}


def harmless(mark: Mark, kind: str) -> bool:
    """Whether text that came by this way can do no harm at a sink of this kind.

    A parser is harmed by the answer itself, not by what was read out of a parsed one, of the provider's own
    JSON or of something the answer also went into; a number that a pattern found is a number.
    """
    if kind in mark.safe:
        return True
    if kind != HELD and kind not in CONSUMED:
        return False
    return not _NO_ANSWER.isdisjoint(mark.safe) or (kind == NUMBER and mark.parsed)


def opened(taint: Taint) -> Taint:
    """The words found in the provider's own JSON."""
    return {
        o: Mark(k.steps, k.safe - CONSUMED - {ENVELOPE}, False) if ENVELOPE in k.safe else k
        for o, k in taint.items()
    }


def without_log(taint: Taint, also: str = LOG) -> Taint:
    """The same taint as far as danger goes, but no longer content that a log must not show."""
    taint = _known.one(taint)
    key = (id(taint), also)
    known = _known.unlogged.get(key)
    if known is None:
        known = _known.unlogged[key] = _known.one(safe_for(taint, frozenset({LOG, also})))
    return known


def join_taints(taints: Iterable[Taint]) -> Taint:
    """All origins of all; of several ways to the same origin the shortest, safe only where all are."""
    tainted = [taint for taint in taints if taint]
    if len(tainted) <= 1:
        return _known.one(tainted[0]) if tainted else NO_TAINT
    given = {id(one): one for one in map(_known.one, tainted)}
    if len(given) == 1:
        return next(iter(given.values()))
    key = tuple(given)
    known = _known.joined_taints.get(key)
    if known is None:
        known = _known.joined_taints[key] = _known.one(_join_taints(list(given.values())))
    return known


def _join_taints(given: list[Taint]) -> Taint:
    result = dict(given[0])
    for taint in given[1:]:
        for origin, mark in taint.items():
            known = result.get(origin)
            if known is None:
                if len(result) < MAX_ORIGINS:
                    result[origin] = mark
            elif known is not mark:
                best = known if len(known.steps) <= len(mark.steps) else mark
                safe = known.safe & mark.safe
                parsed = known.parsed and mark.parsed
                if best.safe != safe or best.parsed != parsed:
                    best = Mark(best.steps, safe, parsed)
                result[origin] = best
    return result


class Shape:
    """A value: its own taint, and that of the fields known by name. Never changed; one object each."""

    __slots__ = ("_flat", "depth", "fields", "given", "taint")
    taint: Taint
    fields: dict[str, Shape] | None
    depth: int
    """How many levels of fields there are."""
    given: bool
    """Whether any of it is what callers give (a parameter)."""
    _flat: Taint | None

    def __new__(cls, taint: Taint, fields: dict[str, Shape] | None = None) -> Shape:
        """The one shape of these."""
        if fields and not taint:
            # A clean field says something only where the whole is tainted.
            fields = {name: value for name, value in fields.items() if not value.clean} or None
            if fields and depth_of(fields) > MAX_DEPTH:
                fields = _shallow(fields, MAX_DEPTH)
        taint = _known.one(taint)
        key = (id(taint), *fields, *fields.values()) if fields else (id(taint),)
        known = _known.shapes.get(key)
        if known is None:
            known = _known.shapes[key] = super().__new__(cls)
            known.taint, known.fields, known._flat = taint, fields or None, None
            known.depth = depth_of(fields) if fields else 0
            known.given = any(o.kind == "param" for o in taint) or any(
                value.given for value in (fields or {}).values()
            )
        return known

    def flat(self) -> Taint:
        """Everything that is anywhere in the value.

        A secret or a person's words in a field are not the text of the value itself.
        """
        if not self.fields:
            return self.taint
        if self._flat is None:
            inside = join_taints(field.flat() for field in self.fields.values())
            if any(origin.kind in _IN_FIELDS for origin in inside):
                inside = {o: k for o, k in inside.items() if o.kind not in _IN_FIELDS}
            self._flat = join_taints([self.taint, inside])
        return self._flat

    def whole(self) -> Taint:
        """Everything that is in the value when it is written out as text."""
        if not self.fields:
            return self.taint
        return join_taints([self.taint, *(field.whole() for field in self.fields.values())])

    def field(self, name: str) -> Shape:
        """The value of one field: as known, else as tainted as the whole."""
        if self.fields and name in self.fields:
            return self.fields[name]
        if not self.fields:
            return self
        return Shape(self.taint) if self.taint else CLEAN

    def element(self) -> Shape:
        """Some element or field, which one is not known."""
        if not self.fields:
            return self
        return join((Shape(self.taint), *self.fields.values()))

    def with_field(self, name: str, value: Shape) -> Shape:
        """The same value after ``value.<name> = …``."""
        if value.clean and not self.taint and not (self.fields and name in self.fields):
            return self
        if self.fields and len(self.fields) >= MAX_FIELDS and name not in self.fields:
            return self  # more is not kept: unknown stays silent
        return Shape(self.taint, {**(self.fields or {}), name: value})

    @property
    def clean(self) -> bool:
        """Whether nothing is known to be in it."""
        return not self.taint and not self.fields


def _shallow(fields: dict[str, Shape], levels: int) -> dict[str, Shape]:
    """The same fields without what is below some level.

    It is not folded into that level: an object that holds one that holds a text is not that text.
    """
    if levels <= 1:
        return {name: Shape(value.taint) for name, value in fields.items() if value.taint}
    return {
        name: Shape(value.taint, _shallow(value.fields, levels - 1)) if value.fields else value
        for name, value in fields.items()
    }


def depth_of(fields: dict[str, Shape]) -> int:
    """How many levels of fields there are."""
    return 1 + max(value.depth for value in fields.values())


CLEAN = Shape(NO_TAINT)


def join(shapes: Iterable[Shape], depth: int = 0) -> Shape:
    """What a value can be that is one of several."""
    alternatives = [s for s in shapes if s.taint or s.fields]
    if len(alternatives) > 1:
        alternatives = list(dict.fromkeys(alternatives))
    if len(alternatives) <= 1:
        return alternatives[0] if alternatives else CLEAN
    key = (depth, *alternatives)
    known = _known.joined.get(key)
    if known is None:
        known = _known.joined[key] = _join(alternatives, depth)
    return known


def _join(alternatives: list[Shape], depth: int) -> Shape:
    taint = join_taints(s.taint for s in alternatives)
    if not any(s.fields for s in alternatives):
        return Shape(taint)
    if depth >= MAX_DEPTH:
        return Shape(taint)
    names = dict.fromkeys(name for s in alternatives if s.fields for name in s.fields)
    fields = {name: join([other_field(s, name) for s in alternatives], depth + 1) for name in names}
    return Shape(taint, fields)


def other_field(shape: Shape, name: str) -> Shape:
    """A field as one alternative knows it; where it does not, the field may hold anything of the whole."""
    if shape.fields and name in shape.fields:
        return shape.fields[name]
    return Shape(without_log(shape.taint)) if shape.taint else CLEAN


def same(one: Shape, other: Shape) -> bool:
    """Whether two shapes say the same."""
    return one is other or (one.taint == other.taint and same_shapes(one.fields or {}, other.fields or {}))


def same_shapes(one: dict[str, Shape], other: dict[str, Shape]) -> bool:
    """Whether two tables of shapes say the same."""
    return one.keys() == other.keys() and all(same(shape, other[name]) for name, shape in one.items())


def given_for(given: dict[str, Shape], name: str) -> Shape:
    """What a caller gives for a parameter, or for a field of one (``self.command``)."""
    head, *rest = name.split(".")
    shape = given.get(head, CLEAN)
    for part in rest:
        shape = shape.field(part)
    return shape
