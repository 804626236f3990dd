"""The order in which versions arrive: what is not due yet waits for a later chunk, or a later file."""

import numpy as np

from tidegauge.domain.ledger.pages import Rows
from tidegauge.scenario.lines import ROW


class Delivery:
    """Holds the few versions that are still under way."""

    def __init__(self) -> None:
        self._waiting: Rows = np.empty(0, ROW)

    def until(self, versions: Rows, end_s: int) -> Rows:
        """What arrives before a moment, in order of arrival, of new versions and of those that waited."""
        every = np.concatenate([self._waiting, versions])
        now = every["delivered_s"] < end_s
        self._waiting = every[~now]
        return _in_order(every[now])

    def rest(self) -> Rows:
        """What was still under way when the history ended, in order of arrival."""
        rest, self._waiting = _in_order(self._waiting), np.empty(0, ROW)
        return rest


def _in_order(rows: Rows) -> Rows:
    return rows[np.argsort(rows["delivered_s"], kind="stable")]
