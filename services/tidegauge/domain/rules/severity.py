"""The documented severity table: how much is met, never a hidden score."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import SEVERITIES, Severity
from tidegauge.domain.arrays import Bools, Codes

# Printed with every rule; source: operator's choice throughout.
SEVERITY_TABLE: Final = (
    (Severity.INFO, "one test met; or the fall of the unit value follows the world price (world_price_move)"),
    (Severity.WATCH, "volume and price together"),
    (
        Severity.WARNING,
        (
            "volume and price together, and: the unit value fell by 5 % or more relative to the world price "
            "with known domestic production; or the structural change C1"
        ),
    ),
    (
        Severity.CRITICAL,
        (
            "a second family of rules on final data: another rule speaks of the same subject in the same "
            "closed "
            "month, both at watch or more (given across rules, never by one rule)"
        ),
    ),
)
_INFO, _WATCH, _WARNING = (SEVERITIES.index(one) for one in (Severity.INFO, Severity.WATCH, Severity.WARNING))


def severity(price: Bools, confirmed: Bools, world_price_move: Bools, raised: Bools | None = None) -> Codes:
    """[n] severity codes of rows whose volume test is met.

    `price`: the price test is met too; `confirmed`: relative price with known production, or C1; `raised`:
    rows that go up one step (never above warning); `world_price_move` holds a row at info, whatever else.
    """
    level = np.where(price, np.where(confirmed, _WARNING, _WATCH), _INFO)
    if raised is not None:
        level = np.minimum(level + raised, _WARNING)
    return np.where(world_price_move, _INFO, level).astype(np.uint8)
