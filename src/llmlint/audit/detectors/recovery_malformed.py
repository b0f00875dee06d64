"""What happens to answers that are not what they should be."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.answerdecorators import ParsedBefore, parsed_before
from llmlint.audit.catalogue import read
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.saying import last_name
from llmlint.audit.shapechecks import ShapeChecks
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import ClassRef, Data
from llmlint.project.parsing import ASKED, MAY_ASK, Parse
from llmlint.project.scopes import Func
from llmlint.project.shapes import HELD, NUMBER
from llmlint.project.wording import callee

MOST = 0.5
"""Where so many of the places only see to it that an answer parses, some schemas are not enough."""


def malformed(subject: Subject) -> CriterionResult:
    """Answers that are taken apart are held to a schema, or the parser's failure is caught (LLM307)."""
    parses = [parse for parse in subject.project.parses if _is_ours(subject, parse)]
    found = [parse for parse in subject.project.readers.held() if _is_ours(subject, parse)]
    schemas = [call for call in subject.sites if _has_schema(subject, call)]
    before = list(parsed_before(subject))
    if not parses and not schemas and not found and not before:
        return not_applicable("no answer is taken apart: users get it as text")
    bad = [_at(subject, parse, "nobody catches its error") for parse in parses if _is_bad(parse)]
    bad += [_decorated(subject, one, "nobody catches its error") for one in before if not one.handled]
    held = [_asked(subject, call) for call in schemas]
    sound = [parse for parse in parses if not _is_bad(parse)]
    handled = [one for one in before if one.handled]
    checks = {parse: subject.once(ShapeChecks).of(parse) for parse in sound}
    held += [place for places, mostly in checks.values() if mostly for place in places]
    partly = [place for places, mostly in checks.values() if not mostly for place in places]
    held += [
        _decorated(subject, one, "held to a schema") for one in handled if _is_held(subject, one.wrapper)
    ]
    held += [_at(subject, parse, "held to a pattern") for parse in found if parse.checked]
    caught = [_at(subject, p, "its error is caught") for p in [*sound, *found] if p.handled]
    caught += [_decorated(subject, one, "its error is caught") for one in handled]
    caught += [_at(subject, p, "its form is looked at") for p in sound if p.checked and not p.handled]
    asked = [_at(subject, p, "the model is asked for JSON") for p in sound if p.asked == ASKED]
    unseen = [
        _at(subject, p, "which form is asked for is not seen")
        for p in sound
        if _is_unseen(p) and not checks[p][1]
    ]
    loose = [_at(subject, p, "reads what a pattern found") for p in found if not (p.checked or p.handled)]
    total = len(parses) + len(before) + len(found) + len(schemas)
    count = Count(total - len(bad) - len(unseen) - len(loose), total, "places")
    good = list(dict.fromkeys([*held, *caught]))
    if bad:
        return (
            vague([*bad, *good], "some malformed answers end in a traceback", count)
            if good
            else missing("a malformed answer ends in a traceback", bad, count)
        )
    if held and unseen:
        return vague([*unseen, *held], "which form some answers have to have is not seen", count)
    if held and loose:
        return vague([*loose, *held], "what happens where nothing is found is not seen", count)
    if held:
        only_caught = sum(not (p.checked or checks[p][1]) for p in sound)
        only_caught += sum(p.handled and not p.checked for p in found)
        if only_caught >= MOST * total:
            why = "the shape of some answers is checked, of the others only whether they parse"
            return vague([*dict.fromkeys(held), *caught], why, count)
        return met(dict.fromkeys(held), count=count)
    if partly:
        why = "text that does not parse is caught, and only some callers check the shape of the data"
        return vague([*dict.fromkeys(partly), *caught, *unseen, *loose], why, count)
    if caught:
        why = "text that does not parse is caught, data of another shape is not"
        return vague([*caught, *unseen, *loose], why, count)
    if asked:
        return vague([*asked, *unseen, *loose], "the form is asked for, and not checked", count)
    if unseen:
        return vague([*unseen, *loose], "which form is asked for is not seen, and nobody checks it", count)
    return vague(loose, "what happens where nothing is found is not seen", count)


def _is_ours(subject: Subject, parse: Parse) -> bool:
    here = parse.func.mod.production and subject.within(parse.func.path)
    if not here or not parse.flow.origin.func.mod.production:
        return False
    return not (_is_of_a_count(parse) or _is_a_frame(subject, parse))


def _is_of_a_count(parse: Parse) -> bool:
    """Whether it converts how many tokens an answer took, or what it cost: that comes from the provider."""
    if parse.flow.hit.use.kind not in (NUMBER, HELD):
        return False
    said = [node for arg in parse.call.args for node in walk.expressions(arg.value)]
    texts = [getattr(node, "id", getattr(node, "name", getattr(node, "value", ""))) for node in said]
    func: Func | None = parse.func
    while func is not None and func.facts.kind != "module":
        texts.append(func.name)
        func = func.parent
    counts = read("recovery", RecoveryFile).words.counts
    return any(word in text.lower() for text in texts if isinstance(text, str) for word in counts)


def _is_a_frame(subject: Subject, parse: Parse) -> bool:
    """Whether it unpacks a line of a stream, in which the provider sends a piece of the answer."""
    frames = read("recovery", RecoveryFile).words.frames
    given = {name for arg in parse.call.args for name in walk.names_in(arg.value)}
    site = next((one for one in subject.project.graph.sites[parse.func] if one.call is parse.call), None)
    return any(
        isinstance(loop, m.For)
        and isinstance(loop.iter, m.Call)
        and last_name(loop.iter) in frames
        and given & walk.names_in(loop.target)
        for loop in (site.loops() if site is not None else ())
    )


def _is_unseen(parse: Parse) -> bool:
    """Whether only settings that nobody sees may have asked for the form."""
    return parse.asked == MAY_ASK and not (parse.handled or parse.checked)


def _is_bad(parse: Parse) -> bool:
    return not (parse.obliged or parse.handled or parse.checked)


def _at(subject: Subject, parse: Parse, what: str) -> Evidence:
    return subject.at(parse.func, parse.call.span, f"`{callee(parse.call)}`: {what}")


def _asked(subject: Subject, call: LlmCall) -> Evidence:
    return subject.at(call.site.func, call.site.call.span, f"`{callee(call.site.call)}` asks for a schema")


def _has_schema(subject: Subject, call: LlmCall) -> bool:
    """Whether a call gives objects of a class, not text that should be JSON."""
    if call.entry.kind == "structured":
        if not call.entry.structured:
            return not _is_of_plain_fields(subject, call)
        if _gives_schema(call):
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


def _gives_schema(call: LlmCall) -> bool:
    """Whether a schema is written at the call, and is no parameter that callers may leave out."""
    given = [walk.argument(call.site.call, path) for path in call.entry.structured]
    params = [call.site.func.params.get(one.id) for one in given if isinstance(one, m.Name)]
    optional = any(
        param is not None and isinstance(param.default, m.Const) and param.default.value is None
        for param in params
    )
    return any(one is not None for one in given) and not optional


def _is_of_plain_fields(subject: Subject, call: LlmCall) -> bool:
    """Whether a signature names the fields of an answer and wants nothing but texts in them."""
    client = call.client
    if client is None or client.site is None or not client.site.call.args:
        return False
    bases = read("recovery", RecoveryFile).words.signatures
    for value in subject.project.evaluator.eval(client.site.call.args[0].value, client.site.func):
        if isinstance(value, ClassRef):
            if set(subject.project.evaluator.hierarchy.external_bases(value.cls)).isdisjoint(bases):
                return False
            fields = (stmt for stmt in value.cls.body.statements if isinstance(stmt, m.Assign))
            return all(one.annotation is None or walk.dotted(one.annotation) == "str" for one in fields)
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
