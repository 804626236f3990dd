"""Refused rows, as a step of ingest commits them."""

from collections.abc import Sequence

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.ingest.rejects import Reject
from tidegauge.ingest.source import SourceFile
from tidegauge.runtime.log import Rejected


def rejected(source: SourceFile, rejects: Sequence[Reject]) -> list[Rejected]:
    """What a reader refused, under the name that its file goes by."""
    return [
        Rejected(source.name, one.line, one.column, str(one.reason), one.raw, one.record) for one in rejects
    ]


def flags_at(places: Ints, count: int) -> Bools:
    """[count] whether a row stands at one of some places."""
    flags = np.zeros(count, bool)
    flags[places] = True
    return flags
