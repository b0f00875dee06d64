"""How pipelines log on to clouds: with a key that stays valid, or with what lasts for one run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.tables.security import Cloud, SecurityFile
from llmlint.repository.files import Repository
from llmlint.repository.tree import Node

_SECRET = re.compile(r"\$\{\{\s*(?:secrets|vars)\.(\w+)\s*\}\}|\$\{?(\w+)\}?")


def long_lived(repository: Repository) -> Iterator[Evidence]:
    """Places of pipelines where such a key is read."""
    for cloud in read("security", SecurityFile).cloud:
        for pipeline in repository.pipelines:
            seen = set()
            for keys, node in pipeline.tree.walk():
                name = _key(cloud, str(keys[-1]) if keys else "", node)
                if name and node.line not in seen:
                    seen.add(node.line)
                    yield Evidence(pipeline.path, node.line, f"{cloud.name}: `{name}`")


def short_lived(repository: Repository) -> Iterator[Evidence]:
    """Places of pipelines where credentials for one run are asked for."""
    for cloud in read("security", SecurityFile).cloud:
        for pipeline in repository.pipelines:
            for _, node in pipeline.tree.walk():
                action, given = node.get("uses"), node.get("with")
                if action is None or given is None or not action.text.startswith(cloud.actions):
                    continue
                held = dict(given.items())
                if set(cloud.short_lived) & set(held) and not set(cloud.keys) & set(held):
                    yield Evidence(pipeline.path, action.line, f"{cloud.name}: short-lived credentials")


def _key(cloud: Cloud, key: str, node: Node) -> str:
    """The name of a key of the cloud that a value brings in; empty when it brings none."""
    if not node.text:
        return ""
    for match in _SECRET.finditer(node.text):
        name = match[1] or match[2]
        if name in cloud.keys or (match[1] and key in cloud.keys):
            return name
    return ""
