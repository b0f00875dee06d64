"""The command line: arguments in, exit code out. The only place that prints or exits.

0: nothing found. 1: findings. 2: a mistake in the arguments or the configuration.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from llmlint import __version__, registry
from llmlint.clock import ClockError, today
from llmlint.model.rule import Confidence, Severity
from llmlint.reporters.audit import DEFAULT as EIGHT_AXES
from llmlint.reporters.audit import FORMATS as AUDIT_FORMATS
from llmlint.reporters.audit import LISTS
from llmlint.reporters.display import printable
from llmlint.settings import Settings, SettingsError, load, read

if TYPE_CHECKING:
    from llmlint.model.rule import Rule
    from llmlint.request import Report, Request

CLEAN, FINDINGS, USAGE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """Something the caller asked for does not exist."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs llmlint and returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not when somebody put something else in its place
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except SettingsError as error:
        place = f"{printable(os.path.relpath(error.file))}:{error.line}"
        print(f"{place}: {printable(error.message)}", file=sys.stderr)
        return USAGE
    except (UsageError, ClockError, registry.UnknownRule) as error:
        print(f"llmlint: {printable(str(error))}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        # The reader has had enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(USAGE)


def parser() -> argparse.ArgumentParser:
    """What the command line takes; ``run`` of what it gives is the function of the command."""
    parser = _Parser(
        prog="llmlint", description="Finds what will hurt in production in Python code that calls LLMs."
    )
    parser.add_argument("--version", action="version", version=f"llmlint {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="check files", description="Check files.")
    _add_paths(check)
    check.add_argument(
        "--output-format",
        choices=("full", "concise", "json", "sarif", "github", "gitlab"),
        help="default: full on a terminal, else concise",
    )
    for option, text in (
        ("--select", "run only these rules: codes or prefixes, comma-separated"),
        ("--extend-select", "run these rules too"),
        ("--ignore", "do not run these rules"),
    ):
        check.add_argument(option, type=_codes, action="extend", metavar="CODES", help=text)
    for word, known in (("severity", Severity), ("confidence", Confidence)):
        check.add_argument(
            f"--min-{word}",
            choices=[one.value for one in known],
            help=f"do not run rules of less {word}",
        )
    check.add_argument("--no-color", action="store_true", help="plain text, even on a terminal")
    _add_cache(check)
    check.set_defaults(run=_check)

    rule = commands.add_parser("rule", help="explain a rule", description="Explain a rule, offline.")
    which = rule.add_mutually_exclusive_group(required=True)
    which.add_argument("code", nargs="?", metavar="CODE", help="such as LLM301")
    which.add_argument("--all", action="store_true", help="all rules")
    rule.add_argument("--output-format", choices=("text", "json"), default="text")
    rule.add_argument("--no-color", action="store_true", help="plain text, even on a terminal")
    rule.set_defaults(run=_rule)

    graph = commands.add_parser(
        "graph",
        help="print the call graph of LLM usage",
        description="Print the call graph of LLM usage: entry points, wrappers, SDK calls, tools, sinks.",
    )
    _add_paths(graph)
    graph.add_argument("--format", choices=("mermaid", "dot", "json"), default="mermaid")
    _add_cache(graph)
    graph.set_defaults(run=_graph)
    _add_audit(commands)
    return parser


def _add_audit(commands: argparse._SubParsersAction[_Parser]) -> None:
    audit = commands.add_parser(
        "audit",
        help="score the repository on the eight readiness axes",
        description="Score a repository on the eight axes: evidence, what is missing, what to do next.",
    )
    audit.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="files and directories")
    shape = audit.add_mutually_exclusive_group()
    shape.add_argument(
        "--format", choices=("rich", *AUDIT_FORMATS), default="rich", help="default: rich, for the terminal"
    )
    shape.add_argument(
        "--question",
        action="store_true",
        help="print what a reviewer asks about each criterion that is not met",
    )
    audit.add_argument(
        "--as", dest="form", choices=LISTS, default=EIGHT_AXES, help="in the words of a published list"
    )
    audit.add_argument(
        "--fail-under",
        type=int,
        choices=range(6),
        metavar="N",
        help="exit 1 when an axis is below this level",
    )
    audit.add_argument(
        "--link",
        type=_link,
        metavar="URL",
        help="where markdown and html lead to from evidence, with {path} and {line} in it",
    )
    audit.add_argument("--no-color", action="store_true", help="plain text, even on a terminal")
    audit.add_argument("--config", type=Path, metavar="FILE", help="use this configuration for everything")
    _add_cache(audit)
    audit.set_defaults(run=_audit, stdin_filename=None)


def _link(text: str) -> str:
    if not text.startswith(("https://", "http://")) or "{path}" not in text:
        raise argparse.ArgumentTypeError("a link begins with https:// and has {path} in it")
    return text


def _add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-cache", action="store_true", help="neither use nor write .llmlint_cache in the project's root"
    )


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="files and directories; - is standard input"
    )
    parser.add_argument(
        "--stdin-filename", metavar="PATH", help="the file that standard input stands for (with -)"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="use this pyproject.toml or llmlint.toml for everything"
    )


def _codes(text: str) -> list[str]:
    codes = [code.strip() for code in text.split(",") if code.strip()]
    for code in codes:
        try:
            registry.check_code(code)
        except registry.UnknownRule as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    return codes


def _requests(arguments: argparse.Namespace, template: Request) -> list[Request]:
    from llmlint.scope import requests_for, stdin_request

    settings = functools.cache(load) if arguments.config is None else _always(read(arguments.config))
    if "-" in arguments.paths:
        if arguments.paths != ["-"]:
            raise UsageError("standard input (-) cannot be mixed with paths")
        return [stdin_request(arguments.stdin_filename or "stdin.py", _stdin(), settings, template)]
    if arguments.stdin_filename is not None:
        raise UsageError("--stdin-filename goes with -")
    for path in arguments.paths:
        if not os.path.lexists(path):
            raise UsageError(f"no such file or directory: {path}")
    return requests_for([Path(path) for path in arguments.paths], settings, template)


def _always(settings: Settings) -> Callable[[Path], Settings]:
    return lambda root: settings


def _stdin() -> bytes:
    return sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()


def _wants_color(arguments: argparse.Namespace) -> bool:
    return sys.stdout.isatty() and not arguments.no_color and "NO_COLOR" not in os.environ


def _check(arguments: argparse.Namespace) -> int:
    from llmlint.engine import analyse
    from llmlint.model.finding import Status
    from llmlint.reporters.progress import ProgressBar
    from llmlint.request import Request

    layer = registry.Layer(
        None if arguments.select is None else tuple(arguments.select),
        tuple(arguments.extend_select or ()),
        tuple(arguments.ignore or ()),
        None if arguments.min_severity is None else Severity(arguments.min_severity),
        None if arguments.min_confidence is None else Confidence(arguments.min_confidence),
    )
    requests = _requests(
        arguments, Request(Path(), layers=(layer,), cache=not arguments.no_cache, today=today(os.environ))
    )
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        reports = [analyse(request, progress) for request in requests]
    output = arguments.output_format or ("full" if sys.stdout.isatty() else "concise")
    if output == "full":
        from llmlint.reporters import full

        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        full.write(reports, sys.stdout, color=_wants_color(arguments), width=width)
    else:
        print(_text(output, reports))
    return FINDINGS if any(report.of_status(Status.REPORTED) for report in reports) else CLEAN


def _text(output: str, reports: Sequence[Report]) -> str:
    match output:
        case "json":
            from llmlint.reporters import json

            return json.text(reports)
        case "sarif":
            from llmlint.reporters import sarif

            return sarif.text(reports)
        case "gitlab":
            from llmlint.reporters import gitlab

            return gitlab.text(reports)
        case "github":
            from llmlint.reporters import github

            return "\n".join(github.lines(reports))
        case _:
            from llmlint.reporters import concise

            return "\n".join(concise.lines(reports))


def _rule(arguments: argparse.Namespace) -> int:
    rules = registry.all_rules() if arguments.all else (registry.rule(arguments.code.upper()),)
    pages = {rule.code: _page(rule) for rule in rules}
    if arguments.output_format == "json":
        from llmlint.reporters import json

        print(json.rules_text(rules, pages))
        return CLEAN
    text = "\n\n".join(pages[rule.code].strip() for rule in rules)
    if sys.stdout.isatty():
        from llmlint.reporters import pages as rendered

        rendered.write(text, sys.stdout, color=_wants_color(arguments))
    else:
        print(text)
    return CLEAN


def _page(rule: Rule) -> str:
    page = registry.page(rule.code)
    if page is None:
        return f"# {rule.name} ({rule.code})\n\n{rule.summary}\n"
    return page.read_text(encoding="utf-8")


def _graph(arguments: argparse.Namespace) -> int:
    from llmlint.engine import graph
    from llmlint.reporters.graph import FORMATS, joined
    from llmlint.reporters.progress import ProgressBar
    from llmlint.request import Request

    requests = _requests(arguments, Request(Path(), cache=not arguments.no_cache))
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        views = [graph(request, progress) for request in requests]
    print(FORMATS[arguments.format](joined(views)))
    return CLEAN


def _audit(arguments: argparse.Namespace) -> int:
    from llmlint.engine import audit
    from llmlint.reporters.audit import Wanted, text
    from llmlint.reporters.progress import ProgressBar
    from llmlint.request import Request

    requests = _requests(arguments, Request(Path(), cache=not arguments.no_cache, today=today(os.environ)))
    least = arguments.fail_under
    if least is not None:
        requests = [replace(request, settings=request.settings.asking(least)) for request in requests]
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        reports = [report for request in requests for report in audit(request, progress)]
    wanted = Wanted(arguments.form, arguments.link or "")
    if arguments.question:
        from llmlint.reporters.audit import questions

        print("\n".join(questions.lines(reports, wanted)))
    elif arguments.format == "rich":
        from llmlint.reporters.audit import terminal

        terminal.write(reports, sys.stdout, wanted, color=_wants_color(arguments))
    else:
        print(text(arguments.format, reports, wanted))
    return FINDINGS if any(report.below for report in reports) else CLEAN
