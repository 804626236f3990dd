"""The package's concordance table against the official files it was made from."""

import csv
import gzip
import subprocess
import sys

import numpy as np
import pytest

from tidegauge.domain.codes import product_number
from tidegauge.domain.periods import month_number
from tidegauge.runtime.concordances import code_breaks


def since(nomenclature, code, month):
    return int(code_breaks().since(nomenclature, np.array([product_number(code)]), month_number(month))[0])


@pytest.mark.parametrize(
    ("nomenclature", "code", "month", "expected"),
    [
        ("CN2025", "31021012", "2025-12", "2025-01"),  # born out of 3102 10 10
        ("CN2025", "31021010", "2025-12", "2025-01"),  # given up
        ("CN2025", "31025000", "2025-12", "2014-01"),  # merged out of two
        ("CN2025", "31022100", "2025-12", None),
        ("HS2022", "851713", "2022-01", "2022-01"),  # smartphones
        ("HS2022", "852411", "2022-01", "2022-01"),  # flat panel displays
        ("NCM", "31022100", "2024-07", None),
    ],
)
def test_known_changes(nomenclature, code, month, expected):
    assert since(nomenclature, code, month) == (0 if expected is None else month_number(expected))


def test_the_identity_names_the_editions():
    assert code_breaks().identity.startswith("CN2025+HS2022:")


def test_it_is_made_from_the_official_files(repository, shared_data, tmp_path):
    folder = shared_data / "hs_reference"
    script = repository / "examples" / "concordances" / "build.py"
    made = tmp_path / "concordances.csv.gz"
    subprocess.run([sys.executable, script, folder, made], check=True, capture_output=True)
    kept = repository / "services" / "tidegauge" / "runtime" / "data" / "concordances.csv.gz"
    assert gzip.decompress(made.read_bytes()) == gzip.decompress(kept.read_bytes())


def test_every_cn_code_of_the_official_file_that_changed_has_its_break(shared_data):
    changed = set()
    with (shared_data / "hs_reference" / "eurostat_cn8_changes_1988_2025.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            before, after = (row[name].replace(" ", "") for name in ("Origin code", "Destination code"))
            if before != after:
                changed |= {(code, f"{row['Period'][4:]}-01") for code in (before, after)}
    breaks = code_breaks()
    for month in sorted({when for _, when in changed}):
        codes = np.array([product_number(code) for code, when in changed if when == month])
        assert (breaks.since("CN", codes, month_number(month)) == month_number(month)).all()
