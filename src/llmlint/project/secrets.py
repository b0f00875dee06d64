"""Which expressions read a secret, and what it is called."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, External, ExternalMethod, ExternalObject, Obj, Value
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_WORDS = re.compile(r"[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+\d*|\d+")


class Secrets:
    """Recognises reads of the environment, of settings and of secret stores."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._is_secret = functools.cache(self._judge)

    def read(self, expr: m.Expr, func: Func) -> str | None:
        """The name of the secret that this call, subscript or attribute reads; None when it reads none."""
        match expr:
            case m.Call():
                return self._call(expr, func)
            case m.Sub(value=base, index=index):
                found = self._named(self._literal(index, func))
                return found if found and self._mapped(base, func) else None
            case m.Attr(value=base, name=name) if self._is_secret(name):
                if self._mapped(base, func) or self._is_settings(base, func):
                    return None if self._hides_itself(expr, func) else name
            case _:
                pass
        return None

    def _call(self, call: m.Call, func: Func) -> str | None:
        for callee in self._evaluator.eval(call.func, func):
            for table in self._tables(callee):
                name = self._literal(walk.argument(call, table.name_arg), func) if table.name_arg else None
                if table.always:
                    return name or self._owner(call) or "a stored secret"
                return self._named(name)
        # ``os.environ.get("NAME")`` and the like.
        if isinstance(call.func, m.Attr) and call.func.name in ("get", "pop", "setdefault") and call.args:
            if self._mapped(call.func.value, func):
                return self._named(self._literal(call.args[0].value, func))
        return None

    def _tables(self, callee: Value) -> Iterator[s.Secret]:
        match callee:
            case External(name=name) | ExternalObject(name=name):
                yield from (t for t in self._catalogue.secrets.get(name) if t.form == "call")
            case ExternalMethod(owner=owner, path=path):
                yield from self._catalogue.secret_methods(owner.name, path)
            case _:
                pass

    def _mapped(self, base: m.Expr, func: Func) -> bool:
        """Whether ``base[...]`` reads a table of settings, at whatever depth."""
        while True:
            for value in self._evaluator.eval(base, func):
                match value:
                    case External(name=name) | ExternalObject(name=name):
                        found = name
                    case ExternalMethod(owner=owner, path=path):
                        found = f"{owner.name}.{path}"
                    case _:
                        continue
                if any(t.form == "mapping" for t in self._catalogue.secrets.get(found)):
                    return True
            if not isinstance(base, m.Sub | m.Attr):
                return False
            base = base.value

    def _is_settings(self, base: m.Expr, func: Func) -> bool:
        return any(
            t.form == "settings"
            for value in self._evaluator.eval(base, func)
            if isinstance(value, Obj)
            for name in self._evaluator.hierarchy.external_bases(value.cls)
            for t in self._catalogue.secrets.get(name)
        )

    def _hides_itself(self, expr: m.Attr, func: Func) -> bool:
        """Whether this is a ``SecretStr``, which shows stars until its value is asked for."""
        return any(
            isinstance(v, ExternalObject) and self._catalogue.secret_methods(v.name, "get_secret_value")
            for v in self._evaluator.eval(expr, func)
        )

    def _literal(self, expr: m.Expr | None, func: Func) -> str | None:
        if isinstance(expr, m.Text):
            return expr.value
        for value in self._evaluator.eval(expr, func) if expr is not None else ():
            if isinstance(value, Data) and isinstance(value.expr, m.Text):
                return value.expr.value
        return None

    @staticmethod
    def _owner(call: m.Call) -> str | None:
        """``settings.api_key.get_secret_value()`` reads ``api_key``."""
        owner = call.func.value if isinstance(call.func, m.Attr) else None
        if isinstance(owner, m.Attr):
            return owner.name
        return owner.id if isinstance(owner, m.Name) else None

    def _named(self, name: str | None) -> str | None:
        return name if name is not None and self._is_secret(name) else None

    def _judge(self, name: str) -> bool:
        """Whether a name says that its value is a secret."""
        words = f"_{'_'.join(_WORDS.findall(name)).lower()}_"
        return any(
            any(f"_{word}_" in words for word in table.words)
            and not any(f"_{word}_" in words for word in table.unless)
            for table in self._catalogue.secret_names
        )
