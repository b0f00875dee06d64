"""Give every import another name and rename all that refers to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

import libcst as cst
from libcst import metadata


def aliased(files: Mapping[str, str]) -> dict[str, str]:
    """The same project with every import under a name of its own, lines unchanged.

    ``import openai`` becomes ``import openai as _m0`` and ``from x import Y`` ``from x import Y as _Y0``.
    Left alone: ``__future__``, star imports, ``import a.b``, package files, names another module of the
    project imports from here, and names that are bound more than once.
    """
    return {
        path: _alias(text, _wanted_elsewhere(path, files)) if _is_module(path) else text
        for path, text in files.items()
    }


def _is_module(path: str) -> bool:
    return path.endswith(".py") and PurePosixPath(path).name != "__init__.py"


def _wanted_elsewhere(path: str, files: Mapping[str, str]) -> frozenset[str]:
    """Names that other files import from the module at ``path``."""
    stem = PurePosixPath(path).stem
    names: set[str] = set()
    for other, text in files.items():
        if other == path or not other.endswith(".py"):
            continue
        for node in _froms(text):
            source = cst.Module([]).code_for_node(node.module) if node.module else ""
            if source.rpartition(".")[2] == stem and not isinstance(node.names, cst.ImportStar):
                names |= {alias.name.value for alias in node.names if isinstance(alias.name, cst.Name)}
    return frozenset(names)


def _froms(text: str) -> list[cst.ImportFrom]:
    found: list[cst.ImportFrom] = []

    class Collector(cst.CSTVisitor):
        def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
            found.append(node)

    cst.parse_module(text).visit(Collector())
    return found


def _alias(text: str, wanted_elsewhere: Collection[str]) -> str:
    wrapper = metadata.MetadataWrapper(cst.parse_module(text))
    renames: dict[cst.CSTNode, str] = {}
    aliases: dict[cst.CSTNode, str] = {}
    for scope in dict.fromkeys(wrapper.resolve(metadata.ScopeProvider).values()):
        if scope is None:
            continue
        for name in sorted({assignment.name for assignment in scope.assignments}):
            bound = list(scope[name])
            if len(bound) != 1 or not isinstance(bound[0], metadata.ImportAssignment):
                continue
            alias = _importing_alias(bound[0], name)
            nodes = [access.node for access in bound[0].references]
            if alias is None or name in wanted_elsewhere or alias in aliases:
                continue
            if not all(isinstance(node, cst.Name | cst.Attribute) for node in nodes):
                continue  # named inside a string annotation
            stem = name if isinstance(bound[0].node, cst.ImportFrom) else "m"
            new = f"_{stem}{len(aliases)}"
            aliases[alias] = new
            renames |= {_leftmost(node): new for node in nodes}
    return wrapper.module.visit(_Renamer(renames, aliases)).code


def _importing_alias(assignment: metadata.ImportAssignment, name: str) -> cst.ImportAlias | None:
    """The ``Y`` of ``from x import Y`` (or of ``import Y``) that binds ``name``."""
    node = assignment.node
    if not isinstance(node, cst.Import | cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        return None
    module = node.module if isinstance(node, cst.ImportFrom) else None
    if isinstance(module, cst.Name) and module.value == "__future__":
        return None
    for alias in node.names:
        bound = alias.asname.name if alias.asname else alias.name
        if isinstance(bound, cst.Name) and bound.value == name:
            return alias
    return None


def _leftmost(node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node


class _Renamer(cst.CSTTransformer):
    def __init__(self, renames: Mapping[cst.CSTNode, str], aliases: Mapping[cst.CSTNode, str]) -> None:
        super().__init__()
        self.renames = renames
        self.aliases = aliases

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        new = self.renames.get(original_node)
        return updated_node.with_changes(value=new) if new else updated_node

    def leave_ImportAlias(
        self, original_node: cst.ImportAlias, updated_node: cst.ImportAlias
    ) -> cst.ImportAlias:
        new = self.aliases.get(original_node)
        if new is None:
            return updated_node
        as_space = cst.SimpleWhitespace(" ")
        asname = cst.AsName(cst.Name(new), whitespace_before_as=as_space, whitespace_after_as=as_space)
        return updated_node.with_changes(asname=asname)
