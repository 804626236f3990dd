"""`declarations-csv`: single import declarations in the form of Korean customs' open sample files.

Official source: none in observed form. The columns are those of the synthetic import declarations that were
generated from Korean ones and published for research ("Customs Import Declaration Datasets", Korea Customs
Service and Institute for Basic Science; df_syn_*_eng.csv). Licence: MIT. They are
**synthetic**: for shape, volume and privacy tests, never to be shown as observed trade.
Columns: `Declaration ID, Date, Office ID, Process Type, Import Type, Import Use, Payment Type, Mode of
Transport, Declarant ID, Importer ID, Seller ID, Courier ID, HS6 Code, Country of Departure, Country of
Origin, Tax Rate, Tax Type, Country of Origin Indicator, Net Mass, Item Price, Fraud, Critical Fraud`. Units:
kilograms; the currency of `Item Price` is not stated anywhere: taken as KRW, the currency in which Korean
customs assesses, on the basis `customs`; `Tax Rate` in per cent. Codes: HS 2017 (the files are of 2020 and
2021).

Traps: one row is a whole declaration, so its item is 1; the date is a day without an hour; there is no
version (a later delivery of an id replaces the earlier); net mass 0 occurs; `Seller ID` and `Courier ID` are
often empty; all import types are releases for home use, kept as procedure 40; the two fraud labels are
answers, not declared facts, and are left aside.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

_REQUIRED: Final = ("Declaration ID", "Date", "HS6 Code", "Country of Origin", "Net Mass", "Item Price")
_OPTIONAL: Final = {
    "office": "Office ID",
    "dispatch": "Country of Departure",
    "preference": "Tax Type",
    "duty_rate": "Tax Rate",
    "importer": "Importer ID",
    "exporter": "Seller ID",
}
# Columns that no field of a declaration speaks of.
_SET_ASIDE: Final = {
    "Process Type",
    "Import Use",
    "Payment Type",
    "Mode of Transport",
    "Declarant ID",
    "Courier ID",
    "Country of Origin Indicator",
    "Fraud",
    "Critical Fraud",
}
_IMPORT_TYPE: Final = "Import Type"
_KNOWN: Final = {*_REQUIRED, *_OPTIONAL.values(), *_SET_ASIDE, _IMPORT_TYPE}
_TYPE_CODE: Final = "^[0-9]{2,3}$"
_FREE_CIRCULATION: Final = "40"


class DeclarationsCsv:
    """Declarations in the columns of the Korea Customs Service's sample files."""

    name = "declarations-csv"
    description = "Korean-customs-style declarations CSV (Declaration ID, HS6 Code, ...): declaration"
    kind = RecordKind.DECLARATION

    def recognises(self, sample: Sample) -> str | None:
        """By its column names."""
        fits = sample.container is Container.CSV and set(_REQUIRED) <= set(sample.columns)
        return "has the columns of Korean customs' declaration files" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Declaration records, one accepted item a row of the file."""
        missing = [name for name in _REQUIRED if name not in sample.columns]
        if missing:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of declarations-csv are missing")
        unknown = tuple(name for name in sample.columns if name not in _KNOWN)
        for rows in read_rows(sample.path, options, _KNOWN - _SET_ASIDE):
            rejects = [
                Reject(str(sample.path), bad.line, "", bad.reason, bad.raw[:RAW_LIMIT]) for bad in rows.bad
            ]
            notes = Counter({Note.BLANK_LINE: rows.blank}) if rows.blank else Counter()
            yield TextBatch(self.kind, _canonical(rows), rows.lines, rows.raw, rejects, unknown, notes)


def _canonical(rows: CsvRows) -> pl.DataFrame:
    present = rows.frame.columns
    carried = {name: column for name, column in _OPTIONAL.items() if column in present}
    return rows.frame.select(
        reporter=pl.lit("KR"),
        declaration_id="Declaration ID",
        item=pl.lit("1"),
        action=pl.lit("accept"),
        accepted_at="Date",
        # What is no import type stays as it is: an unknown procedure is not counted as an import.
        procedure=_procedure() if _IMPORT_TYPE in present else pl.lit(None, pl.String),
        product="HS6 Code",
        nomenclature=pl.lit("HS2017"),
        origin="Country of Origin",
        net_mass_kg="Net Mass",
        value="Item Price",
        currency=pl.lit("KRW"),
        value_basis=pl.lit("customs"),
        **carried,
    )


def _procedure() -> pl.Expr:
    kind = pl.col(_IMPORT_TYPE)
    return pl.when(kind.str.contains(_TYPE_CODE)).then(pl.lit(_FREE_CIRCULATION)).otherwise(kind)
