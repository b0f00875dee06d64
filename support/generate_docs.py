"""Write the parts of README.md, docs/axes/*.md and rules/*.md that follow from the code.

- ``<!-- rules:3 -->`` … ``<!-- /rules -->`` holds the rules of axis 3, ``<!-- rules -->`` all of them;
- ``<!-- demo -->`` and ``<!-- finding -->`` hold what the commands in them print;
- below the title of a rule page stands what its rule says of itself: severity, confidence, default;
- ``### Output`` of a rule page is what is found in its ``### Bad`` as ``app/example.py``;
- ``<!-- defaults:start -->`` … ``<!-- defaults:end -->`` holds what the catalogue says of SDKs.

Run without arguments after changing a rule, an example or the catalogue; ``--check`` changes nothing
and fails when something would change.
"""

from __future__ import annotations

import functools
import io
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from llmlint import registry
from llmlint.catalogue import schema
from llmlint.catalogue.loader import load_files
from llmlint.engine import Report, Request, analyse
from llmlint.model.finding import Finding, Status
from llmlint.model.rule import AXES, Rule
from llmlint.project.deadlines import describe
from llmlint.reporters import concise, full
from llmlint.rules.llm303_default_timeout import LONG
from llmlint.scope import requests_for
from llmlint.settings import SettingsError, load
from llmlint.source import problems
from llmlint.source.document import Document, from_text

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "app/example.py"
COMMAND = "python support/generate_docs.py"
TABLES = re.compile(r"(<!-- rules(?::(\d))? -->\n).*?(<!-- /rules -->)", re.DOTALL)
DEFAULTS = re.compile(r"(<!-- defaults:start -->\n).*?(<!-- defaults:end -->)", re.DOTALL)
SHOWN = re.compile(
    r"(<!-- (demo|finding) -->\n```console\n\$ llmlint ([^\n]*)\n).*?(```\n<!-- /\2 -->)", re.DOTALL
)
Entry = schema.Client | schema.Call
TITLE = re.compile(r"\A(# [^\n]*\n\n)(?:\*\*Severity\*\*: [^\n]*\n\n)?")
OPT_IN = "usage/configuration.md#rules-that-are-off-by-default"
BLOCK = re.compile(r"^### (Bad|Output|Good)\n\n```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


# --- what there is -----------------------------------------------------------------------------


def targets() -> list[Path]:
    """The files that carry tables of rules."""
    return [ROOT / "README.md", *sorted((ROOT / "docs" / "axes").glob("*.md"))]


def rule_pages() -> list[Path]:
    """The pages of all rules, in the order of codes."""
    return sorted((ROOT / "rules").glob("LLM*.md"))


def axis_page(axis: int) -> Path:
    """The page of an axis: its number and its name."""
    return ROOT / "docs" / "axes" / f"{axis}-{AXES[axis].replace(' ', '-')}.md"


def rule_page(rule: Rule) -> Path:
    """The page of a rule: its code and its name."""
    return ROOT / "rules" / f"{rule.code}-{rule.name}.md"


def link(target: Path, page: Path) -> str:
    """A relative link, with forward slashes everywhere."""
    return Path(os.path.relpath(target, page.parent)).as_posix()


# --- tables of rules ---------------------------------------------------------------------------


def table(rules: Iterable[Rule], page: Path, *, with_axis: bool) -> str:
    """The rules as a Markdown table, or a sentence when there is none."""
    rows = sorted(rules, key=lambda rule: rule.code)
    if not rows:
        return "None yet; the audit criteria below cover this axis.\n"
    axis_head, axis_rule = (" axis |", "---|") if with_axis else ("", "")
    lines = [
        f"| code | name | what it finds |{axis_head} severity | default |",
        f"|---|---|---|{axis_rule}---|---|",
    ]
    for rule in rows:
        axis = f" {axis_cell(rule, page)} |" if with_axis else ""
        name = f"[{rule.name}]({link(rule_page(rule), page)})"
        default = "on" if rule.default else "off"
        summary = rule.summary.replace("|", chr(92) + "|")
        lines.append(f"| {rule.code} | {name} | {summary} |{axis} {rule.severity.value} | {default} |")
    return "\n".join(lines) + "\n"


def axis_cell(rule: Rule, page: Path) -> str:
    """The rule's axis, linked to its page when it has one."""
    name = AXES[rule.axis]
    return f"[{name}]({link(axis_page(rule.axis), page)})" if rule.axis else name


def header(rule: Rule) -> str:
    """The line below the title of a rule page."""
    default = "on" if rule.default else f"off, [switched on by its code](../docs/{OPT_IN})"
    severity, confidence = rule.severity.value, rule.confidence.value
    return f"**Severity**: {severity}. **Confidence**: {confidence}. **Default**: {default}.\n\n"


# --- examples, really run ----------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """A fenced block of a rule page."""

    language: str
    text: str


def examples(page: str) -> dict[str, Example]:
    """The blocks under ``### Bad``, ``### Output`` and ``### Good``; prose instead of a block is none."""
    return {match[1]: Example(match[2], match[3]) for match in BLOCK.finditer(page)}


@functools.cache
def output(example: Example, code: str) -> str:
    """What is found in an example of the page of a rule, in the concise format without the total.

    Beside the rules that are on by default, those of the page's axis run that are not: who switches one
    of them on must be able to follow the advice of the others. What an opt-in rule of another axis asks
    for is another matter, which would only blur the example.
    """
    with tempfile.TemporaryDirectory() as empty:
        if example.language == "toml":
            return _lines(_configured(Path(empty), example.text))
        of_axis = registry.Layer(extend_select=tuple(c for c in registry.names() if c[:4] == code[:4]))
        document: Document | Finding = from_text(EXAMPLE, example.text)
        request = Request(
            Path(empty), layers=(of_axis,), named=frozenset([EXAMPLE]), texts={EXAMPLE: document}
        )
        return _lines(analyse(request).of_status(Status.REPORTED))


def _configured(root: Path, text: str) -> list[Finding]:
    """LLM001 speaks of a configuration, on behalf of a file that it applies to."""
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    try:
        load(root)
    except SettingsError as error:
        return [problems.configuration(EXAMPLE, error.file, error.line, error.message)]
    return []


def _lines(findings: Iterable[Finding]) -> str:
    report = Report(Path(), tuple(findings), (EXAMPLE,))
    return "".join(f"{line}\n" for line in list(concise.lines([report]))[:-1])


def with_output(page: str, code: str) -> str:
    """The page with the output of its bad example as it has to be."""
    bad = examples(page).get("Bad")
    if bad is None:  # LLM000: no code of a user's makes it speak
        return page

    def fill(match: re.Match[str]) -> str:
        return f"### Output\n\n```text\n{output(bad, code)}```" if match[1] == "Output" else match[0]

    return BLOCK.sub(fill, page)


# --- the demo ----------------------------------------------------------------------------------


@functools.cache
def printed(arguments: str) -> str:
    """What ``llmlint check PATH [--select CODE --output-format full]`` prints when run in the repository."""
    _, path, *options = arguments.split()
    code = options[options.index("--select") + 1] if "--select" in options else None
    layer = registry.Layer((code,) if code else None)
    template = Request(Path(), layers=(layer,))
    reports = [
        replace(report, root=report.root.relative_to(ROOT))
        for report in map(analyse, requests_for([ROOT / path], template=template))
    ]
    if "full" not in options:
        return "".join(f"{line}\n" for line in concise.lines(reports))
    stream = io.StringIO()
    full.write(reports, stream, color=False)
    return stream.getvalue()


# --- the catalogue's defaults -------------------------------------------------------------------


@dataclass(frozen=True)
class Deadline:
    """What an SDK does about the time of a request when nobody says anything."""

    sdk: str
    package: str
    seconds: float | None
    attempts: int | None
    set_with: str

    @classmethod
    def of(cls, sdk: str, entry: Entry, calls: Iterable[schema.Call]) -> Deadline:
        """As the tables of the catalogue say it; the calls are those of the entry's SDK."""
        once = isinstance(entry, schema.Client) and not entry.timeout_retried
        retries = 0 if once else entry.default_retries
        return cls(
            sdk,
            entry.path.partition(".")[0],
            None if entry.no_deadline else entry.default_timeout,
            None if retries is None else retries + 1,
            _set_with(entry, calls),
        )

    def worst(self) -> str:
        """How long one call may take before it fails."""
        assert self.seconds is not None
        if self.attempts is None:
            return f"{describe(self.seconds)} per attempt"
        if self.attempts == 1:
            return describe(self.seconds)
        return f"{describe(self.seconds * self.attempts)} ({self.attempts} × {self.seconds:g} s)"


def _set_with(entry: Entry, calls: Iterable[schema.Call]) -> str:
    """The parameter that people use, with its unit where that is not the second."""
    where, source = "", entry
    if not entry.timeout and isinstance(entry, schema.Client):
        of_client = {entry.path, *entry.also, *entry.group}
        where = " of each call"
        source = next((call for call in calls if call.timeout and of_client & {*call.on}), entry)
    if not source.timeout:
        return "no parameter of its own"
    unit = " (milliseconds)" if source.timeout_unit == "ms" else ""
    return f"`{_keyword(source.timeout[0])}`{where}{unit}"


def _keyword(parameter: str) -> str:
    return parameter.rsplit("|", 1)[-1]


def deadlines(chosen: Callable[[Entry], bool]) -> dict[Deadline, list[str]]:
    """The chosen clients and functions of all SDKs, those together that behave alike."""
    found: dict[Deadline, list[str]] = {}
    for file in load_files():
        clients = [client for client in file.client if client.kind != "derived"]
        functions = [call for call in file.call if not call.on]
        entries: list[Entry] = [*clients, *functions]
        for entry in entries:
            if file.sdk is None or not chosen(entry):
                continue
            sdk = f"{file.sdk.name} {file.sdk.version}".strip()
            names = found.setdefault(Deadline.of(sdk, entry, file.call), [])
            if entry.path not in names:
                names.append(entry.path)
    return found


def _endless(entry: Entry) -> bool:
    return entry.no_deadline


def _long(entry: Entry) -> bool:
    wraps = isinstance(entry, schema.Client) and bool(entry.wraps)
    return not (wraps or entry.no_deadline) and (entry.default_timeout or 0) > LONG


def _names(paths: list[str]) -> str:
    """``openai`` once, and what of it."""
    parents = [path.split(".")[:-1] for path in paths]
    same = itertools.takewhile(lambda parts: len({*parts}) == 1, zip(*parents, strict=False))
    prefix = ".".join(parts[0] for parts in same)
    return f"`{prefix}`: " + ", ".join(f"`{path.removeprefix(prefix + '.')}`" for path in paths)


def defaults_without_deadline() -> str:
    """The table of LLM302."""
    lines = ["| SDK or library | client or function | set a deadline with |", "|---|---|---|"]
    for deadline, paths in deadlines(_endless).items():
        lines.append(f"| {deadline.sdk} | {_names(paths)} | {deadline.set_with} |")
    for (library, parameter), paths in _http_functions().items():
        lines.append(f"| {library}, to an LLM endpoint | {_names(paths)} | `{parameter}` |")
    return "\n".join(lines) + "\n"


def _http_functions() -> dict[tuple[str, str], list[str]]:
    """Functions of HTTP libraries, and classes whose methods are meant, by library and parameter."""
    found: dict[tuple[str, str], list[str]] = {}
    for http in (http for file in load_files() for http in file.http):
        # Where only the constructor knows the host, the request is not known to go to a model.
        if http.no_deadline and http.timeout and not http.client_url:
            path = http.path or http.on[0]
            names = found.setdefault((path.partition(".")[0], _keyword(http.timeout[0])), [])
            if path not in names:
                names.append(path)
    return found


def defaults_of_minutes() -> str:
    """The table of LLM303."""
    lines = [
        "| SDK | client or function | deadline | one call may take | set it with |",
        "|---|---|---|---|---|",
    ]
    for deadline, paths in deadlines(_long).items():
        assert deadline.seconds is not None
        lines.append(
            f"| {deadline.sdk} | {_names(paths)} | {deadline.seconds:g} s | {deadline.worst()} "
            f"| {deadline.set_with} |"
        )
    return "\n".join(lines) + "\n"


def _callee(path: str) -> str:
    """A class or function by its own name, a method with its class before it."""
    parts = path.lstrip("@").split(".")
    owner = next((n for n, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
    return ".".join(parts[1:] if path.startswith("@") else parts[owner:])


def limits() -> str:
    """The table of LLM402."""
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for file in load_files():
        for cap in file.cap:
            sdk = f"{file.sdk.name} {file.sdk.version}".strip() if file.sdk else ""
            default = "none" if cap.default is None else str(cap.default)
            none = "reported" if cap.none_means == "unbounded" else "silent"
            of = _callee(cap.path or f"{cap.on[0]}.{cap.method}")
            names = rows.setdefault((sdk, _keyword(cap.param), default, none), [])
            if f"`{of}`" not in names:
                names.append(f"`{of}`")
    lines = ["| SDK | limit | of | default | `None` |", "|---|---|---|---|---|"]
    for (sdk, parameter, default, none), names in rows.items():
        lines.append(f"| {sdk} | `{parameter}` | {', '.join(names)} | {default} | {none} |")
    return "\n".join(lines) + "\n"


DEFAULT_TABLES = {"LLM302": defaults_without_deadline, "LLM303": defaults_of_minutes, "LLM402": limits}


# --- all of it ---------------------------------------------------------------------------------


def rewritten(page: Path, rules: tuple[Rule, ...]) -> str:
    """The page with its generated parts as they have to be."""

    def rule_table(match: re.Match[str]) -> str:
        chosen = rules if match[2] is None else [rule for rule in rules if rule.axis == int(match[2])]
        return match[1] + table(chosen, page, with_axis=match[2] is None) + match[3]

    text = TABLES.sub(rule_table, page.read_text(encoding="utf-8"))
    text = SHOWN.sub(lambda match: match[1] + printed(match[3]) + match[4], text)
    if page.parent != ROOT / "rules":
        return text
    code = page.name[:6]
    text = TITLE.sub(lambda match: match[1] + header(registry.rule(code)), text)
    of_code = DEFAULT_TABLES.get(code)
    if of_code is not None:
        text = DEFAULTS.sub(lambda match: match[1] + of_code() + match[2], text)
    return with_output(text, code)


def main(arguments: list[str]) -> int:
    rules = registry.all_rules()
    stale = 0
    for page in (*targets(), *rule_pages()):
        text = rewritten(page, rules)
        if text != page.read_text(encoding="utf-8"):
            stale += 1
            print(page.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                page.write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
