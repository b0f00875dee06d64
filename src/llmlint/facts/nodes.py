"""The syntax tree: libcst's node classes by their names, as structs that are cheap to make.

The native parser makes a node by calling ``libcst.<Name>(**fields)``. libcst's own classes are frozen data
classes that check what they are given, and filling them, blanks and commas included, takes as long as the
parse itself. So while a text is parsed here, the native parser finds structs under these names: the same
fields and defaults, no methods. They never leave ``facts/``, and nobody else's parse is touched.

Where the native parser makes its nodes in another way, everything here is libcst's own, and only slower.
See docs/decisions/0016-a-cheaper-syntax-tree.md.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst
import msgspec
from libcst import native  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from libcst import *  # noqa: F403

_lock = threading.Lock()


def _struct(kind: type) -> type[msgspec.Struct]:
    """A struct with the name, the fields and the defaults of a node class."""
    fields: list[tuple[str, Any, Any] | tuple[str, Any]] = []
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            fields.append((field.name, object, msgspec.field(default=field.default)))
        elif field.default_factory is not dataclasses.MISSING:
            fields.append((field.name, object, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, object))
    return msgspec.defstruct(kind.__name__, fields, kw_only=True, eq=False, gc=False)


def _node_classes() -> dict[str, type]:
    return {
        name: value
        for name, value in vars(libcst).items()
        if isinstance(value, type) and issubclass(value, libcst.CSTNode) and dataclasses.is_dataclass(value)
    }


def _stand_in(classes: dict[str, type]) -> types.ModuleType:
    """What is called ``libcst`` while a text is parsed."""
    module = types.ModuleType("libcst")
    vars(module).update(vars(libcst))
    vars(module).update(classes)
    del module.__path__  # the name is imported for every node: no looking for submodules
    return module


def _parse_into_structs(text: str) -> libcst.Module:
    with _lock:
        sys.modules["libcst"] = _module
        try:
            return native.parse_module(text)  # type: ignore[no-any-return]
        finally:
            sys.modules["libcst"] = libcst


def _works() -> bool:
    """Whether the native parser makes structs for us, and still nodes for everyone else."""
    try:
        ours = _parse_into_structs("if a:\n    b(c)\n")
    except BaseException:  # a panic of the native parser is no ``Exception``
        return False
    return isinstance(ours, _structs["Module"]) and isinstance(libcst.parse_module(""), libcst.Module)


_structs = {name: _struct(kind) for name, kind in _node_classes().items()}
_module = _stand_in(_structs)
_LEAN = _works()
globals().update(_structs if _LEAN else _node_classes())
parse: Callable[[str], libcst.Module] = _parse_into_structs if _LEAN else libcst.parse_module
"""The tree of a module; raises ``libcst.ParserSyntaxError``."""


def __getattr__(name: str) -> type:
    """A class of nodes that an older libcst does not have: no tree contains one."""
    if not name[:1].isupper():
        raise AttributeError(name)
    return globals().setdefault(name, type(name, (), {}))  # type: ignore[no-any-return]
