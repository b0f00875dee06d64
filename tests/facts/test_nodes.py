"""The tree is made of structs where libcst allows it, and nobody else notices."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading

import libcst
import msgspec
import pytest

from llmlint.facts import nodes
from llmlint.facts.extractor import extract
from tests.facts.test_serialise import ALL_KINDS

AS_IF_UNKNOWN = """
import sys
from types import SimpleNamespace

import libcst
from libcst import native as real

def parse_module(text, *args, **kwargs):
    sys.modules["libcst"] = libcst
    return real.parse_module(text, *args, **kwargs)

libcst.native = SimpleNamespace(parse_module=parse_module)

import msgspec
from llmlint.facts import nodes
from llmlint.facts.extractor import extract

assert nodes.Name is libcst.Name
sys.stdout.buffer.write(msgspec.msgpack.encode(extract("m.py", sys.stdin.buffer.read().decode())))
"""


def test_the_installed_parser_makes_structs() -> None:
    """Fails when libcst makes its nodes in another way: then extraction is right, but slow."""
    assert isinstance(nodes.parse("x = 1\n"), msgspec.Struct)


@pytest.mark.parametrize("text", ["x = f(a)\n", "def f(:\n"])
def test_others_get_libcst(text: str) -> None:
    with contextlib.suppress(libcst.ParserSyntaxError):
        nodes.parse(text)
    assert sys.modules["libcst"] is libcst
    assert isinstance(libcst.parse_module("x\n").body[0], libcst.SimpleStatementLine)


def test_in_several_threads() -> None:
    found: list[libcst.Module] = []
    threads = [
        threading.Thread(target=lambda: found.append(nodes.parse("x = f(a)\n" * 200))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [isinstance(tree, nodes.Module) for tree in found] == [True] * 8
    assert sys.modules["libcst"] is libcst


def test_the_same_facts_with_a_parser_that_makes_nodes_otherwise() -> None:
    command = [sys.executable, "-c", AS_IF_UNKNOWN]
    theirs = subprocess.run(command, input=ALL_KINDS.encode(), capture_output=True, check=True).stdout
    assert theirs == msgspec.msgpack.encode(extract("m.py", ALL_KINDS))
