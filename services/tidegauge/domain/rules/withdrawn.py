"""What a withdrawn alert says of the figures behind it: as they were told, as they are now, what fails."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from tidegauge.domain.evidence import Evidence
from tidegauge.domain.rules.base import Rule

_HUNDREDFOLD: Final = {"%", "points"}  # fractions in the changes, times 100 in the evidence
_CURRENCY_LENGTH = 3


class _Words(NamedTuple):
    changed: str
    fails: str
    move: str  # label, from, to
    failing: str  # label, now, threshold
    unknown: str
    joint: str
    end: str


_WORDS: Final = {
    "en": _Words(
        changed="Changed: ",
        fails="No longer met: ",
        move="{} from {} to {}",
        failing="{} ({}; threshold {})",
        unknown="not known",
        joint="; ",
        end=".",
    ),
    "ja": _Words(
        changed="変化した数値:",
        fails="満たさなくなった条件:",
        move="{}は{}から{}へ",
        failing="{}({}、基準{})",
        unknown="不明",
        joint="、",
        end="。",
    ),
}


def figures_behind(
    rule: Rule, evidence: Sequence[Evidence], changes: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[str, ...]]:
    """Sentences in English and in Japanese: which key figures moved, and which comparisons fail now.

    `changes` are {name, from, to} as in the alert. Every number is a change, a figure or a threshold.
    """
    items = {item.name: item for item in evidence}
    labels = {
        "en": {figure.name: figure.label for figure in rule.figures},
        "ja": {figure.name: figure.label_ja for figure in rule.figures},
    }
    said = {}
    for code, words in _WORDS.items():
        moves = [
            words.move.format(
                labels[code][one["name"]],
                _scaled(one["from"], items[one["name"]].unit, words),
                _scaled(one["to"], items[one["name"]].unit, words),
            )
            for one in changes
            if one["name"] in items
        ]
        fails = [
            words.failing.format(labels[code][item.name], *(_text(one, item.unit, words) for one in held))
            for item in evidence
            if item.met is False
            for held in [(item.value, item.threshold)]
        ]
        lists = ((words.changed, moves), (words.fails, fails))
        said[code] = tuple(f"{start}{words.joint.join(of)}{words.end}" for start, of in lists if of)
    return said


def _scaled(value: float | None, unit: str, words: _Words) -> str:
    return _text(value * 100.0 if value is not None and unit in _HUNDREDFOLD else value, unit, words)


def _text(value: object, unit: str, words: _Words) -> str:
    """A figure with its unit: percentages with one decimal, money whole, others with four digits."""
    if value is None:
        return words.unknown
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower()
    if unit in _HUNDREDFOLD:
        shown = f"{value:.1f}".removesuffix(".0")
        return f"{'0' if shown == '-0' else shown} {unit}"
    if len(unit) == _CURRENCY_LENGTH and unit.isupper():
        return f"{value:,.0f} {unit}"
    return f"{value:.4g} {unit}".strip()
