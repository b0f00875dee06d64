"""Which index an answer came from, and whether the one before it can be used."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.literals import literals
from llmlint.audit.model import CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.saying import last_name
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.rollback import Index, RollbackFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data
from llmlint.project.scopes import Func
from llmlint.project.wording import callee

_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*[\"']?([^\"'#\s]+)", re.MULTILINE)


def index(subject: Subject) -> CriterionResult:
    """A version in the name of the index (or an alias that is moved), and a plan for the next one."""
    words = read("rollback", RollbackFile).words
    uses = [(store, use) for store in read("rollback", RollbackFile).index for use in _uses(subject, store)]
    kept = [Evidence(use.func.path, use.span.line, f"{store.name}: no version") for store, use in uses]
    kept += _in_sql(subject)
    if not kept:
        return _unseen(subject)
    versions = [(store.name, place) for store, use in uses for place in _versions(subject, store, use)]
    others = {store.name for store, _ in uses} - {name for name, _ in versions} if versions else set()
    named = [place for _, place in versions]
    named += [*_constants(subject), *_settings(subject)]
    named += list(_aliases(subject, [store for store, _ in uses]))
    built = [place for store, use in uses for place in _built_when_absent(subject, store, use)]
    plans = list(_plans(subject, re.compile("|".join(words.reindexing), re.IGNORECASE)))
    if named and others:
        why = f"no name of an index carries a version in {', '.join(sorted(others))}"
        return vague(dict.fromkeys([*named, *plans[:3]]), why)
    if named and (plans or built):
        return met(dict.fromkeys([*named, *built[:1], *plans[:3]]))
    if named:
        return vague(dict.fromkeys(named), "how one moves to the next index is not written down")
    if plans:
        return vague(plans[:5], "no name of an index carries a version")
    migrated = _migrated(subject, kept)
    beside = list(_beside(subject, [use for _, use in uses]))
    if beside:
        why = "the model that made the embeddings is kept beside them, and no name of an index has a version"
        return vague([*dict.fromkeys(beside), *migrated[:5]], why)
    if migrated:
        why = "migrations go back with the table, and which model made the embeddings is not said"
        return vague(migrated, why)
    return missing("no name of an index carries a version", dict.fromkeys(kept))


def _unseen(subject: Subject) -> CriterionResult:
    """Where embeddings are made, they may well be kept in a way that is not known here."""
    made = [
        subject.at(call.site.func, call.site.call.span, f"`{callee(call.site.call)}`")
        for call in subject.project.llm_calls
        if call.entry.kind == "embedding"
        and call.site.func.mod.production
        and subject.within(call.site.func.path)
    ]
    words = read("rollback", RollbackFile).words
    made = made or [*_named_so(subject), *_commanded(subject, re.compile(words.index_commands))]
    plans = list(_plans(subject, re.compile("|".join(words.reindexing), re.IGNORECASE))) if made else []
    if plans:
        return vague(plans[:5], "no name of an index carries a version")
    if made:
        return missing("embeddings are made, and no name of an index with a version is seen", made)
    return not_applicable("no index of embeddings is seen")


def _named_so(subject: Subject) -> Iterator[Evidence]:
    """Calls of something unknown whose name says that it makes embeddings: ``get_embedding(text)``."""
    named = re.compile(read("rollback", RollbackFile).words.embedding_calls, re.IGNORECASE)
    for func in subject.project.functions:
        for site in (
            subject.project.graph.sites[func] if func.mod.production and subject.within(func.path) else ()
        ):
            if named.search(last_name(site.call)) and not subject.project.graph.edges_at.get(site.call):
                yield subject.at(func, site.call.span, f"`{callee(site.call)}`")


def _commanded(subject: Subject, commands: re.Pattern[str]) -> Iterator[Evidence]:
    """Lists of words that are the command of a program with an index: ``["my-rag", "index", path]``."""
    for func in subject.project.functions:
        for node in func.nodes if func.mod.production and subject.within(func.path) else ():
            if isinstance(node, m.Seq):
                known = itertools.takewhile(lambda item: isinstance(item, m.Text), node.items)
                first = [item for item in known if isinstance(item, m.Text)]
                text = " ".join(item.value for item in first)
                if commands.search(text):
                    yield subject.at(func, first[0].span, f"`{text[:50]}`")


def _in_sql(subject: Subject) -> Iterator[Evidence]:
    """Tables of embeddings, as SQL in code or in files of its own has them: one place for each file."""
    words = read("rollback", RollbackFile).words
    spoken = re.compile("|".join(words.sql_indexes), re.IGNORECASE)
    known: set[str] = set()
    for func, span, text in literals(subject):
        match = spoken.search(text) if func.path not in known else None
        if match:
            known.add(func.path)
            yield subject.at(func, span, f"SQL: `{' '.join(match[0].split())}`")
    for path in subject.repository.matching(["*.sql"]):
        for hit in subject.repository.search(path, spoken):
            yield Evidence(path, hit.line, f"SQL: `{hit.text[:50]}`")
            break


def _migrated(subject: Subject, kept: list[Evidence]) -> list[Evidence]:
    """Those of the places that are migrations, and migrations that say by their name that they move it."""
    words = read("rollback", RollbackFile).words
    files = frozenset(subject.repository.matching(words.migrations))
    moving = re.compile(words.moving_migrations, re.IGNORECASE)
    named = sorted(path for path in files if moving.search(path.rpartition("/")[2]))
    places = [Evidence(one.path, one.line, "a migration") for one in kept if one.path in files]
    known = {one.path for one in places}
    return [*places, *(Evidence(path, 1, "a migration") for path in named if path not in known)]


def _beside(subject: Subject, uses: list[Use]) -> Iterator[Evidence]:
    """Columns beside that of the embeddings, and keys of what is stored with them, that name the model."""
    named = re.compile(read("rollback", RollbackFile).words.embedded_by, re.IGNORECASE)
    for func in dict.fromkeys(use.func for use in uses):
        if func.facts.kind == "class":
            for stmt in (one for one in func.statements if isinstance(one, m.Assign)):
                for target in stmt.targets:
                    if isinstance(target, m.Name) and named.search(target.id):
                        yield subject.at(func, stmt.span, f"`{target.id}` beside the embeddings")
        for node in func.nodes:
            for key, _ in node.items if isinstance(node, m.DictDisplay) else ():
                if isinstance(key, m.Text) and named.search(key.value):
                    yield subject.at(func, key.span, f"`{key.value}` beside the embeddings")


def _uses(subject: Subject, store: Index) -> Iterator[Use]:
    return (use for use in subject.uses(*store.calls) if use.func.mod.production)


def _versions(subject: Subject, store: Index, use: Use) -> Iterator[Evidence]:
    """The names of the index in one call that carry a version."""
    call = next((n for n in use.func.nodes if isinstance(n, m.Call) and n.span == use.span), None)
    for where in store.names if call is not None else ():
        given = walk.argument(call, where) if call is not None else None
        for text, holes in _texts(subject, given, use.func) if given is not None else ():
            if _is_versioned(text, holes):
                yield Evidence(use.func.path, use.span.line, f"{store.name}: `{text[:50]}`")
                return


def _built_when_absent(subject: Subject, store: Index, use: Use) -> Iterator[Evidence]:
    """``if path.exists(): load(path)``, otherwise it is built and written there: a new name has it built."""
    func = use.func
    call = next((n for n in func.nodes if isinstance(n, m.Call) and n.span == use.span), None)
    given = [walk.argument(call, where) for where in store.names] if call is not None else []
    names = {one.id for one in given if isinstance(one, m.Name)}
    if not names:
        return
    keeping = read("rollback", RollbackFile).words.keeping
    calls = [node for node in func.nodes if isinstance(node, m.Call)]
    kept = any(
        (walk.dotted(one.func) or "").rpartition(".")[2] in keeping
        and any(names & walk.names_in(arg.value) for arg in one.args)
        for one in calls
        if one is not call
    )
    for stmt in func.statements if kept else ():
        if not isinstance(stmt, m.If):
            continue
        for node in walk.expressions(stmt.test):
            method = (walk.dotted(node.func) or "") if isinstance(node, m.Call) else ""
            if method.endswith((".exists", ".isdir", ".is_dir")) and names & walk.names_in(node):
                yield subject.at(func, stmt.span, "it is loaded if it is there, and built if not")


def _texts(subject: Subject, given: m.Expr, func: Func) -> Iterator[tuple[str, list[str]]]:
    """The texts an expression can be, each with the names that are put into it."""
    exprs = [given]
    if isinstance(given, m.Name):  # ``Path.home() / ("index." + VERSION)`` is no literal
        exprs += [b.expr for b in func.bindings.get(given.id, ()) if b.kind == "value" and b.expr is not None]
    exprs += [
        value.expr for value in subject.with_tests.evaluator.eval(given, func) if isinstance(value, Data)
    ]
    for expr in exprs:
        if isinstance(expr, m.Text):
            yield expr.value, []
        elif isinstance(expr, m.Template | m.BinOp):
            parts = list(walk.expressions(expr))
            holes = [
                p.id if isinstance(p, m.Name) else p.name for p in parts if isinstance(p, m.Name | m.Attr)
            ]
            if isinstance(expr, m.Template):
                yield "".join(p.value if isinstance(p, m.Text) else "{…}" for p in expr.parts), holes
            else:
                text = "".join(p.value if isinstance(p, m.Text) else "" for p in parts)
                yield text + "".join(f"{{{hole}}}" for hole in holes), holes


def _is_versioned(text: str, holes: list[str]) -> bool:
    words = read("rollback", RollbackFile).words
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in words.versioned) or any(
        word in hole.lower() for hole in holes for word in words.version_holes
    )


def _constants(subject: Subject) -> Iterator[Evidence]:
    """``COLLECTION = "docs_v4"``, ``get("collection", "docs_v4")``, ``collection_name="docs_v4"``."""
    for func in subject.project.functions:
        if not subject.within(func.path):
            continue
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and isinstance(stmt.value, m.Text):
                for target in stmt.targets:
                    name = target.id if isinstance(target, m.Name) else getattr(target, "name", "")
                    if _names_index(name) and _is_versioned(stmt.value.value, []):
                        yield subject.at(func, stmt.span, f"`{name} = {stmt.value.value[:40]}`")
        for node in func.nodes:
            if isinstance(node, m.Call):
                first = node.args[0].value if node.args else None
                for arg in node.args:
                    name = arg.keyword or (first.value if isinstance(first, m.Text) else "")
                    if isinstance(arg.value, m.Text) and arg.value is not first and _names_index(name):
                        if _is_versioned(arg.value.value, []):
                            yield subject.at(func, node.span, f"`{name}`: `{arg.value.value[:40]}`")
        if _names_index(func.name):  # ``def collection_name(base): return f"{base}-v4"``
            for returned in func.returns:
                for text, holes in _texts(subject, returned.value, func) if returned.value else ():
                    if _is_versioned(text, holes):
                        yield subject.at(func, returned.span, f"`{func.name}` gives `{text[:40]}`")
        for param in func.facts.params:
            if isinstance(param.default, m.Text) and _names_index(param.name):
                if _is_versioned(param.default.value, []):
                    yield subject.at(func, param.default.span, f"`{param.name}={param.default.value[:40]}`")


def _names_index(name: str) -> bool:
    words = read("rollback", RollbackFile).words.index_names
    return any(word in name.lower() for word in words)


def _settings(subject: Subject) -> Iterator[Evidence]:
    """The same in files of settings and examples of the environment."""
    words = read("rollback", RollbackFile).words
    for path in subject.repository.matching(words.config_files):
        for tree in subject.repository.trees(path):
            for keys, node in tree.walk():
                key = str(keys[-1]) if keys else ""
                if key and _names_index(key) and node.text and _is_versioned(node.text, []):
                    yield Evidence(path, node.line, f"`{key}: {node.text[:40]}`")
    for path in subject.repository.matching(words.env_files):
        for hit in subject.repository.search(path, _ASSIGNED):
            if _names_index(hit.match[1]) and _is_versioned(hit.match[2], []):
                yield Evidence(path, hit.line, f"`{hit.match[0].strip()[:60]}`")


def _aliases(subject: Subject, stores: list[Index]) -> Iterator[Evidence]:
    """Calls that let a name point to another index."""
    names = {alias for store in stores for alias in store.aliases}
    for func in subject.project.functions:
        if subject.within(func.path):
            for site in subject.project.graph.sites[func]:
                written = walk.dotted(site.call.func) or ""
                if any(written.endswith(f".{name}") for name in names):
                    yield subject.at(func, site.call.span, f"`{written}` moves an alias")


def _plans(subject: Subject, reindexing: re.Pattern[str]) -> Iterator[Evidence]:
    """Documents and scripts about building an index anew."""
    words = read("rollback", RollbackFile).words
    moved_by = re.compile(words.moved_by, re.IGNORECASE)
    for path in subject.repository.matching(words.documents):
        page = subject.repository.markdown(path)
        for section in page.sections:
            if section.level and reindexing.search(section.title):
                yield Evidence(path, section.line, section.title[:60])
        for block in page.blocks:
            if block.kind != "code" and reindexing.search(block.text) and moved_by.search(block.text):
                yield Evidence(path, block.line, " ".join(block.text.split())[:60])
                break
    for path in subject.repository.paths:
        name = path.rsplit("/", 1)[-1]
        if name.endswith((".py", ".sh")) and not name.startswith("test"):
            if reindexing.search(re.sub(r"[_\-.]+", " ", name)):
                yield Evidence(path, 1, "a script that builds it anew")


DETECTORS = {"rollback.index": index}
