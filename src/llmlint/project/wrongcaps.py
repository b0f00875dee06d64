"""Parameters that were meant to cap the output of a model, and do not on this model or interface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.kinds import Data, Unknown, is_none_value
from llmlint.project.modelapis import ModelApis
from llmlint.project.modelnames import ModelNames, Taker
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class MisnamedCap:
    """A call with a parameter that is the cap of another model or interface."""

    call: LlmCall
    table: s.WrongCap
    param: str
    model: str
    """The id that makes it wrong; empty when it is wrong whatever the model."""


class WrongCaps:
    """Looks at what LLM calls are given."""

    def __init__(
        self,
        evaluator: Evaluator,
        catalogue: Catalogue,
        deadlines: Deadlines,
        names: ModelNames,
        apis: ModelApis,
    ) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines
        self._names = names
        self._apis = apis

    def of(self, call: LlmCall) -> MisnamedCap | None:
        """The cap of a call that is none, if there is one and the right one is missing."""
        ids = set(self._catalogue.ids(call.client.entry)) if call.client is not None else set()
        for table in self._catalogue.wrong_caps:
            if call.entry.path not in table.calls or not (
                ids & {*table.on} if call.client else not call.entry.on
            ):
                continue
            for param in table.wrong:
                if self._given(call, param) and not self._is_given(call, table.right):
                    model = self._model(call, table) if table.models else ""
                    if model is not None:
                        return MisnamedCap(call, table, param, model)
        return None

    def _is_given(self, call: LlmCall, param: str) -> bool:
        site = call.site
        return self._deadlines.setting(site.call, site.func, (param,)).state in ("given", "none")

    def _given(self, call: LlmCall, path: str) -> bool:
        """Whether a parameter is given for certain, and not as None or another word for nothing."""
        site = call.site
        name, _, field = path.partition(".")
        keywords, _ = self._evaluator.keyword_items(site.call, site.func)
        if name not in keywords:
            return False
        if field:
            return self._deadlines.setting(site.call, site.func, (path,)).state == "given"
        return self._is_number(*keywords[name])

    def _is_number(self, given: m.Expr, func: Func) -> bool:
        values = [v for v in self._evaluator.eval(given, func) if not isinstance(v, Unknown)]
        return bool(values) and all(
            isinstance(v, Data) and not isinstance(v.expr, m.Text) and not is_none_value(v) for v in values
        )

    def _model(self, call: LlmCall, table: s.WrongCap) -> str | None:
        """The model, if the table speaks of it and the call goes to its vendor."""
        for taker in self._takers(call):
            models = [] if _is_open(taker) else self._names.all_literal(taker)
            if models and all(self._is_meant(model, call, table) for model in models):
                return models[0]
        return None

    def _takers(self, call: LlmCall) -> Iterator[Taker]:
        return (taker for taker in self._names.takers if taker.site.call is call.site.call)

    def _is_meant(self, model: str, call: LlmCall, table: s.WrongCap) -> bool:
        served = self._apis.served(model, call.site.call, call.site.func, call.client)
        return (
            served is not None
            and served.vendors == (table.vendor,)
            and served.model.startswith(table.models)
            and not (table.unless and served.model.startswith(table.unless))
        )


def _is_open(taker: Taker) -> bool:
    """Whether callers may choose the model: the name of the cap is then often chosen with it."""
    base = taker.given
    while isinstance(base, m.Attr | m.Sub):
        base = base.value
    bindings = taker.scope.bindings.get(base.id, ()) if isinstance(base, m.Name) else ()
    return any(binding.kind == "param" for binding in bindings)
