"""What is read from source is what importing it would show, and what is not there is not found."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue import sources
from tests.catalogue.defaults import parameter_default
from tests.catalogue.resolving import member, takes

FILES = {
    "acme/__init__.py": "from .client import Client\nfrom .client import default\nrun = default.run\n"
    "_LAZY = {'Tool': ('.tools', 'Tool')}\ndef __getattr__(name): ...\n",
    "acme/client.py": "from functools import cached_property\nfrom .chat import Chat\n"
    "class Base:\n    def __init__(self, key, timeout: float = 60.0, *, retries=2): self.files = Files()\n"
    "class Client(Base):\n    @cached_property\n    def chat(self) -> 'Chat': ...\n"
    "    def run(self, ref, **params): ...\n"
    "class Files:\n    def upload(self, name): ...\ndefault = Client('x')\n",
    "acme/chat.py": "class Chat:\n    async def create(self, *, messages, model=None): ...\n",
    "acme/errors.py": "class AcmeError(Exception): ...\nclass RateLimited(AcmeError): ...\n",
    "acme/tools.py": "from pydantic import BaseModel, Field\nclass Tool(BaseModel):\n    name: str\n"
    "    limit: int = Field(default=5, alias='maximum')\n",
}


@pytest.fixture(autouse=True)
def _unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("LLMLINT_CATALOGUE_SOURCES", str(tmp_path))
    for cached in (sources.directory, sources.read):
        cached.cache_clear()
    yield
    for cached in (sources.directory, sources.read):
        cached.cache_clear()


def test_a_constructor_is_that_of_the_base_class() -> None:
    client = sources.find("acme.Client")
    assert client is not None
    assert list(inspect.signature(client).parameters) == ["key", "timeout", "retries"]
    assert parameter_default(client, "timeout") == 60.0
    assert not takes(client, "max_retries")


@pytest.mark.parametrize("path", ["chat.create", "files.upload", "run"])
def test_methods_are_found_through_properties_and_attributes(path: str) -> None:
    assert member(sources.find("acme.Client"), path) is not None


def test_a_method_takes_what_it_says() -> None:
    create = member(sources.find("acme.Client"), "chat.create")
    assert takes(create, "messages")
    assert not takes(create, "prompt")
    assert takes(sources.find("acme.run"), "anything")


def test_fields_of_a_model_that_is_exported_lazily() -> None:
    tool = sources.find("acme.Tool")
    assert takes(tool, "maximum")
    assert not takes(tool, "minimum")
    assert parameter_default(tool, "limit") == 5


def test_exceptions_are_told_from_other_classes() -> None:
    limited, client = sources.find("acme.errors.RateLimited"), sources.find("acme.Client")
    assert limited is not None and limited.is_exception
    assert client is not None and not client.is_exception


@pytest.mark.parametrize("path", ["acme.Clients", "acme.chats.Chat", "acme.Client.stream", "emca.Client"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    assert sources.find(path) is None
