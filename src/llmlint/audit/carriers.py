"""Where requests, or what counts their usage, say for whom or for which part of a program a model is paid."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.filled import Entry, entries, filled, spread
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.named import Named
from llmlint.audit.recordings import Recordings
from llmlint.audit.saying import Saying, last_name, speaks_of, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.audit.written import Written
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func

_MONEY = frozenset({"tokens", "cost"})
_WHOSE = frozenset({"user", "feature"})


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """One such place."""

    evidence: Evidence
    says: frozenset[str]
    """``user`` (or tenant), ``feature``."""
    func: Func | None = None
    """It is about calls around this function; None and no ``call``: about whatever follows."""
    call: m.Call | None = None
    """The only place of a request that it is about."""

    @property
    def follows(self) -> bool:
        """Whether it is about whatever follows."""
        return self.func is None and self.call is None

    def about(self, call: LlmCall, around: set[Func]) -> bool:
        """Whether it is about a call with these functions around it."""
        return self.call is call.site.call or (
            self.call is None and (self.func is None or self.func in around)
        )


class Carriers:
    """Made once per subject (``subject.once(Carriers)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._path = subject.once(LlmPath)
        self._recordings = subject.once(Recordings)
        self._saying = subject.once(Saying)
        self._written = subject.once(Written)
        words = read("cost", CostFile).attribution
        self._features, self._metrics = re.compile(words.features), re.compile(words.metrics)
        self._people, self._shown = re.compile(words.people), re.compile(words.shown)
        self._bags, self._bodies = frozenset(words.bags), frozenset(words.bodies)

    @functools.cached_property
    def all(self) -> tuple[Carrier, ...]:
        """Every place, those at requests first."""
        return (*self._requests(), *self._put_in(), *self._told(), *self._recorded())

    def of(self, call: LlmCall, *, itself: bool = False) -> frozenset[str]:
        """What is said of a call; ``itself``: not what is said of whatever follows."""
        around = self._path.around(call)
        return frozenset().union(
            *(one.says for one in self.all if not (itself and one.follows) and one.about(call, around))
        )

    @property
    def everywhere(self) -> bool:
        """Whether something is about all calls that follow it, so that nobody can count which."""
        return any(one.follows for one in self.all)

    # -- requests ---------------------------------------------------------------------------------

    def _requests(self) -> Iterator[Carrier]:
        for one in self._subject.once(Named).all:
            if one.call is not None and one.says & _WHOSE:
                yield Carrier(one.evidence, one.says & _WHOSE, call=one.call.site.call)

    def _put_in(self) -> Iterator[Carrier]:
        """``params["user"] = user.id`` on the way to ``ask(**params)``, in the file of the call."""
        done = set()
        for call in self._subject.sites:
            roots = {name for path in call.entry.attribution for name in path.partition(".")[0].split("|")}
            if not any(arg.star == "**" for arg in call.site.call.args) or not roots:
                continue
            funcs = [func for func in self._path.around(call) if func.path == call.site.func.path]
            names = frozenset().union(*map(spread, funcs))
            for func in funcs:
                for name in sorted(names & func.names):
                    for key, value, span in filled(name, func):
                        says = self._of_argument(key, value, func) if key in roots else frozenset()
                        if says and span not in done:
                            done.add(span)
                            what = f"`{key}` of the request says its {', '.join(sorted(says))}"
                            yield Carrier(self._subject.at(func, span, what), says, func)

    def _of_argument(self, key: str, value: m.Expr, func: Func) -> frozenset[str]:
        if key not in self._bags:
            return self._of_entry((key, value, func.facts.span))
        held = list(filled(value.id, func)) if isinstance(value, m.Name) else list(entries(value))
        return frozenset().union(*map(self._of_entry, held))

    # -- telemetry --------------------------------------------------------------------------------

    def _told(self) -> Iterator[Carrier]:
        """Labels of what counts usage, and attributes of spans and contexts around the calls."""
        for func in self._project.functions:
            if not self._subject.within(func.path) or not func.mod.production:
                continue
            for site in self._project.graph.sites[func]:
                call = site.call
                metric = bool(self._metrics.search(words_of(last_name(call))))
                name = self._telemetry(call, func)
                if not name and not (metric and _is_labelled(call)):
                    continue
                if metric and not self._is_usage(call, func):
                    continue
                known = self._keys(name)
                pairs = (pair for pair in self._pairs(call, func) if not known or pair[0] in known)
                says = frozenset().union(*map(self._of_entry, pairs))
                if says and (name or func in self._path or self._speaks_of_tokens(func)):
                    what = f"`{name or last_name(call)}` is told the {', '.join(sorted(says))}"
                    yield Carrier(self._subject.at(func, call.span, what), says)

    def _is_usage(self, call: m.Call, func: Func) -> bool:
        """Whether tokens or money are counted: ``add(1)`` counts that something happened."""
        if any(isinstance(arg.value, m.Const) for arg in call.args if not arg.keyword):
            return False
        return not _MONEY.isdisjoint(self._recordings.says(call, func, with_receiver=True))

    def _telemetry(self, call: m.Call, func: Func) -> str:
        """The name of what is called, where that is telemetry of calls; logs are none."""
        for value in self._project.evaluator.eval(call.func, func):
            name = external_name(value)
            if name and not self._shown.search(words_of(name)):
                if self._project.catalogue.observed.attributions.get(name):
                    return name
                if self._project.telemetry.at_call(call, func):
                    return name
        return ""

    def _keys(self, name: str) -> frozenset[str]:
        """What a class is told of whose calls they are: its other arguments are about itself."""
        if not name.rpartition(".")[2][:1].isupper():
            return frozenset()
        ways = self._project.catalogue.observed.attributions.get(name)
        return frozenset(key for way in ways for key in way.keys) if ways else frozenset({""})

    def _pairs(self, call: m.Call, func: Func) -> Iterator[Entry]:
        """Keys and values that a call is given: keywords, dictionaries, ``("user.id", user)``."""
        args = [arg for arg in call.args if not arg.keyword and not arg.star]
        if len(args) == 2 and isinstance(args[0].value, m.Text):
            yield args[0].value.value, args[1].value, call.span
        for arg in call.args:
            if arg.keyword:
                yield arg.keyword, arg.value, call.span
            elif not arg.star and isinstance(arg.value, m.Attr | m.Sub) and len(args) > 1:
                yield walk.dotted(arg.value) or "", arg.value, call.span  # ``track(self.user_id, …)``
            for one in (arg.value, *_opened(arg.value)):
                yield from filled(one.id, func) if isinstance(one, m.Name) else entries(one)

    def _speaks_of_tokens(self, func: Func) -> bool:
        return speaks_of(func, "tokens", self._saying)

    @functools.cached_property
    def prepared(self) -> tuple[Evidence, ...]:
        """``{"extra_body": {"metadata": …}}`` that no request is seen to get."""
        return one_per_line(
            self._subject.at(func, node.span, f"`{key.value}` with `{inner}`")
            for func in self._project.functions
            if func.mod.production and self._subject.within(func.path)
            for node in func.nodes
            if isinstance(node, m.DictDisplay)
            for key, value in node.items
            if isinstance(key, m.Text) and key.value in self._bodies
            for inner, held, _ in entries(value)
            if inner in self._bags or "user" in self._saying.of_name(inner)
            if not isinstance(held, m.Const | m.Text)
        )

    # -- records ----------------------------------------------------------------------------------

    def _recorded(self) -> Iterator[Carrier]:
        """Records of what calls have used or cost; what is only shown, or made and not kept, is none."""
        for own in self._recordings.measured.values():
            for one in own:
                shown = self._shown.search(words_of(walk.dotted(one.call.func) or ""))
                kept = not self._written.makes(one.call, one.func) or self._written.is_written(
                    one.call, one.func
                )
                if (
                    one.says & _MONEY
                    and one.says & _WHOSE
                    and not shown
                    and one.how != "telemetry"
                    and (one.row or kept)
                ):
                    yield Carrier(one.evidence, one.says & _WHOSE, one.func)

    # -- words ------------------------------------------------------------------------------------

    def _of_entry(self, entry: Entry) -> frozenset[str]:
        """What a key with a value says: a number or a flag names nobody."""
        key, value, _ = entry
        if isinstance(value, m.Const) or (isinstance(value, m.Call) and last_name(value) in ("len", "bool")):
            return frozenset()
        space, _, rest = key.partition(".")
        key = key if not rest or self._people.search(words_of(space)) else rest
        says = self._saying.of_name(key) & _WHOSE
        return says | {"feature"} if self._features.search(words_of(key)) else says


def _is_labelled(call: m.Call) -> bool:
    """``counter.add(tokens, {"skill": name})``."""
    return len(call.args) == 2 and isinstance(call.args[1].value, m.DictDisplay | m.Name)


def _opened(expr: m.Expr) -> Iterator[m.Expr]:
    """``labels`` of ``{**labels, "type": kind}``."""
    if isinstance(expr, m.DictDisplay):
        yield from (value for key, value in expr.items if key is None)
