"""Builds labelled cases out of records of measures: one for each six-digit code and origin.

Records of the same goods and origin by the same authority are one proceeding, whichever file they stand in:
it begins with the first initiation (else petition), and its order is the first definitive step after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tidegauge.domain.backtest.cases import Case
from tidegauge.domain.codes import PSEUDO_ORIGINS

HS_DIGITS = 6
REMEDIES = ("AD", "CVD", "SG")


@dataclass(slots=True)
class _Proceeding:
    authority: str
    target: str
    kind: str
    name: str
    products: set[str] = field(default_factory=set)
    initiated: set[date] = field(default_factory=set)
    petitions: set[date] = field(default_factory=set)
    ordered: set[date] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


def build(
    rows: Iterable[Mapping[str, Any]], codes: Mapping[str, Sequence[str]], prefixes: Sequence[str] = ()
) -> list[Case]:
    """Cases in order of product, origin and initiation; `codes` gives codes to goods that state none.

    With `prefixes`, only products that begin with one of them, or that one begins with.
    """
    found: dict[tuple[str, str, str, str], _Proceeding] = {}
    for row in rows:
        if row["kind"] not in REMEDIES or (row["target"] or "") in PSEUDO_ORIGINS | {""}:
            continue
        goods = " ".join(str(row["product_name"] or "").split())
        key = (row["authority"], row["target"], row["kind"], goods.casefold())
        _enter(found.setdefault(key, _Proceeding(*key[:3], goods)), row, codes)
    cases = [case for proceeding in found.values() for case in _cases(proceeding)]
    wanted = [case for case in cases if not prefixes or _among(case.product, prefixes)]
    distinct = {case.case_id: case for case in sorted(wanted, key=_order, reverse=True)}
    return sorted(distinct.values(), key=_order)


def _enter(proceeding: _Proceeding, row: Mapping[str, Any], codes: Mapping[str, Sequence[str]]) -> None:
    stated = row["products"] or codes.get(proceeding.name.casefold(), ())
    proceeding.products |= {code[:HS_DIGITS] for code in stated if len(code) >= HS_DIGITS}
    dates = (("initiated", proceeding.initiated), ("definitive", proceeding.ordered))
    for column, days in dates:
        if row[column] is not None:
            days.add(row[column])
    if row["stage"] == "petition" and row["vintage"] is not None:
        proceeding.petitions.add(row["vintage"])
    proceeding.sources.add(str(row["source"] or ""))


def _cases(proceeding: _Proceeding) -> list[Case]:
    begins = proceeding.initiated or proceeding.petitions
    if not begins:
        return []
    initiated = min(begins)
    ordered = min((day for day in proceeding.ordered if day >= initiated), default=None)
    return [
        Case(
            case_id=f"{proceeding.authority}-{proceeding.kind}-{proceeding.target}-{code}-{initiated}",
            product=code,
            origin=proceeding.target,
            initiated=initiated,
            ordered=ordered,
            name=proceeding.name,
            source=" ".join(sorted(proceeding.sources - {""})),
        )
        for code in sorted(proceeding.products)
    ]


def _among(product: str, prefixes: Sequence[str]) -> bool:
    return any(product.startswith(one) or one.startswith(product) for one in prefixes)


def _order(case: Case) -> tuple[str, str, date, str]:
    return case.product, case.origin, case.initiated, case.case_id
