"""Subsidy programmes, by the country that grants them and the products that they concern."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tidegauge.domain.books.newest import Record, enter, key_of
from tidegauge.domain.books.prefixes import speaks_of

_KEY: Final = ("programme_id", "source")


@dataclass(slots=True)
class SubsidyBook:
    """Programmes by granting country; a later record of one programme and source replaces the former."""

    programmes: dict[str, dict[tuple[str, str], Record]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `subsidy` record; whether it says something new."""
        key = (str(row["programme_id"]), str(row["source"]))
        return enter(self.programmes.setdefault(str(row["granting"]), {}), key, row)

    def find(self, products: tuple[str, ...], origin: str, month: str) -> list[Record]:
        """Programmes of an origin for any of some products (six HS digits) in a month, by their key."""
        held = self.programmes.get(origin, {})
        return [
            record
            for _, record in sorted(held.items())
            if any(speaks_of(record["products"], product, abroad=True) for product in products)
            and str(record.get("period_from") or "") <= month <= str(record.get("period_to") or month)
        ]


def cited(record: Mapping[str, Any]) -> Record:
    """The record key of a programme as evidence names it."""
    return {"record": "subsidy", **key_of(record, _KEY)}
