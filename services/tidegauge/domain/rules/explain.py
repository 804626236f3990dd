"""Fills a rule's explanation from its evidence, in English and in Japanese.

A template is lines; each becomes a sentence. `[name met] ...` or `[name not met] ...` (several, separated
by commas) shows a line only then. `text || other` says `other` where a figure of `text` is unknown.
Placeholders: `{name:format}`, `{name.threshold:format}`, `{name.window}`, `{product}`, `{origin}`,
`{reporter}`. Every number in the text is a figure, a threshold or a window of the evidence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tidegauge.domain.alerts import Status
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.evidence import Evidence
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Rule
from tidegauge.domain.rules.withdrawn import figures_behind

_PLACE = re.compile(r"\{(\w+)(?:\.(threshold|window))?(?::(\w+))?\}")
_CONDITION = re.compile(r"\[([^\]]*)\]\s*")
_SMALL = 0.05  # percent; less rounds to no change at one decimal
_UNIT_VALUE_DIGITS = 4
_SPAN, _AGAINST = "..", " against "  # as windows.window_text writes them


# (words before, name, part, format) of every placeholder, and the words after the last
_Pieces = tuple[tuple[tuple[str, str, str, str], ...], str]


class _UnknownError(Exception):
    """A figure of the sentence is not known."""


@dataclass(frozen=True, slots=True)
class _Language:
    words: Mapping[str, str]
    formats: Mapping[str, Callable[[float, str], str]]
    window: Callable[[str], str]
    joint: str


def explain(  # noqa: PLR0913, PLR0917 - a row, and what is told of it
    rule: Rule,
    evidence: Sequence[Evidence],
    view: PanelView,
    row: int,
    status: Status = Status.OPEN,
    changes: Sequence[Mapping[str, Any]] = (),
    beside: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """One paragraph in English and one in Japanese about a row, from the evidence alone.

    Of a withdrawn alert they say which of the key figures that were told moved (`changes`), and what fails.
    `beside` is a sentence by language on what other rules say.
    """
    feed = view.feeds[int(view.feed[row])]
    origin = country_code(int(view.origin[row]))
    behind = figures_behind(rule, evidence, changes) if status is Status.WITHDRAWN else {}
    texts = {}
    for code, language, template in (("en", _EN, rule.explanation), ("ja", _JA, rule.explanation_ja)):
        names = {
            "product": view.scope_id[row] or product_code(int(view.product[row])),
            "origin": origin or language.words["all_origins"],
            "reporter": feed.reporter,
        }
        first = (language.words.get(str(status), ""), *behind.get(code, ()))
        lines = [*first, *_sentences(template, evidence, names, language), (beside or {}).get(code, "")]
        if not bool(view.closed[row]):
            lines.append(language.words["provisional"])
        texts[code] = language.joint.join(line for line in lines if line)
    return texts


def _sentences(
    template: str, evidence: Sequence[Evidence], names: Mapping[str, str], language: _Language
) -> list[str]:
    items = {item.name: item for item in evidence}
    said = []
    for condition, text, other in _lines(template):
        if condition is not None and not _holds(condition, items):
            continue
        try:
            said.append(_filled(text, items, names, language))
        except _UnknownError:
            said.append(_filled(other, items, names, language))
    return [sentence for sentence in said if sentence]


@lru_cache(maxsize=64)
def _lines(template: str) -> tuple[tuple[str | None, _Pieces, _Pieces], ...]:
    """The lines of a template: condition, sentence, what else is said."""
    found = []
    for line in template.splitlines():
        condition = _CONDITION.match(line)
        text, _, other = line[condition.end() if condition else 0 :].partition("||")
        found.append((condition[1] if condition else None, _pieces(text), _pieces(other)))
    return tuple(found)


def _pieces(text: str) -> _Pieces:
    """The placeholders of a text, each with the words before it, and the last words."""
    parts = _PLACE.split(text)
    places = zip(parts[0::4], parts[1::4], parts[2::4], parts[3::4], strict=False)
    return tuple(places), parts[-1]


def _holds(conditions: str, items: Mapping[str, Evidence]) -> bool:
    for condition in conditions.split(","):
        name, _, wanted = condition.strip().partition(" ")
        if items[name].met is not (wanted == "met"):
            return False
    return True


def _filled(
    pieces: _Pieces, items: Mapping[str, Evidence], names: Mapping[str, str], language: _Language
) -> str:
    places, rest = pieces
    said = []
    for before, name, part, style in places:
        said.append(before)
        if name in names:
            said.append(names[name])
            continue
        item = items[name]
        if part == "window":
            said.append(language.window(item.window))
            continue
        value = item.threshold if part == "threshold" else item.value
        if value is None:
            raise _UnknownError
        said.append(value if isinstance(value, str) else language.formats[style](float(value), item.unit))
    return "".join([*said, rest]).strip()


def _plain(value: float) -> str:
    """A percentage with one decimal, without a trailing zero."""
    return f"{abs(value):.1f}".removesuffix(".0")


def _signed(value: float) -> str:
    return f"{'-' if value <= -_SMALL else ''}{_plain(value)}"


def _amount(value: float) -> str:
    return f"{value:,.0f}"


def _price(value: float) -> str:
    return f"{value:.{_UNIT_VALUE_DIGITS}g}"


def _turn(up: str, down: str, same: str) -> Callable[[float, str], str]:
    """A format that puts a change into words, {} standing for its size."""

    def text(value: float, _unit: str) -> str:
        if abs(value) < _SMALL:
            return same
        return (up if value > 0 else down).format(_plain(value))

    return text


def _choice(yes: str, no: str) -> Callable[[float, str], str]:
    return lambda value, _unit: yes if value else no


def _window(text: str) -> str:
    """`From A to B (against C to D)`, or `In A (against C)` for one month."""
    now, _, before = text.partition(_AGAINST)
    start = "From" if _SPAN in now else "In"
    against = f" (against {before})" if before else ""
    return f"{start} {now}{against}".replace(_SPAN, " to ")


def _window_ja(text: str) -> str:
    now, _, before = text.partition(_AGAINST)
    against = f"(比較対象:{before})" if before else ""
    return f"{now}{against}".replace(_SPAN, "~")


_EN = _Language(
    words={
        "all_origins": "all origins",
        "provisional": "The month is still open: these figures are provisional.",
        Status.RESOLVED: "Resolved: the conditions are no longer met.",
        Status.WITHDRAWN: "Withdrawn: a correction or a revision removed the cause.",
        Status.SUPERSEDED: "Superseded: the rules changed.",
    },
    formats={
        "change": _turn("rose by {} %", "fell by {} %", "hardly changed"),
        "gap": _turn("{} % above", "{} % below", "level with"),
        "percent": lambda value, _unit: f"{_plain(value)} %",
        "size": lambda value, _unit: f"{_plain(value)} %",
        "signed": lambda value, _unit: f"{_signed(value)} %",
        "times": lambda value, _unit: f"{value:.2f} times",
        "points": lambda value, _unit: f"{_plain(value)} points",
        "count": lambda value, _unit: _amount(value),
        "number": lambda value, _unit: _price(value),
        "money": lambda value, unit: f"{unit} {_amount(value)}",
        "unit_value": lambda value, unit: f"{unit.removesuffix('/kg')} {_price(value)} per kg",
        "score": lambda value, _unit: _plain(value),
        "found": _choice("found", "not found"),
        "exists": _choice("exists", "is known not to exist"),
    },
    window=_window,
    joint=" ",
)
_JA = _Language(
    words={
        "all_origins": "全原産国",
        "provisional": "当月は未締めのため、数値は暫定。",
        Status.RESOLVED: "解消:条件を満たさなくなった。",
        Status.WITHDRAWN: "撤回:訂正または改定により原因がなくなった。",
        Status.SUPERSEDED: "置換:規則が変更された。",
    },
    formats={
        "change": _turn("{}%増加", "{}%減少", "ほぼ横ばい"),
        "price": _turn("{}%上昇", "{}%下落", "ほぼ横ばい"),
        "gap": _turn("{}%高い", "{}%低い", "ほぼ同水準"),
        "percent": lambda value, _unit: f"{_plain(value)}%",
        "signed": lambda value, _unit: f"{_signed(value)}%",
        "size": lambda value, _unit: f"{_plain(value)}%",
        "times": lambda value, _unit: f"{value:.2f}倍",
        "points": lambda value, _unit: f"{_plain(value)}ポイント",
        "count": lambda value, _unit: _amount(value),
        "number": lambda value, _unit: _price(value),
        "money": lambda value, unit: f"{_amount(value)} {unit}",
        "unit_value": lambda value, unit: f"1kg当たり{_price(value)} {unit.removesuffix('/kg')}",
        "score": lambda value, _unit: _plain(value),
        "found": _choice("確認された", "確認されていない"),
        "exists": _choice("あり", "ないことが判明"),
    },
    window=_window_ja,
    joint="",
)
