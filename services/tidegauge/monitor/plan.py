"""What a mark asks to be evaluated: which product groups, and which months of each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Ints, distinct
from tidegauge.domain.blocks import Block
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.panel import NEVER, Panel
from tidegauge.domain.periods import months_ended_in, weeks_ending_in
from tidegauge.domain.sources import is_declarations

SERIES_A_SLICE = 3_000  # so that one slice of a month close stays below 200 ms, with all rules and alerts
MOST_OPEN_MONTHS = 3
WEEK_CLOSE = "week_close"  # why a mark was written that closes a week


@dataclass(frozen=True, slots=True)
class Mark:
    """Time passes: rules run."""

    as_of: str
    reason: str  # batch, file_period, week_close or month_close
    closes: int | None  # month, of a week_close week
    feed: tuple[str, str] | None  # (reporter, source); None: every feed of declarations


@dataclass(frozen=True, slots=True)
class Slice:
    """Product groups that are evaluated together, oldest month first."""

    groups: Ints
    first: int
    last: int  # last month to evaluate
    closed_to: int  # months after this one are open


def close(panel: Panel, mark: Mark) -> None:
    """Move the feeds that a mark closes, and ask for every product of those whose month moved."""
    if mark.closes is None:
        return
    groups = panel.series.groups
    for number, state in enumerate(panel.feeds):
        mine = (state.feed.reporter, state.feed.source)
        if mark.feed is not None and mine != mark.feed:
            continue
        declared = is_declarations(state.feed.source)
        if mark.feed is None and not declared:
            continue
        if declared:  # a month that is over leaves no week open that ended in it
            weekly = mark.reason == WEEK_CLOSE
            state.close_weeks(mark.closes if weekly else weeks_ending_in(mark.closes)[1])
            if weekly:
                continue
        if mark.closes <= state.closed_to:
            continue
        state.closed_to = mark.closes
        rows = np.flatnonzero(panel.series.group_feed.data[:groups] == number)
        panel.pending_from.data[rows] = np.minimum(panel.pending_from.data[rows], mark.closes)


def slices(panel: Ground, mark: Mark) -> Iterator[Slice]:
    """The work of a mark in an order that does not depend on when series arrived."""
    table = panel.series
    for number, state in sorted(enumerate(panel.feeds), key=lambda pair: pair[1].feed.source):
        if mark.feed is not None and (state.feed.reporter, state.feed.source) != mark.feed:
            continue
        closed_to = state.closed_to
        last = (
            closed_to if mark.reason != "file_period" or mark.closes is None else min(mark.closes, closed_to)
        )
        if mark.reason != "file_period" and state.last_month > closed_to >= 0:
            last = min(state.last_month, closed_to + MOST_OPEN_MONTHS)
        due = np.flatnonzero(
            (table.group_feed.data[: table.groups] == number) & (panel.pending_from.used() <= last)
        )
        due = due[np.argsort(table.group_product.data[due], kind="stable")]
        for groups in _portions(panel, due):
            yield Slice(groups, int(panel.pending_from.data[groups].min()), last, closed_to)


def week_slices(panel: Panel, mark: Mark) -> Iterator[Slice]:
    """The work of a mark that closes a week: the products that traded in it, feed by feed.

    How far it has come is noted once a slice is through, so that a mark taken up again goes on from there.
    """
    assert mark.closes is not None  # noqa: S101 - a week closes
    table, month = panel.series, int(months_ended_in(np.array([mark.closes]))[0])
    for number, state in sorted(enumerate(panel.feeds), key=lambda pair: pair[1].feed.source):
        if state.week_closed_to != mark.closes or month <= state.closed_to or state.closed_to < 0:
            continue
        mine = np.flatnonzero(table.feed.used() == number)
        traded = panel.rings["weeks"].cells(mine, np.full(len(mine), mark.closes), "lines") != 0
        groups = distinct(table.group.data[mine[traded]].astype(np.int64))
        product = table.group_product.data[groups]
        groups, product = groups[product > state.week_judged_to], product[product > state.week_judged_to]
        for portion in _portions(panel, groups[np.argsort(product, kind="stable")]):
            yield Slice(portion, month, month, state.closed_to)


def finish_week(panel: Panel, piece: Slice) -> None:
    """Note how far the products of a feed were judged for the week that closes."""
    last = int(piece.groups[-1])
    state = panel.feeds[int(panel.series.group_feed.data[last])]
    state.week_judged_to = int(panel.series.group_product.data[last])


def finish(panel: Ground, piece: Slice) -> None:
    """Note what was evaluated, and what of it must be evaluated again once later months are in."""
    done = min(piece.last, piece.closed_to)
    panel.evaluated_to.data[piece.groups] = np.maximum(panel.evaluated_to.data[piece.groups], done)
    behind = panel.pending_from.data[piece.groups] <= piece.last
    again = np.int32(done + 1) if done < piece.closed_to else np.int32(NEVER)
    panel.pending_from.data[piece.groups[behind]] = again


def _portions(panel: Ground, groups: Ints) -> Iterator[Ints]:
    """Groups in runs of about SERIES_A_SLICE series.

    Each run is counted from its own beginning, so that a mark taken up again after some runs is cut alike.
    """
    reached = np.cumsum(panel.series.group_size.data[groups])
    start, before = 0, 0
    while start < len(groups):
        stop = max(int(np.searchsorted(reached, before + SERIES_A_SLICE, side="right")), start + 1)
        yield groups[start:stop]
        start, before = stop, int(reached[stop - 1])


def read_mark(block: Block) -> Mark:
    """The mark that a MARK block holds."""
    header = block.header
    feed = header["feed"]
    return Mark(
        header["as_of"], header["reason"], header["closes"], None if feed is None else (feed[0], feed[1])
    )
