"""`comtrade`: the United Nations' trade statistics, as CSV or JSON of the Comtrade API.

Official source: UN Comtrade, United Nations Statistics Division, https://comtradeplus.un.org; the columns are
those of the API and of the package comtradeapicall.
Columns: typeCode, freqCode, refYear, refMonth, period (YYYYMM), reporterCode, flowCode (M, X), partnerCode,
partner2Code, classificationCode (H6 = HS2022 ... H0), cmdCode, customsCode, mosCode, motCode, qtyUnitCode,
qty, isQtyEstimated, netWgt, isNetWgtEstimated, cifvalue, fobvalue, primaryValue. Units: US dollars,
kilograms, the quantity unit by its code. Imports are CIF where cifvalue stands, else FOB where fobvalue does.
Licence: UN Comtrade terms of use: cite UN Comtrade; bulk redistribution needs permission.

Traps: partner 0 is the world (left out); rows by customs procedure, mode of transport or second partner stand
beside the total row C00, 0, 0, and only that is taken; products stand at several levels; names differ in
casing (`isnetWgtEstimated`, `CIFValue`); a quantity of 0 or the unit -1 is unknown; month 52 is a year
(refused); re-imports and re-exports are parts of M and X (left out); numeric codes are the UN's own (251
France, 842 United States, 699 India; 490 is Taiwan; areas not elsewhere specified are ZZ); an API answer
without a key is cut at 500 rows without saying so; the API gives no date of publication.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct, spread
from tidegauge.ingest.feeds import json_document
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows
from tidegauge.ingest.feeds.json_table import read_json_rows
from tidegauge.ingest.feeds.leftovers import Account, Levels
from tidegauge.ingest.feeds.un_countries import UN_COUNTRIES

_REQUIRED: Final = ("period", "reporterCode", "flowCode", "partnerCode", "cmdCode", "primaryValue")
_READ: Final = (
    *_REQUIRED, "freqCode", "refMonth", "partner2Code", "classificationCode", "customsCode", "mosCode",
    "motCode", "qtyUnitCode", "qty", "isQtyEstimated", "netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue",
)  # fmt: skip
_AMOUNTS: Final = frozenset({"primaryValue", "qty", "netWgt", "cifvalue", "fobvalue"})
# Names and other units of what is read, in small letters.
_UNUSED: Final = frozenset(
    {"typecode", "refperiodid", "refyear", "reporteriso", "reporterdesc", "flowdesc", "flowcategory",
     "partneriso", "partnerdesc", "partner2iso", "partner2desc", "classificationsearchcode",
     "isoriginalclassification", "cmddesc", "aggrlevel", "isleaf", "customsdesc", "mosdesc", "motdesc",
     "qtyunitabbr", "altqtyunitcode", "altqtyunitabbr", "altqty", "isaltqtyestimated", "grosswgt",
     "isgrosswgtestimated", "legacyestimationflag", "isreported", "isaggregate", "datasetcode"}
)  # fmt: skip
_TOTAL_ROW: Final = {"customsCode": "C00", "mosCode": "0", "motCode": "0", "partner2Code": "0"}
_FLOWS: Final = {"M": "import", "X": "export"}
_PARTS_OF_FLOWS: Final = ("RM", "RX", "MIP", "XIP", "MOP", "XOP", "FM", "DX")
_EDITIONS: Final = {"H6": "HS2022", "H5": "HS2017", "H4": "HS2012", "H3": "HS2007", "H2": "HS2002",
                    "H1": "HS1996", "H0": "HS1992", "HS": "HS"}  # fmt: skip
# UN/ECE Rec 20 for the UN's unit codes; -1 and 1 are no unit.
_UNITS: Final = {"2": "MTK", "3": "MWH", "4": "MTR", "5": "C62", "6": "PR", "7": "LTR", "8": "KGM",
                 "9": "MIL", "10": "PK", "11": "DZN", "12": "MTQ", "13": "CTM"}  # fmt: skip
_BASES: Final = pl.Series(["FOB", "CIF"])
_MONTH: Final = r"^([0-9]{4})([0-9]{2})$"
_YEARLY: Final = r"^[0-9]{4}(52)?$"
_ROWS: Final = 200_000
_CONTAINERS: Final = (Container.CSV, Container.JSON, Container.JSON_LINES)


class Comtrade:
    """UN Comtrade's API answers, as CSV or JSON."""

    name = "comtrade"
    description = "UN Comtrade CSV or JSON (reporterCode, partnerCode, cmdCode, ...): flow, US$"
    kind = RecordKind.FLOW

    def recognises(self, sample: Sample) -> str | None:
        """By its column names, whatever their casing."""
        fits = sample.container in _CONTAINERS and not _missing(sample.columns)
        return "has the columns of UN Comtrade" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Flow records, one a total row of a single partner."""
        missing = _missing(sample.columns)
        if missing or sample.container not in _CONTAINERS:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of UN Comtrade are missing")
        read = {name.lower() for name in _READ}
        unknown = tuple(name for name in sample.columns if name.lower() not in read | _UNUSED)
        levels = Levels()
        for rows in _rows(sample, options):
            account = Account(sample.path, rows)
            frame = _named(rows.frame)
            known = {name: _code(frame[name]) for name in frame.columns if name not in _AMOUNTS}
            _sort_out(account, known, levels)
            yield account.batch(self.kind, _canonical(frame, known, options), unknown)


def _missing(columns: Sequence[str]) -> list[str]:
    present = {name.lower() for name in columns}
    return [name for name in _REQUIRED if name.lower() not in present]


def _rows(sample: Sample, options: FeedOptions) -> Iterator[CsvRows]:
    match sample.container:
        case Container.CSV:
            read = {name.lower() for name in _READ}
            wanted = {name for name in sample.columns if name.lower() in read}
            yield from read_rows(sample.path, options, wanted)
        case Container.JSON_LINES:
            yield from read_json_rows(sample.path, options)
        case _:
            yield from json_document.tables(sample.path, sample.columns, _ROWS)


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that are read, under the API's names, null where a file lacks one."""
    present = {name.lower(): name for name in reversed(frame.columns)}
    absent = pl.lit(None, pl.String)
    return frame.select(
        (pl.col(present[name.lower()]) if name.lower() in present else absent).alias(name) for name in _READ
    )


def _code(column: pl.Series) -> Distinct:
    """A column of codes without `.0`."""
    return Distinct(column).changed(lambda code: code.str.replace(r"\.0$", ""))


def _sort_out(account: Account, known: Mapping[str, Distinct], levels: Levels) -> None:
    """Leave out the world, rows that split a total row, and shorter codes; refuse years."""
    partner, product = known["partnerCode"], known["cmdCode"]
    account.leave_out(partner.where(lambda code: code.str.contains("^0+$")), Note.AGGREGATE)
    account.leave_out(partner.one_of(["97", "097"]), Note.AGGREGATE)
    account.leave_out(product.one_of(["TOTAL"]), Note.AGGREGATE)
    account.leave_out(known["flowCode"].one_of(_PARTS_OF_FLOWS), Note.NOT_SELECTED)
    for name, total in _TOTAL_ROW.items():
        account.leave_out(known[name].other_than(total), Note.NOT_SELECTED)
    yearly = known["period"].where(lambda period: period.str.contains(_YEARLY))
    account.refuse(known["freqCode"].other_than("M"), "period", Reason.NOT_MONTHLY)
    account.refuse(known["refMonth"].one_of(["52"]), "period", Reason.NOT_MONTHLY)
    account.refuse(yearly, "period", Reason.NOT_MONTHLY)
    account.leave_out(levels.aggregates(product, account.left), Note.AGGREGATE)
    quantity, mass = (
        known[name].where(lambda said: said.str.to_lowercase().is_in(["true", "1"]))
        for name in ("isQtyEstimated", "isNetWgtEstimated")
    )
    account.count(quantity | mass, Note.ESTIMATED)


def _canonical(frame: pl.DataFrame, known: Mapping[str, Distinct], options: FeedOptions) -> pl.DataFrame:
    unit = known["qtyUnitCode"].named(_UNITS)
    counted = unit.is_not_null() & _is_figure(frame["qty"])
    basis = known["flowCode"].one_of(["M"])
    if (fob := _is_figure(frame["fobvalue"])).any():
        basis &= _is_figure(frame["cifvalue"]) | ~fob
    return frame.select(
        reporter=_countries(known["reporterCode"]),
        period=known["period"].mapped(lambda period: period.str.replace(_MONTH, "${1}-${2}")),
        product=known["cmdCode"].coded,
        nomenclature=known["classificationCode"].replaced(_EDITIONS),
        origin=_countries(known["partnerCode"]),
        flow=known["flowCode"].replaced(_FLOWS),
        net_mass_kg="netWgt",
        quantity=pl.when(counted).then("qty"),
        quantity_unit=pl.when(counted).then(unit),
        value="primaryValue",
        currency=pl.lit("USD"),
        value_basis=spread(_BASES, basis.cast(pl.UInt32)),
        vintage=pl.lit(options.vintage or None, pl.String),
        source=pl.lit("comtrade"),
    )


def _is_figure(amount: pl.Series) -> pl.Series:
    """Whether something other than 0 stands there (bool[n])."""
    if amount.null_count() == len(amount):
        return amount.is_not_null()
    return amount.is_not_null() & (amount.cast(pl.Float64, strict=False) != 0).fill_null(value=True)


def _countries(codes: Distinct) -> pl.Series:
    """A number that is not known stays as it is, and is refused with it."""
    return codes.mapped(lambda number: number.str.zfill(3).replace(UN_COUNTRIES))
