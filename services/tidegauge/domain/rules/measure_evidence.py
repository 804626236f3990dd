"""What is shown of the measure that a rule looks back to."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.row_books import Steps
from tidegauge.domain.records.measure import KINDS
from tidegauge.domain.rules.base import Figure, Window
from tidegauge.domain.rules.since import TAKEN

MEASURE: Final = (
    Figure(
        "measure_month", "Month of the step of the measure", "措置の段階の月", "month", Window.THREE_YEARS
    ),
    Figure("measure_authority", "Authority of the measure", "措置の当局", "country", Window.THREE_YEARS),
    Figure("measure_kind", "Kind of the measure", "措置の種類", "measure", Window.THREE_YEARS),
)


def described(steps: Steps, event: Ints) -> dict[str, Floats]:
    """Month, authority and kind of the step that is each row's event; of several the first."""
    figures = {figure.name: np.full(len(event), np.nan) for figure in MEASURE}
    mine = np.flatnonzero(steps.month == event[steps.row]) if len(steps.row) else steps.row
    rows, places = np.unique(steps.row[mine], return_index=True)
    first = [steps.records[place] for place in mine[places].tolist()]
    figures["measure_month"][rows] = event[rows]
    figures["measure_authority"][rows] = [country_number(record["authority"]) for record in first]
    figures["measure_kind"][rows] = [KINDS.index(record["kind"]) for record in first]
    return figures


def of_kind(steps: Steps, kind: str, rows: int) -> Bools:
    """[n] whether a measure of a kind was taken among the steps."""
    found = np.zeros(rows, np.bool_)
    pairs = zip(steps.records, steps.stage, strict=True)
    found[steps.row[[record["kind"] == kind and stage in TAKEN for record, stage in pairs]]] = True
    return found
