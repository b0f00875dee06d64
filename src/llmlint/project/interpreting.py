"""Which functions have to be interpreted, and which of them again.

Only text that a model chose is of interest. A function without an LLM call, a tool or a field that
holds such text anywhere near it is never looked at; one whose callees, fields and closure are as they
were when it was interpreted last would only give the same summary again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.scopes import Func

CALLED, STORED, VARIABLES, FIELD, LATE = "called", "stored", "variables", "field", "late"
"""What can change: what a call of a function does, what it stores in its receiver, what its variables hold;
what fields of a name hold; the sinks of a function's parameters that others found."""


class Changes:
    """Remembers what each function read, and whether any of it has changed since."""

    def __init__(self) -> None:
        self._now = 0
        """How many changes there have been."""
        self._changed: dict[str, dict[object, int]] = defaultdict(dict)
        self._closures: dict[Func, dict[str, int]] = {}
        self._began: dict[Func, int] = {}
        self._read: dict[Func, dict[str, set[object]]] = {}
        self._reading: dict[str, set[object]] = {}

    def begin(self, func: Func) -> None:
        """From here on, what is read is read for ``func``."""
        self._began[func] = self._now
        self._reading = self._read[func] = {}

    def read(self, kind: str, what: object) -> None:
        """The function being interpreted looks at something."""
        known = self._reading.get(kind)
        if known is None:
            self._reading[kind] = {what}
        else:
            known.add(what)

    def changed(self, kind: str, what: object) -> None:
        """Something is not what it was."""
        self._now += 1
        self._changed[kind][what] = self._now

    def closure_changed(self, func: Func, names: Iterable[str]) -> None:
        """These variables of a function hold something else for the functions inside it."""
        self._now += 1
        self._closures.setdefault(func, {}).update(dict.fromkeys(names, self._now))

    def stale(self, func: Func) -> bool:
        """Whether interpreting ``func`` (again) can give anything new."""
        began = self._began.get(func)
        if began is None or self._changed[LATE].get(func, 0) > began:
            return True
        for kind, read in self._read[func].items():
            changed = self._changed[kind]
            if changed and any(changed.get(what, 0) > began for what in read):
                return True
        around = self._closures.get(func.parent) if func.parent is not None else None
        # A function looks at those variables around it that it names; functions inside it at any.
        return around is not None and any(
            then > began and (func.has_inner or name in func.names) for name, then in around.items()
        )


class Interest:
    """The functions that text chosen by a model can reach, as far as is known yet."""

    def __init__(self, graph: CallGraph, sources: Iterable[Func]) -> None:
        self._graph = graph
        self.functions: set[Func] = set()
        self._up: set[Func] = set()
        self._reads: dict[str, list[tuple[Func, m.Attr]]] | None = None
        self.add(sources)

    def add(self, sources: Iterable[Func]) -> None:
        """Text starts in these: it can go to their callers, and from all of them into what they call."""
        pending = list(sources)
        while pending:
            func = pending.pop()
            if func not in self._up:
                self._up.add(func)
                pending += [edge.site.func for edge in self._graph.callers.get(func, ())]
        pending = [func for func in self._up if func not in self.functions]
        while pending:
            func = pending.pop()
            if func not in self.functions:
                self.functions.add(func)
                pending += [edge.target for edge in self._graph.edges.get(func, ())]
                if func.facts.kind not in ("module", "class"):
                    pending += func.inner

    def add_readers(
        self,
        fields: Iterable[str],
        holds_text: Callable[[m.Attr, Func], bool],
        variables: Mapping[Func, set[str]],
    ) -> None:
        """Text is kept in these fields and module variables: functions that read one are sources too."""
        if self._reads is None and fields:
            self._reads = defaultdict(list)
            for func in self._graph.functions:
                if func not in self.functions:
                    for node in func.nodes:
                        if isinstance(node, m.Attr):
                            self._reads[node.name].append((func, node))
        found = {
            func
            for name in fields
            for func, attr in (self._reads or {}).get(name, ())
            if func not in self.functions and holds_text(attr, func)
        }
        for body, names in variables.items():
            for func in body.mod.functions:
                if func not in self.functions and any(
                    isinstance(node, m.Name) and node.id in names for node in func.nodes
                ):
                    found.add(func)
        self.add(found)
