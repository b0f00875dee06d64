"""Ids and users that code puts around calls of models without naming them at a call or in its record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.recordings import Recordings
from llmlint.audit.saying import Saying, last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite


class IdsAround:
    """Looks at the functions that lead to models; made once per subject (``subject.once(IdsAround)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._recordings = subject.once(Recordings)
        self._saying = subject.once(Saying)
        words = read("observability", ObservabilityFile).records
        self._contexts, self._spans = re.compile(words.contexts), re.compile(words.spans)

    def saying(self, *asked: str) -> tuple[Evidence, ...]:
        """Where one of these is put around a call: ``id``, ``user``."""
        functions = self._subject.once(LlmPath).functions
        leading = (func for func in functions if func.mod.production and self._project.reach.reaches(func))
        found: dict[tuple[Func, str], Evidence] = {}
        for func in leading:
            for span, what, says in self._of(func):
                if says & set(asked):
                    found.setdefault((func, what), self._subject.at(func, span, what))
        return one_per_line(found.values())

    def _of(self, func: Func) -> Iterator[tuple[m.Span, str, frozenset[str]]]:
        sites = self._project.graph.sites[func]
        asking = [site for site in sites if self._project.reach.at_site(site)]
        around = {id(frame.node) for site in asking for frame in site.frames if frame.kind == "with"}
        for site in sites:
            name = words_of(last_name(site.call))
            # What stands in the head of a `with` has the `with` for its statement.
            entered = id(site.stmt) in around and self._contexts.search(name)
            if entered or self._spans.search(name):
                says = self._recordings.says(site.call, func)
                yield site.call.span, f"`{last_name(site.call)}` around the call", says
        spread = {name for site in asking for name in self._spread(site)}
        for stmt in func.statements:
            match stmt:
                case m.Assign(targets=(m.Sub(value=m.Name(id=name), index=m.Text(value=key)),)) if (
                    name in spread
                ):
                    yield stmt.span, f"`{key}` of what the call is given", self._saying.of_name(key)
                case _:
                    pass

    def _spread(self, site: CallSite) -> Iterator[str]:
        """Names of the dictionaries that a call spreads, or one in a function that is given them."""
        yield from _spread_by(site.call)
        graph = self._project.graph
        below = {
            name
            for edge in graph.edges_at.get(site.call, ())
            for inner in graph.sites[edge.target]
            for name in _spread_by(inner.call)
            if name in edge.target.params
        }
        yield from (
            arg.value.id for arg in site.call.args if isinstance(arg.value, m.Name) and arg.value.id in below
        )


def _spread_by(call: m.Call) -> Iterator[str]:
    """``params`` of ``ask(**params)``."""
    for arg in call.args:
        if arg.star == "**" and isinstance(arg.value, m.Name):
            yield arg.value.id
