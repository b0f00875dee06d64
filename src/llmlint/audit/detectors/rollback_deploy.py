"""Whether last month's release can be built again: pipeline, locked packages, pinned images."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.releases import Releases
from llmlint.audit.subject import Subject

_DOCKERFILES = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Dockerfile-*", "Containerfile")
_PINNED = re.compile(r"@sha256:[0-9a-f]{64}$|:[\w.-]*\d+\.\d+\.\d+[\w.-]*$")
"""A digest, or a tag with all three numbers of a version."""
_REQUIREMENT = re.compile(r"^[A-Za-z0-9][\w.\[\],-]*\s*==\s*[\w.]+")
_DECLARED = ("/requirements.txt", "/requirements/*.txt")


def deploy(subject: Subject) -> CriterionResult:
    """All three: a job that deploys, a lock file, images that stay what they are."""
    releases = subject.once(Releases)
    jobs = [step.evidence for step in releases.deploying]
    described = [place for _, place in releases.described]
    jobs += [place for deployer, place in releases.described if deployer.by_itself]
    locks = list(_locks(subject, releases))
    pinned, moving = _images(subject)
    firm = [*jobs[:3], *locks, *pinned]
    likely = [step.evidence for step in releases.likely] if not jobs else []
    lacks = []
    if not jobs:
        by_name = "only the name of a job or of a command says that it deploys"
        lacks.append(by_name if likely else "no pipeline here deploys")
    if not locks:
        lacks.append("packages are not locked")
    if moving:
        lacks.append("images move")
    if not lacks:
        return met(dict.fromkeys(firm))
    loose = [*described[:3], *_exact(subject)] if not (jobs and locks) else []
    shown = list(dict.fromkeys([*firm, *likely[:3], *loose, *moving]))
    return vague(shown, ", ".join(lacks)) if shown else missing(", ".join(lacks))


def _locks(subject: Subject, releases: Releases) -> Iterator[Evidence]:
    for lock in releases.table.lock:
        marks = re.compile("|".join(lock.marks), re.MULTILINE) if lock.marks else None
        for path in subject.repository.matching(lock.files):
            if marks is None:
                yield Evidence(path, 1, lock.name)
                continue
            for hit in subject.repository.search(path, marks):
                yield Evidence(path, hit.line, lock.name)
                break


def _exact(subject: Subject) -> Iterator[Evidence]:
    """Requirements written by hand that name exact versions: of what they name, not of what that needs."""
    for path in subject.repository.matching(_DECLARED):
        lines = [
            (number, line.strip())
            for number, line in enumerate(subject.repository.text(path).splitlines(), 1)
            if line.strip() and not line.lstrip().startswith(("#", "-"))
        ]
        exact = [(number, line) for number, line in lines if _REQUIREMENT.match(line)]
        if lines and 2 * len(exact) >= len(lines):
            yield Evidence(path, exact[0][0], f"{len(exact)} of {len(lines)} requirements name a version")


def _images(subject: Subject) -> tuple[list[Evidence], list[Evidence]]:
    """The images that Dockerfiles build on: those that stay what they are, and those that move."""
    pinned: list[Evidence] = []
    moving: list[Evidence] = []
    for path in subject.repository.matching(_DOCKERFILES):
        stages: set[str] = set()
        values: dict[str, str] = {}
        for instruction in subject.repository.dockerfile(path):
            if instruction.word == "ARG":
                name, _, default = instruction.argument.partition("=")
                values[name.strip()] = default.strip().strip("\"'")
            if instruction.word != "FROM":
                continue
            words = [word for word in instruction.argument.split() if not word.startswith("--")]
            image = _filled(words[0], values) if words else ""
            if len(words) > 2 and words[1].lower() == "as":
                stages.add(words[2].lower())
            if not image or image.lower() in stages or image == "scratch":
                continue
            place = Evidence(path, instruction.line, f"`{image[:60]}`")
            (pinned if _PINNED.search(image) else moving).append(place)
    return pinned, moving


def _filled(image: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)(?::-([^}]*))?\}?", lambda found: values.get(found[1]) or found[2] or "", image)


DETECTORS = {"rollback.deploy": deploy}
