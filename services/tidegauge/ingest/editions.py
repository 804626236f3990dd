"""Statistics restated in one edition of the HS, where the operator asks for it."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from tidegauge.domain.concordance import edition_of, restated_name
from tidegauge.domain.ledger.contributions import Columns
from tidegauge.domain.panel.view import Feed
from tidegauge.runtime.concordances import restating


def read_editions(text: str) -> dict[str, str]:
    """The editions by source of a setting such as `comexstat=HS2012 comtrade=HS2017`; raises ValueError."""
    pairs = [part.partition("=") for part in text.split()]
    for source, _, edition in pairs:
        if not source:
            raise ValueError("a source stands before each '='")
        restating(edition)
    return {source: edition for source, _, edition in pairs}


def named_restated(frame: pl.DataFrame, editions: Mapping[str, str]) -> pl.DataFrame:
    """The rows with the nomenclature that they will be restated in.

    The name settles it: what a source was first read with stays, so that corrections take back what was
    added.
    """
    if not editions:
        return frame
    name = pl.col("nomenclature").fill_null("")
    for source, edition in editions.items():
        restated = pl.format(restated_name("{}", edition), name)
        frame = frame.with_columns(
            nomenclature=pl.when(pl.col("source") == source).then(restated).otherwise("nomenclature")
        )
    return frame


def restated(columns: Columns, feeds: Sequence[Feed]) -> Columns:
    """Contributions with those of restated feeds under the codes of their edition."""
    for number, feed in enumerate(feeds):
        published, edition = edition_of(feed.nomenclature)
        rows = columns["feed"] == number
        if edition and np.any(rows):
            columns = restating(edition).apply(columns, rows, published)
    return columns
