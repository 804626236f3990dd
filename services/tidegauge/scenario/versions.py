"""What becomes of lines: late deliveries, amendments, cancellations, repeats, and the state they end in."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.ledger.pages import Rows
from tidegauge.scenario.catalogue import Catalogue
from tidegauge.scenario.lines import ABSENT, AMEND, CANCEL, DAY_S

AMENDED: Final = 0.02
AMENDED_AGAIN: Final = 0.1  # of the amended lines
CANCELLED: Final = 0.003
REOPENED: Final = 0.1  # of the cancelled lines: accepted anew
REPEATED: Final = 0.005  # of all versions: sent twice to the letter
LATE_BY_DAYS, LATE_BY_A_MONTH = 0.01, 0.002  # of all versions: delivered out of order
_EMPTY_IN_CORRECTIONS: Final = (
    "accepted_s", "mass_g", "gross_g", "pieces", "cents", "product", "importer", "exporter", "origin",
    "dispatch", "office", "procedure",
)  # fmt: skip
# What an amendment changes: cumulative chances of value, mass, a code of the same chapter, a code of another
# chapter, origin, and the mass taken back.
_CHANGES: Final = np.cumsum([0.40, 0.28, 0.10, 0.10, 0.08, 0.04])
_VALUE, _MASS, _NEAR, _FAR, _ORIGIN, _CLEARED = range(6)


@dataclass(frozen=True, slots=True)
class History:
    """All versions of some lines, and the lines as they end: ROW [n], and whether they stand [n]."""

    versions: Rows
    final: Rows
    stands: Bools


def history(known: Catalogue, lines: Rows, chance: np.random.Generator) -> History:
    """Draw what becomes of first versions; `delivered_s` is set on every version."""
    amended = np.flatnonzero(chance.random(len(lines)) < AMENDED)
    again = amended[chance.random(len(amended)) < AMENDED_AGAIN]
    cancelled = np.flatnonzero(chance.random(len(lines)) < CANCELLED)
    reopened = cancelled[chance.random(len(cancelled)) < REOPENED]
    fates = _Fates(known, lines, chance)
    fates.amend(amended, _drawn(amended, chance))
    fates.amend(again, np.full(len(again), _VALUE))
    fates.cancel(cancelled)
    fates.reopen(reopened)
    versions = np.concatenate(fates.sent)
    return History(np.concatenate([versions, _repeats(versions, chance)]), fates.final, fates.stands)


class _Fates:
    """Lines as they stand so far, when their next version is due, and the versions sent."""

    def __init__(self, known: Catalogue, lines: Rows, chance: np.random.Generator) -> None:
        self._known, self._lines, self._chance = known, lines, chance
        self.final, self.stands = lines.copy(), np.ones(len(lines), bool)
        self._due = lines["accepted_s"].copy()
        self.sent = [_sent(lines, self._due, chance)]

    def amend(self, which: Ints, change: Ints) -> None:
        """A partial correction of some lines."""
        self._send(which, _amendments(self._known, self.final, which, change, self._chance))

    def cancel(self, which: Ints) -> None:
        """Withdraw some lines."""
        self.stands[which] = False
        self._send(which, _correction(self.final, which, CANCEL))

    def reopen(self, which: Ints) -> None:
        """Accept cancelled lines anew, as they were first declared."""
        newest = self.final["version"][which] + 1
        self.final[which] = self._lines[which]
        self.final["version"][which] = newest
        self.stands[which] = True
        self._send(which, self.final[which])

    def _send(self, which: Ints, rows: Rows) -> None:
        self._due[which] += _some_days(len(which), self._chance)
        self.sent.append(_sent(rows, self._due[which], self._chance))


def _drawn(which: Ints, chance: np.random.Generator) -> Ints:
    kinds: Ints = np.searchsorted(_CHANGES, chance.random(len(which)) * _CHANGES[-1], side="right")
    return kinds


def _amendments(
    known: Catalogue, final: Rows, which: Ints, change: Ints, chance: np.random.Generator
) -> Rows:
    """The next version of some lines, empty where nothing changes; `final` takes the change."""
    rows = _correction(final, which, AMEND)
    factor = np.exp(chance.normal(0.0, 0.25, len(which)))
    steps = chance.integers(1, len(known.origins), len(which))
    before = final[which]
    for name, kind, unit in (("cents", _VALUE, 1), ("mass_g", _MASS, 100)):
        at = change == kind
        base = np.where(before[name] == ABSENT, 1_000_000, before[name])  # brings what was missing
        rows[name][at] = (np.maximum(np.rint(base * factor / unit), 1).astype(np.int64) * unit)[at]
    for kind, neighbour in ((_NEAR, known.near), (_FAR, known.far)):
        rows["product"][change == kind] = neighbour[before["product"]][change == kind]
    rows["origin"][change == _ORIGIN] = ((before["origin"] + steps) % len(known.origins))[change == _ORIGIN]
    rows["clears_mass"][change == _CLEARED] = 1
    for name in ("cents", "mass_g", "product", "origin"):
        final[name][which] = np.where(rows[name] == ABSENT, before[name], rows[name])
    final["mass_g"][which[change == _CLEARED]] = ABSENT
    return rows


def _correction(final: Rows, which: Ints, action: int) -> Rows:
    """The next version of some lines, with no content yet."""
    final["version"][which] += 1
    rows = final[which]
    for name in _EMPTY_IN_CORRECTIONS:
        rows[name] = ABSENT
    rows["action"] = action
    return rows


def _some_days(count: int, chance: np.random.Generator) -> Ints:
    """Seconds until somebody corrects: half within nine days, hardly any after ten weeks."""
    days = np.minimum(np.exp(chance.normal(np.log(9.0), 1.0, count)), 75.0)
    seconds: Ints = np.rint(days * DAY_S).astype(np.int64)
    return seconds


def _sent(rows: Rows, due: Ints, chance: np.random.Generator) -> Rows:
    """Versions with the moment of their delivery: minutes after they are due, or days, or a month."""
    sent, draw = rows.copy(), chance.random(len(rows))
    seconds = chance.exponential(120.0, len(rows))
    seconds += np.where(draw < LATE_BY_DAYS, chance.exponential(3.0 * DAY_S, len(rows)), 0.0)
    by_a_month = (draw >= LATE_BY_DAYS) & (draw < LATE_BY_DAYS + LATE_BY_A_MONTH)
    seconds += np.where(by_a_month, (30.0 + chance.exponential(4.0, len(rows))) * DAY_S, 0.0)
    sent["delivered_s"] = due + np.rint(seconds).astype(np.int64)
    return sent


def _repeats(versions: Rows, chance: np.random.Generator) -> Rows:
    """Some versions once more, up to a few days later."""
    repeats = versions[chance.random(len(versions)) < REPEATED]
    repeats["delivered_s"] += np.rint(chance.exponential(DAY_S, len(repeats))).astype(np.int64)
    return repeats
