"""What an alert rests on: figures, the thresholds they were held to, and who published those."""

from dataclasses import dataclass
from enum import StrEnum


class Comparison(StrEnum):
    """How a figure is held to its threshold."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    SHOWN = ""  # shown beside the rule, held to nothing


@dataclass(frozen=True, slots=True)
class Citation:
    """Who published a threshold or a formula."""

    source: str  # as a reader would cite it
    url: str = ""
    verified: bool = True  # False is shown as "(unverified)"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure that a rule compared or shows.

    `value` is None where it could not be computed; `reason` then says why.
    `citation` None beside a threshold means "operator's choice".
    """

    name: str  # the signals column, e.g. ytd_quantity_change
    label: str  # plain English
    value: float | str | bool | None
    unit: str  # kg, USD, USD/kg, %, points, months ...
    window: str  # e.g. 2020-01..2020-06 against 2019-01..2019-06
    comparison: Comparison = Comparison.SHOWN
    threshold: float | None = None
    met: bool | None = None
    citation: Citation | None = None
    reason: str = ""
