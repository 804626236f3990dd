"""Countries written as numbers, alpha-3 codes and names; pseudo-partners; what stays refused."""

import polars as pl
import pytest

from tidegauge.domain.countries import ALPHA3_TO_ALPHA2, NUMERIC_TO_ALPHA2
from tidegauge.domain.country_names import COUNTRY_NAMES
from tidegauge.ingest.feeds.country_words import alpha2, in_alpha2
from tidegauge.ingest.reading import read_file


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("156", "CN"), ("76", "BR"), ("36", "AU"), ("842", "US"), ("CHN", "CN"), ("Viet Nam", "VN"),
        ("côte d'ivoire", "CI"), ("Cote d\u2019Ivoire", "CI"), ("Iran, Islamic Republic of", "IR"),
        ("Bunkers", "ZZ"), ("899", "ZZ"), ("Not specified", "ZZ"), ("Other countries", "QR"),
        ("NA", "NA"), ("cn", "cn"), ("Namibia", "NA"), ("World", "World"), ("9999", "9999"),
        ("Atlantis", "Atlantis"),
    ],
)  # fmt: skip
def test_forms(text, code):
    assert alpha2(text) == code


def test_every_code_and_name_of_the_tables_leads_to_its_country():
    for table in (ALPHA3_TO_ALPHA2, NUMERIC_TO_ALPHA2):
        assert {text: alpha2(text) for text in table} == dict(table)
    named = {name: code for code, name in COUNTRY_NAMES.items() if code not in {"EU", "QR", "ZZ"}}
    assert {name: alpha2(name) for name in named} == named


def test_a_column_of_alpha2_codes_is_left_alone():
    column = pl.Series(["CN", "NA", None])
    assert in_alpha2(column).to_list() == column.to_list()
    assert in_alpha2(pl.Series(["CN", "156", None])).to_list() == ["CN", "CN", None]


def test_a_canonical_file_may_write_countries_any_way(tmp_path):
    path = tmp_path / "flows.csv"
    head = "reporter,period,product,origin,flow,net_mass_kg,value,currency,source\n"
    origins = ("156", "USA", "Türkiye", "Unspecified", "DE", "World")
    path.write_text(head + "".join(f'076,2024-01,310221,"{one}",import,5,7,USD,x\n' for one in origins))
    (batch,) = read_file(path)
    assert batch.rows["origin"].to_list() == ["CN", "US", "TR", "ZZ", "DE"]
    assert set(batch.rows["reporter"]) == {"BR"}
    assert [(reject.line, reject.column, str(reject.reason)) for reject in batch.rejects] == [
        (7, "origin", "not_a_country")
    ]
