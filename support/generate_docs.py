"""Write the parts of README.md, docs/axes/*.md and rules/ that follow from the code and the catalogue.

- ``<!-- rules:3 -->`` … ``<!-- /rules -->`` holds the rules of axis 3, ``<!-- rules -->`` all of them;
- ``<!-- criteria:3 -->`` … ``<!-- /criteria -->`` holds what the audit asks on axis 3;
- ``<!-- demo -->`` and ``<!-- finding -->`` hold what the commands in them print;
- below the title of a rule page stands what its rule says of itself: severity, confidence, default;
- ``### Output`` of a rule page is what is found in its ``### Bad`` as ``app/example.py``, or as the
  file that its first line names, beside a ``requirements.txt`` that holds its ``### Requirements``;
- ``<!-- defaults:start -->`` … ``<!-- defaults:end -->`` holds what the catalogue says of SDKs, as far as a
  rule relies on it; ``<!-- sdks:start -->`` … ``<!-- sdks:end -->`` what it says of each,
  ``<!-- tools:start -->`` … ``<!-- tools:end -->`` which tools the audit recognises;
- ``rules/seeds.json`` says what makes a file worth parsing.

Run without arguments after changing a rule, an example or the catalogue; ``--check`` changes nothing
and fails when something would change.
"""

from __future__ import annotations

import datetime
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
from llmlint.audit.criteria import criteria, expiry
from llmlint.catalogue import schema, seeds
from llmlint.catalogue.loader import load_files
from llmlint.catalogue.lookup import load as load_catalogue
from llmlint.engine import analyse
from llmlint.model.finding import Finding, Status
from llmlint.model.rule import AXES, Rule
from llmlint.project.deadlines import describe
from llmlint.reporters import concise, full
from llmlint.request import Report, Request
from llmlint.rules.llm303_default_timeout import LONG
from llmlint.scope import requests_for
from llmlint.settings import SettingsError, load
from llmlint.source import problems
from llmlint.source.document import Document, from_text
from support import sdk_table, tool_table

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "app/example.py"
OWN_PATH = re.compile(r"# (tests/\w+\.py)\n")
"""The first line of an example that is to be seen under another path."""
FILE_NAME = re.compile(r"(?:# |<!-- )(\S+)(?: -->)?\n")
"""The first line of an example in another language: the file that it is."""
PROGRAM = ROOT / "fixtures" / "audit" / "_app" / "app" / "llm.py"
"""What such a file lies beside, unless it answers a bad example in Python."""
COMMAND = "python support/generate_docs.py"
TODAY = datetime.date(2026, 6, 1)
"""The day on which examples, fixtures and the demo are looked at: what they show must not rot."""
TABLES = re.compile(r"(<!-- rules(?::(\d))? -->\n).*?(<!-- /rules -->)", re.DOTALL)
CRITERIA = re.compile(r"(<!-- criteria:(\d) -->\n).*?(<!-- /criteria -->)", re.DOTALL)
SDKS = re.compile(r"(<!-- sdks:start -->\n).*?(<!-- sdks:end -->)", re.DOTALL)
TOOLS = re.compile(r"(<!-- tools:start -->\n).*?(<!-- tools:end -->)", re.DOTALL)
DEFAULTS = re.compile(r"(<!-- defaults:start -->\n).*?(<!-- defaults:end -->)", re.DOTALL)
SHOWN = re.compile(
    r"(<!-- (demo|finding) -->\n```console\n\$ llmlint ([^\n]*)\n).*?(```\n<!-- /\2 -->)", re.DOTALL
)
Entry = schema.Client | schema.Call
TITLE = re.compile(r"\A(# [^\n]*\n\n)(?:\*\*Severity\*\*: [^\n]*\n\n)?")
OPT_IN = "usage/configuration.md#rules-that-are-off-by-default"
REQUIREMENTS = re.compile(r"^### Requirements\n\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^### (Bad|Output|Good)\n\n```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


# --- what there is -----------------------------------------------------------------------------


def targets() -> list[Path]:
    """The files that carry generated tables, the pages of rules aside."""
    docs = ROOT / "docs"
    usage = [docs / "usage" / "audit.md", docs / "usage" / "sdks.md"]
    return [ROOT / "README.md", *sorted((docs / "axes").glob("*.md")), *usage]


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


# --- what the audit asks -----------------------------------------------------------------------


def asked(axis: int) -> str:
    """The criteria of an axis as a Markdown table, with what a reviewer asks (``--question``)."""
    lines = [
        "| criterion | id | met when | a reviewer asks | weight | a word holds |",
        "|---|---|---|---|---|---|",
    ]
    for one in criteria().values():
        if one.axis == axis:
            # One without a rule's page is still to be written.
            rule = f" ({one.code})" if one.code in registry.modules() and one.code not in one.met else ""
            cells = (one.title, f"`{one.id}`", f"{one.met}{rule}", one.question, str(one.weight))
            lines.append(f"| {' | '.join(cells)} | {expiry(one)} days |")
    return "\n".join(lines) + "\n"


# --- examples, really run ----------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """A fenced block of a rule page."""

    language: str
    text: str


def examples(page: str) -> dict[str, Example]:
    """The blocks under ``### Bad``, ``### Output`` and ``### Good``; prose instead of a block is none."""
    return {match[1]: Example(match[2], match[3]) for match in BLOCK.finditer(page)}


def requirements(page: str) -> str:
    """What the examples of a page are installed with; empty when that does not matter."""
    found = REQUIREMENTS.search(page)
    return found[1] if found else ""


@functools.cache
def output(example: Example, code: str, installed: str = "", answers: Example | None = None) -> str:
    """What a rule, and every rule that is on by default, finds in an example (concise, without the total).

    A good example that is no Python is a file beside the bad one that it ``answers``.
    """
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "requirements.txt").write_text(installed, encoding="utf-8")
        if example.language == "toml":
            return _lines(_configured(Path(empty), example.text))
        layer = registry.Layer(extend_select=(code,))
        if example.language != "python":
            _write_beside(Path(empty), example.text)
            is_code = answers is not None and answers.language == "python"
            example = answers if answers and is_code else Example("python", PROGRAM.read_text("utf-8"))
        named = OWN_PATH.match(example.text)
        path = named[1] if named else EXAMPLE
        document: Document | Finding = from_text(path, example.text)
        request = Request(
            Path(empty), layers=(layer,), named=frozenset([path]), texts={path: document}, today=TODAY
        )
        return _lines(analyse(request).of_status(Status.REPORTED))


def _write_beside(root: Path, text: str) -> None:
    """A file of another language, where its first line says that it is."""
    named = FILE_NAME.match(text)
    if named is None:
        raise ValueError(f"the first line does not say which file this is: {text[:40]!r}")
    file = root / named[1]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


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
    """The page of a rule with the output of its bad example as it has to be."""
    bad = examples(page).get("Bad")
    if bad is None:  # LLM000: no code of a user's makes it speak
        return page

    def fill(match: re.Match[str]) -> str:
        return (
            f"### Output\n\n```text\n{output(bad, code, requirements(page))}```"
            if match[1] == "Output"
            else match[0]
        )

    return BLOCK.sub(fill, page)


# --- the demo ----------------------------------------------------------------------------------


@functools.cache
def printed(arguments: str) -> str:
    """What ``llmlint check PATH [--select CODE --output-format full]`` prints when run in the repository."""
    _, path, *options = arguments.split()
    code = options[options.index("--select") + 1] if "--select" in options else None
    layer = registry.Layer((code,) if code else None)
    template = Request(Path(), layers=(layer,), today=TODAY)
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
    if not prefix:
        return ", ".join(f"`{path}`" for path in paths)
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


def retry_libraries() -> str:
    """The table of LLM305."""
    lines = ["| retry | attempts by default | wait by default | set the wait with |", "|---|---|---|---|"]
    for retry in (retry for file in load_files() for retry in file.retry):
        attempts = (
            "no bound" if not retry.bounded_by_default else str(retry.default_attempts or "bounded in time")
        )
        wait = "yes" if retry.waits_by_default else "none"
        named = ", ".join(f"`{_keyword(path)}`" for path in retry.waits)
        lines.append(f"| `{retry.path}` | {attempts} | {wait} | {named} |")
    return "\n".join(lines) + "\n"


def client_attempts() -> str:
    """The table of LLM306."""
    rows: dict[tuple[str, str, int], list[str]] = {}
    for file in load_files():
        for client in file.client:
            if file.sdk and client.retries and client.default_retries:
                key = (
                    f"{file.sdk.name} {file.sdk.version}".strip(),
                    client.retries,
                    client.default_retries + 1,
                )
                names = rows.setdefault(key, [])
                if client.path not in names:
                    names.append(client.path)
    lines = ["| SDK | client | parameter | attempts by default |", "|---|---|---|---|"]
    for (sdk, parameter, attempts), paths in rows.items():
        lines.append(f"| {sdk} | {_names(paths)} | `{_keyword(parameter)}` | {attempts} |")
    return "\n".join(lines) + "\n"


def step_limits() -> str:
    """The table of LLM403."""
    rows: dict[tuple[str, str], list[str]] = {}
    for table in (table for file in load_files() for table in file.step_limit):
        for since, steps in table.defaults.items():
            rows.setdefault((f"{table.package} {since}", str(steps)), []).append(table.on[0])
    lines = ["| from | steps by default | of |", "|---|---|---|"]
    lines += [f"| {since} | {steps} | {_names(paths)} |" for (since, steps), paths in rows.items()]
    return "\n".join(lines) + "\n"


def output_caps() -> str:
    """The table of LLM404."""
    lines = ["| SDK | caps |", "|---|---|"]
    for file in load_files():
        for table in file.output_cap:
            assert file.sdk is not None
            names = {*table.on, *table.functions}
            clients = [c for c in file.client if names & {c.path, *c.group}]
            calls = [c for c in file.call if names & {c.path, *c.on}]
            caps = dict.fromkeys(
                cap for caps in (*[c.cap for c in clients], *[c.cap for c in calls]) for cap in caps
            )
            sdk = f"{file.sdk.name} {file.sdk.version}".strip()
            lines.append(f"| {sdk} | {', '.join(f'`{_keyword(cap)}`' for cap in caps)} |")
    return "\n".join(lines) + "\n"


def wrong_caps() -> str:
    """The table of LLM405."""
    lines = ["| call | takes no | takes | models | what happens |", "|---|---|---|---|---|"]
    for file in load_files():
        for cap in file.wrong_cap:
            calls = ", ".join(f"`{path}`" for path in cap.calls)
            models = ", ".join(f"`{start}…`" for start in cap.models) or "all"
            models += "".join(f", not `{start}…`" for start in cap.unless)
            wrong = ", ".join(f"`{param}`" for param in cap.wrong)
            sdk = cap.source.partition(",")[0]
            lines.append(f"| {sdk}: {calls} | {wrong} | `{cap.right}` | {models} | it {cap.does} |")
    return "\n".join(lines) + "\n"


def lifecycles() -> str:
    """The table of LLM702."""
    catalogue = load_catalogue()
    lines = ["| provider | ids | the last that is known ends on | read in |", "|---|---|---|---|"]
    for vendor in catalogue.vendors.values():
        days = [day for (of, _), day in catalogue.retired.items() if of == vendor.id]
        sources = {
            entry.source.partition(",")[0]: None
            for file in load_files()
            for entry in file.lifecycle
            if entry.vendor == vendor.id
        }
        name = f"[{vendor.name}]({vendor.retirements})"
        lines.append(f"| {name} | {len(days)} | {max(days)} | {', '.join(sources)} |")
    return "\n".join(lines) + "\n"


def registries() -> str:
    """The table of LLM705."""
    lines = ["| call | pinned by |", "|---|---|"]
    for file in load_files():
        for table in file.remote_prompt:
            calls = ", ".join(f"`{path}`" for path in (table.calls or (table.path, *table.also)))
            pins = [f"`{_keyword(pin)}`" for pin in table.pins]
            if table.separator:
                pins.append(f"`{table.separator}` in the name")
            moving = "".join(f", but not `{one}`" for one in table.moving)
            lines.append(f"| {calls} | {', '.join(pins)}{moving} |")
    return "\n".join(lines) + "\n"


DEFAULT_TABLES = {
    "LLM302": defaults_without_deadline,
    "LLM303": defaults_of_minutes,
    "LLM305": retry_libraries,
    "LLM306": client_attempts,
    "LLM402": limits,
    "LLM403": step_limits,
    "LLM404": output_caps,
    "LLM405": wrong_caps,
    "LLM702": lifecycles,
    "LLM705": registries,
}


# --- all of it ---------------------------------------------------------------------------------


def rewritten(page: Path, rules: tuple[Rule, ...]) -> str:
    """The page with its generated parts as they have to be."""

    def rule_table(match: re.Match[str]) -> str:
        chosen = rules if match[2] is None else [rule for rule in rules if rule.axis == int(match[2])]
        return match[1] + table(chosen, page, with_axis=match[2] is None) + match[3]

    text = TABLES.sub(rule_table, page.read_text(encoding="utf-8"))
    text = CRITERIA.sub(lambda match: match[1] + asked(int(match[2])) + match[3], text)
    text = SHOWN.sub(lambda match: match[1] + printed(match[3]) + match[4], text)
    text = SDKS.sub(lambda match: match[1] + sdk_table.sdks() + match[2], text)
    text = TOOLS.sub(lambda match: match[1] + tool_table.tools() + match[2], text)
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
    made = {page: rewritten(page, rules) for page in (*targets(), *rule_pages())}
    made[ROOT / "rules" / seeds.FILE] = seeds.text_of(load_catalogue())
    for page, text in made.items():
        if not page.exists() or text != page.read_text(encoding="utf-8"):
            stale += 1
            print(page.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                page.write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
