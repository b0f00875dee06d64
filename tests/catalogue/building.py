"""Instances of clients, made with dummy keys: methods behind properties exist on nothing else."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.catalogue.resolving import member

AZURE = {"api_key": "dummy", "api_version": "2024-10-21", "azure_endpoint": "https://dummy.invalid"}
AWS = {"aws_access_key": "dummy", "aws_secret_key": "dummy", "aws_region": "us-east-1"}
GOOGLE = {"region": "us-east1", "project_id": "dummy", "access_token": "dummy"}

ARGUMENTS: dict[str, dict[str, Any]] = {
    "openai.AzureOpenAI": AZURE,
    "openai.AsyncAzureOpenAI": AZURE,
    "openai.BedrockOpenAI": {"api_key": "dummy", "aws_region": "us-east-1"},
    "openai.AsyncBedrockOpenAI": {"api_key": "dummy", "aws_region": "us-east-1"},
    "anthropic.AnthropicBedrock": AWS,
    "anthropic.AsyncAnthropicBedrock": AWS,
    "anthropic.AnthropicBedrockMantle": AWS,
    "anthropic.AsyncAnthropicBedrockMantle": AWS,
    "anthropic.AnthropicVertex": GOOGLE,
    "anthropic.AsyncAnthropicVertex": GOOGLE,
    "anthropic.AnthropicFoundry": {"api_key": "dummy", "resource": "dummy"},
    "anthropic.AsyncAnthropicFoundry": {"api_key": "dummy", "resource": "dummy"},
    "anthropic.AnthropicAWS": {"api_key": "dummy", "aws_region": "us-east-1", "workspace_id": "dummy"},
    "anthropic.AsyncAnthropicAWS": {"api_key": "dummy", "aws_region": "us-east-1", "workspace_id": "dummy"},
    "cerebras.cloud.sdk.Cerebras": {"api_key": "dummy", "warm_tcp_connection": False},
    "cerebras.cloud.sdk.AsyncCerebras": {"api_key": "dummy", "warm_tcp_connection": False},
    "cohere.BedrockClient": AWS,
    "cohere.SagemakerClient": AWS,
    "cohere.AwsClient": {**AWS, "service": "bedrock"},
    "cohere.BedrockClientV2": AWS,
    "cohere.SagemakerClientV2": AWS,
}
"""By class: what it takes to build one; any other gets ``api_key`` and its required parameters."""


def _boto3() -> list[Any]:
    make_session = importlib.import_module("boto3").Session
    session = make_session(aws_access_key_id="dummy", aws_secret_access_key="dummy", region_name="us-east-1")
    services = ("bedrock-runtime", "bedrock-agent-runtime", "bedrock-agentcore")
    return [session.client(service) for service in services]


def _instructor(path: str) -> list[Any]:
    """Every factory of instructor gives the same class, whichever SDK it wraps."""
    name = "AsyncOpenAI" if path in ("instructor.apatch", "instructor.AsyncInstructor") else "OpenAI"
    client = getattr(importlib.import_module("openai"), name)(api_key="dummy")
    return [importlib.import_module("instructor").from_openai(client)]


def _wrap(module: str, function: str, sdk: str, name: str) -> Callable[[], list[Any]]:
    def build() -> list[Any]:
        client = getattr(importlib.import_module(sdk), name)(api_key="dummy")
        return [getattr(importlib.import_module(module), function)(client)]

    return build


RECIPES: dict[str, Callable[[], list[Any]]] = {
    "boto3.client": _boto3,
    "langsmith.wrappers.wrap_openai": _wrap("langsmith.wrappers", "wrap_openai", "openai", "OpenAI"),
    "langsmith.wrappers.wrap_anthropic": _wrap(
        "langsmith.wrappers", "wrap_anthropic", "anthropic", "Anthropic"
    ),
    "litellm.Router": lambda: [importlib.import_module("litellm").Router(model_list=[])],
    "botocore.session.get_session": lambda: [importlib.import_module("botocore.session").get_session()],
}


@cache
def instances(path: str, cls: Any) -> tuple[Any, ...]:
    """What to look for methods on: the class's own instances, built without a network."""
    if path in RECIPES:
        return tuple(RECIPES[path]())
    if path.startswith("instructor."):
        return tuple(_instructor(path))
    arguments = ARGUMENTS.get(path)
    if arguments is None:
        needed = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        arguments = {
            p.name: "dummy"
            for p in inspect.signature(cls).parameters.values()
            if p.name == "api_key" or (p.default is inspect.Parameter.empty and p.kind in needed)
        }
    return (cls(**arguments),)


def find_member(path: str, cls: Any, dotted: str) -> Any | None:
    """``cls.<dotted>`` if the class has it as it is, otherwise that of an instance."""
    found = member(cls, dotted)
    if found is not None and (callable(found) or "." not in dotted):
        return found
    try:
        built = instances(path, cls)
    except Exception:
        return None  # it needs more than a dummy key; another class of the group has to show the method
    for instance in built:
        found = member(instance, dotted)
        if found is not None:
            return found
    return None
