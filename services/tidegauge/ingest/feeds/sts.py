r"""`sts`: Eurostat's short-term business statistics, the wide CSV: one row a country, two columns a month.

Official source: Eurostat, short-term business statistics, data sets sts_inpr_m (production in industry) and
their kin, https://ec.europa.eu/eurostat/web/short-term-business-statistics
Columns: freq, indic_bt, nace_r2, s_adj, unit, `geo\TIME_PERIOD`, then `YYYY-MM_value` and `YYYY-MM_flag` for
each month. Units: an index (`unit` I21: 2021 = 100). Indicators: PRD or PROD production, TOVT and TOVV
turnover (sales), PRIN and PRC_PRR producer prices, EMPL employment.
Licence: Eurostat reuse policy (as CC BY 4.0); name Eurostat.

Traps: a missing figure is `:`, beside a value column left empty or in it, with `@C` where it is confidential
(left out, counted); euro-area and EU27_2020 rows stand beside their members (EU27_2020 is the reporter EU, a
series of its own; euro areas are left out); Greece is EL; `s_adj` SCA is seasonally and calendar adjusted, CA
calendar adjusted, NSA neither: they are different series and never mixed (they stand in the source); letters
as flags (p provisional, e estimated) belong to a figure that is kept; an index is no quantity.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools
from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds import comext_codes as codes
from tidegauge.ingest.feeds.across import Across
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows, with_texts
from tidegauge.ingest.feeds.leftovers import Account

_GEO: Final = "geo\\TIME_PERIOD"
_REQUIRED: Final = ("freq", "indic_bt", "nace_r2", "unit", _GEO)
_ADJUSTED: Final = "s_adj"
_CELL: Final = re.compile(r"[0-9]{4}-[0-9]{2}_(value|flag)")
_VALUE: Final = re.compile(r"([0-9]{4}-[0-9]{2})_value")
_INDICATORS: Final = {
    "PRD": "production",
    "PROD": "production",
    "TOVT": "sales",
    "TOVV": "sales",
    "PRIN": "producer_price",
    "PRC_PRR": "producer_price",
    "EMPL": "employment",
}
_SOURCE: Final = "eurostat-sts"
_MISSING: Final = ":"
_CONFIDENTIAL: Final = "@C|^c$|[^a-z]c$"
_ESTIMATED: Final = "e|s"


class Sts:
    """Eurostat's short-term statistics, as a wide CSV."""

    name = "sts"
    description = "Eurostat short-term statistics, wide CSV (YYYY-MM_value, YYYY-MM_flag): industry"
    kind = RecordKind.INDUSTRY

    def recognises(self, sample: Sample) -> str | None:
        """By its first columns and its months."""
        fits = sample.container is Container.CSV and not _missing(sample.columns)
        return "has the columns of Eurostat's short-term statistics" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Industry records, one a published figure; all figures of a row have its line."""
        missing = _missing(sample.columns)
        if missing:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of the wide file are missing")
        known = {*_REQUIRED, _ADJUSTED}
        unknown = tuple(name for name in sample.columns if name not in known and not _CELL.fullmatch(name))
        months = sorted({found[1] for name in sample.columns if (found := _VALUE.fullmatch(name))})
        numbers = {f"{month}_value": pl.Float64() for month in months}
        for rows in read_rows(sample.path, options, numbers=numbers):
            yield _batch(sample.path, rows, months, options.vintage, unknown)


def _missing(columns: Sequence[str]) -> list[str]:
    missing = [name for name in _REQUIRED if name not in columns]
    return missing if any(_VALUE.fullmatch(name) for name in columns) else [*missing, "YYYY-MM_value"]


def _batch(path: Path, rows: CsvRows, months: list[str], vintage: str, unknown: tuple[str, ...]) -> TextBatch:
    account, frame, geo = Account(path, rows), rows.frame, Distinct(rows.frame[_GEO])
    account.leave_out(codes.is_group(geo), Note.AGGREGATE)
    account.refuse(frame["freq"] != "M", "period", Reason.NOT_MONTHLY)
    values = [frame[f"{month}_value"] for month in months]
    present = np.column_stack([_is_given(value) for value in values])
    across = Across(present & account.left.to_numpy()[:, None])
    _count(account, frame, months, present)
    period = Distinct.placed(pl.Series(months), across.month)
    coded = {name: code.at(across.row) for name, code in _codes(frame, geo).items()} | {"period": period}
    same = {"classification": "NACE2"} | ({"vintage": vintage} if vintage else {})
    coded |= {name: Distinct.same(text, len(across)) for name, text in same.items()}

    def raw(positions: Sequence[int]) -> list[str]:
        at = pl.Series(positions, dtype=pl.UInt32)
        told = zip(across.row.gather(at), period.at(at).plain, coded["source"].at(at).plain, strict=True)
        return [_told(rows, row, month, source) for row, month, source in told]

    figures, lines = pl.DataFrame({"value": across.cells(values)}), rows.lines.gather(across.row)
    kind, notes = RecordKind.INDUSTRY, +account.notes
    batch = TextBatch(kind, figures, lines, raw, account.rejects, unknown, notes, coded)
    return with_texts(batch, rows, lambda some: _batch(path, some, months, vintage, unknown), across.rows_of)


def _is_given(values: pl.Series) -> Bools:
    """Which cells (bool[n]) hold a figure."""
    given = values.is_not_null()
    if values.dtype == pl.String():
        given = (given & (values != _MISSING)).fill_null(value=False)
    return given.to_numpy()


def _count(account: Account, frame: pl.DataFrame, months: list[str], present: Bools) -> None:
    """Count what is missing, withheld or estimated, by the flags of the rows that are left."""
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    columns = [f"{month}_flag" for month in months]
    flags = Distinct(pl.concat(frame[name] if name in frame.columns else nothing for name in columns))
    left = account.left.to_numpy()[:, None]

    def flagged(pattern: str) -> Bools:
        return flags.where(lambda flag: flag.str.contains(pattern)).to_numpy().reshape(present.T.shape).T

    hidden = int((flagged(_CONFIDENTIAL) & ~present & left).sum())
    account.notes[Note.CONFIDENTIAL] += hidden
    account.notes[Note.NOT_PUBLISHED] += int((~present & left).sum()) - hidden
    account.notes[Note.ESTIMATED] += int((flagged(_ESTIMATED) & present & left).sum())


def _codes(frame: pl.DataFrame, geo: Distinct) -> dict[str, Distinct]:
    """What is said once a row."""
    source = Distinct.same(_SOURCE, frame.height)
    if _ADJUSTED in frame.columns:
        source = Distinct(frame[_ADJUSTED].fill_null("")).changed(
            lambda known: _SOURCE + (":" + known.str.to_lowercase()).replace({":": ""})
        )
    return {
        "reporter": geo.changed(codes.alpha2),
        "product": Distinct(frame["nace_r2"]),
        "indicator": Distinct(frame["indic_bt"]).changed(lambda known: known.replace(_INDICATORS)),
        "unit": Distinct(frame["unit"]),
        "source": source,
    }


def _told(rows: CsvRows, row: int, month: str, source: str) -> str:
    """A figure of a row, as it stands in the file."""
    cells = rows.frame.row(row, named=True)
    figure = {"value": cells[f"{month}_value"], "flag": cells.get(f"{month}_flag")}
    head = {name: cells[name] for name in _REQUIRED} | {"line": rows.lines[row]}
    return str(head | {"source": source, "month": month} | figure)
