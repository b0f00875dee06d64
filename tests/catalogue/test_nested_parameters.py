"""Parameter paths with a dot (``http_options.timeout``) name a field of the object that is passed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.catalogue.resolving import resolve, takes
from tests.catalogue.tables import Table, tables

OBJECTS = {
    ("google_genai", "http_options"): "google.genai.types.HttpOptions",
    ("google_genai", "retry_options"): "google.genai.types.HttpRetryOptions",
    ("google_genai", "config"): "google.genai.types.GenerateContentConfig",
    ("google_genai", "automatic_function_calling"): "google.genai.types.AutomaticFunctionCallingConfig",
    ("google_generativeai", "request_options"): "google.generativeai.types.RequestOptions",
    ("google_generativeai", "generation_config"): "google.generativeai.types.GenerationConfig",
    ("vertexai", "generation_config"): "vertexai.generative_models.GenerationConfig",
    ("ollama", "options"): "ollama.Options",
    ("mistralai", "completion_args"): "mistralai.client.models.CompletionArgs",
    ("bedrock", "config"): "botocore.config.Config",
}
"""Catalogue file and parameter → the class whose fields may follow the dot."""

LISTS = ("timeout", "opaque", "prompt", "system", "cap", "structured", "tools")
NAMES = ("retries", "model", "param", "arg")


def dotted(table: Table) -> list[str]:
    """The parameter paths of a table that reach into an object."""
    named = [path for key in LISTS for path in getattr(table.entry, key, ())]
    named += [getattr(table.entry, key, "") for key in NAMES]
    return [path for path in named if "." in path]


NESTED = [t for kind in ("client", "derive", "call", "cap", "tool") for t in tables(kind) if dotted(t)]
KNOWN = [
    t for t in NESTED if any((t.file, part) in OBJECTS for path in dotted(t) for part in path.split("."))
]


@pytest.mark.parametrize("table", KNOWN, ids=lambda t: t.id)
def test_field_exists(table: Table) -> None:
    checked = 0
    for path in dotted(table):
        parts = path.rpartition("|")[2].split(".")
        for owner, field in pairwise(parts):
            if (table.file, owner) in OBJECTS:
                cls = resolve(OBJECTS[table.file, owner], table)
                assert takes(cls, field), f"{cls.__name__} has no field `{field}`"
                checked += 1
    assert checked
