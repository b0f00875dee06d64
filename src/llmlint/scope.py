"""From paths to requests: which projects they belong to, and what of each is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from llmlint.request import Request
from llmlint.settings import Settings, load
from llmlint.source.discovery import locate, members, project_of
from llmlint.source.document import decode
from llmlint.source.roots import absolute, is_shallow

Load = Callable[[Path], Settings]


def requests_for(
    paths: Sequence[Path], load_settings: Load = load, template: Request | None = None
) -> list[Request]:
    """One request per project that the paths touch, in the order of their roots."""
    passed = [absolute(path) for path in paths]
    named: dict[Path, set[str]] = {}
    below: dict[Path, list[Path]] = {}
    for path in passed:
        if path.is_dir():
            for root in _roots_below(path, passed, load_settings):
                below.setdefault(root, []).append(path)
        else:
            root_of = locate(path, passed, lambda root: load_settings(root).exclude)
            if root_of is not None and path.suffix != ".pyi":
                named.setdefault(root_of, set()).add(path.relative_to(root_of).as_posix())
    base = template or Request(Path())
    return [
        replace(
            base,
            root=root,
            settings=load_settings(root),
            shallow=is_shallow(root, passed),
            named=frozenset(named.get(root, ())),
            shows=_shows(root, frozenset(named.get(root, ())), below.get(root, ())),
        )
        for root in sorted({*named, *below})
    ]


def _roots_below(path: Path, passed: Iterable[Path], load_settings: Load) -> Iterable[Path]:
    """The project of a directory, and the projects inside the directory."""
    root = project_of(path, passed)
    pending = [root]
    while pending:
        one = pending.pop()
        yield one
        shallow = is_shallow(one, passed)
        for nested in members(one, load_settings(one).exclude, shallow=shallow).nested:
            if nested.is_relative_to(path):
                pending.append(nested)


def _shows(root: Path, named: frozenset[str], directories: Iterable[Path]) -> Callable[[str], bool]:
    prefixes = []
    for directory in directories:
        if root.is_relative_to(directory):
            return lambda path: True
        prefixes.append(directory.relative_to(root).as_posix() + "/")
    starts = tuple(prefixes)
    return lambda path: path in named or path.startswith(starts)


def stdin_request(
    name: str,
    data: bytes,
    load_settings: Load = load,
    template: Request | None = None,
    passed: Iterable[Path] = (),
) -> Request:
    """The request for a text that has a name but need not be on disk."""
    file = absolute(Path(name))
    if not file.parent.is_dir():  # an editor's name for a buffer
        file = absolute(Path()) / file.name
    root = locate(file, passed, lambda root: load_settings(root).exclude)
    base = template or Request(Path())
    if root is None:  # left out by ``exclude``
        return replace(base, root=file.parent, shows=lambda path: False)
    path = file.relative_to(root).as_posix()
    document = decode(path, data)
    return replace(
        base,
        root=root,
        settings=load_settings(root),
        shallow=is_shallow(root, passed),
        named=frozenset([path]),
        shows=lambda other: other == path,
        texts={path: document},
    )
