"""The rates by which amounts were converted to their feed's currency, as the log states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.sources import publisher


class Conversion(NamedTuple):
    """What one unit of a currency was taken for."""

    factor: float  # units of the feed's currency for one of the other
    rate_month: int  # the month whose average it is
    rate_source: str


class ConversionKey(NamedTuple):
    """Whose amounts, in which currency and month, are wanted in which other one."""

    reporter: str
    publisher: str
    currency: str
    into: str
    month: int


@dataclass
class ConversionBook:
    """One conversion for each feed, currency and month: the first that was needed stays.

    So amounts of a month are converted alike whenever they come, and a correction takes back what was added.
    """

    known: dict[ConversionKey, Conversion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._used: dict[tuple[str, str, str, range], Used] = {}  # answers to what is known

    def take(self, row: Mapping[str, Any]) -> None:
        """Enter one `conversion` row of the log."""
        self._used.clear()
        key = ConversionKey(
            str(row["reporter"]),
            str(row["source"]),
            str(row["currency"]),
            str(row["into"]),
            int(month_number(row["period"])),
        )
        when = int(month_number(row["rate_period"]))
        made = Conversion(float(row["factor"]), when, str(row["rate_source"]))
        self.known.setdefault(key, made)

    def used(self, reporter: str, source: str, into: str, months: range) -> "Used":
        """The conversions behind a feed's figures of some months, by currency and month."""
        mine = (reporter, publisher(source), into)
        if (*mine, months) not in self._used:
            self._used[*mine, months] = sorted(
                (key, made)
                for key, made in self.known.items()
                if (key.reporter, key.publisher, key.into) == mine and key.month in months
            )
        return self._used[*mine, months]


Used = list[tuple[ConversionKey, Conversion]]


def as_row(key: ConversionKey, made: Conversion) -> dict[str, Any]:
    """The log's row of a conversion."""
    return {
        "reporter": key.reporter,
        "source": key.publisher,
        "currency": key.currency,
        "into": key.into,
        "period": month_text(key.month),
        "factor": made.factor,
        "rate_period": month_text(made.rate_month),
        "rate_source": made.rate_source,
    }
