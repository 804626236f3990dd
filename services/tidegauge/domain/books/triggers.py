"""Published trigger levels and trigger prices, by reporter and scope."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tidegauge.domain.books.newest import Record, enter, key_of

_KEY: Final = ("instrument", "reporter", "scope_id", "origins", "period", "valid_from")
_MONTH_LENGTH: Final = len("YYYY-MM")


@dataclass(slots=True)
class TriggerBook:
    """Triggers by (reporter, scope); a later record of one key replaces the former."""

    triggers: dict[tuple[str, str], dict[str, Record]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `trigger` record; whether it says something new."""
        place = (str(row["reporter"]), str(row["scope_id"]))
        key = repr(sorted(key_of(row, _KEY).items()))
        return enter(self.triggers.setdefault(place, {}), key, row)

    def find(self, scope_id: str, here: tuple[str, ...], month: str) -> list[Record]:
        """The triggers of a scope that hold in a month (YYYY-MM), in the order of their keys."""
        return [
            record
            for reporter in here
            for _, record in sorted(self.triggers.get((reporter, scope_id), {}).items())
            if _in_force(record, month)
        ]


def cited(record: Mapping[str, Any]) -> Record:
    """The record key of a trigger as evidence names it."""
    return {"record": "trigger", **key_of(record, _KEY)}


def _in_force(record: Record, month: str) -> bool:
    first, last = str(record["valid_from"]), str(record.get("valid_to") or month)
    return first[:_MONTH_LENGTH] <= month <= last[:_MONTH_LENGTH]
