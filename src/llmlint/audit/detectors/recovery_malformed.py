"""What happens to answers that are not what they should be."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.answerdecorators import ParsedBefore, parsed_before
from llmlint.audit.catalogue import read
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import ClassRef, Data
from llmlint.project.parsing import Parse
from llmlint.project.scopes import Func
from llmlint.project.wording import callee


def malformed(subject: Subject) -> CriterionResult:
    """Answers that are taken apart are held to a schema, or the parser's failure is caught (LLM307)."""
    parses = [
        parse
        for parse in subject.project.parses
        if parse.func.mod.production
        and subject.within(parse.func.path)
        and parse.flow.origin.func.mod.production
    ]
    schemas = [call for call in subject.sites if _has_schema(subject, call)]
    before = list(parsed_before(subject))
    if not parses and not schemas and not before:
        return not_applicable("no answer is taken apart: users get it as text")
    bad = [_at(subject, parse, "nobody catches its error") for parse in parses if _is_bad(parse)]
    bad += [_decorated(subject, one, "nobody catches its error") for one in before if not one.handled]
    held = [_asked(subject, call) for call in schemas]
    held += [
        _at(subject, p, "held to a schema") for p in parses if not _is_bad(p) and _is_held(subject, p.func)
    ]
    held += [
        _decorated(subject, one, "held to a schema")
        for one in before
        if one.handled and _is_held(subject, one.wrapper)
    ]
    caught = [_at(subject, p, "its error is caught") for p in parses if p.handled]
    caught += [_decorated(subject, one, "its error is caught") for one in before if one.handled]
    total = len(parses) + len(before) + len(schemas)
    count = Count(total - len(bad), total, "places")
    if bad:
        good = list(dict.fromkeys([*held, *caught]))
        return (
            vague([*bad, *good], "some malformed answers end in a traceback", count)
            if good
            else missing("a malformed answer ends in a traceback", bad, count)
        )
    if held:
        return met(dict.fromkeys(held), count=count)
    if caught:
        return vague(caught, "text that does not parse is caught, data of another shape is not", count)
    asked = [_at(subject, parse, "the model is asked for JSON") for parse in parses]
    return vague(asked, "the form is asked for, and not checked", count)


def _is_bad(parse: Parse) -> bool:
    return not (parse.obliged or parse.handled)


def _at(subject: Subject, parse: Parse, what: str) -> Evidence:
    return subject.at(parse.func, parse.call.span, f"`{callee(parse.call)}`: {what}")


def _asked(subject: Subject, call: LlmCall) -> Evidence:
    return subject.at(call.site.func, call.site.call.span, f"`{callee(call.site.call)}` asks for a schema")


def _has_schema(subject: Subject, call: LlmCall) -> bool:
    """Whether a call gives objects of a class, not text that should be JSON."""
    if call.entry.kind == "structured":
        return True
    deadlines, forms = subject.project.deadlines, subject.project.catalogue.answer_forms
    places = [(call.site.call, call.site.func)]
    for client in (call.client, *call.client.inner) if call.client is not None else ():
        places += [(site.call, site.func) for _, site in client.changes]
        places += [(client.site.call, client.site.func)] if client.site is not None else []
    for given, func in places:
        for form in forms:
            for path in (*form.params, *call.entry.structured):
                if deadlines.setting(given, func, (path,)).state == "given":
                    where = walk.argument(given, path.partition(".")[0])
                    if where is not None and _is_schema(subject, where, func):
                        return True
    return False


def _is_schema(subject: Subject, given: m.Expr, func: Func) -> bool:
    loose = read("recovery", RecoveryFile).words.loose_formats
    for value in subject.project.evaluator.eval(given, func):
        if isinstance(value, ClassRef):
            return True
        if isinstance(value, Data):
            texts = {node.value for node in walk.expressions(value.expr) if isinstance(node, m.Text)}
            keys = {
                key.value
                for node in walk.expressions(value.expr)
                if isinstance(node, m.DictDisplay)
                for key, _ in node.items
                if isinstance(key, m.Text)
            }
            if any("schema" in text.lower() for text in keys | texts) and not texts & set(loose):
                return True
    return False


def _decorated(subject: Subject, one: ParsedBefore, what: str) -> Evidence:
    return subject.at(one.func, one.span, f"`{one.func.name}` gets the parsed answer: {what}")


def _is_held(subject: Subject, func: Func) -> bool:
    """Whether the parser of a function checks a schema itself, or something beside it does."""
    validators = read("recovery", RecoveryFile).words.validators
    for node in _calls(func):
        name = node.func.name if isinstance(node.func, m.Attr) else getattr(node.func, "id", "")
        if name in validators:
            return True
        if any(arg.star == "**" for arg in node.args):
            for value in subject.project.evaluator.eval(node.func, func):
                if isinstance(value, ClassRef):
                    return True
    return False


def _calls(func: Func) -> Iterator[m.Call]:
    return (node for node in func.nodes if isinstance(node, m.Call))


DETECTORS = {"recovery.malformed": malformed}
