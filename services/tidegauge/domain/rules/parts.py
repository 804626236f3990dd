"""Some rows of a view, what is said of rows that a rule does not look at, and the two put together."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.panel.part import Part
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import REASON_CODE, Figure, Parameters, Reason, Signals

Evaluate = Callable[[PanelView, Parameters], Signals]


def only_where(
    found: Callable[[PanelView], Bools], otherwise: Reason, figures: Sequence[Figure], evaluate: Evaluate
) -> Evaluate:
    """An evaluation of the rows alone that `found` [n] names; of all others the reason is said.

    What is said of a row still depends on that row alone; dear figures are not worked out for nothing.
    """

    def evaluated(view: PanelView, parameters: Parameters) -> Signals:
        rows = np.flatnonzero(found(view))
        if len(rows) == len(view):
            return evaluate(view, parameters)
        whole = silent(view, figures, otherwise)
        whole.reason[~view.alertable] = REASON_CODE[Reason.NEVER_ALERTS]
        if rows.size:
            place(whole, rows, evaluate(take(view, rows), parameters))
        quiet = np.ones(len(view), dtype=np.bool_)
        quiet[rows] = False
        noted = whole.notes.get(otherwise, np.zeros(len(view), dtype=np.bool_))
        return replace(whole, notes=whole.notes | {otherwise: noted | quiet})

    return evaluated


def concerned(reads: Sequence[Read]) -> Callable[[PanelView], Bools]:
    """[n] rows of whose product some book could say something."""

    def found(view: PanelView) -> Bools:
        either: Bools = np.logical_or.reduce([view.concerns(read) for read in reads])
        return either

    return found


def silent(view: PanelView, figures: Sequence[Figure], reason: Reason) -> Signals:
    """Signals that say one reason of every row, and know no figure."""
    n = len(view)
    unknown = np.full((len(figures), n), np.nan)  # one array: most views are small and figures many
    return Signals(
        fired=np.zeros(n, dtype=np.bool_),
        reason=np.full(n, REASON_CODE[reason], dtype=np.uint8),
        severity=np.zeros(n, dtype=np.uint8),
        figures=dict(zip((figure.name for figure in figures), unknown, strict=True)),
    )


def some(signals: Signals, rows: Ints) -> Signals:
    """The signals of some rows; without words, which come last."""
    return Signals(
        fired=signals.fired[rows],
        reason=signals.reason[rows],
        severity=signals.severity[rows],
        figures={name: column[rows] for name, column in signals.figures.items()},
        notes={reason: noted[rows] for reason, noted in signals.notes.items()},
    )


def place(whole: Signals, rows: Ints, part: Signals) -> None:
    """Enter the signals of some rows among those of all."""
    n = len(whole.fired)
    whole.fired[rows], whole.reason[rows] = part.fired, part.reason
    whole.severity[rows] = part.severity
    for name, column in part.figures.items():
        whole.figures[name][rows] = column
    for name, texts in part.words.items():
        said = dict(zip(rows.tolist(), texts, strict=True))
        before = whole.words.get(name, ("",) * n)
        whole.words[name] = tuple(said.get(row, text) for row, text in enumerate(before))
    for reason, noted in part.notes.items():
        whole.notes.setdefault(reason, np.zeros(n, dtype=np.bool_))[rows] = noted


def take(view: PanelView, rows: Ints) -> PanelView:
    """Some rows of a view, as a view."""
    return Part(view, rows)
