"""The shape of ``rules/catalogue/*.toml``: what llmlint knows of SDKs, as data.

Every struct refuses unknown keys. Dotted names are import paths as users write them. Two shorthands
recur:

* **class id**: the dotted name under which a class is documented (``openai.OpenAI``). Other import
  paths of it go to ``also``; a symbol with the same last name under the same import root is taken
  for it without being listed.
* **group**: a name starting with ``@`` that stands for several classes sharing methods
  (``@langchain.chat_model``). It may be used wherever a class id may.

A **parameter path** is a keyword (``timeout``) or a keyword and the field of the object given to it
(``http_options.timeout``: a key of a dict literal or a keyword of a constructor call). ``0|model`` is the
keyword ``model``, which may also come first without its name.

Durations are in seconds unless the field's name says otherwise. ``no_deadline`` says that leaving the
parameter out waits for ever.
"""

from __future__ import annotations

import msgspec

from llmlint.catalogue.concurrency import ClientLimit, FanOut, Limiter, Pause, PlainDecorator
from llmlint.catalogue.consumers import AnswerForm, AppHandler, Consumer
from llmlint.catalogue.entrypoints import EntryPoint, FailureHandler, Fallback, HarmlessDecorator
from llmlint.catalogue.keys import Key, KeyPlaceholder
from llmlint.catalogue.limits import GraphBuilder, History, OutputCap, StepLimit
from llmlint.catalogue.models import (
    Lifecycle,
    ModelApi,
    ModelDefault,
    MovingAlias,
    RemotePrompt,
    Replacement,
    Snapshots,
    Vendor,
    WrongCap,
)
from llmlint.catalogue.observing import Attribution, DebugSwitch, Identity, Telemetry
from llmlint.catalogue.origins import Input, OwnPrompt, Secret, SecretName
from llmlint.catalogue.switches import Act, Gate, Switch, Transport
from llmlint.catalogue.tables import Call, Client, Derive, Entry, Response, Sdk
from llmlint.catalogue.testing import Testing
from llmlint.catalogue.uses import (
    Cap,
    Carrier,
    Dispatch,
    Endpoint,
    Exceptions,
    Exit,
    FieldMaker,
    Handle,
    HttpClient,
    HttpStatus,
    Logger,
    ModelClass,
    Passthrough,
    Patience,
    Pipe,
    Program,
    PromptTemplate,
    ReadOnly,
    Retry,
    Sanitizer,
    Sink,
    Tool,
    Wait,
)

__all__ = [
    "Act",
    "AnswerForm",
    "AppHandler",
    "Attribution",
    "Call",
    "Cap",
    "Carrier",
    "CatalogueFile",
    "Client",
    "ClientLimit",
    "Consumer",
    "DebugSwitch",
    "Derive",
    "Dispatch",
    "Endpoint",
    "Entry",
    "EntryPoint",
    "Exceptions",
    "Exit",
    "FailureHandler",
    "Fallback",
    "FanOut",
    "FieldMaker",
    "Gate",
    "GraphBuilder",
    "Handle",
    "HarmlessDecorator",
    "History",
    "HttpClient",
    "HttpStatus",
    "Identity",
    "Input",
    "Key",
    "KeyPlaceholder",
    "Lifecycle",
    "Limiter",
    "Logger",
    "ModelApi",
    "ModelClass",
    "ModelDefault",
    "MovingAlias",
    "OutputCap",
    "OwnPrompt",
    "Passthrough",
    "Patience",
    "Pause",
    "Pipe",
    "PlainDecorator",
    "Program",
    "PromptTemplate",
    "ReadOnly",
    "RemotePrompt",
    "Replacement",
    "Response",
    "Retry",
    "Sanitizer",
    "Sdk",
    "Secret",
    "SecretName",
    "Sink",
    "Snapshots",
    "StepLimit",
    "Switch",
    "Telemetry",
    "Testing",
    "Tool",
    "Transport",
    "Vendor",
    "Wait",
    "WrongCap",
]


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``rules/catalogue/*.toml``."""

    sdk: Sdk | None = None
    client: tuple[Client, ...] = ()
    derive: tuple[Derive, ...] = ()
    call: tuple[Call, ...] = ()
    response: tuple[Response, ...] = ()
    retry: tuple[Retry, ...] = ()
    passthrough: tuple[Passthrough, ...] = ()
    tool: tuple[Tool, ...] = ()
    cap: tuple[Cap, ...] = ()
    sink: tuple[Sink, ...] = ()
    program: tuple[Program, ...] = ()
    exit: tuple[Exit, ...] = ()
    sanitizer: tuple[Sanitizer, ...] = ()
    handle: tuple[Handle, ...] = ()
    model_class: tuple[ModelClass, ...] = ()
    http_status: tuple[HttpStatus, ...] = ()
    field_maker: tuple[FieldMaker, ...] = ()
    carrier: tuple[Carrier, ...] = ()
    read_only: tuple[ReadOnly, ...] = ()
    logger: tuple[Logger, ...] = ()
    endpoint: tuple[Endpoint, ...] = ()
    http: tuple[HttpClient, ...] = ()
    exceptions: tuple[Exceptions, ...] = ()
    pipe: tuple[Pipe, ...] = ()
    patience: tuple[Patience, ...] = ()
    wait: tuple[Wait, ...] = ()
    dispatch: tuple[Dispatch, ...] = ()
    prompt_template: tuple[PromptTemplate, ...] = ()
    input: tuple[Input, ...] = ()
    own_prompt: tuple[OwnPrompt, ...] = ()
    secret: tuple[Secret, ...] = ()
    secret_name: tuple[SecretName, ...] = ()
    key: tuple[Key, ...] = ()
    key_placeholder: tuple[KeyPlaceholder, ...] = ()
    switch: tuple[Switch, ...] = ()
    gate: tuple[Gate, ...] = ()
    act: tuple[Act, ...] = ()
    transport: tuple[Transport, ...] = ()
    consumer: tuple[Consumer, ...] = ()
    answer_form: tuple[AnswerForm, ...] = ()
    app_handler: tuple[AppHandler, ...] = ()
    testing: tuple[Testing, ...] = ()
    fan_out: tuple[FanOut, ...] = ()
    limiter: tuple[Limiter, ...] = ()
    client_limit: tuple[ClientLimit, ...] = ()
    pause: tuple[Pause, ...] = ()
    plain_decorator: tuple[PlainDecorator, ...] = ()
    debug_switch: tuple[DebugSwitch, ...] = ()
    telemetry: tuple[Telemetry, ...] = ()
    attribution: tuple[Attribution, ...] = ()
    identity: tuple[Identity, ...] = ()
    step_limit: tuple[StepLimit, ...] = ()
    graph_builder: tuple[GraphBuilder, ...] = ()
    output_cap: tuple[OutputCap, ...] = ()
    history: tuple[History, ...] = ()
    entry_point: tuple[EntryPoint, ...] = ()
    failure_handler: tuple[FailureHandler, ...] = ()
    harmless_decorator: tuple[HarmlessDecorator, ...] = ()
    fallback: tuple[Fallback, ...] = ()
    vendor: tuple[Vendor, ...] = ()
    lifecycle: tuple[Lifecycle, ...] = ()
    replacement: tuple[Replacement, ...] = ()
    snapshots: tuple[Snapshots, ...] = ()
    moving_alias: tuple[MovingAlias, ...] = ()
    model_api: tuple[ModelApi, ...] = ()
    model_default: tuple[ModelDefault, ...] = ()
    wrong_cap: tuple[WrongCap, ...] = ()
    remote_prompt: tuple[RemotePrompt, ...] = ()
