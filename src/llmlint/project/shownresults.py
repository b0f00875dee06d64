"""Functions whose result a library puts on a page: ``gradio.Interface(answer, outputs="html")``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.catalogue import schema as s
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, ExternalObject, FuncRef, external_name
from llmlint.project.scopes import Func
from llmlint.project.shapes import Origin, Taint
from llmlint.project.sites import CallSite

if TYPE_CHECKING:
    from llmlint.project.project import Project

HTML = "html"


@dataclass(frozen=True, slots=True)
class ShownResult:
    """What a model wrote, in what ``func`` returns to be shown as markup."""

    site: CallSite
    sink: s.Sink
    func: Func
    origin: Origin


def shown_results(project: Project) -> Iterator[ShownResult]:
    """In the order of the code; of several answers the first."""
    for func in project.functions:
        for site in project.graph.sites[func] if func.mod.production else ():
            names = {external_name(value) for value in project.evaluator.eval(site.call.func, func)} - {""}
            for sink in (one for name in names for one in project.catalogue.sinks.get(name)):
                places = _places(project, sink, site) if sink.outputs else []
                given = walk.argument(site.call, sink.arg) if places else None
                for value in project.evaluator.eval(given, func) if given is not None else ():
                    if isinstance(value, FuncRef):
                        origin = _answer(project, value.func, places)
                        if origin is not None:
                            yield ShownResult(site, sink, value.func, origin)


def _places(project: Project, sink: s.Sink, site: CallSite) -> list[bool]:
    """For each output whether it is markup; none are, and none are known: an empty list."""
    outputs = walk.argument(site.call, sink.outputs)
    shown: list[m.Expr] = [outputs] if outputs is not None else []
    for value in project.evaluator.eval(outputs, site.func) if outputs is not None else ():
        if isinstance(value, Data) and isinstance(value.expr, m.Seq):
            shown = list(value.expr.items)
    found = [_is_markup(project, sink, one, site.func) for one in shown]
    return found if any(found) else []


def _is_markup(project: Project, sink: s.Sink, expr: m.Expr, func: Func) -> bool:
    for value in project.evaluator.eval(expr, func):
        if isinstance(value, ExternalObject) and value.name in sink.markup:
            return True
        if isinstance(value, Data) and isinstance(value.expr, m.Text) and value.expr.value in sink.markup:
            return True
    return False


def _answer(project: Project, func: Func, places: list[bool]) -> Origin | None:
    """Text of a model in what is shown as markup; of several results the variable at its place."""
    if len(places) == 1:
        return _of_model(project.flows.returned(func).taint)
    for stmt in func.statements:
        if (
            isinstance(stmt, m.Return)
            and isinstance(stmt.value, m.Seq)
            and len(stmt.value.items) == len(places)
        ):
            for item, markup in zip(stmt.value.items, places, strict=True):
                shape = project.flows.held(func, item.id) if markup and isinstance(item, m.Name) else None
                origin = _of_model(shape.taint) if shape is not None else None
                if origin is not None:
                    return origin
    return None


def _of_model(taint: Taint) -> Origin | None:
    return next((o for o, mark in taint.items() if o.kind == "model" and HTML not in mark.safe), None)
