"""Files give the same records and rejects, be their figures read as numbers or one by one as text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.unit.ingest.conftest import read

from tidegauge.ingest.feeds import csv_table, ecb_fx

from .test_japan_customs import HEADER as JAPAN
from .test_japan_customs import line as japan_line
from .test_sts import HEADER as STS

COUNT = st.one_of(
    st.integers(0, 3).map(str),
    st.integers(10**10, 10**16).map(str),
    st.sampled_from(["", "007", "+5", "-1", "1e3", "2.5", "x", "0.0", "NaN", " 4", "4 ", "\t4", "\u06634"]),
)
CELL = st.tuples(*[st.one_of(st.just("0"), st.just("12"), COUNT)] * 3)
UNITS = st.sampled_from([",KG", "NO,KG", "KG,NO", ",MT", "L,NO", ",", '"",KG', "  ,KG"])
JAPANESE = st.builds(
    lambda cells, units, country, year: japan_line(*cells, units=units, country=country, year=year),
    st.lists(CELL, min_size=1, max_size=3),
    UNITS,
    st.sampled_from(["105", "103", "999", ""]),
    st.sampled_from(["2023", "2024", "20x4", ""]),
)
FIGURE = st.sampled_from(["1.5", "", ":", "1e400", "-0.25", "x", "120", "0.1234567890123456789", " 7", "inf"])
FLAG = st.sampled_from(["", "p", "e", ": @C", "c", "\xa0"])
EUROPEAN = st.builds(
    lambda head, figures: ",".join([*head, *(text for pair in figures for text in pair)]),
    st.tuples(
        st.sampled_from(["M", "Q"]),
        st.sampled_from(["PRD", "ZZZ"]),
        st.just("C10"),
        st.sampled_from(["SCA", "", ":"]),
        st.just("I21"),
        st.sampled_from(["DE", "EL", "EA20", "EU27_2020", "QQ"]),
    ),
    st.lists(st.tuples(FIGURE, FLAG), min_size=2, max_size=2),
)
RATE = st.sampled_from(["1.0915", "1.0925", "160", "N/A", "", "0.000001"])
ODD = st.sampled_from(["0.00000049", "x", "0", "-1", "9" * 14, "1.00000000000000001"])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("wide") / "wide.csv"


def hold(path, text, name):
    path.write_text(text, encoding="utf-8")
    fast = read(path, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "_typed", lambda *_: None)
        patch.setattr(ecb_fx, "_summed", lambda *_: None)
        slow = read(path, name)
    assert_frame_equal(fast.rows, slow.rows, check_exact=True)
    assert [(one, one.raw, one.record) for one in fast.rejects] == [
        (one, one.raw, one.record) for one in slow.rejects
    ]
    assert fast.faults == slow.faults
    assert fast.notes == slow.notes


@settings(deadline=None, max_examples=150)
@given(lines=st.lists(JAPANESE, min_size=1, max_size=5))
def test_japan(path, lines):
    hold(path, "\n".join([JAPAN, *lines, ""]), "japan-customs")


@settings(deadline=None, max_examples=150)
@given(lines=st.lists(EUROPEAN, min_size=1, max_size=5))
def test_sts(path, lines):
    hold(path, "\n".join([STS, *lines, ""]), "sts")


@settings(deadline=None, max_examples=60)
@given(
    rates=st.lists(st.tuples(RATE, RATE), min_size=12, max_size=40),
    odd=st.lists(st.tuples(st.integers(0, 11), ODD), max_size=1),
)
def test_ecb(path, rates, odd):
    days = [f"2024-{1 + at // 20:02}-{1 + at % 20:02},{usd},{jpy}," for at, (usd, jpy) in enumerate(rates)]
    for at, text in odd:
        days[at] = f"2024-01-{1 + at:02},{text},1,"
    hold(path, "\n".join(["Date,USD,JPY,", *days, "2024-01-25,5,5,", ""]), "ecb-fx")


BRAZIL = "CO_ANO,CO_MES,CO_NCM,CO_PAIS,KG_LIQUIDO,VL_FOB,VL_FRETE,VL_SEGURO"
BRAZILIAN = st.builds(
    lambda head, amounts: ",".join([*head, *amounts]),
    st.tuples(
        st.sampled_from(["2024", "20x4", ""]),
        st.sampled_from(["1", "12", "13"]),
        st.sampled_from(["31022100", "1022100", "x"]),
        st.sampled_from(["160", "999", "12"]),
    ),
    st.tuples(*[st.one_of(st.just("0"), st.just("12"), COUNT)] * 4),
)


@settings(deadline=None, max_examples=150)
@given(lines=st.lists(BRAZILIAN, min_size=1, max_size=5))
def test_comexstat(path, lines):
    hold(path, "\n".join([BRAZIL, *lines, ""]), "comexstat")
