"""Whether an object that is made to hold a record is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.saying import last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef
from llmlint.project.scopes import Func


class Written:
    """Made once per subject (``subject.once(Written)``)."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        table = read("observability", ObservabilityFile)
        self._writes = [re.compile(p) for p in (table.records.stores, table.transcripts.writes)]

    def makes(self, call: m.Call, func: Func) -> bool:
        """Whether a call only makes an object of a class of the project."""
        return any(isinstance(value, ClassRef) for value in self._project.evaluator.eval(call.func, func))

    def is_written(self, made: m.Call, func: Func, *, returned: bool = True) -> bool:
        """Whether the object goes into a call that writes, by itself, by a name or in a list.

        ``returned``: look at what callers do with it, one call up.
        """
        names = set(self._names(made, func))
        for other in func.mod.functions if any("." in name for name in names) else (func,):
            if any(self._takes(site.call, made, names) for site in self._project.graph.sites[other]):
                return True
        gives = any(
            isinstance(stmt, m.Return) and stmt.value is not None and _holds(stmt.value, made, names)
            for stmt in func.statements
        )
        return (
            returned
            and gives
            and any(
                self.is_written(edge.call, edge.site.func, returned=False)
                for edge in self._project.graph.callers.get(func, ())
            )
        )

    def _names(self, made: m.Call, func: Func) -> Iterator[str]:
        """What the object is called, and the lists and attributes it is put into."""
        names: set[str] = set()
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and stmt.value is not None and _holds(stmt.value, made, set()):
                names.update(name for target in stmt.targets if (name := walk.dotted(target)))
        yield from names
        for site in self._project.graph.sites[func]:
            if last_name(site.call) in ("append", "extend", "appendleft") and isinstance(
                site.call.func, m.Attr
            ):
                holder = walk.dotted(site.call.func.value)
                if holder and any(_holds(arg.value, made, names) for arg in site.call.args):
                    yield holder

    def _takes(self, call: m.Call, made: m.Call, names: set[str]) -> bool:
        """``file.write(item.model_dump_json())``, ``item.save()``, ``store(Item(…))``."""
        if call is made or not any(one.search(words_of(last_name(call))) for one in self._writes):
            return False
        receiver = [call.func.value] if isinstance(call.func, m.Attr) else []
        return any(_holds(expr, made, names) for expr in (*receiver, *(arg.value for arg in call.args)))


def _holds(expr: m.Expr, made: m.Call, names: set[str]) -> bool:
    return any(
        node is made or (isinstance(node, m.Name | m.Attr) and walk.dotted(node) in names)
        for node in walk.expressions(expr)
    )
