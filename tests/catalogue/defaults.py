"""Reads the deadlines and retry counts that SDKs have when nobody sets any."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

from tests.catalogue import sources
from tests.catalogue.resolving import fields_of, parameters

Build = Callable[[], Any]
"""Makes the client to be asked, when it has to be asked."""

NOT_READABLE = object()
"""The default is not where Python could be asked for it."""


def parameter_default(function: Any, path: str) -> Any:
    """The default of a plain parameter or pydantic field, or ``NOT_READABLE``."""
    name = path.rpartition("|")[2]
    if "." in name:
        return NOT_READABLE
    if name in fields_of(function) and name in function.model_fields:
        return function.model_fields[name].default
    for parameter in parameters(function) or ():
        if parameter.name == name and parameter.default is not inspect.Parameter.empty:
            return parameter.default
    return NOT_READABLE


def _attribute_timeout(build: Build) -> Any:
    """``client.timeout``, as the generated SDKs have it (an httpx timeout or a number)."""
    timeout = getattr(build(), "timeout", NOT_READABLE)
    return getattr(timeout, "read", timeout)


def _text_of(module: str) -> str:
    """The source of a module, whether it is installed or only unpacked."""
    unpacked = sources.read(module)
    return unpacked.text if unpacked else inspect.getsource(importlib.import_module(module))


def _source_says(module: str, text: str, value: float) -> Callable[[Build], Any]:
    def read(_: Build) -> Any:
        return value if text in _text_of(module) else f"`{text}` is no longer in {module}"

    return read


READERS: dict[str, Callable[[Build], Any]] = {
    "openai": _attribute_timeout,
    "anthropic": _attribute_timeout,
    "groq": _attribute_timeout,
    "together": _attribute_timeout,
    "huggingface_hub": _attribute_timeout,
    "ollama": lambda build: build()._client.timeout.read,
    "google.genai": lambda build: build()._api_client._http_options.timeout,
    "cohere.BedrockClient": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.SagemakerClient": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.AwsClient": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.BedrockClientV2": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.SagemakerClientV2": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.Client": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.AsyncClient": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.ClientV2": lambda build: build()._client_wrapper.get_timeout(),
    "cohere.AsyncClientV2": lambda build: build()._client_wrapper.get_timeout(),
    "mistralai.client": _source_says("mistralai.client.chat", "timeout_ms = 300000", 300.0),
    "google.generativeai": _source_says(
        "google.ai.generativelanguage_v1beta.services.generative_service.transports.base",
        "default_timeout=600.0",
        600.0,
    ),
    "boto3": lambda build: build().meta.config.read_timeout,
    "vertexai.generative_models": lambda _: _vertexai_deadline(),
    "litellm.Router": lambda build: build().timeout,
    "ai21": _source_says("ai21.http_client.base_http_client", "DEFAULT_TIMEOUT_SEC = 300\n", 300.0),
    "azure.ai.inference": _source_says("azure.core.configuration", "read_timeout: float = 300,", 300.0),
    "cerebras.cloud.sdk": _attribute_timeout,
    "fireworks": _attribute_timeout,
    "haystack.components.generators": _source_says(
        "haystack.components.generators.chat.openai", 'os.environ.get("OPENAI_TIMEOUT", "30.0")', 30.0
    ),
    "voyageai": _source_says("voyageai.api_resources.api_requestor", "TIMEOUT_SECS = 600\n", 600.0),
    "xai_sdk": _source_says("xai_sdk.client", "_DEFAULT_RPC_TIMEOUT_SECONDS = 27 * 60\n", 1620.0),
}
"""Longest matching beginning of the class id → how to read the deadline of an instance."""


def _vertexai_deadline() -> Any:
    source = _text_of("google.cloud.aiplatform_v1.services.prediction_service.transports.base")
    wrapped = source[source.index("self.generate_content: gapic_v1.method.wrap_method(") :]
    return None if "default_timeout=None" in wrapped[: wrapped.index(")")] else "a deadline"


def client_timeout(path: str, build: Build) -> Any:
    """The deadline of a client nobody gave one, or ``NOT_READABLE``."""
    known = [prefix for prefix in READERS if path == prefix or path.startswith(f"{prefix}.")]
    if not known:
        return NOT_READABLE
    return READERS[max(known, key=len)](build)


def same_deadline(read: Any, claimed: float | None) -> bool:
    """Whether what was read is what the catalogue claims (None: waits for ever)."""
    if claimed is None:
        return read is None
    return isinstance(read, int | float) and float(read) == float(claimed)
