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

Thing = tuple[str, object]
"""What an interpretation reads: a summary, a closure or a field name."""


class Changes:
    """Remembers what each function read, and whether any of it has changed since."""

    def __init__(self) -> None:
        self._versions: dict[Thing, int] = {}
        self._read: dict[Func, dict[Thing, int]] = {}
        self._reading: dict[Thing, int] = {}

    def begin(self, func: Func) -> None:
        """From here on, what is read is read for ``func``."""
        self._reading = self._read[func] = {}

    def read(self, thing: Thing) -> None:
        """The function being interpreted looks at ``thing``."""
        self._reading.setdefault(thing, self._versions.get(thing, 0))

    def changed(self, thing: Thing) -> None:
        """``thing`` is not what it was."""
        self._versions[thing] = self._versions.get(thing, 0) + 1

    def stale(self, func: Func) -> bool:
        """Whether interpreting ``func`` (again) can give anything new."""
        read = self._read.get(func)
        if read is None:
            return True
        return any(self._versions.get(thing, 0) != version for thing, version in read.items())


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
