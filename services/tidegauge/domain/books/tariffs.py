"""What the border charges, by reporter and product prefix."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tidegauge.domain.books.newest import Record, enter, key_of
from tidegauge.domain.books.prefixes import prefixes

_KEY: Final = ("reporter", "product", "origin", "regime", "valid_from", "source")
_MONTH_LENGTH: Final = len("YYYY-MM")


@dataclass(slots=True)
class TariffBook:
    """Duty rates by (reporter, product prefix); a later record of one key replaces the former."""

    rates: dict[tuple[str, str], dict[tuple[str, ...], Record]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `tariff` record; whether it says something new."""
        place = (str(row["reporter"]), str(row["product"]))
        key = tuple(str(row.get(name) or "") for name in (*_KEY, "quota"))
        return enter(self.rates.setdefault(place, {}), key, row)

    def find(self, product: str, origin: str, here: tuple[str, ...], month: str) -> Record | None:
        """The rate in force in a month (YYYY-MM): the origin's own before the general one, then the newest.

        Rates inside a quota are left out: not all of a month's imports pay them.
        """
        for reporter in here:
            for prefix in prefixes(product):
                held = self.rates.get((reporter, prefix), {})
                fits = [record for record in held.values() if _in_force(record, origin, month)]
                if fits:
                    return max(fits, key=lambda one: (bool(one.get("origin")), one["valid_from"], repr(one)))
        return None


def cited(record: Mapping[str, Any]) -> Record:
    """The record key of a rate as evidence names it."""
    return {"record": "tariff", **key_of(record, _KEY)}


def _in_force(record: Record, origin: str, month: str) -> bool:
    started = str(record["valid_from"])[:_MONTH_LENGTH] <= month
    ended = str(record.get("valid_to") or month)[:_MONTH_LENGTH] < month
    return started and not ended and not record.get("quota") and record.get("origin", origin) == origin
