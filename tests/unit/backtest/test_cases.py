"""Files of cases and how they are made out of measures."""

from datetime import date

import pytest

from tidegauge.backtest.build_cases import build
from tidegauge.backtest.case_files import read_cases, write_cases
from tidegauge.domain.backtest.cases import Case
from tidegauge.runtime.errors import UserError

HEADER = "case_id,reporter,product,origin,initiated,ordered,name,source\n"


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_read_again(tmp_path):
    cases = [
        Case("a", "310221", "CN", date(2016, 6, 22), date(2017, 3, 9), 'Salt, "fine"', "register", "BR"),
        Case("b", "72", "NA", date(2016, 6, 22), None, "", ""),
    ]
    write_cases(tmp_path / "cases.csv", cases)
    assert read_cases(tmp_path / "cases.csv") == cases


def test_columns_that_are_not_needed_may_be_left_out(tmp_path):
    path = written(tmp_path / "cases.csv", "case_id,product,origin,initiated,mine\na,72,CN,2016-01-02,x\n")
    assert read_cases(path) == [Case("a", "72", "CN", date(2016, 1, 2), None, "", "")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("case_id,product,origin\n", "needs the column initiated"),
        (HEADER + ",,72,CN,2016-01-01,,,\n", "line 2: case_id is empty"),
        (HEADER + "a,,7A,CN,2016-01-01,,,\n", "line 2: product 7A is not a code of digits"),
        (HEADER + "a,,72,XX,2016-01-01,,,\n", "line 2: origin XX is no known country code"),
        (HEADER + "a,,72,CN,2016-13-01,,,\n", "line 2: initiated 2016-13-01 is no date"),
        (HEADER + "a,,72,CN,2016-01-01,2015-01-01,,\n", "line 2: the order lies before"),
        (HEADER + "a,,72,CN,2016-01-01,,,\na,,73,CN,2016-01-01,,,\n", "the case a stands in it twice"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path, text, says):
    with pytest.raises(UserError) as caught:
        read_cases(written(tmp_path / "cases.csv", text))
    assert says in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot read the cases"):
        read_cases(tmp_path / "none.csv")


def measure(**fields):
    row = {"authority": "US", "target": "CN", "kind": "AD", "stage": "initiated", "products": ["3102210000"],
           "initiated": None, "definitive": None, "product_name": "Salt", "vintage": None,
           "source": "a"}  # fmt: skip
    return row | fields


def test_records_of_one_proceeding_are_one_case():
    rows = [
        measure(initiated=date(2016, 6, 22)),
        measure(
            definitive=date(2017, 3, 9), stage="definitive", product_name="SALT", products=None, source="b"
        ),
        measure(definitive=date(2010, 1, 1), stage="definitive", product_name="Salt ", products=None),
    ]
    assert build(rows, {}) == [
        Case("US-AD-CN-310221-2016-06-22", "310221", "CN", date(2016, 6, 22), date(2017, 3, 9), "Salt", "a b")
    ]


def test_a_petition_stands_for_an_initiation_that_is_not_known():
    petition = measure(stage="petition", vintage=date(2020, 6, 26), products=None, product_name="Phosphates")
    assert build([petition], {}) == []  # it has no code
    (case,) = build([petition], {"phosphates": ["310540"]})
    assert (case.product, case.initiated) == ("310540", date(2020, 6, 26))


@pytest.mark.parametrize(
    "fields",
    [{"kind": "tariff"}, {"target": "ZZ"}, {"target": None}, {"initiated": None}, {"products": ["3102"]}],
)
def test_what_makes_no_case(fields):
    assert build([measure(**{"initiated": date(2016, 1, 1), **fields})], {}) == []


def test_only_products_asked_for():
    rows = [measure(initiated=date(2016, 1, 1), products=["3102210000", "7208100000"])]
    assert [case.product for case in build(rows, {}, ["31022100"])] == ["310221"]
    assert [case.product for case in build(rows, {}, ["72"])] == ["720810"]
