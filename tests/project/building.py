"""Projects from texts, and what names in them stand for."""

from __future__ import annotations

import textwrap

from llmlint.catalogue.lookup import load
from llmlint.facts.extractor import extract
from llmlint.project.kinds import (
    ClassRef,
    Client,
    ClientMethod,
    Data,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    ModuleRef,
    Obj,
    PackageRef,
    ParamValue,
    Response,
    Unknown,
    Value,
)
from llmlint.project.project import Project
from llmlint.project.scopes import Func


def project_of(files: dict[str, str]) -> Project:
    """A project of some files, every one of them production code."""
    return Project.build([extract(path, textwrap.dedent(text)) for path, text in files.items()], load())


def scope_of(project: Project, path: str, qualname: str = "") -> Func:
    """The module body, or a function by its qualified name."""
    return next(f for m in project.modules if m.path == path for f in m.functions if f.qualname == qualname)


def meaning(project: Project, path: str, name: str, qualname: str = "") -> list[str]:
    """What a bare name of a scope stands for, in words, sorted."""
    return sorted(_words(v) for v in project.evaluator.lookup(name, scope_of(project, path, qualname)))


def _words(value: Value) -> str:
    match value:
        case FuncRef(func=func, bound=bound):
            on = f" on {_words(bound)}" if bound is not None else ""
            return f"function {func.path}:{func.qualname}{on}"
        case ClassRef(cls=cls):
            return f"class {cls.mod.path}:{cls.facts.qualname}"
        case Obj(cls=cls):
            return f"instance {cls.mod.path}:{cls.facts.qualname}"
        case ModuleRef(mod=mod):
            return f"module {mod.path}"
        case PackageRef(place=place):
            return f"package {place}"
        case External(name=name):
            return f"external {name}"
        case ExternalObject(name=name):
            return f"result of {name}"
        case ExternalMethod(owner=owner, path=path):
            return f"{path} of result of {owner.name}"
        case Client(entry=entry, site=site):
            return f"client {entry.path}" + ("" if site is not None else " by type")
        case ClientMethod(client=client, path=path):
            return f"{path} of client {client.entry.path}"
        case Response(call=call):
            return f"response of {call.path}"
        case Data(expr=expr):
            literal = getattr(expr, "value", None)
            return f"data {literal!r}" if isinstance(literal, str | int) else f"data {type(expr).__name__}"
        case ParamValue(name=name):
            return f"parameter {name}"
        case Unknown():
            return "unknown"
        case _:
            return type(value).__name__


def callees(project: Project, path: str, qualname: str = "") -> list[str]:
    """The functions that the calls of a scope lead to, sorted."""
    edges = project.graph.edges[scope_of(project, path, qualname)]
    return sorted({f"{edge.target.path}:{edge.target.qualname}" for edge in edges})
