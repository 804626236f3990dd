"""Invented files in the columns of official formats, for the benchmark of the connectors."""

from collections.abc import Callable

import numpy as np
import polars as pl
from tests.bench.worlds import FIRST, world

from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import month_text
from tidegauge.ingest.feeds.code_table import country_table
from tidegauge.scenario.lines import chunk_lines
from tidegauge.scenario.parameters import Parameters
from tidegauge.scenario.text import Words
from tidegauge.scenario.world import chunk_sizes, make_world, month_state

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MEMBERS = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
CURRENCIES = "USD JPY GBP CHF SEK NOK DKK PLN CZK HUF CNY KRW INR BRL ZAR TRY"


def flow(rows: int) -> pl.DataFrame:
    """Monthly figures in the columns of `flow`."""
    of = world(rows // 12 + 1)
    which, month = np.divmod(np.arange(rows), 12)
    random = np.random.default_rng(3)
    mass = np.round(of.mass_kg[which] * random.lognormal(0, 0.3, rows), 3)
    return pl.DataFrame(
        {
            "reporter": "BR",
            "source": "official",
            "period": _of([month_text(FIRST + one) for one in range(12)], month),
            "product": _codes(of.product[which], product_code),
            "nomenclature": "NCM",
            "flow": "import",
            "origin": _codes(of.origin[which], country_code),
            "net_mass_kg": mass,
            "value": np.round(mass * of.price[which], 2),
            "currency": "EUR",
            "value_basis": "CIF",
        }
    )


def comexstat(rows: int) -> pl.DataFrame:
    """ComexStat's import file: every row a month, code, country, state, means of transport and office."""
    random = np.random.default_rng(4)
    value = random.integers(100, 10**7, rows)
    return pl.DataFrame(
        {
            "CO_ANO": 2024,
            "CO_MES": _of([f"{month:02}" for month in range(1, 13)], random.integers(0, 12, rows)),
            "CO_NCM": _of(_products(3000, 8), random.integers(0, 3000, rows)),
            "CO_UNID": 10,
            "CO_PAIS": _of(["160", "249", "023", "386", "063"], random.integers(0, 5, rows)),
            "SG_UF_NCM": _of(["SP", "RJ", "PR", "SC"], random.integers(0, 4, rows)),
            "CO_VIA": _of(["01", "04", "07"], random.integers(0, 3, rows)),
            "CO_URF": random.integers(100_000, 999_999, rows),
            "QT_ESTAT": value // 3,
            "KG_LIQUIDO": value // 3,
            "VL_FOB": value,
            "VL_FRETE": value // 20,
            "VL_SEGURO": value // 500,
        }
    )


def comext_bulk(rows: int) -> pl.DataFrame:
    """A month of Comext's bulk files."""
    random = np.random.default_rng(5)
    value = random.integers(100, 10**7, rows)
    return pl.DataFrame(
        {
            "REPORTER": _of(MEMBERS.split(), np.arange(rows) * len(MEMBERS.split()) // rows),
            "PARTNER": _of([*MEMBERS.split(), "CN", "US", "TR", "IN", "WORLD"], random.integers(0, 32, rows)),
            "TRADE_TYPE": "E",
            "PRODUCT_NC": _of(_products(9000, 8), random.integers(0, 9000, rows)),
            "FLOW": random.integers(1, 3, rows),
            "STAT_PROCEDURE": 1,
            "SUPPL_UNIT": pl.Series([None], dtype=pl.String).new_from_index(0, rows),
            "PERIOD": 202401,
            "VALUE_EUR": value,
            "VALUE_NAC": value,
            "QUANTITY_KG": np.round(value / 7, 2),
            "QUANTITY_SUPPL_UNIT": 0,
        }
    )


def comext_long(rows: int) -> pl.DataFrame:
    """Observations of DS-045409: of each reporter, partner and code first the masses, then the values."""
    random = np.random.default_rng(6)
    series, place = np.divmod(np.arange(rows), 72)
    indicator, month = np.divmod(place, 36)
    return pl.DataFrame(
        {
            "DATAFLOW": "ESTAT:DS-045409(1.0)",
            "LAST UPDATE": "13/02/26 11:00:00",
            "freq": "M",
            "reporter": _of(MEMBERS.split(), series // 29 % len(MEMBERS.split())),
            "partner": _of([*MEMBERS.split(), "CN", "WORLD"], series % 29),
            "product": _of(_products(900, 8), series // 29 // len(MEMBERS.split()) % 900),
            "flow": 1,
            "indicators": _of(["QUANTITY_IN_100KG", "VALUE_IN_EUROS"], indicator),
            "TIME_PERIOD": _of([f"{2023 + m // 12}-{m % 12 + 1:02}" for m in range(36)], month),
            "OBS_VALUE": np.round(random.lognormal(6, 2, rows), 2),
        }
    )


def korean(rows: int) -> pl.DataFrame:
    """Declarations in the columns of Korean customs' sample files."""
    random = np.random.default_rng(7)
    days = [f"2020-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    countries = _of(["CN", "US", "JP", "DE", "VN", "IT"], random.integers(0, 6, rows))
    return pl.DataFrame(
        {
            "Declaration ID": random.permutation(rows) + 10**7,
            "Date": _of(days, np.arange(rows) * len(days) // rows),
            "Office ID": random.integers(10, 60, rows),
            "Process Type": "B",
            "Import Type": 11,
            "Import Use": 21,
            "Payment Type": 11,
            "Mode of Transport": 10,
            "Declarant ID": _of([f"ZZR{n:04}" for n in range(900)], random.integers(0, 900, rows)),
            "Importer ID": _of([f"QLR{n:05}" for n in range(5000)], random.integers(0, 5000, rows)),
            "Seller ID": _of([f"0VK{n:05}" for n in range(9000)], random.integers(0, 9000, rows)),
            "Courier ID": pl.Series([None], dtype=pl.String).new_from_index(0, rows),
            "HS6 Code": _of(_products(4000, 6), random.integers(0, 4000, rows)),
            "Country of Departure": countries,
            "Country of Origin": countries,
            "Tax Rate": _of(["0.0", "6.5", "8.0"], random.integers(0, 3, rows)),
            "Tax Type": "A",
            "Country of Origin Indicator": "G",
            "Net Mass": np.round(random.lognormal(5, 2, rows), 1),
            "Item Price": np.round(random.lognormal(12, 2, rows), 1),
            "Fraud": 0,
            "Critical Fraud": 0,
        }
    )


def japan(rows: int) -> pl.DataFrame:
    """A year of Japan's trade statistics, twelve months across."""
    random = np.random.default_rng(8)
    countries = list(country_table("japan_customs"))[:50]
    columns = {
        "Exp or Imp": pl.Series([2]).new_from_index(0, rows),
        "Year": pl.Series([2024]).new_from_index(0, rows),
        "HS": _of([f"'{code}" for code in _products(3000, 9)], np.arange(rows) // 50 % 3000),
        "Country": _of(countries, np.arange(rows) % 50),
        "Unit1": pl.Series([""]).new_from_index(0, rows),
        "Unit2": pl.Series(["KG"]).new_from_index(0, rows),
    }
    for month in ("Year", *MONTHS):
        value = random.integers(1, 10**6, rows)
        columns[f"Quantity1-{month}"] = pl.Series(np.zeros(rows, np.int64))
        columns[f"Quantity2-{month}"] = pl.Series(value * 3)
        columns[f"Value-{month}"] = pl.Series(value)
    return pl.DataFrame(columns)


def comtrade(rows: int) -> pl.DataFrame:
    """UN Comtrade's total rows."""
    random = np.random.default_rng(9)
    value = np.round(random.lognormal(10, 2, rows), 3)
    return pl.DataFrame(
        {
            "typeCode": "C", "freqCode": "M", "refYear": 2024, "refMonth": 1, "period": 202401,
            "reporterCode": 842, "flowCode": "M",
            "partnerCode": _of(["156", "276", "392", "410"], random.integers(0, 4, rows)),
            "partner2Code": 0, "classificationCode": "H6",
            "cmdCode": _of(_products(4000, 6), random.integers(0, 4000, rows)),
            "customsCode": "C00", "mosCode": 0, "motCode": 0, "qtyUnitCode": 8, "qty": value,
            "isQtyEstimated": False, "netWgt": value, "isnetWgtEstimated": False, "CIFValue": value * 2,
            "fobvalue": pl.Series([None], dtype=pl.Float64).new_from_index(0, rows),
            "primaryValue": value * 2,
        }
    )  # fmt: skip


def sdmx(rows: int) -> pl.DataFrame:
    """Observations in SDMX-CSV 1.0."""
    random = np.random.default_rng(10)
    return pl.DataFrame(
        {
            "DATAFLOW": "X:TRD(1.0)", "FREQ": "M", "REF_AREA": "DE", "TRD_FLOW": "M",
            "PRODUCT": _of(_products(4000, 8), random.integers(0, 4000, rows)),
            "COUNTERPART": _of(["CN", "US", "JP", "KR"], random.integers(0, 4, rows)),
            "TIME_PERIOD": _of([f"2024-{m:02}" for m in range(1, 13)], np.arange(rows) % 12),
            "OBS_VALUE": np.round(random.lognormal(8, 2, rows), 1),
            "OBS_STATUS": "A", "OBS_CONF": "F", "UNIT_MULT": 0,
        }
    )  # fmt: skip


def sts(rows: int) -> pl.DataFrame:
    """Indices of many industries, three years across."""
    random = np.random.default_rng(11)
    columns = {
        name: pl.Series([text]).new_from_index(0, rows) for name, text in (("freq", "M"), ("indic_bt", "PRD"))
    }
    columns["nace_r2"] = _of([f"C{n}" for n in range(1000, 9999)], np.arange(rows) // 27 % 8999)
    columns |= {
        name: pl.Series([text]).new_from_index(0, rows) for name, text in (("s_adj", "SCA"), ("unit", "I21"))
    }
    columns["geo\\TIME_PERIOD"] = _of(MEMBERS.split(), np.arange(rows) % len(MEMBERS.split()))
    for month in range(36):
        name = f"{2023 + month // 12}-{month % 12 + 1:02}"
        columns[f"{name}_value"] = pl.Series(np.round(random.normal(100, 10, rows), 1))
        columns[f"{name}_flag"] = pl.Series(["p"]).new_from_index(0, rows)
    return pl.DataFrame(columns)


def rates(rows: int) -> pl.DataFrame:
    """Daily reference rates."""
    random = np.random.default_rng(12)
    days = np.datetime64("2024-12-31") - np.arange(rows)
    return pl.DataFrame(
        {"Date": days.astype(str)}
        | {name: np.round(random.lognormal(1, 0.1, rows), 4) for name in CURRENCIES.split()}
    )


def declarations(rows: int) -> pl.DataFrame:
    """Canonical declarations of a scenario, first versions alone."""
    of = make_world(Parameters(rows, 3000, 60, 1, 3, FIRST), ())
    state, words = month_state(of, 0), Words(of)
    chunks = range(len(chunk_sizes(of, 0)))
    return pl.concat([words.frame(chunk_lines(of, state, chunk)) for chunk in chunks])


FILES: dict[str, Callable[[int], pl.DataFrame]] = {
    "canonical": flow,
    "canonical, declarations": declarations,
    "comexstat": comexstat,
    "comext, bulk": comext_bulk,
    "comext, long": comext_long,
    "declarations-csv": korean,
    "japan-customs": japan,
    "comtrade": comtrade,
    "sdmx-csv": sdmx,
    "sts": sts,
    "ecb-fx": rates,
}
# Rows that make files of about the same size; the wide formats hold many figures a row.
ROWS: dict[str, int] = {"japan-customs": 100_000, "sts": 60_000, "ecb-fx": 7_000}
OFTEN = 500_000


def _of(names: list[str], places: np.ndarray) -> pl.Series:
    return pl.Series(names).gather(pl.Series(places.astype(np.int64)))


def _codes(numbers: np.ndarray, code: Callable[[int], str]) -> pl.Series:
    known, places = np.unique(numbers, return_inverse=True)
    return _of([code(one) for one in known.tolist()], places)


def _products(count: int, digits: int) -> list[str]:
    codes = np.random.default_rng(1).choice(10 ** (digits - 1) * 8, count, replace=False)
    return [f"{code + 10 ** (digits - 1):0{digits}d}"[:digits] for code in codes.tolist()]
