"""External functions that give back what they are given, in another form."""

from __future__ import annotations

from llmlint.catalogue.lookup import Catalogue

_CARRIERS = ("builtins.", "json.", "re.", "os.path.", "textwrap.", "string.", "base64.", "urllib.parse.",
             "html.", "shlex.", "itertools.", "ast.", "pathlib.", "yaml.", "codecs.", "io.", "orjson.",
             "json5.", "json_repair.", "ujson.", "tomllib.", "toml.", "functools.", "dataclasses.",
             "collections.", "regex.", "inspect.cleandoc", "copy.")  # fmt: skip
"""Modules whose functions give back what they are given, in another form."""
_NOT_CARRIED = frozenset({"builtins.open", "builtins.print", "builtins.input", "builtins.hasattr",
                          "builtins.callable", "builtins.type", "builtins.range", "builtins.super",
                          "builtins.setattr", "builtins.compile", "builtins.eval", "builtins.exec",
                          "builtins.globals", "builtins.locals", "builtins.Exception", "builtins.ValueError",
                          "builtins.RuntimeError", "os.path.exists", "os.path.isfile", "os.path.isdir",
                          "os.path.getsize", "re.compile"})  # fmt: skip


def carries(name: str) -> bool:
    """Whether functions of this module (or methods of this class) give back what they are given."""
    return name.startswith(_CARRIERS)


def is_dead_end(name: str, catalogue: Catalogue) -> bool:
    """Whether the result of an external function is not the text it is given."""
    if name in _NOT_CARRIED or catalogue.sinks.get(name):
        return True
    return not (name.startswith(_CARRIERS) or name.rsplit(".", 1)[-1][:1].isupper())
