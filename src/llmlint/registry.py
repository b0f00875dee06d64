"""The rules, found by file name: ``rules/llm301_swallowed_llm_error.py`` is LLM301.

Codes and names are known without importing anything; a rule's module is imported when the rule is
selected. The tool's own codes have no module: the engine reports them itself.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from llmlint.model.rule import AXES, Confidence, Rule, Severity
from llmlint.resources import rules_directory

DOCS = "https://llmlint.readthedocs.io/rules/{code}"
PREFIX = re.compile(r"LLM\d{0,3}")
_MODULE = re.compile(r"llm(\d{3})_(\w+)")
_AXIS = len("LLM3")

OWN_RULES = (
    Rule(
        "LLM000",
        "internal-problem",
        "llmlint itself failed on this file or in this rule; everything else was checked",
        Severity.ERROR,
        Confidence.HIGH,
        None,
        in_tests=True,
    ),
    Rule(
        "LLM001",
        "configuration-problem",
        "the configuration of llmlint cannot be used",
        Severity.ERROR,
        Confidence.HIGH,
        None,
        in_tests=True,
    ),
    Rule(
        "LLM002",
        "unparsable-file",
        "the file cannot be read or parsed, so nothing in it was checked",
        Severity.ERROR,
        Confidence.HIGH,
        None,
        in_tests=True,
    ),
    Rule(
        "LLM003",
        "unused-suppression",
        "a `# llmlint: ignore` comment suppresses nothing",
        Severity.ADVICE,
        Confidence.HIGH,
        None,
        in_tests=True,
    ),
)
ALWAYS = frozenset(["LLM000", "LLM001", "LLM002"])
"""On unless ignored by their full code: a run that could not look must not end as a clean one."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One place that selects rules; a later layer has the last word over an earlier one."""

    select: tuple[str, ...] | None = None
    """None leaves the selection as it was; otherwise it starts anew."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity | None = None
    """Rules that are less severe are not run; None leaves it as it was."""
    min_confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rules run: codes and prefixes; the longer one wins, and ``ignore`` when they are equal."""

    layers: tuple[Layer, ...] = ()
    off: frozenset[str] = frozenset()
    """Codes that are off by default here whatever their rule says."""

    @property
    def min_severity(self) -> Severity:
        """The least severity that is run: what the last layer says that says something."""
        said = [layer.min_severity for layer in self.layers if layer.min_severity is not None]
        return said[-1] if said else Severity.ADVICE

    @property
    def min_confidence(self) -> Confidence:
        """The least confidence that is run."""
        said = [layer.min_confidence for layer in self.layers if layer.min_confidence is not None]
        return said[-1] if said else Confidence.LOW

    def admits(self, rule: Rule) -> bool:
        """Whether a rule is severe and sure enough. What stops a run from looking always is."""
        enough = rule.severity.at_least(self.min_severity) and rule.confidence.at_least(self.min_confidence)
        return enough or rule.code in ALWAYS


class UnknownRule(LookupError):
    """A code or prefix that names no rule."""

    def __init__(self, code: str) -> None:
        import difflib  # nobody waits for it who makes no mistake

        self.code = code
        near = difflib.get_close_matches(code.upper(), [*modules(), *(r.code for r in OWN_RULES)], 1)
        self.suggestion = near[0] if near else ""
        hint = f", did you mean `{self.suggestion}`?" if near else ""
        super().__init__(f"`{code}` names no rule{hint}")


@functools.cache
def modules() -> Mapping[str, str]:
    """Code to module name of every rule that has one, in the order of codes."""
    found = {}
    for file in sorted((Path(__file__).parent / "rules").glob("llm[0-9]*.py")):
        match = _MODULE.fullmatch(file.stem)
        if match:
            found[f"LLM{match[1]}"] = file.stem
    return found


def names() -> Mapping[str, str]:
    """Code to name of every rule, in the order of codes; imports nothing."""
    found = {rule.code: rule.name for rule in OWN_RULES}
    for code, module in modules().items():
        found[code] = module.partition("_")[2].replace("_", "-")
    return dict(sorted(found.items()))


def rule(code: str) -> Rule:
    """The rule with this code; raises ``UnknownRule``."""
    for own in OWN_RULES:
        if own.code == code:
            return own
    if code not in modules():
        raise UnknownRule(code)
    module = importlib.import_module(f"llmlint.rules.{modules()[code]}")
    found: Rule = module.RULE
    return found


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of codes."""
    return tuple(rule(code) for code in names())


def check_code(code: str) -> None:
    """Raises ``UnknownRule`` for a code or prefix that names no rule."""
    if PREFIX.fullmatch(code):
        # An axis may have no rule in this release and still be meant.
        if len(code) <= _AXIS and int(code[3:] or 0) in AXES:
            return
        if any(known.startswith(code) for known in names()):
            return
    raise UnknownRule(code)


def own_codes(selection: Selection) -> frozenset[str]:
    """The active ones of the tool's own codes; imports no rule."""
    return frozenset(
        one.code
        for one in OWN_RULES
        if selection.admits(one) and _state(one.code, one.code not in selection.off, selection)
    )


def select(selection: Selection) -> tuple[Rule, ...]:
    """The active rules, in the order of codes, the tool's own among them."""
    return tuple(rule for rule in _selected(selection) if selection.admits(rule))


def left_out(selection: Selection) -> tuple[Rule, ...]:
    """The rules that were selected and are not run, since they are not severe or sure enough.

    Imports rules only where a least severity or confidence is asked for.
    """
    if selection.min_severity is Severity.ADVICE and selection.min_confidence is Confidence.LOW:
        return ()
    return tuple(rule for rule in _selected(selection) if not selection.admits(rule))


def _selected(selection: Selection) -> tuple[Rule, ...]:
    active = []
    for code in names():
        if not _state(code, True, selection):
            continue  # off even if it were on by default: no need to import it
        candidate = rule(code)
        if _state(code, candidate.default and code not in selection.off, selection):
            active.append(candidate)
    return tuple(active)


def _longest(code: str, prefixes: Iterable[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def _state(code: str, default: bool, selection: Selection) -> bool:
    on = default
    for layer in selection.layers:
        chosen = _longest(code, (*(layer.select or ()), *layer.extend_select))
        ignored = _longest(code, layer.ignore)
        if code in ALWAYS:
            on = on and ignored < len(code)
        elif ignored >= 0 and ignored >= chosen:
            on = False
        elif chosen >= 0:
            # An axis, or everything, means what is on by default in it; more digits mean that rule.
            on = default or chosen > _AXIS or (on and layer.select is None)
        elif layer.select is not None:
            on = False
    return on


def page(code: str) -> Path | None:
    """The Markdown page of a rule, None while there is none."""
    return next(iter(sorted(rules_directory().glob(f"{code}-*.md"))), None)


def docs_url(code: str) -> str:
    """Where the page of a rule is on the web."""
    return DOCS.format(code=code)
