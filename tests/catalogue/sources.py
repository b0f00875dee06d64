"""Reads packages that are not imported: the source that lies unpacked in ``LLMLINT_CATALOGUE_SOURCES``.

For SDKs that bring heavy things along, hold others back, or do something when they are imported. What is
found stands in for the object itself: it has a signature, attributes and, for classes, bases, as far as these
are written down. ``pip install --no-deps --target <directory> --group catalogue-source`` fills the directory.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

DEPTH = 12
"""Names that lead to names: more than so many are a circle."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@cache
def directory() -> Path | None:
    """Where the sources lie, if they are to be read."""
    asked = os.environ.get("LLMLINT_CATALOGUE_SOURCES", "")
    return Path(asked).resolve() if asked else None


def version(distribution: str) -> str | None:
    """The version of a distribution whose source lies there."""
    root = directory()
    found = metadata.distributions(name=distribution, path=[str(root)]) if root else ()
    return next((one.version for one in found), None)


def find(path: str) -> Stand | None:
    """What a dotted name means in the sources."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        module = read(".".join(parts[:end]))
        if module is not None:
            found: Stand | None = Stand(module)
            for part in parts[end:]:
                found = found.member(part, 0) if found else None
            return found
    return None


class Module:
    """A module and the names written in it."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self.is_package = file.name == "__init__.py"
        self.text = file.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.names: dict[str, ast.stmt] = {}
        self.stars: list[ast.ImportFrom] = []
        self.lazy: dict[str, ast.expr] = {}
        """Where ``__getattr__`` finds a name: keys of dict displays."""
        self._hidden: dict[str, ast.stmt] = {}
        for statement in _statements(self.tree.body):
            self._note(statement, self.names)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                self._note(node, self._hidden)
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        self.lazy.setdefault(key.value, value)

    def _note(self, node: ast.stmt, names: dict[str, ast.stmt]) -> None:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names[node.name] = node
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                self.stars.append(node)
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    names.setdefault(alias.asname or alias.name.partition(".")[0], node)
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        names[target.id] = node
            case ast.AnnAssign(target=ast.Name(id=name)):
                names[name] = node
            case _:
                pass

    def absolute(self, module: str | None, level: int) -> str:
        """The full name of what a ``from`` import names."""
        if not level:
            return module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - level + (1 if self.is_package else 0)]
        return ".".join([*parts, *([module] if module else [])])

    def lookup(self, name: str, depth: int) -> Stand | None:
        """What a name of the module stands for."""
        if depth > DEPTH:
            return None
        found = self._bound(self.names.get(name), name, depth)
        if found is None:
            found = child(self.name, name)
        for star in self.stars if found is None else ():
            other = read(self.absolute(star.module, star.level))
            found = found or (other.lookup(name, depth + 1) if other else None)
        if found is None and name in self._hidden:
            found = self._bound(self._hidden[name], name, depth)
        if found is None and name in self.lazy:
            found = self._lazily(name, self.lazy[name])
        return found

    def _bound(self, node: ast.stmt | None, name: str, depth: int) -> Stand | None:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                return Stand(self, node)
            case ast.ImportFrom(module=module, level=level, names=names):
                wanted = next((a.name for a in names if (a.asname or a.name) == name), "")
                source = self.absolute(module, level)
                other = read(source)
                if other is not None and other is not self:
                    return other.lookup(wanted, depth + 1)
                return child(source, wanted)
            case ast.Import(names=names):
                for alias in names:
                    if name == (alias.asname or alias.name.partition(".")[0]):
                        return found_module(alias.name if alias.asname else name)
                return None
            case ast.Assign(value=value):
                return self.evaluate(value, depth + 1) or Stand(self, node)
            case ast.AnnAssign():
                return Stand(self, node)
            case _:
                return None

    def _lazily(self, name: str, where: ast.expr) -> Stand | None:
        texts = [n.value for n in ast.walk(where) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        for text in texts:
            level = len(text) - len(text.lstrip("."))
            module = read(self.absolute(text.lstrip("."), level))
            found = module.lookup(texts[-1] if len(texts) > 1 else name, 1) if module else None
            if found is not None:
                return found
        return None

    def evaluate(self, expr: ast.expr | None, depth: int) -> Stand | None:
        """What an expression means, as far as names and attributes go; types may be quoted or optional."""
        if depth > DEPTH:
            return None
        match expr:
            case ast.Name(id=name):
                return self.lookup(name, depth)
            case ast.Attribute(value=value, attr=attr):
                owner = self.evaluate(value, depth)
                return owner.member(attr, depth + 1) if owner else None
            case ast.Call(func=func):
                made = self.evaluate(func, depth)
                return made.result(depth + 1) if made else None
            case ast.Constant(value=str() as text):
                try:
                    return self.evaluate(ast.parse(text, mode="eval").body, depth + 1)
                except SyntaxError:
                    return None
            case ast.Subscript(value=value, slice=index):
                of = self.evaluate(value, depth)
                return of if of and of.is_class else self.evaluate(index, depth)
            case ast.BinOp(left=left, right=right) | ast.BoolOp(values=[left, right]):
                return self.evaluate(left, depth) or self.evaluate(right, depth)
            case ast.Await(value=value):
                return self.evaluate(value, depth)
            case _:
                return None


@dataclass(frozen=True, eq=False)
class Stand:
    """Stands in for a module, a class, a function or a value that was read and not imported."""

    module: Module
    node: ast.stmt | None = None

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this was read, not imported")

    def __getattr__(self, name: str) -> Any:
        found = None if name.startswith("__") and name != "__call__" else self.member(name, 0)
        if found is None:
            raise AttributeError(name)
        return found

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_exception(self) -> bool:
        """Whether a class comes from one of Python's exceptions."""
        return any(_is_builtin_exception(base) for one in self.family() for base in one.bases())

    @property
    def __signature__(self) -> inspect.Signature:
        found = list(self._parameters())
        if found:
            return inspect.Signature(found)
        raise ValueError("no signature is written down")

    def bases(self) -> list[ast.expr]:
        return self.node.bases if isinstance(self.node, ast.ClassDef) else []

    def family(self, depth: int = 0) -> list[Stand]:
        """A class and the classes above it that were read too."""
        found = [self]
        for base in self.bases() if depth < DEPTH else ():
            above = self.module.evaluate(base.value if isinstance(base, ast.Subscript) else base, 1)
            if above is not None and above.is_class:
                found += above.family(depth + 1)
        return found

    @property
    def is_complete(self) -> bool:
        """Whether every class above is known: read, or Python's own."""
        for one in self.family():
            for base in one.bases():
                expr = base.value if isinstance(base, ast.Subscript) else base
                name = ast.unparse(expr).rpartition(".")[2]
                if one.module.evaluate(expr, 1) is None and not (hasattr(builtins, name) or name in _PLAIN):
                    return False
        return True

    def member(self, name: str, depth: int) -> Stand | None:
        """An attribute of this, or of an instance of this class, or of what this function gives."""
        if depth > DEPTH:
            return None
        if self.node is None:
            return self.module.lookup(name, depth)
        if isinstance(self.node, Function | ast.Assign | ast.AnnAssign):
            value = self._value(depth + 1)
            return value.member(name, depth + 1) if value else None
        for one in self.family():
            node = _in_class(one.node, name)
            if node is None:
                continue
            made = Stand(one.module, node)
            if isinstance(node, Function) and not _is_property(node):
                return made
            return made._value(depth + 1) or made
        return None

    def result(self, depth: int) -> Stand | None:
        """What calling this gives."""
        return self if self.is_class else self._value(depth)

    def _value(self, depth: int) -> Stand | None:
        match self.node:
            case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns):
                return self.module.evaluate(returns, depth)
            case ast.Assign(value=value):
                return self.module.evaluate(value, depth)
            case ast.AnnAssign(annotation=annotation, value=value):
                return self.module.evaluate(annotation, depth) or self.module.evaluate(value, depth)
            case _:
                return None

    def _parameters(self) -> Iterator[inspect.Parameter]:
        if isinstance(self.node, Function):
            yield from _arguments(self.node)
            return
        seen: dict[str, inspect.Parameter] = {}
        for one in self.family() if self.is_class else ():
            init = _in_class(one.node, "__init__")
            found = _arguments(init) if isinstance(init, Function) else _fields(one.node)
            for parameter in found:
                if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                    seen.setdefault(parameter.name, parameter)
            if isinstance(init, Function):
                break
        # What a class takes on whose own classes are not all read is not known.
        constructor = self.member("__init__", 0) if self.is_class else None
        rest = constructor is not None and any(p.kind is p.VAR_KEYWORD for p in constructor._parameters())
        order = sorted(seen.values(), key=lambda p: (p.kind, p.default is not p.empty))
        yield from order
        if rest or not self.is_complete:
            yield inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)


_PLAIN = frozenset({"ABC", "Generic", "Protocol", "TypedDict", "NamedTuple", "BaseModel", "Enum"})
"""Classes of other packages that take no parameters of their own."""


@cache
def read(name: str) -> Module | None:
    """The module of that name, if its source lies there."""
    root = directory()
    if root is None or not name:
        return None
    base = root.joinpath(*name.split("."))
    for file in (base / "__init__.py", base.with_name(f"{base.name}.py")):
        if file.is_file():
            return Module(name, file)
    return None


def found_module(name: str) -> Stand | None:
    """A module as a value."""
    module = read(name)
    return Stand(module) if module else None


def child(package: str, name: str) -> Stand | None:
    """A module in a package."""
    return found_module(f"{package}.{name}")


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, also those under ``if`` and ``try``."""
    for node in body:
        yield node
        for part in ("body", "orelse", "handlers", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                for inner in getattr(node, part, ()):
                    yield from _statements(inner.body if isinstance(inner, ast.ExceptHandler) else [inner])


def _in_class(cls: ast.stmt | None, name: str) -> ast.stmt | None:
    """The last statement that gives a class this attribute: in its body, or on ``self`` in a method."""
    found: ast.stmt | None = None
    for node in _statements(cls.body) if isinstance(cls, ast.ClassDef) else ():
        match node:
            case ast.FunctionDef(name=own) | ast.AsyncFunctionDef(name=own) | ast.ClassDef(name=own):
                found = node if own == name else found
            case ast.AnnAssign(target=ast.Name(id=own)) | ast.Assign(targets=[ast.Name(id=own)]):
                found = node if own == name else found
            case _:
                pass
    if found is None and isinstance(cls, ast.ClassDef):
        for inner in ast.walk(cls):
            match inner:
                case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=own)):
                    found = inner if own == name else found
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=own)]):
                    found = inner if own == name and found is None else found
                case _:
                    pass
    return found


def _is_property(node: Function) -> bool:
    return any("property" in ast.unparse(d).lower() for d in node.decorator_list)


def _is_builtin_exception(base: ast.expr) -> bool:
    known = getattr(builtins, ast.unparse(base), None)
    return isinstance(known, type) and issubclass(known, BaseException)


def _arguments(node: Function) -> Iterator[inspect.Parameter]:
    a = node.args
    plain = [*a.posonlyargs, *a.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(a.defaults)) + list(a.defaults)
    static = any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
    for number, (arg, default) in enumerate(zip(plain, defaults, strict=True)):
        if number or static or arg.arg not in ("self", "cls"):
            kind = (
                inspect.Parameter.POSITIONAL_ONLY
                if arg in a.posonlyargs
                else inspect.Parameter.POSITIONAL_OR_KEYWORD
            )
            yield inspect.Parameter(arg.arg, kind, default=_default(default))
    if a.vararg:
        yield inspect.Parameter(a.vararg.arg, inspect.Parameter.VAR_POSITIONAL)
    for arg, default in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        yield inspect.Parameter(arg.arg, inspect.Parameter.KEYWORD_ONLY, default=_default(default))
    if a.kwarg:
        yield inspect.Parameter(a.kwarg.arg, inspect.Parameter.VAR_KEYWORD)


def _fields(cls: ast.stmt | None) -> Iterator[inspect.Parameter]:
    """What the constructor of a data class or model takes."""
    for node in cls.body if isinstance(cls, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            default = node.value
            names = [node.target.id]
            if isinstance(default, ast.Call):  # ``Field(default=5)``, ``field(default=5)``
                keywords = {k.arg: k.value for k in default.keywords}
                aliases = (keywords.get("alias"), keywords.get("validation_alias"))
                names += [str(alias.value) for alias in aliases if isinstance(alias, ast.Constant)]
                default = keywords.get("default", default.args[0] if default.args else default)
            for name in names:
                yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_default(default))


class _Written:
    """A default that is an expression: what it is worth is not known."""


def _default(expr: ast.expr | None) -> Any:
    if expr is None:
        return inspect.Parameter.empty
    try:
        return ast.literal_eval(expr)
    except ValueError:
        return _Written()
