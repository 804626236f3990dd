"""One published series of monthly values: a price or an indicator, each value with its vintage."""

from dataclasses import dataclass, field

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.periods import month_number, month_text

_MONTH_LENGTH = len("YYYY-MM")
_WHOLE_MONTH = ""  # stands for the day of a monthly value


@dataclass(slots=True)
class Monthly:
    """Values by month; of one month, or day, the newest vintage counts, then the greater value.

    `key` names the record without its period and vintage; `currency` is empty where the value is no money.
    """

    key: dict[str, str]
    unit: str
    currency: str = ""
    values: dict[int, dict[str, tuple[str, float]]] = field(default_factory=dict)  # month -> day -> entry

    def enter(self, when: str, vintage: str, value: float) -> bool:
        """Enter a value of a month (YYYY-MM) or of a day (YYYY-MM-DD); whether another value counts now."""
        month, day = int(month_number(when[:_MONTH_LENGTH])), when[_MONTH_LENGTH:] or _WHOLE_MONTH
        of_month, entry = self.values.setdefault(month, {}), (vintage, value)
        before = of_month.get(day)
        of_month[day] = max(entry, before or entry)
        return before is None or of_month[day][1] != before[1]

    def at(self, month: int) -> float:
        """The value of a month, else the mean of its days, else NaN."""
        of_month = self.values.get(month, {})
        if _WHOLE_MONTH in of_month:
            return of_month[_WHOLE_MONTH][1]
        days = [of_month[day][1] for day in sorted(of_month)]
        return sum(days) / len(days) if days else float("nan")

    def over(self, months: range) -> Floats:
        """[T] the values of some months, NaN where there is none."""
        return np.array([self.at(month) for month in months], np.float64)

    def cited(self, months: range) -> dict[str, str]:
        """The record key as evidence names it, with the months and the newest vintage behind them."""
        held = [entry for month in months for entry in self.values.get(month, {}).values()]
        vintage = max((vintage for vintage, _ in held), default="")
        period = f"{month_text(months[0])}..{month_text(months[-1])}"
        return {**self.key, "period": period} | ({"vintage": vintage} if vintage else {})
