from __future__ import annotations

import pytest

from llmlint.source.triage_bytes import Seeds, scan

SEEDS = Seeds.of(
    ["openai", "google.genai"],
    ["api.mistral.ai", "*.openai.azure.com"],
    conditional={"boto3": ("bedrock",), "phoenix.client": ("prompts.get",)},
)


@pytest.mark.parametrize(
    ("source", "seed"),
    [
        (b"import openai\n", True),
        (b"import openai.types\n", True),
        (b"from openai import OpenAI\n", True),
        (b"from google import genai\n", True),
        (b"from google import (\n    auth,\n    genai,\n)\n", True),
        (b"import google.genai as g\n", True),
        (b"import google.auth\n", False),
        (b"import openaiish\n", False),
        (b"from .openai import x\n", False),
        (b"# openai\n", False),
        (b"sdk = importlib.import_module('openai')\n", True),
        (b'sdk = __import__("openai")\n', True),
        (b"sdk = import_module('openai.types')\n", True),
        (b"sdk = import_module('openaiish')\n", False),
        (b"sdk = import_module(x) or 'openai.'\n", False),
        (b"sdk = 'openai'\n", False),
        (b"import boto3\nboto3.client('bedrock-runtime')\n", True),
        (b"import boto3\nboto3.client('s3')\n", False),
        (b"x = 'boto3, bedrock'\n", False),
        (b"from phoenix.client import Client\nClient().prompts.get(x)\n", True),
        (b"from phoenix.trace import Client\nClient().prompts.get(x)\n", False),
        (b"URL = 'https://api.mistral.ai/v1'\n", True),
        (b"URL = f'https://{name}.openai.azure.com/x'\n", True),
    ],
)
def test_seeds(source: bytes, seed: bool) -> None:
    assert scan(source, SEEDS).seed is seed


WITNESSES = Seeds.of(
    ["openai"], [], witnesses=["opentelemetry", "google.cloud.monitoring"], variables=["X_LOG"]
)


@pytest.mark.parametrize(
    ("source", "witness"),
    [
        (b"from opentelemetry import trace\n", True),
        (b"import opentelemetry.sdk.trace as t\n", True),
        (b"from google.cloud import monitoring\n", True),
        (b"from google.cloud import storage\n", False),
        (b"from .opentelemetry import trace\n", False),
        (b"# opentelemetry\nimport os\n", False),
        (b"import os\nos.environ['X_LOG'] = 'debug'\n", True),
        (b"import os\nos.environ['MAX_LOG'] = 'debug'\n", False),
        (b"X_LOG = 'debug'\n", False),
        (b"MIDDLEWARE = ['opentelemetry.django.Middleware']\n", True),
        (b"MIDDLEWARE = ['django.Middleware']\nx = 'opentelemetry'\n", True),
        (b"names = ['opentelemetry.django.Middleware']\n", False),
    ],
)
def test_witnesses(source: bytes, witness: bool) -> None:
    found = scan(source, WITNESSES)
    assert WITNESSES.is_witness(found) is witness
    assert not found.seed


KEYS = Seeds.of(["openai"], [], keys=["sk-", "sk-ant-", "hf_"], lone=["trust_remote_code"])


@pytest.mark.parametrize(
    ("source", "alone"),
    [
        (b"KEY = 'sk-1d2e0f26'\n", True),
        (b'KEY = ("sk-ant-"\n    "api03")\n', True),
        (b"URL = 'https://x.y?key=hf_abcdefghij'\n", True),
        (b"load(trust_remote_code=True)\n", True),
        (b"x = 'task-1d2e0f2645a8'\n", False),
        (b"from a import sk_learn, hf_x\n", False),
        (b"text.startswith(b'sk')\n", False),
        (b"x = 'sk- and other beginnings'\n", False),
        (b"", False),
    ],
)
def test_files_of_interest_by_themselves(source: bytes, alone: bool) -> None:
    assert scan(source, KEYS).alone is alone
