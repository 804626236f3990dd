"""`sdmx-csv`: SDMX-CSV 1.0 and 2.0 of any data set, read as flow, price or industry by a column map.

Official source: any SDMX service (ECB Data Portal, Eurostat, OECD, IMF, BIS); the format: SDMX-CSV field
guide, https://github.com/sdmx-twg/sdmx-csv
Columns: 1.0 DATAFLOW, 2.0 STRUCTURE, STRUCTURE_ID, ACTION; then one a dimension, TIME_PERIOD, OBS_VALUE and
the attributes, among them OBS_STATUS, OBS_CONF and UNIT_MULT. Units: as the data set says; OBS_VALUE times
ten to the power of UNIT_MULT, where that stands.
Licence: that of the publisher; name it.

Traps: a data set says nothing of our fields, so a column map is needed; with labels, names and codes are
written `CODE: label`; OBS_STATUS M, O, L, H and Q hold no figure (left out), P is provisional, E and F are
estimated or forecast (kept, counted); OBS_CONF other than F is withheld (left out, counted as confidential);
TIME_PERIOD of a month is 2024-01 or 2024-M01, quarters and years are refused; deletions (ACTION D) are left
out: a later vintage restates its months anyway; totals among the codes must be left out by `select`.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from tidegauge.domain.records import RECORDS, Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.column_map import ColumnMap
from tidegauge.ingest.feeds.csv_table import read_rows
from tidegauge.ingest.feeds.leftovers import Account
from tidegauge.ingest.feeds.scaling import times_power_of_ten

KINDS: Final = (RecordKind.FLOW, RecordKind.PRICE, RecordKind.INDUSTRY)
_TIME, _VALUE, _MULTIPLIER = "TIME_PERIOD", "OBS_VALUE", "UNIT_MULT"
_NO_FIGURE: Final = ("M", "O", "L", "H", "Q", "K", "W")
_WITHHELD: Final = "Q"
_ESTIMATED: Final = ("E", "F", "I")
_PROVISIONAL: Final = "P"
_FREE: Final = "F"
_MISSING: Final = ("NaN", "NA", ":", "..")
_POWERS: Final = 9
_MONTH: Final = r"^([0-9]{4})-?M?([0-9]{2})$"
_COARSE: Final = r"^[0-9]{4}(-?[AQSTW][0-9]*)?$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_LABELLED: Final = r"^([^:]+): .*$"


class SdmxCsv:
    """SDMX-CSV of any data set."""

    name = "sdmx-csv"
    description = "SDMX-CSV 1.0 or 2.0 with a column map (--map): flow, price or industry"
    kind = None

    def recognises(self, sample: Sample) -> str | None:
        """By the columns that every SDMX-CSV file has."""
        if sample.container is not Container.CSV:
            return None
        names = {_bare(name) for name in sample.columns}
        if not {_TIME, _VALUE} <= names:
            return None
        if {"STRUCTURE", "STRUCTURE_ID"} <= names:
            return "has the columns of SDMX-CSV 2.0"
        return "has the columns of SDMX-CSV 1.0" if "DATAFLOW" in names else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Records by `options.column_map`, one an observation; raises FeedError without one."""
        column_map = column_map_of(sample, options)
        names = {name: _bare(name) for name in sample.columns}
        _check(sample.path, column_map, set(names.values()))
        used = {*column_map.columns.values(), *column_map.select, *_OWN}
        unknown = tuple(name for name in names.values() if name not in used)
        for rows in read_rows(sample.path, options):
            frame = _without_labels(rows.frame.rename(names), labelled=any(": " in name for name in names))
            account = Account(sample.path, rows)
            _sort_out(account, frame, column_map)
            yield account.batch(column_map.record, _canonical(frame, column_map, options), unknown)


_OWN: Final = frozenset(
    {"DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", _TIME, _VALUE, _MULTIPLIER}
    | {"OBS_STATUS", "OBS_CONF", "CONF_STATUS", "LAST UPDATE", "FREQ", "freq"}
)


def column_map_of(sample: Sample, options: FeedOptions) -> ColumnMap:
    """The column map that was given; raises FeedError without one."""
    if options.column_map is None:
        raise FeedError(f"{sample.path}: is SDMX-CSV; say with --map which columns are which fields")
    return options.column_map


def load_column_map(path: Path) -> ColumnMap:
    """A column map out of a TOML file; raises FeedError."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), ColumnMap)
    except (OSError, UnicodeDecodeError) as error:
        raise FeedError(f"{path}: the column map cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise FeedError(f"{path}: the column map is not TOML ({error})") from error
    except msgspec.ValidationError as error:
        raise FeedError(f"{path}: the column map is wrong: {error}") from error


def _check(path: Path, column_map: ColumnMap, present: set[str]) -> None:
    """Raises FeedError where the map and the file, or the map and the record, do not fit."""
    if column_map.record not in KINDS:
        raise FeedError(f"{path}: the column map's record must be one of {', '.join(KINDS)}")
    fields = RECORDS[column_map.record].by_name
    named = (*column_map.columns, *column_map.constants, *column_map.values, column_map.observation)
    strange = [name for name in named if name not in fields]
    if strange:
        raise FeedError(f"{path}: the record '{column_map.record}' has no field {', '.join(strange)}")
    absent = [name for name in (_TIME, _VALUE) if name not in present]
    if absent:
        raise FeedError(f"{path}: columns {', '.join(absent)} of SDMX-CSV are missing")
    missing = [name for name in (*column_map.columns.values(), *column_map.select) if name not in present]
    if missing:
        raise FeedError(f"{path}: the column map names {', '.join(missing)}, which the file has not")


def _bare(name: str) -> str:
    """The component's name without its label."""
    return name.partition(": ")[0]


def _without_labels(frame: pl.DataFrame, *, labelled: bool) -> pl.DataFrame:
    if not labelled:
        return frame
    return frame.with_columns(pl.all().exclude(_VALUE).str.replace(_LABELLED, "$1"))


def _sort_out(account: Account, frame: pl.DataFrame, column_map: ColumnMap) -> None:
    """Leave out what is not asked for, holds no figure or is withheld; refuse years and quarters."""
    for component, codes in column_map.select.items():
        account.leave_out(~Distinct(frame[component]).one_of(codes), Note.NOT_SELECTED)
    status, free = Distinct(_text(frame, "OBS_STATUS")), Distinct(_text(frame, "OBS_CONF"))
    account.leave_out(free.where(lambda code: code != _FREE), Note.CONFIDENTIAL)
    account.leave_out(status.one_of([_WITHHELD]), Note.CONFIDENTIAL)
    account.leave_out(status.one_of(_NO_FIGURE), Note.NOT_PUBLISHED)
    account.leave_out(Distinct(_text(frame, "ACTION")).one_of(["D"]), Note.NOT_PUBLISHED)
    value = frame[_VALUE]
    account.leave_out(value.is_null() | value.is_in(list(_MISSING)), Note.NOT_PUBLISHED)
    coarse = Distinct(frame[_TIME]).where(lambda time: time.str.contains(_COARSE))
    account.refuse(coarse, "period", Reason.NOT_MONTHLY)
    powers = [str(one) for one in range(_POWERS + 1)]
    strange = Distinct(_text(frame, _MULTIPLIER)).where(lambda power: ~power.is_in(powers))
    account.refuse(strange, column_map.observation, Reason.OUT_OF_RANGE)
    account.count(status.one_of(_ESTIMATED), Note.ESTIMATED)


def _text(frame: pl.DataFrame, name: str) -> pl.Series:
    if name in frame.columns:
        return frame[name]
    return pl.Series(name, [None], pl.String).new_from_index(0, frame.height)


def _canonical(frame: pl.DataFrame, column_map: ColumnMap, options: FeedOptions) -> pl.DataFrame:
    fields: dict[str, pl.Expr] = {
        "period": pl.lit(Distinct(frame[_TIME]).mapped(_months)),
        column_map.observation: _observation(frame),
        "source": pl.coalesce(pl.lit(_text(frame, name)) for name in ("DATAFLOW", "STRUCTURE_ID")),
        "vintage": pl.lit(options.vintage or None, pl.String),
    }
    if column_map.record is RecordKind.FLOW and "OBS_STATUS" in frame.columns:
        status = Distinct(frame["OBS_STATUS"]).named({_PROVISIONAL: "provisional"})
        fields["status"] = pl.lit(status)
    if column_map.record is RecordKind.PRICE:
        fields["date"] = pl.when(pl.col(_TIME).str.contains(_DAY)).then(_TIME)
    fields |= {name: pl.lit(text, pl.String) for name, text in column_map.constants.items()}
    fields |= {name: pl.col(component) for name, component in column_map.columns.items()}
    for name, codes in column_map.values.items():
        component = column_map.columns.get(name)
        if component is not None:
            fields[name] = pl.lit(Distinct(frame[component]).replaced(codes))
        elif name in fields:
            fields[name] = fields[name].cast(pl.String).replace(dict(codes))
    return frame.select(expression.alias(name) for name, expression in fields.items())


def _months(times: pl.Series) -> pl.Series:
    """Months out of days and of the ways to write a month; what is neither stays."""
    days = times.str.contains(_DAY)
    return times.str.head(7).zip_with(days, times.str.replace(_MONTH, "${1}-${2}"))


def _observation(frame: pl.DataFrame) -> pl.Expr:
    """OBS_VALUE with its multiplier, exactly."""
    if _MULTIPLIER not in frame.columns:
        return pl.col(_VALUE)
    powers: Sequence[str] = frame[_MULTIPLIER].drop_nulls().unique().to_list()
    moved = pl.col(_VALUE)
    for power in powers:
        if power.isdecimal() and 0 < int(power) <= _POWERS:
            scaled = times_power_of_ten(_VALUE, int(power))
            moved = pl.when(pl.col(_MULTIPLIER) == power).then(scaled).otherwise(moved)
    return moved
