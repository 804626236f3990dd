"""What the operator sets for the desk: host names and product names."""

import pytest

from tidegauge.intake.service import allowed_hosts, product_names
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import Settings


@pytest.mark.parametrize(
    ("host", "named", "expected"),
    [
        ("127.0.0.1", "", {"127.0.0.1"}),
        ("0.0.0.0", "", set()),  # noqa: S104 - compared with, never bound
        ("::", " desk.example , tide.example,", {"desk.example", "tide.example"}),
    ],
)
def test_an_address_that_means_any_is_no_host_name(host, named, expected):
    assert allowed_hosts(Settings(host=host, desk_hosts=named)) == expected


def test_product_names_come_from_a_file(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text(
        "product,nomenclature,name_en\n31022100,NCM,Ammonium sulphate\n31,NCM,\n", encoding="utf-8"
    )
    assert product_names(path) == {"31022100": "Ammonium sulphate"}
    assert product_names(None) == {}


def test_a_file_of_something_else_is_refused_with_its_name(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("code,text\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"other\.csv: product names need the columns"):
        product_names(path)
