"""`comexstat`: Brazil's foreign-trade statistics, the raw CSV files.

Official source: ComexStat, Brazil, Ministry of Development, Industry, Trade and Services (MDIC), Foreign
Trade Secretariat (Secex), https://www.gov.br/mdic (estatisticas, base de dados bruta)
Columns: CO_ANO, CO_MES, CO_NCM, CO_UNID, CO_PAIS, SG_UF_NCM, CO_VIA, CO_URF, QT_ESTAT, KG_LIQUIDO, VL_FOB,
and in import files VL_FRETE, VL_SEGURO; country table PAIS.csv (`;`, latin-1). Units: kilograms, US dollars.
Licence: open data of the Brazilian government; name the source.

Traps: cells are split by state, means of transport and customs office, and keys repeat (the ledger sums
them); countries are numbers of ComexStat's own, here with and without leading zeros; in an extract the number
999 pools all origins that are not named (option `other_origin`, QR); CO_UNID 10 (kilogram) makes QT_ESTAT a
second mass; a net mass of 0 beside a value is a missing mass.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from tidegauge.domain.countries import ALPHA3_TO_ALPHA2, NUMERIC_TO_ALPHA2
from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows, with_texts
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

_REQUIRED = ("CO_ANO", "CO_MES", "CO_NCM", "CO_PAIS", "KG_LIQUIDO", "VL_FOB")
_KNOWN = {*_REQUIRED, "CO_UNID", "SG_UF_NCM", "CO_VIA", "CO_URF", "QT_ESTAT", "VL_FRETE", "VL_SEGURO"}
_IMPORT_ONLY = ("VL_FRETE", "VL_SEGURO")
_USED = {*_REQUIRED, *_IMPORT_ONLY}
_NUMBERS = {name: pl.Int64() for name in ("KG_LIQUIDO", "VL_FOB", *_IMPORT_ONLY)}
_UNNAMED = "999"
_NOT_DECLARED = "ZZ"
# Numbers to which the table gives no ISO code of today.
_WITHOUT_ISO = {"047": "AN", "388": "CS", "393": "JE", "489": "YT", "698": "MF", "840": "SU"}


class ComexStat:
    """The raw CSV files of Brazil's ComexStat."""

    name = "comexstat"
    description = "Brazil ComexStat CSV (CO_ANO, CO_MES, CO_NCM, ...): flow, US$ FOB"
    kind = RecordKind.FLOW

    def recognises(self, sample: Sample) -> str | None:
        """By its column names."""
        fits = sample.container is Container.CSV and set(_REQUIRED) <= set(sample.columns)
        return "has the columns of ComexStat" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Flow records, one a row of the file; `options.countries` names the PAIS.csv to use."""
        missing = [name for name in _REQUIRED if name not in sample.columns]
        if missing:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of ComexStat are missing")
        countries = country_codes(options.countries) | {_UNNAMED: options.other_origin}
        unknown = tuple(name for name in sample.columns if name not in _KNOWN)
        for rows in read_rows(sample.path, options, _USED, _NUMBERS):
            yield _batch(sample.path, rows, countries, options, unknown)


def _batch(
    path: Path, rows: CsvRows, countries: Mapping[str, str], options: FeedOptions, unknown: tuple[str, ...]
) -> TextBatch:
    rejects = [Reject(str(path), bad.line, "", bad.reason, bad.raw[:RAW_LIMIT]) for bad in rows.bad]
    notes = Counter({Note.BLANK_LINE: rows.blank}) if rows.blank else Counter()
    frame = _canonical(rows, countries, options)
    batch = TextBatch(RecordKind.FLOW, frame, rows.lines, rows.raw, rejects, unknown, notes)
    return with_texts(batch, rows, lambda some: _batch(path, some, countries, options, unknown))


def _canonical(rows: CsvRows, countries: Mapping[str, str], options: FeedOptions) -> pl.DataFrame:
    present = rows.frame.columns
    known = {name: Distinct(rows.frame[name]) for name in ("CO_ANO", "CO_MES", "CO_NCM", "CO_PAIS")}
    month = known["CO_MES"].changed(lambda month: "-" + month.str.zfill(2))
    imports = all(name in present for name in _IMPORT_ONLY)
    return rows.frame.select(
        reporter=pl.lit("BR"),
        period=known["CO_ANO"].beside(month),
        product=known["CO_NCM"].mapped(lambda code: code.str.zfill(8)),
        nomenclature=pl.lit("NCM"),
        # A number that the table does not know stays as it is, and is refused with it.
        origin=known["CO_PAIS"].mapped(lambda number: number.str.zfill(3).replace(countries)),
        flow=pl.lit("import" if imports else "export"),
        net_mass_kg="KG_LIQUIDO",
        value="VL_FOB",
        currency=pl.lit("USD"),
        value_basis=pl.lit("FOB"),
        freight="VL_FRETE" if imports else pl.lit(None, pl.String),
        insurance="VL_SEGURO" if imports else pl.lit(None, pl.String),
        vintage=pl.lit(options.vintage or None, pl.String),
        status=pl.lit(None, pl.String),
        source=pl.lit("comexstat"),
    )


def country_codes(table: Path | None) -> dict[str, str]:
    """ComexStat's three-digit country number -> alpha-2, from PAIS.csv or the copy in the package.

    Numbers without an ISO country (ships' stores, banks, zones, not declared) become ZZ.
    """
    if table is None:
        return dict(_packaged())
    try:
        return _codes(pl.read_csv(table, separator=";", encoding="latin-1", infer_schema=False))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FeedError(f"{table}: is not ComexStat's country table PAIS.csv") from error


@cache
def _packaged() -> dict[str, str]:
    content = files("tidegauge.ingest.feeds").joinpath("comexstat_countries.csv").read_bytes()
    return _codes(pl.read_csv(content, separator=";", infer_schema=False))


def _codes(table: pl.DataFrame) -> dict[str, str]:
    rows = table.select("CO_PAIS", "CO_PAIS_ISON3", "CO_PAIS_ISOA3").iter_rows()
    return _WITHOUT_ISO | {
        number.zfill(3): ALPHA3_TO_ALPHA2.get(alpha3) or NUMERIC_TO_ALPHA2.get(numeric, _NOT_DECLARED)
        for number, numeric, alpha3 in rows
        if number.zfill(3) not in _WITHOUT_ISO
    }
