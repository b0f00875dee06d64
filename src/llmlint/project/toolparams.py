"""Which parameters of a tool carry text that the model chooses."""

from __future__ import annotations

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.kinds import ClassRef, Data, External, Value
from llmlint.project.scopes import Cls, Func
from llmlint.project.toolforms import ToolUse
from llmlint.project.toolschemas import Words
from llmlint.project.values import Evaluator

_PLAIN = frozenset(
    {
        "builtins.int",
        "builtins.float",
        "builtins.bool",
        "builtins.complex",
        "uuid.UUID",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "typing.Literal",
        "typing_extensions.Literal",
        "decimal.Decimal",
        "enum.Enum",
        "enum.IntEnum",
        "enum.StrEnum",
        "pydantic.PositiveInt",
        "pydantic.NonNegativeInt",
        "pydantic.PositiveFloat",
        "pydantic.NonNegativeFloat",
    }
)
"""Types that hold no free text."""

_SEVERAL = ("Optional", "Union", "list", "List", "Sequence", "Iterable", "set", "Set", "tuple", "Tuple")

_FIELD_BASES = (
    "Model", "Dict", "NamedTuple", "Struct", "str", "dict", "list", "Schema", "Request", "Args", "Arguments",
    "Params", "Parameters", "Input", "Inputs",
)  # fmt: skip
"""Classes below one whose name ends so are data that a model can write."""

_FIELD_DECORATORS = ("dataclass", "define", "frozen", "mutable", "attrs", "s", "dataclass_json")


class Parameters:
    """Judges parameters and annotations."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._words = Words.of(catalogue)

    def chosen_by(self, use: ToolUse, name: str) -> bool:
        """Whether this use leaves the text of a parameter to a model."""
        func, table = use.func, use.table
        param = func.params.get(name)
        if param is None or name == func.receiver or param.kind == "*" or name in use.fixed:
            return False
        if use.only is not None:
            if name not in use.only and param.kind != "**":
                return False
        elif self._is_given_by_program(param, func, table):
            return False
        return param.annotation is None or not self.is_plain(param.annotation, func.parent or func)

    def _is_given_by_program(self, param: m.Param, func: Func, table: s.Tool | None) -> bool:
        others = [p.name for p in func.facts.params if p.name != func.receiver]
        first = others[0] if others else None
        if table is None:
            if param.name in self._words.skip_params:
                return True
        else:
            if param.name in table.skip_params:
                return True
            if param.kind == "**" and table.form not in ("subclass", "handler"):
                return True  # a schema made from the signature names none of these
            if table.form == "handler" and param.name != (others[1] if len(others) > 1 else first):
                return True
            if table.first_is_context and param.name == first:
                return True
            if param.annotation is not None and self._skipped_type(param.annotation, func, table):
                return True
        if isinstance(param.default, m.Call):
            called = self._evaluator.type_name(param.default.func, func.parent or func)
            if called in self._words.injected:
                return True
        return param.annotation is not None and self._is_object(param.annotation, func.parent or func)

    def _skipped_type(self, annotation: m.Expr, func: Func, table: s.Tool) -> bool:
        scope = func.parent or func
        if isinstance(annotation, m.BinOp):
            return self._skipped_type(annotation.left, func, table)
        if isinstance(annotation, m.Text):
            last = annotation.value.split("[", 1)[0].rsplit(".", 1)[-1].strip()
            return last in {name.rsplit(".", 1)[-1] for name in table.skip_types}
        if isinstance(annotation, m.Sub):
            last = self._evaluator.type_name(annotation.value, scope)
            if last in ("Annotated", "Optional"):
                items = annotation.index.items if isinstance(annotation.index, m.Seq) else (annotation.index,)
                return any(self._skipped_type(item, func, table) for item in items)
        target = annotation.value if isinstance(annotation, m.Sub) else annotation
        target = target.func if isinstance(target, m.Call) else target
        tails = {name.rsplit(".", 1)[-1] for name in table.skip_types}
        for value in self._evaluator.eval(target, scope):
            if isinstance(value, External) and (
                value.name in table.skip_types or value.name.rsplit(".", 1)[-1] in tails
            ):
                return True
            if isinstance(value, ClassRef) and value.cls.name in tails:
                return True
        return False

    # -- types ------------------------------------------------------------------------------

    def _is_object(self, annotation: m.Expr, func: Func) -> bool:
        """Whether values of this annotation are objects of the program, which no model can write."""
        match annotation:
            case m.BinOp(op="|", left=left, right=right):
                return self._is_object(left, func) and (_is_none(right) or self._is_object(right, func))
            case m.Sub(value=value, index=index):
                last = self._evaluator.type_name(value, func)
                items = index.items if isinstance(index, m.Seq) else (index,)
                return last in ("Optional", "Annotated") and self._is_object(items[0], func)
            case m.Name() | m.Attr():
                values = self._evaluator.eval(annotation, func)
                return bool(values) and all(
                    isinstance(v, ClassRef) and not self._is_data(v.cls) for v in values
                )
            case _:
                return False

    def _is_data(self, cls: Cls) -> bool:
        hierarchy = self._evaluator.hierarchy
        if any(base.endswith(_FIELD_BASES) for base in hierarchy.external_bases(cls)):
            return True
        if set(hierarchy.external_bases(cls)) & _PLAIN:
            return True
        family = hierarchy.mro(cls)
        # A base we cannot see may make it anything.
        seen = sum(len(one.facts.bases) for one in family)
        known = len(family) - 1 + len(hierarchy.external_bases(cls))
        return seen > known or any(
            self._evaluator.type_name(d.func if isinstance(d, m.Call) else d, one.mod.body)
            in _FIELD_DECORATORS
            for one in family
            for d in one.facts.decorators
        )

    def is_plain(self, annotation: m.Expr, func: Func) -> bool:
        """Whether values of this annotation hold no free text (numbers, ``Literal``, enums)."""
        match annotation:
            case m.Text(value=text):
                return all(_is_plain_text(part.strip()) for part in text.split("|"))
            case m.Const(value=None):
                return True
            case m.BinOp(op="|", left=left, right=right):
                return self.is_plain(left, func) and self.is_plain(right, func)
            case m.Sub(value=value, index=index):
                last = self._evaluator.type_name(value, func)
                items = index.items if isinstance(index, m.Seq) else (index,)
                if last == "Literal":
                    return True
                if last in _SEVERAL:
                    return all(self.is_plain(item, func) for item in items)
                return last == "Annotated" and self.is_plain(items[0], func)
            case m.Name() | m.Attr():
                values = self._evaluator.eval(annotation, func)
                return bool(values) and all(self._plain_value(v) for v in values)
            case _:
                return False

    def _plain_value(self, value: Value) -> bool:
        if isinstance(value, External):
            return value.name in _PLAIN
        if isinstance(value, ClassRef):
            return bool(set(self._evaluator.hierarchy.external_bases(value.cls)) & _PLAIN) or (
                self._all_plain(value.cls)
            )
        if isinstance(value, Data):
            return isinstance(value.expr, m.Sub | m.BinOp) and self.is_plain(value.expr, value.func)
        return False

    def _all_plain(self, cls: Cls) -> bool:
        """Whether every field of a data class is plain."""
        if not self._is_data(cls) or len(self._evaluator.hierarchy.mro(cls)) > 1:
            return False
        annotated = [b.annotation for found in cls.body.bindings.values() for b in found]
        return bool(annotated) and all(a is not None and self.is_plain(a, cls.body) for a in annotated)


def _is_none(annotation: m.Expr) -> bool:
    return isinstance(annotation, m.Const) and annotation.value is None


def _is_plain_text(text: str) -> bool:
    inner = text.removeprefix("typing.")
    for several in ("Optional[", "List[", "list["):
        if inner.startswith(several) and inner.endswith("]"):
            return _is_plain_text(inner[len(several) : -1])
    return inner in ("int", "float", "bool", "None") or inner.startswith("Literal[")
