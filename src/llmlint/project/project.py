"""The project: everything a rule can ask."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.model.finding import Finding, Step
from llmlint.model.graph import GraphView
from llmlint.model.options import Options
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.declared import Declared
from llmlint.project.handlers import Handlers
from llmlint.project.modules import ModuleIndex
from llmlint.project.questions import Questions
from llmlint.project.scopes import Func, Mod
from llmlint.project.values import Evaluator
from llmlint.project.view import graph_view
from llmlint.project.wording import callee

if TYPE_CHECKING:
    from llmlint.repository.files import Repository

Versions = Callable[[str], tuple[int, ...] | None]


class Project(Questions):
    """Modules linked together. Built once per run; all answers are computed on demand and kept."""

    def __init__(
        self,
        modules: Sequence[m.ModuleFacts],
        catalogue: Catalogue,
        production: Callable[[str], bool],
        prompt_module: Callable[[str], bool],
        options: Options,
        own_names: frozenset[str],
        versions: Versions,
        files: Callable[[], Repository] | None,
        smaller: Project | None,
    ) -> None:
        self.catalogue = catalogue
        self.prompt_module = prompt_module
        self.options = options
        self.versions = versions
        self._files = files
        ordered = sorted(modules, key=lambda facts: facts.path)
        linked = {mod.path: mod for mod in smaller.modules} if smaller is not None else {}
        self.modules = tuple(linked.get(f.path) or Mod(f, production(f.path)) for f in ordered)
        external = frozenset(root.split(".", 1)[0] for root in catalogue.import_roots())
        index = ModuleIndex(self.modules, external)
        self.evaluator = Evaluator(index, catalogue, Declared(index, own_names))
        self.evaluator.hierarchy.classes = [c for mod in self.modules for c in mod.classes]
        if smaller is not None and index.agrees_with(smaller.evaluator.index):
            self.evaluator.take_over(smaller.evaluator)
            self.graph = CallGraph(self.modules, self.evaluator, catalogue, smaller.graph)
        else:
            self.graph = CallGraph(self.modules, self.evaluator, catalogue)
        self.graph.link()
        self.handlers = Handlers(self.evaluator, catalogue)

    @classmethod
    def build(
        cls,
        modules: Sequence[m.ModuleFacts],
        catalogue: Catalogue,
        *,
        production: Callable[[str], bool] = lambda _path: True,
        prompt_module: Callable[[str], bool] = lambda _path: False,
        options: Options | None = None,
        own_names: frozenset[str] = frozenset(),
        versions: Versions = lambda _package: None,
        files: Callable[[], Repository] | None = None,
        smaller: Project | None = None,
    ) -> Project:
        """Link the facts of some modules.

        ``production`` and ``prompt_module`` tell from a path whether the file is production code and
        whether it is a place for prompts; ``options`` is what single rules ask for; ``own_names`` are
        the names that the project's own catalogue speaks of; ``versions`` tells the oldest version of a
        package that may be installed; ``files`` gives its files of other types. Which files are passed
        decides what can be found across files; the order does not matter. ``smaller`` is the project of
        some of the modules with the same settings: what is known of them whatever callers give is taken
        from it, unless they import one of the others.
        """
        return cls(
            modules,
            catalogue,
            production,
            prompt_module,
            options or Options(),
            own_names,
            versions,
            files,
            smaller,
        )

    @functools.cached_property
    def repository(self) -> Repository:
        """The files of any type; what a rule finds in them is not kept for later runs."""
        from llmlint.repository.files import Repository

        return self._files() if self._files is not None else Repository(Path())

    def graph_view(self) -> GraphView:
        """The call graph of LLM usage, for printing."""
        return graph_view(self)

    # -- findings -------------------------------------------------------------------------------

    def finding(
        self,
        code: str,
        func: Func,
        span: m.Span,
        message: str,
        *,
        help: str = "",
        steps: Iterable[Step] = (),
    ) -> Finding:
        """A finding at a span of a function."""
        symbol = func.qualname
        return Finding(code, message, self.location(func, span), tuple(steps), help, symbol)

    def way_steps(self, edges: list[Edge], call: LlmCall | None) -> list[Step]:
        """The way from a call to the LLM call it reaches, one step per call."""
        steps = [
            Step(self.location(e.site.func, e.site.call.span), f"`{callee(e.site.call)}` is called here")
            for e in edges
        ]
        if call is not None:
            where = self.location(call.site.func, call.site.call.span)
            steps.append(Step(where, f"`{callee(call.site.call)}` calls the model here"))
        return steps
