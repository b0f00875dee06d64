"""Prompts that are kept elsewhere and fetched without a version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.deadlines import Deadlines
from llmlint.project.kinds import Data, Value, external_name
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class Unpinned:
    """A call that gets whichever version of a prompt is the newest."""

    site: CallSite
    prompt: str
    """How the prompt is called, if that is written here."""


class RemotePrompts:
    """Looks at every call that fetches a prompt, or refers to one."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, deadlines: Deadlines
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines

    def unpinned(self, func: Func) -> Iterator[Unpinned]:
        """The calls of a scope that name a prompt and no version of it."""
        for site in self._graph.sites[func]:
            table = self._table(site)
            if table is not None:
                found = self._judge(site, table)
                if found is not None:
                    yield found

    def fetched(self, func: Func) -> Iterator[CallSite]:
        """The calls of a scope that fetch a prompt from where it is kept, or refer to one, pinned or not."""
        for site in self._graph.sites[func]:
            table = self._table(site)
            if table is not None and self._deadlines.setting(site.call, func, (table.name,)).state == "given":
                yield site

    def _table(self, site: CallSite) -> s.RemotePrompt | None:
        sent = self._graph.by_call.get(site.call)
        ids = (
            {*self._catalogue.ids(sent.client.entry)}
            if sent is not None and sent.client is not None
            else set()
        )
        for table in self._catalogue.prompt_references if sent is not None else ():
            if sent is not None and sent.entry.path in table.calls and (ids & {*table.on} or not ids):
                return table
        names = {external_name(value) for value in self._evaluator.eval(site.call.func, site.func)}
        found = [
            table for name in sorted(names) if name for table in self._catalogue.remote_prompts.get(name)
        ]
        return found[0] if found else None

    def _judge(self, site: CallSite, table: s.RemotePrompt) -> Unpinned | None:
        _, complete = self._evaluator.keyword_items(site.call, site.func)
        if not complete:
            return None
        name = self._literal(site, table.name)
        for pin in table.pins:
            state = self._deadlines.setting(site.call, site.func, (pin,)).state
            if state == "given" and self._literal(site, pin) in table.moving:
                return Unpinned(site, name)
            if state in ("given", "unknown"):
                return None
        if not table.newest_by_default and not table.separator:
            return None
        if self._deadlines.setting(site.call, site.func, (table.name,)).state != "given":
            return None
        if not table.separator:
            return Unpinned(site, name)
        if not name:
            return None
        prompt, _, version = name.partition(table.separator)
        if version in table.moving or (not version and table.newest_by_default):
            return Unpinned(site, prompt)
        return None

    def _literal(self, site: CallSite, path: str) -> str:
        """The text given for a parameter path; empty when it is no literal."""
        where, _, field = path.partition(".")
        keywords, _ = self._evaluator.keyword_items(site.call, site.func)
        given: tuple[m.Expr, Func] | None = None
        positional = walk.argument(site.call, where)
        if positional is not None:
            given = (positional, site.func)
        else:
            given = next((keywords[part] for part in where.split("|") if part in keywords), None)
        values = self._evaluator.eval(*given) if given is not None else ()
        if field:
            values = tuple(v for value in values for v in self._field(value, field))
        texts = [v.expr.value for v in values if isinstance(v, Data) and isinstance(v.expr, m.Text)]
        return texts[0] if len(texts) == 1 == len(values) else ""

    def _field(self, value: Value, field: str) -> Iterator[Value]:
        if isinstance(value, Data) and isinstance(value.expr, m.DictDisplay):
            for key, item in value.expr.items:
                if isinstance(key, m.Text) and key.value == field:
                    yield from self._evaluator.eval(item, value.func)
