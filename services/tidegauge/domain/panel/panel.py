"""The panel: the sum of all contributions, by series and by month and week, in whole numbers."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from tidegauge.domain.arrays import Bools, Ints, distinct
from tidegauge.domain.blocks import Block
from tidegauge.domain.codes import product_code
from tidegauge.domain.panel import firms, supplementary
from tidegauge.domain.panel.growing import Growing
from tidegauge.domain.panel.packing import pack, unpack
from tidegauge.domain.panel.ring import Ring
from tidegauge.domain.panel.series import SeriesTable
from tidegauge.domain.panel.tally import Tally
from tidegauge.domain.panel.unit_values import BINS, step_of
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, first_day, january, week_of

YEARS_KEPT = 7  # at least 72 months before the current one
WEEKS_A_CHUNK, WEEK_CHUNKS = 13, 13  # about three years of weeks
WEEK_MONTHS = 35  # that those hold whole, the newest included
TALLY_MONTHS = 22  # that TALLY_WEEKS hold whole, the newest included
TALLY_WEEKS = 104  # of unit values: a year of history, and a year for what comes late
NEVER = np.iinfo(np.int32).max  # "no month": nothing to evaluate

_MAIN = {"mass_g": np.int64, "value_e4": np.int64, "lines": np.int32}
_UNPAIRED = {"mass_g": np.int64, "value_e4": np.int64}  # mass without a value, value without a mass
_FIRMS = dict.fromkeys(firms.CHANNELS, np.int64)
_GROSS = {"gross_g": np.int64, "value_e4": np.int64}  # of lines that state gross mass and value
_MELT = {"stated": np.int32, "differing": np.int32, "differing_g": np.int64}


@dataclass(slots=True)
class FeedState:
    """How far one feed reaches."""

    feed: Feed
    first_month: int = NEVER
    last_month: int = -1  # newest month with a record
    closed_to: int = -1  # newest complete month
    week_closed_to: int = -1  # newest complete week
    week_judged_to: int = -1  # product: those up to it have been judged for that week

    def known_from(self) -> int:
        """The first month of which the rings hold every series: what is older reads as zeros."""
        return max(self.first_month, january(self.last_month) - (YEARS_KEPT - 1) * MONTHS_A_YEAR)

    def weeks_known_from(self) -> int:
        """The first week of which the rings hold every series, whatever week its newest month ended with."""
        newest = week_of(first_day(self.last_month + 1) - timedelta(days=1))
        return (newest // WEEKS_A_CHUNK - WEEK_CHUNKS + 1) * WEEKS_A_CHUNK

    def close_weeks(self, week: int) -> bool:
        """Take a week, and those before it, for complete; returns whether that is new."""
        if week <= self.week_closed_to:
            return False
        self.week_closed_to, self.week_judged_to = week, -1
        return True


class Panel:
    """Rings of months and weeks for every series, and what has changed since it was last asked."""

    kinds: tuple[Unit, ...] = (Unit.SERIES, Unit.PRODUCT)

    def __init__(self) -> None:
        self.series = SeriesTable()
        self.feeds: list[FeedState] = []
        self._feed_ids: dict[tuple[str, str], int] = {}
        self.rings = {
            "months": Ring(MONTHS_A_YEAR, YEARS_KEPT, _MAIN),
            "weeks": Ring(WEEKS_A_CHUNK, WEEK_CHUNKS, _MAIN),
            "quantity": Ring(MONTHS_A_YEAR, YEARS_KEPT, supplementary.CHANNELS),
            "unpaired": Ring(MONTHS_A_YEAR, YEARS_KEPT, _UNPAIRED),
            "unpaired_weeks": Ring(WEEKS_A_CHUNK, WEEK_CHUNKS, _UNPAIRED),
            "firms": Ring(MONTHS_A_YEAR, YEARS_KEPT, _FIRMS),
            "gross": Ring(MONTHS_A_YEAR, YEARS_KEPT, _GROSS),
            "melt": Ring(MONTHS_A_YEAR, YEARS_KEPT, _MELT),
        }
        self.units: list[str] = []  # supplementary units, by number
        self.tallies = {name: Tally(BINS, TALLY_WEEKS) for name in ("net", "gross_mass", "quota")}
        self.pending_from = Growing(np.int32, fill=NEVER)  # [group] first month to evaluate again
        self.evaluated_to = Growing(np.int32, fill=-1)  # [group] last closed month evaluated
        self.watermarks: dict[int, int] = {}  # raw partition -> highest raw offset applied
        self.vintages: dict[tuple[int, int], str] = {}  # (feed, month) -> newest vintage
        self.touched: dict[str, list[Ints]] = {  # packed (series, period)
            name: [] for name in (*self.rings, *self.tallies)
        }
        self.changed_months: list[Ints] = []  # packed month cells since the last mark, for the figures
        self.too_old = 0
        self.scoped = _NONE  # groups that lie in a scope

    def feed_id(self, feed: Feed) -> int:
        """The dense id of a feed, given out at first sight; what it states later is filled in."""
        number = self._feed_ids.setdefault((feed.reporter, feed.source), len(self.feeds))
        if number == len(self.feeds):
            self.feeds.append(FeedState(feed))
        self.feeds[number].feed = self.feeds[number].feed.filled(feed)
        return number

    @property
    def base(self) -> "Panel":
        """Itself."""
        return self

    def codes(self, product: Ints) -> Ints:
        """[n] the product codes that stand for groups' products: those themselves."""
        return product

    def products(self, feed: int, product: int) -> tuple[str, ...]:  # noqa: ARG002 - of every feed alike
        """The product code of a group."""
        return (product_code(product),)

    def parts(self, series: Ints) -> tuple[Ints, Ints]:
        """A series is made of itself."""
        return np.arange(len(series)), series

    def scope_ids(self, product: Ints) -> tuple[str, ...]:
        """[n] no scope."""
        return ("",) * len(product)

    def bases(self, product: Ints) -> tuple[str, ...]:
        """[n] kilograms."""
        return ("kg",) * len(product)

    def unit_numbers(self, units: list[str]) -> Ints:
        """The numbers of supplementary units, given out at first sight."""
        self.units += [unit for unit in dict.fromkeys(units) if unit not in self.units]
        return np.array([self.units.index(unit) for unit in units], np.int64)

    def apply(self, block: Block) -> int:
        """Add a CONTRIBUTIONS block; rows at or below the raw partition's watermark are skipped.

        Returns how many rows were added.
        """
        raw_partition, offsets = int(block.header["raw_partition"]), block.columns["raw_offset"]
        fresh = offsets > self.watermarks.get(raw_partition, -1)
        if not fresh.any():
            return 0
        rows = {name: column[fresh] for name, column in block.columns.items()}
        self.watermarks[raw_partition] = int(offsets.max())
        feeds = np.array([self.feed_id(Feed(*feed)) for feed in block.header["feeds"]], np.int64)
        feed = feeds[rows["feed"]]
        series = self.series.ids(feed, rows["product"].astype(np.int64), rows["origin"].astype(np.int64))
        month = rows["month"].astype(np.int64)
        rows["unit"] = np.append(self.unit_numbers(block.header["units"]), -1)[rows["unit"]]
        self._add(series, month, rows)
        if "gross_g" in rows:
            self._add_lines(series, month, rows)
        self._note_groups(series, month)
        self._note_feeds(feed, month, rows["vintage"], block.header["vintages"])
        return len(series)

    def _add(self, series: Ints, month: Ints, rows: dict[str, Ints]) -> None:
        sign = rows["sign"].astype(np.int64)
        mass, value = rows["mass_g"] * sign, rows["value_e4"] * sign
        main = {"mass_g": mass, "value_e4": value, "lines": rows["sign"]}
        self.too_old += self._into("months", None, series, month, main)
        self.changed_months.append(self.touched["months"][-1])
        dated = rows["week"] >= 0
        if dated.any():
            self._into("weeks", dated, series, rows["week"].astype(np.int64), main)
        counted = rows["unit"] >= 0
        if counted.any():
            amounts = {"quantity_milli": rows["quantity_milli"] * sign}
            amounts |= supplementary.unit_sums(rows["unit"], sign)
            self._into("quantity", counted, series, month, amounts)
        has_mass, has_value = rows["has_mass"] != 0, rows["has_value"] != 0
        lone = has_mass != has_value
        if lone.any():
            amounts = {"mass_g": mass, "value_e4": value}
            self._into("unpaired", lone, series, month, amounts)
            lone &= dated
            if lone.any():
                self._into("unpaired_weeks", lone, series, rows["week"].astype(np.int64), amounts)
        known = rows["firm"] != 0
        if known.any():
            self._into("firms", known, series, month, firms.power_sums(rows["firm"], sign))

    def _add_lines(self, series: Ints, month: Ints, rows: dict[str, Ints]) -> None:
        """What single lines of declarations say beyond their amounts."""
        sign, week = rows["sign"].astype(np.int64), rows["week"].astype(np.int64)
        value, net, gross = rows["value_e4"], rows["mass_g"], rows["gross_g"]
        quota, melt = rows["quota"] != 0, rows["melt"] != 0
        valued, lines = value > 0, rows["sign"]
        self._tallied("net", valued & (net > 0), series, week, value, net, lines)
        both = valued & (gross > 0)
        if both.any():
            self._tallied("gross_mass", both, series, week, value, gross, lines)
            self._into("gross", both, series, month, {"gross_g": gross * sign, "value_e4": value * sign})
        if quota.any():
            self._tallied("quota", quota & valued & (net > 0), series, week, value, net, lines)
        if melt.any():
            differing = np.where(rows["melt"] != rows["origin"], sign, 0)
            amounts = {"stated": lines, "differing": differing, "differing_g": differing * net}
            self._into("melt", melt, series, month, amounts)

    def _tallied(  # noqa: PLR0913, PLR0917 - the rows, and the columns that place them
        self, tally: str, chosen: Bools, series: Ints, week: Ints, value: Ints, mass: Ints, lines: Ints
    ) -> None:
        held, series = self.tallies[tally], series[chosen]
        periods = held.at(week[chosen], step_of(value[chosen], mass[chosen]))
        held.add(series, periods, {"lines": lines[chosen]})
        self.touched[tally].append(pack(series, periods))

    def _into(
        self, ring: str, chosen: Bools | None, series: Ints, periods: Ints, amounts: dict[str, Ints]
    ) -> int:
        if chosen is not None and not chosen.all():
            series, periods = series[chosen], periods[chosen]
            amounts = {name: amount[chosen] for name, amount in amounts.items()}
        refused = self.rings[ring].add(series, periods, amounts)
        self.touched[ring].append(pack(series, periods))
        return int(np.count_nonzero(refused))

    def _note_groups(self, series: Ints, month: Ints) -> None:
        for column in (self.pending_from, self.evaluated_to):
            column.reach(self.series.groups)
        groups = self.series.group.data[series]
        np.minimum.at(self.pending_from.data, groups, month.astype(np.int32))

    def _note_feeds(self, feed: Ints, month: Ints, vintage: Ints, vintages: list[str]) -> None:
        for packed in distinct((feed << 40) | (month << 20) | vintage).tolist():
            one, when, which = packed >> 40, packed >> 20 & 0xFFFFF, packed & 0xFFFFF
            state = self.feeds[one]
            state.first_month = min(state.first_month, when)
            state.last_month = max(state.last_month, when)
            self.vintages[one, when] = max(self.vintages.get((one, when), ""), vintages[which])

    def take_touched(self, ring: str) -> tuple[Ints, Ints]:
        """The distinct cells (series, period) of a ring that changed since the last call, in order."""
        packed, self.touched[ring] = self.touched[ring], []
        return unpack(distinct(np.concatenate(packed))) if packed else (_NONE, _NONE)

    def take_changed_months(self) -> tuple[Ints, Ints]:
        """The distinct month cells (series, month) that changed since the last call, in order."""
        packed, self.changed_months = self.changed_months, []
        return unpack(distinct(np.concatenate(packed))) if packed else (_NONE, _NONE)

    def nbytes(self) -> int:
        """Bytes of the rings and tallies in use."""
        rings = sum(ring.nbytes() for ring in self.rings.values())
        return rings + sum(tally.nbytes() for tally in self.tallies.values())


_NONE = np.empty(0, np.int64)
