"""Going back to the last release: the command, and the day it was last tried."""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterator

from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.promptfiles import PromptFiles
from llmlint.audit.releases import Releases
from llmlint.audit.subject import Subject
from llmlint.repository.markdown import Block, Section

_RELEASE = re.compile(r"\b(?:releases?|deploy\w*|versions?|images?|revisions?|production)\b", re.IGNORECASE)
_DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


def command(subject: Subject) -> CriterionResult:
    """A task, job or script that goes back, or a command in the docs."""
    words = subject.once(Releases).table.words
    firm = [*_automated(subject)]
    loose: list[Evidence] = []
    for path, section, block in _passages(subject):
        found = _commands(subject).search(block.text)
        if found:
            text = " ".join(found[0].split())
            firm.append(Evidence(path, _line(block, found.start()), f"{section.title}: `{text[:50]}`"))
        elif _RELEASE.search(f"{section.title} {block.text}"):
            loose.append(Evidence(path, block.line, " ".join(block.text.split())[:60]))
    if firm:
        return met(dict.fromkeys(firm))
    loose += list(_mentions(subject, words.prose, words.not_releases))
    schema = list(_of_schema(subject))
    if schema:
        return vague(schema, "it takes back the schema of a database alone")
    return vague(dict.fromkeys(loose), "it names no command") if loose else missing()


def _of_schema(subject: Subject) -> Iterator[Evidence]:
    """Commands, in the code of documents, that take back the shape of a database."""
    commands = re.compile("|".join(subject.once(Releases).table.words.schema_commands), re.MULTILINE)
    for path in _documents(subject):
        for block in subject.repository.markdown(path).blocks:
            found = commands.search(block.text) if block.kind == "code" else None
            if found:
                text = " ".join(found[0].split())
                yield Evidence(path, _line(block, found.start()), f"`{text[:50]}`")


def _passages(subject: Subject) -> Iterator[tuple[str, Section, Block]]:
    """What stands below headings about going back to a release."""
    words = subject.once(Releases).table.words
    headings = re.compile("|".join(words.headings), re.IGNORECASE)
    other = re.compile("|".join(words.not_releases), re.IGNORECASE)
    rehearsals = re.compile("|".join(words.rehearsals), re.IGNORECASE)
    for path in _documents(subject):
        for section in subject.repository.markdown(path).sections:
            title = section.title
            if headings.search(title) and not other.search(title) and not rehearsals.search(title):
                if not other.search(section.text):
                    yield from ((path, section, block) for block in section.blocks)


def _documents(subject: Subject) -> tuple[str, ...]:
    """What people read; a prompt tells a model."""
    return subject.once(PromptFiles).without(subject.once(Releases).table.words.documents)


def _commands(subject: Subject) -> re.Pattern[str]:
    table = subject.once(Releases).table
    every = [one for deployer in table.deployer for one in deployer.rollbacks]
    return re.compile("|".join([*every, *table.words.commands]))


def _line(block: Block, offset: int) -> int:
    """Where in the file something stands that is found in a block; code begins below its fence."""
    return block.line + block.text.count("\n", 0, offset) + (block.kind == "code")


def _automated(subject: Subject) -> Iterator[Evidence]:
    """Tasks, jobs, scripts whose name or command goes back."""
    releases = subject.once(Releases)
    named = re.compile("|".join(releases.table.words.headings), re.IGNORECASE)
    goes_back = re.compile("|".join(one for d in releases.table.deployer for one in d.rollbacks))
    for path, name, line in subject.repository.tasks.named:
        if named.search(name) and not re.search("db|database|migrat", name, re.IGNORECASE):
            yield Evidence(path, line, f"task `{name}`")
    for step in releases.steps:
        if any(goes_back.search(text) for text in step.texts):
            yield step.evidence
        elif named.search(step.job.name) or named.search(posixpath.basename(step.pipeline.path)):
            yield Evidence(step.pipeline.path, step.job.line, f"job `{step.job.name}`")
    for path in subject.repository.matching(releases.table.words.scripts):
        if not posixpath.basename(path).startswith("test") and "/test" not in f"/{path}":
            if "migration" not in path and "alembic" not in path:
                yield Evidence(path, 1, "a script that goes back")


def _mentions(subject: Subject, prose: tuple[str, ...], others: tuple[str, ...]) -> Iterator[Evidence]:
    """Paragraphs that speak of going back to a release without saying how."""
    spoken = re.compile("|".join(prose), re.IGNORECASE)
    other = re.compile("|".join(others), re.IGNORECASE)
    for path in _documents(subject):
        if posixpath.basename(path).upper().startswith("CHANGELOG"):
            continue
        for block in subject.repository.markdown(path).blocks:
            text = block.text
            if (
                block.kind != "code"
                and spoken.search(text)
                and _RELEASE.search(text)
                and not other.search(text)
            ):
                yield Evidence(path, block.line, " ".join(text.split())[:60])


# -- the rehearsal ----------------------------------------------------------------------------------


def rehearsed(subject: Subject) -> CriterionResult:
    """A record of the last rehearsal that is not old, or a job that rehearses by the clock."""
    scheduled = list(_scheduled(subject))
    if scheduled:
        return met(scheduled)
    today, fresh = subject.today, subject.once(Releases).table.words.fresh
    known = [(day, place) for place, day in _records(subject) if day is not None]
    past = [(day, place) for day, place in known if today is None or day <= today]
    if past:
        day, place = max(past, key=lambda one: one[0])
        if today is not None and (today - day).days <= fresh:
            return met([place], f"on {day}")
        return vague([place], f"the last one that is recorded was on {day}")
    records = [place for place, _ in _records(subject)]
    return vague(records, "the day of the last one is not said") if records else missing()


def _scheduled(subject: Subject) -> Iterator[Evidence]:
    rehearsals = re.compile("|".join(subject.once(Releases).table.words.rehearsals), re.IGNORECASE)
    for step in subject.once(Releases).steps:
        names = (step.job.name, posixpath.basename(step.pipeline.path), *step.texts)
        if "schedule" in step.pipeline.triggers and any(rehearsals.search(_words(name)) for name in names):
            yield Evidence(step.pipeline.path, step.job.line, f"job `{step.job.name}` runs by the clock")
            return


def _words(name: str) -> str:
    return re.sub(r"[-_./]+", " ", name)


def _records(subject: Subject) -> Iterator[tuple[Evidence, datetime.date | None]]:
    """Sections and files about rehearsals, each with the last day in it, or the day it was committed."""
    words = subject.once(Releases).table.words
    about = re.compile("|".join(words.rehearsals), re.IGNORECASE)
    for path in _documents(subject):
        page = subject.repository.markdown(path)
        if about.search(_words(path)):
            days = list(_days(path)) or [day for block in page.blocks for day in _days(block.text)]
            yield Evidence(path, 1, "a record of a rehearsal"), _last(subject, path, days)
            continue
        for section in page.sections:
            if section.level and about.search(section.title):
                texts = [section.title, *(block.text for block in section.blocks)]
                days = [day for text in texts for day in _days(text)]
                if days:
                    yield Evidence(path, section.line, section.title[:60]), max(days)
                elif section.blocks:
                    yield Evidence(path, section.line, section.title[:60]), None


def _last(subject: Subject, path: str, days: list[datetime.date]) -> datetime.date | None:
    return max(days) if days else subject.repository.history.last_change(path)


def _days(text: str) -> Iterator[datetime.date]:
    for match in _DATE.finditer(text):
        try:
            yield datetime.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue


DETECTORS = {"rollback.command": command, "rollback.rehearsed": rehearsed}
