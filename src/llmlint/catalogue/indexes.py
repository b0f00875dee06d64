"""The tables of the catalogue, filed under the names by which they are asked for."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from llmlint.catalogue import schema as s
from llmlint.catalogue.observed import Observed

T = TypeVar("T")


_NAMESPACES = frozenset({"google", "azure"})
"""Import roots shared by unrelated distributions: the second part tells them apart."""


def import_root(name: str) -> str:
    """The package a dotted name is imported from: ``openai``, ``google.genai``."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] in _NAMESPACES else parts[0]


def tail(name: str) -> tuple[str, str]:
    """Import root and last part of a dotted name."""
    return import_root(name), name.rpartition(".")[2]


class ByName(Generic[T]):
    """Tables found by a dotted name: exactly, or for classes by import root and last name.

    The second form is what makes ``langchain_openai.chat_models.base.ChatOpenAI`` the documented
    ``langchain_openai.ChatOpenAI`` without listing every internal path.
    """

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = defaultdict(list)
        self._tails: dict[tuple[str, str], list[T]] = defaultdict(list)
        self._asked: dict[str, list[T]] = {}

    def add(self, names: Iterable[str], entry: T) -> None:
        """File ``entry`` under each of its names."""
        self._asked.clear()
        for name in names:
            if not name:
                continue
            self._exact[name].append(entry)
            if "." not in name:
                self._exact[f"builtins.{name}"].append(entry)
            root, last = tail(name)
            if last[:1].isupper() and entry not in self._tails[root, last]:
                self._tails[root, last].append(entry)

    def get(self, name: str) -> list[T]:
        """Every table filed under this name; an empty list when there is none."""
        # The same few names are asked for at every call of a project, and almost all are not here.
        found = self._asked.get(name)
        if found is None:
            found = self._asked[name] = self._find(name)
        return found

    def _find(self, name: str) -> list[T]:
        found = self._exact.get(name)
        if found:
            return found
        root, last = tail(name)
        if last[:1].isupper():
            return self._tails.get((root, last), [])
        return []


class Indexes:
    """All tables, indexed. Immutable after construction."""

    def __init__(self, files: Iterable[s.CatalogueFile]) -> None:
        self.files = tuple(files)
        self.clients: ByName[s.Client] = ByName()
        self.functions: ByName[s.Call] = ByName()
        self.retries: ByName[s.Retry] = ByName()
        self.passthroughs: ByName[s.Passthrough] = ByName()
        self.sinks: ByName[s.Sink] = ByName()
        self.programs: dict[str, s.Program] = {}
        self.exits: set[str] = set()
        self.sanitizers: ByName[s.Sanitizer] = ByName()
        self.consumers: ByName[s.Consumer] = ByName()
        self.consumer_methods: dict[str, list[s.Consumer]] = defaultdict(list)
        self.answer_forms: list[s.AnswerForm] = []
        self.said: set[str] = set()
        self.testing: list[s.Testing] = []
        self.equalities: set[str] = set()
        self.writers: set[str] = set()
        self.app_handlers: list[s.AppHandler] = []
        self.loggers: ByName[s.Logger] = ByName()
        self.logger_factories: ByName[s.Logger] = ByName()
        self.logger_classes: ByName[s.Logger] = ByName()
        self.http: ByName[s.HttpClient] = ByName()
        self.tools: ByName[s.Tool] = ByName()
        self.caps: ByName[s.Cap] = ByName()
        self.decorator_roots: frozenset[str] = frozenset()
        """Packages with decorators that make requests to a model of functions."""
        self.handles: set[str] = set()
        self.read_only: list[s.ReadOnly] = []
        self.carriers: list[s.Carrier] = []
        self.http_statuses: list[s.HttpStatus] = []
        self.model_classes: list[s.ModelClass] = []
        self.field_makers: set[str] = set()
        self._calls: dict[tuple[str, str], list[s.Call]] = defaultdict(list)
        self._derives: dict[tuple[str, str], s.Derive] = {}
        self._tool_methods: dict[tuple[str, str], list[s.Tool]] = defaultdict(list)
        self._tool_tails: dict[tuple[str, str, str], list[s.Tool]] = defaultdict(list)
        self._method_caps: dict[tuple[str, str], list[s.Cap]] = defaultdict(list)
        self._method_sinks: dict[str, list[s.Sink]] = defaultdict(list)
        self._prefixes: set[tuple[str, str]] = set()
        self.waits: ByName[s.Wait] = ByName()
        self.wait_methods: set[str] = set()
        self.person_methods: set[str] = set()
        self.patient_models: set[str] = set()
        self.patient_arguments: set[str] = set()
        self.prompt_templates: ByName[s.PromptTemplate] = ByName()
        self.fan_outs: ByName[s.FanOut] = ByName()
        self.limiters: ByName[s.Limiter] = ByName()
        self.pauses: ByName[s.Pause] = ByName()
        self.client_limits: set[str] = set()
        self.plain_decorators: set[str] = set()
        self.inputs: ByName[s.Input] = ByName()
        self.named_inputs: list[s.Input] = []
        self._input_methods: dict[tuple[str, str, str], list[s.Input]] = defaultdict(list)
        self.own_prompts: set[str] = set()
        self.secrets: ByName[s.Secret] = ByName()
        self.keys: list[s.Key] = []
        self.key_placeholders: set[str] = set()
        self.switches: list[s.Switch] = []
        self.gates: list[s.Gate] = []
        self.acts: ByName[s.Act] = ByName()
        self.transports: list[s.Transport] = []
        self._secret_methods: dict[tuple[str, str, str], list[s.Secret]] = defaultdict(list)
        self.secret_names: list[s.SecretName] = []
        self.vendors: dict[str, s.Vendor] = {}
        self.retired: dict[tuple[str, str], datetime.date] = {}
        """Vendor and id → the day on which the model ends."""
        self.replacements: dict[tuple[str, str], str] = {}
        self.snapshots: dict[tuple[str, str], tuple[str, ...]] = {}
        self.moving_endings: tuple[str, ...] = ()
        self.model_apis: ByName[s.ModelApi] = ByName()
        self.model_defaults: ByName[s.ModelDefault] = ByName()
        self.wrong_caps: list[s.WrongCap] = []
        self.remote_prompts: ByName[s.RemotePrompt] = ByName()
        self.prompt_references: list[s.RemotePrompt] = []
        self._pipes: dict[str, str] = {}
        self.metadata: set[str] = set()
        self.content: set[str] = set()
        self.spoken: set[str] = set()
        self.reply: set[str] = set()
        self.usage: set[str] = set()
        self.schema_keys: set[str] = set()
        self.dispatch_mentions: set[str] = set()
        self.endpoints: list[s.Endpoint] = []
        self.base_errors: set[str] = set()
        self.narrow_errors: set[str] = set()
        self._sdk_of: dict[int, s.Sdk] = {}
        self.observed = Observed(self.files)
        self.step_limits: dict[str, s.StepLimit] = {}
        self.graph_builders: dict[str, s.GraphBuilder] = {}
        self.output_caps: dict[str, s.OutputCap] = {}
        self.histories: list[s.History] = []
        self.entry_points: list[s.EntryPoint] = []
        self.failure_handlers: list[s.FailureHandler] = []
        self.harmless_decorators: set[str] = set()
        self.fallbacks: list[s.Fallback] = []
        for file in self.files:
            self._index(file)

    def _index(self, file: s.CatalogueFile) -> None:
        if file.sdk:
            for entry in (*file.client, *file.call):
                self._sdk_of[id(entry)] = file.sdk
        for client in file.client:
            self.clients.add((client.path, *client.also), client)
            if client.kind == "decorator":
                self.decorator_roots |= {name.partition(".")[0] for name in (client.path, *client.also)}
        for call in file.call:
            if not call.on:
                self.functions.add((call.path, *call.also), call)
            for owner in call.on:
                for path in (call.path, *call.also):
                    self._calls[owner, path].append(call)
                    self._note_prefixes(owner, path)
        for derive in file.derive:
            for owner in derive.on:
                self._derives[owner, derive.name] = derive
                self._note_prefixes(owner, derive.name)
        for tool in file.tool:
            if tool.path:
                self.tools.add((tool.path, *tool.also), tool)
            for owner in tool.on:
                self._tool_methods[owner, tool.name].append(tool)
                if not owner.startswith("@"):
                    self._tool_tails[(*tail(owner), tool.name)].append(tool)
        for cap in file.cap:
            if cap.path:
                self.caps.add((cap.path, *cap.also), cap)
            for owner in cap.on:
                self._method_caps[owner, cap.method].append(cap)
        for sink in file.sink:
            if sink.path:
                self.sinks.add((sink.path, *sink.also), sink)
            if sink.method:
                self._method_sinks[sink.method].append(sink)
        for program in file.program:
            self.programs.update(dict.fromkeys(program.names, program))
        for logger in file.logger:
            self.loggers.add((logger.path, *logger.also), logger)
            self.logger_factories.add((logger.factory,), logger)
            self.logger_classes.add(logger.classes, logger)
        for retry in file.retry:
            self.retries.add((retry.path, *retry.also), retry)
        for passthrough in file.passthrough:
            self.passthroughs.add((passthrough.path, *passthrough.also), passthrough)
        for exit_ in file.exit:
            self.exits.update(exit_.names)
        for sanitizer in file.sanitizer:
            self.sanitizers.add((sanitizer.path, *sanitizer.also), sanitizer)
        self.read_only += file.read_only
        self.carriers += file.carrier
        self.http_statuses += file.http_status
        self.model_classes += file.model_class
        for maker in file.field_maker:
            self.field_makers.update(maker.paths)
        for handle in file.handle:
            self.handles.update(handle.methods)
        for http in file.http:
            self.http.add((http.path, *http.also), http)
            for owner in http.on:
                self.http.add((f"{owner}.{http.method}",), http)
        for response in file.response:
            self.metadata.update(response.metadata)
            self.content.update(response.content)
            self.spoken.update(response.spoken)
            self.reply.update(response.reply)
            self.usage.update(response.usage)
        for dispatch in file.dispatch:
            self.schema_keys.update(dispatch.schema_keys)
            self.dispatch_mentions.update(dispatch.mentions)
        self.endpoints.extend(file.endpoint)
        for patience in file.patience:
            self.patient_models.update(patience.model_marks)
            self.patient_arguments.update(patience.arguments)
        for wait in file.wait:
            self.waits.add((wait.path, *wait.also), wait)
            self.wait_methods.update(wait.methods)
            if wait.person:
                self.person_methods.update(wait.methods)
        for template in file.prompt_template:
            self.prompt_templates.add((template.path, *template.also), template)
        for pipe in file.pipe:
            self._pipes.update(dict.fromkeys(pipe.on, pipe.returns))
        for errors in file.exceptions:
            self.base_errors.update(errors.base)
            self.narrow_errors.update(errors.narrow)

        self._index_origins(file)
        self._index_consumers(file)
        self._index_concurrency(file)
        self._index_limits(file)
        self._index_models(file)

    def _index_origins(self, file: s.CatalogueFile) -> None:
        for source in file.input:
            self.inputs.add((source.path, *source.also), source)
            if source.form == "named":
                self.named_inputs.append(source)
            for owner in source.on:
                for name in source.names:
                    self._input_methods[(*tail(owner), name)].append(source)
        for own in file.own_prompt:
            self.own_prompts.update(own.names)
        for secret in file.secret:
            self.secrets.add((secret.path, *secret.also), secret)
            for owner in secret.on:
                for name in secret.names:
                    self._secret_methods[(*tail(owner), name)].append(secret)
        self.secret_names.extend(file.secret_name)
        self.keys.extend(file.key)
        for placeholder in file.key_placeholder:
            self.key_placeholders.update(placeholder.words)
        self.switches += file.switch
        self.gates += file.gate
        self.transports += file.transport
        for act in file.act:
            self.acts.add((act.path, *act.also, *(f"{owner}.{act.method}" for owner in act.on)), act)

    def _index_consumers(self, file: s.CatalogueFile) -> None:
        for consumer in file.consumer:
            if consumer.path:
                self.consumers.add((consumer.path, *consumer.also), consumer)
            if consumer.method:
                self.consumer_methods[consumer.method].append(consumer)
        self.answer_forms += file.answer_form
        for form in file.answer_form:
            self.said.update(form.said)
            self.writers.update(form.writers)
        self.app_handlers += file.app_handler
        self.testing += file.testing
        for testing in file.testing:
            self.equalities.update(testing.equalities)

    def _index_concurrency(self, file: s.CatalogueFile) -> None:
        for fan_out in file.fan_out:
            self.fan_outs.add((fan_out.path, *fan_out.also), fan_out)
        for limiter in file.limiter:
            self.limiters.add((limiter.path, *limiter.also), limiter)
        for pause in file.pause:
            self.pauses.add((pause.path, *pause.also), pause)
        for limit in file.client_limit:
            self.client_limits.update(limit.params)
        for decorators in file.plain_decorator:
            self.plain_decorators.update(decorators.paths)

    def _index_limits(self, file: s.CatalogueFile) -> None:
        for limit in file.step_limit:
            self.step_limits.update(dict.fromkeys(limit.on, limit))
        for builder in file.graph_builder:
            self.graph_builders.update(dict.fromkeys(builder.on, builder))
        self.histories += file.history
        self.entry_points += file.entry_point
        self.failure_handlers += file.failure_handler
        for harmless in file.harmless_decorator:
            self.harmless_decorators.update(harmless.paths)
        self.fallbacks += file.fallback
        for output in file.output_cap:
            self.output_caps.update(dict.fromkeys((*output.on, *output.functions), output))

    def _index_models(self, file: s.CatalogueFile) -> None:
        self.vendors.update({vendor.id: vendor for vendor in file.vendor})
        for lifecycle in file.lifecycle:
            for day, models in lifecycle.retired.items():
                self.retired.update(dict.fromkeys(((lifecycle.vendor, model) for model in models), day))
        for one in file.replacement:
            self.replacements[one.vendor, one.model] = one.by
        for dated in file.snapshots:
            self.snapshots.update({(dated.vendor, alias): ids for alias, ids in dated.of.items()})
        for moving in file.moving_alias:
            self.moving_endings += moving.endings
        for api in file.model_api:
            self.model_apis.add(api.names, api)
        for setting in file.model_default:
            self.model_defaults.add((setting.path, *setting.also), setting)
        self.wrong_caps += file.wrong_cap
        for prompt in file.remote_prompt:
            self.remote_prompts.add((prompt.path, *prompt.also), prompt)
            if prompt.on:
                self.prompt_references.append(prompt)

    def _note_prefixes(self, owner: str, path: str) -> None:
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            self._prefixes.add((owner, ".".join(parts[:end])))

    # -- clients and calls ----------------------------------------------------------------
