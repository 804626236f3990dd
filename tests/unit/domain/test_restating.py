"""Later editions taken back to an earlier one: names follow, shares add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contributions import block, row

from tidegauge.domain.codes import product_code
from tidegauge.domain.concordance import edition_of, restated_name
from tidegauge.domain.periods import month_text
from tidegauge.domain.restating import Restating

RELATIONS = [
    ("HS", 2022, "310210", "310201"),  # renamed
    ("HS", 2022, "310220", "310202"),  # split into two
    ("HS", 2022, "310220", "310203"),
    ("HS", 2022, "310230", "310204"),  # three made one
    ("HS", 2022, "310231", "310204"),
    ("HS", 2022, "310232", "310204"),
    ("HS", 2017, "310290", "310210"),  # renamed twice
    ("CN", 2022, "31022000", "31020100"),
]
BACK = Restating.to("HS2012", RELATIONS)


def restated(rows, published="HS2022", back=BACK):
    """[(product, month, sign, kg, value)] of contributions after restating."""
    columns = back.apply(block(rows).columns, np.ones(len(rows), bool), published)
    names = ("product", "month", "sign", "mass_g", "value_e4")
    made = zip(*(columns[name].tolist() for name in names), strict=True)
    return [(product_code(product), month_text(month), *amounts) for product, month, *amounts in made]


def test_codes_go_back_step_by_step_from_the_month_of_each_edition():
    rows = [
        row(0, product="31020100", month="2022-01", kg=1, value=2),
        row(1, product="310201", month="2021-12", kg=1, value=2),  # another code in its day
        row(2, product="310210", month="2017-06", kg=1, value=2),
        row(3, product="310210", month="2016-12", kg=1, value=2),
        row(4, product="31020300", month="2023-05", kg=1, value=2),
        row(5, product="3102", month="2023-05", kg=1, value=2),
    ]
    assert [one[0] for one in restated(rows)] == ["310290", "310201", "310290", "310210", "310220", "3102"]


def test_an_edition_counts_from_where_the_country_took_it_up():
    rows = [row(0, product="31020200", month=month, kg=1) for month in ("2022-03", "2022-04")]
    assert [one[0] for one in restated(rows, "NCM")] == ["310202", "310220"]


def test_a_joint_code_is_shared_out_to_the_gram_and_taken_back_alike():
    joint = {"product": "310204", "month": "2023-05", "kg": 0.010, "value": 0.0011}
    made = restated([row(0, **joint), row(1, **joint, sign=-1)])
    assert made == [
        ("310230", "2023-05", 1, 3, 4),
        ("310231", "2023-05", 1, 4, 3),
        ("310232", "2023-05", 1, 3, 4),
        ("310230", "2023-05", -1, 3, 4),
        ("310231", "2023-05", -1, 4, 3),
        ("310232", "2023-05", -1, 3, 4),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["310201", "310202", "310203", "310204", "310210", "31029999", "0101"]),
            st.integers(2015 * 12, 2024 * 12),
            st.integers(0, 10**14),
            st.sampled_from([-1, 1]),
        ),
        max_size=30,
    )
)
def test_nothing_is_lost_or_added(rows):
    given_rows = [row(at, product=p, month=m, kg=g / 1000, sign=s) for at, (p, m, g, s) in enumerate(rows)]
    before = block(given_rows).columns
    after = BACK.apply(before, np.ones(len(rows), bool), "HS2022")
    for name in ("mass_g", "value_e4", "quantity_milli"):
        assert int((after[name] * after["sign"]).sum()) == int((before[name] * before["sign"]).sum())
    assert len({len(column) for column in after.values()}) == 1


def test_only_the_chosen_rows_are_restated():
    rows = [row(0, product="31020200", month="2023-01"), row(1, product="31020200", month="2023-01")]
    made = BACK.apply(block(rows).columns, np.array([True, False]), "HS2022")
    assert [product_code(int(one)) for one in made["product"]] == ["310220", "31020200"]


def test_names_say_what_was_restated_in_what():
    assert restated_name("NCM", "HS2012") == "NCM:HS2012-restated"
    assert edition_of("NCM:HS2012-restated") == ("NCM", "HS2012")
    assert edition_of("HS2012-restated") == ("", "")
    assert edition_of("CN2024") == ("", "")


@pytest.mark.parametrize("edition", ["", "HS", "CN2022", "HS12", "hs2012"])
def test_other_editions_are_refused(edition):
    with pytest.raises(ValueError, match="no edition of the Harmonized System"):
        Restating.to(edition, RELATIONS)
