"""The partition step: a block or a mark goes in, events and changed state come out.

Pure of storage and transport: the embedded runtime, `replay` and Kafka workers all drive this one object.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tidegauge.domain.alerts import Alert
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.books import Books
from tidegauge.domain.concordance import NO_BREAKS, CodeBreaks
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.scopes import ScopePanel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.records import RecordKind
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor import plan
from tidegauge.monitor.evaluate import Evaluation, evaluate
from tidegauge.monitor.figures import changed_cells
from tidegauge.monitor.late import ask_again
from tidegauge.monitor.outcomes import outcome_blocks
from tidegauge.monitor.reconcile import Reconciler
from tidegauge.monitor.tracks import Tracks


@dataclass(slots=True)
class Output:
    """What one step, or one slice of a mark, sends out."""

    alerts: list[Alert] = field(default_factory=list)
    figures: list[Block] = field(default_factory=list)  # changed cells, and what the rules said
    evaluations: list[Evaluation] = field(default_factory=list)  # kept only where asked for
    applied: int = 0
    repeated: int = 0


class PartitionStep:
    """The state of one partition and what happens to it.

    Apply log entries strictly in order. `take` yields one Output for a block and one for every slice of a
    mark; state may be stored after any of them. A mark that was interrupted between slices is taken again
    and goes on where it stopped; an entry that was taken whole must not be taken again (its offset says so).
    """

    def __init__(self, *, keep_evaluations: bool = False, breaks: CodeBreaks = NO_BREAKS) -> None:
        self.panel, self.books, self.tracks = Panel(), Books(), Tracks()
        self.scopes = ScopePanel(self.panel)
        self.ruleset: Ruleset | None = None
        self.former: Ruleset | None = None  # the rules before the last change, until a mark has closed it
        self.live_from = -1  # month; alerts of earlier periods are historical
        self.last_as_of = ""
        self.offset = -1  # the last log entry taken whole
        self.reference_blocks = 0  # taken by this object: tells a checkpoint whether books or rules changed
        self._keep, self._breaks = keep_evaluations, breaks

    def take(self, offset: int, block: Block) -> Iterator[Output]:
        """Apply the log entry at `offset`; an offset at or below the last one taken changes nothing."""
        if offset <= self.offset:
            return
        if block.kind is BlockKind.MARK:
            yield from self._mark(offset, plan.read_mark(block))
            return
        output = Output()
        if block.kind is BlockKind.CONTRIBUTIONS:
            output.applied = self.panel.apply(block)
            output.repeated = len(block) - output.applied
        else:
            self._records(block)
            self.reference_blocks += 1
        self.offset = offset
        yield output

    def _records(self, block: Block) -> None:
        kind, rows = block.header["record"], block.header["rows"]
        if kind == RecordKind.RULESET:
            for row in rows:
                self._new_rules(row)
            return
        ask_again(self.panel, self.books, kind, [row for row in rows if self.books.take(kind, row)])

    def _new_rules(self, row: dict[str, object]) -> None:
        fresh = Ruleset.from_record(row)
        if fresh.concordance not in ("", self._breaks.identity):
            raise ValueError(
                f"the rules were written with the concordances {fresh.concordance}; "
                f"this program has {self._breaks.identity or 'none'}"
            )
        if self.ruleset is not None and fresh != self.ruleset and self.former is None:
            self.former = self.ruleset
        self.ruleset = fresh
        self.live_from = int(str(row["live_from"]))

    def _mark(self, offset: int, mark: plan.Mark) -> Iterator[Output]:
        """The slices of a mark; the last one takes it whole. The figures go out with the first.

        So what is stored need not remember which cells changed, and a mark of one slice is one commit.
        """
        opening = Output()
        if mark.as_of < self.last_as_of or self.ruleset is None:
            self.offset = offset
            yield opening
            return
        self.last_as_of = mark.as_of
        plan.close(self.panel, mark)
        self.scopes.refresh(self.books.scopes, self.ruleset)
        figures = changed_cells(self.panel, self.scopes, mark.as_of)
        opening.figures = [] if figures is None else [figures]
        if self.former is not None:
            opening.alerts = self._superseded(mark, self.former)
            yield opening
            opening = Output()
        pieces = self._pieces(mark, self.ruleset)
        judge = self._week_slice if mark.reason == plan.WEEK_CLOSE else self._slice
        piece = next(pieces, None)
        while piece is not None:
            output, piece = judge(*piece, mark, self.ruleset), next(pieces, None)
            output.figures = opening.figures + output.figures
            opening = Output()
            if piece is None:
                self.offset = offset
            yield output
        if self.offset < offset:
            self.offset = offset
            yield opening

    def _pieces(self, mark: plan.Mark, ruleset: Ruleset) -> Iterator[tuple[plan.Slice, Ground, Selector]]:
        """The work of a mark: that of the products, then that of the scopes."""
        if mark.reason == plan.WEEK_CLOSE:
            selector = self._selector(self.panel, ruleset)
            for piece in plan.week_slices(self.panel, mark):
                yield piece, self.panel, selector
            return
        grounds: tuple[Ground, ...] = (self.panel, self.scopes)
        for ground in grounds:
            selector = self._selector(ground, ruleset)
            for piece in plan.slices(ground, mark):
                yield piece, ground, selector

    def _selector(self, ground: Ground, ruleset: Ruleset) -> Selector:
        """What views are read with; a scope bridges the changes of codes inside it."""
        looked_at = bool(ruleset.concordance) and ground is self.panel
        return Selector(ground, self.books, ruleset, self._breaks if looked_at else NO_BREAKS)

    def _superseded(self, mark: plan.Mark, former: Ruleset) -> list[Alert]:
        assert self.ruleset is not None  # noqa: S101 - a mark without rules never gets here
        alerts: list[Alert] = []
        grounds: tuple[Ground, ...] = (self.panel, self.scopes)
        for ground in grounds:
            old = self._selector(ground, former)
            reconciler = Reconciler(ground, old, former, self.tracks, mark, self.live_from)
            alerts += reconciler.supersede(self.ruleset)
        self.former = None
        return alerts

    def _week_slice(
        self, piece: plan.Slice, panel: Ground, selector: Selector, mark: plan.Mark, ruleset: Ruleset
    ) -> Output:
        """What the weekly rules say of the open month, now that one more week of it is complete."""
        output = Output()
        reconciler = Reconciler(panel, selector, ruleset, self.tracks, mark, self.live_from)
        tracked = None if self._keep else self.tracks.having
        tells, fresh = (np.zeros(len(panel.evaluated_to), bool) for _ in range(2))
        tells[piece.groups] = True
        heard = [
            evaluation
            for rule in ruleset.rules()
            if rule.weekly
            for evaluation in evaluate(
                selector, ruleset, piece.groups, piece.last, only=rule.id, tracked=tracked
            )
        ]
        for evaluation in heard:
            output.alerts += reconciler.note(evaluation, tells, fresh)
        output.evaluations = heard if self._keep else []
        output.figures = outcome_blocks(heard, self.tracks.having, ruleset, mark.as_of)
        plan.finish_week(self.panel, piece)
        return output

    def _slice(
        self, piece: plan.Slice, panel: Ground, selector: Selector, mark: plan.Mark, ruleset: Ruleset
    ) -> Output:
        output = Output()
        reconciler = Reconciler(panel, selector, ruleset, self.tracks, mark, self.live_from)
        pending = panel.pending_from.data[piece.groups]
        done = panel.evaluated_to.data[piece.groups].copy()
        tracked = None if self._keep else self.tracks.having  # a table of signals has every row
        heard: list[Evaluation] = []
        for month in range(piece.first, piece.last + 1):
            due = pending <= month
            groups = piece.groups[due]
            if not len(groups):
                continue
            # a month seen for the first time tells at once; re-evaluated ones tell when the last is through
            tells, fresh = (np.zeros(len(panel.evaluated_to), bool) for _ in range(2))
            tells[groups[done[due] <= month]] = True
            fresh[groups[done[due] < month]] = True
            waits = month > piece.closed_to  # of an open month weekly rules speak as its weeks close
            for evaluation in evaluate(selector, ruleset, groups, month, tracked=tracked, but_weekly=waits):
                output.alerts += reconciler.note(evaluation, tells, fresh)
                if month == piece.last:
                    heard.append(evaluation)
                if self._keep:
                    output.evaluations.append(evaluation)
        output.figures = outcome_blocks(heard, self.tracks.having, ruleset, mark.as_of)
        plan.finish(panel, piece)
        return output
