"""Least-developed countries over time, as data; what else counts as developing is for the operator to say.

The WTO agreements give developing Members other thresholds but name none: the status is declared by the
Member and accepted or not by the law of the importer. The United Nations' list is the undisputed part of it:
the 44 countries of December 2024 and the seven that left it since 2007, held against UNCTAD's report of 2025.
Laos and Nepal are due to leave it in November 2026, Bangladesh has asked for 2029; neither is entered here.
"""

from typing import Final

from tidegauge.domain.evidence import Citation
from tidegauge.domain.periods import month_text

LISTED: Final = Citation(
    "United Nations, list of least-developed countries (December 2024) with dates of graduation",
    "https://unctad.org/publication/least-developed-countries-report-2025",
)
_STAYING: Final = """
AF AO BD BF BI BJ CD CF DJ ER ET GM GN GW HT KH KI KM LA LR LS MG ML MM MR MW MZ NE NP RW SB SD SL SN SO SS TD
TG TL TV TZ UG YE ZM
"""
_UNTIL: Final = {  # the last month on the list
    "CV": "2007-12", "MV": "2010-12", "WS": "2013-12", "GQ": "2017-05", "VU": "2020-11", "BT": "2023-12",
    "ST": "2024-11",
}  # fmt: skip


def least_developed(month: int) -> frozenset[str]:
    """The least-developed countries of a month."""
    text = month_text(month)
    return frozenset([*_STAYING.split(), *(code for code, last in _UNTIL.items() if text <= last)])
