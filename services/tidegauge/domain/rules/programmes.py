"""What is known of the subsidy programmes behind the rows of a view: sums by kind, and in words."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.books.newest import Record
from tidegauge.domain.panel.row_books import RowBooks
from tidegauge.domain.records.subsidy import KINDS
from tidegauge.domain.trade_remedy.subsidies import FINDERS_LAST, Benefits, counted, summed

UNSTATED: Final = "kind_unstated"
KIND_LABELS: Final = {
    "direct_transfer": ("Direct transfer of funds", "資金の直接的移転"),
    "revenue_forgone": ("Government revenue forgone", "政府収入の放棄"),
    "goods_or_services": ("Goods or services provided, or goods bought", "物品・役務の提供又は物品の購入"),
    "entrustment": ("Entrustment or direction", "民間への委託・指示"),
    "income_or_price_support": ("Income or price support", "所得・価格支持"),
    UNSTATED: ("Financial contribution not stated", "資金的貢献の種類不明"),
}
# What a petition must say of each programme (SCM Art. 11.2), by the field that would say it.
NEEDED: Final = {
    "kind": "financial contribution",
    "benefit_ad_valorem": "benefit",
    "method": "benefit method",
    "benchmark_scope": "benchmark scope",
    "specificity": "specificity",
    "public_body_basis": "public body",
    "found_by": "who found it",
}
_PER_CENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Programmes:
    """The programmes behind rows [n], each counted once."""

    by_kind: Floats  # [n, kinds], the last kind is "not stated"
    number: Floats  # [n] programmes known
    unmeasured: Floats  # [n] of them, without a known benefit
    prohibited: Floats  # [n] of them, said to be prohibited (SCM Art. 3)
    found: Floats  # [n] of them, found by an authority
    row: Ints  # [e] rows of the programmes that count
    records: tuple[Record, ...]  # [e]


def programmes(books: RowBooks, n: int) -> Programmes:
    """Known programmes of the rows' origins and products in the month, without double counting."""
    found = books.subsidies()
    words = Benefits(
        subject=found.row,
        programme=_texts(found.records, "programme_id"),
        kind=_texts(found.records, "kind"),
        rate=found.numbers("benefit_ad_valorem") / _PER_CENT,
        found_by=_texts(found.records, "found_by"),
        source=_texts(found.records, "source"),
        recipient=_texts(found.records, "recipient"),
    )
    chosen = counted(words)

    def number(of: list[bool]) -> Floats:
        return np.bincount(found.row, chosen & np.array(of, np.bool_), n).astype(np.float64)

    return Programmes(
        by_kind=summed(words, chosen, n, (*KINDS, "")),
        number=number([True] * len(found.records)),
        unmeasured=number((~np.isfinite(words.rate)).tolist()),
        prohibited=number([str(one.get("prohibited") or "no") != "no" for one in found.records]),
        found=number([name not in FINDERS_LAST for name in words.found_by]),
        row=found.row[chosen],
        records=tuple(found.records[place] for place in np.flatnonzero(chosen).tolist()),
    )


def in_words(known: Programmes, rows: Bools) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """[n] each: the programmes of the chosen rows, and what is missing before they could carry a petition."""
    said: list[list[str]] = [[] for _ in rows]
    missing: list[set[str]] = [set() for _ in rows]
    for row, record in zip(known.row.tolist(), known.records, strict=True):
        if rows[row]:
            said[row].append(_programme(record))
            missing[row] |= {field for field in NEEDED if record.get(field) in (None, "")}
    return (
        tuple("; ".join(parts) for parts in said),
        tuple(", ".join(NEEDED[field] for field in NEEDED if field in fields) for fields in missing),
    )


def _programme(record: Record) -> str:
    """One programme in the words of its record, nothing added."""
    name = str(record.get("programme") or record["programme_id"])
    rate = record.get("benefit_ad_valorem")
    parts = [
        str(record.get("kind") or "financial contribution not stated"),
        "benefit not known" if rate is None else f"{float(rate):g} % ad valorem",
        _stated("method", record, "method"),
        _stated("benchmark", record, "benchmark_scope"),
        _stated("specific", record, "specificity"),
        _stated("prohibited", record, "prohibited"),
        _stated("public body", record, "public_body_basis"),
        _stated("found by", record, "found_by"),
    ]
    return f"{name} ({', '.join(part for part in parts if part)})"


def _stated(word: str, record: Record, field: str) -> str:
    value = record.get(field)
    return f"{word}: {value}" if value not in (None, "", "no") else ""


def _texts(records: tuple[Record, ...], field: str) -> tuple[str, ...]:
    return tuple(str(record.get(field) or "") for record in records)
