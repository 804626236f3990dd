"""One value from its text, and the reason where it is refused."""

from datetime import UTC, date, datetime

import pytest

from tidegauge.domain.records import RECORDS, Field, FieldType, Reason, RecordKind, Sign
from tidegauge.domain.records.values import RefusedError, read_value

T = FieldType


def field(type_, **more):
    return Field("f", type_, "a field", **more)


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (T.PRODUCT, "0207", "0207"),
        (T.PRODUCTS, "7208;7209 721011", ["7208", "7209", "721011"]),
        (T.COUNTRY, "NA", "NA"),
        (T.COUNTRY, "ZZ", "ZZ"),
        (T.COUNTRY, "QR", "QR"),
        (T.COUNTRY, "EU", "EU"),
        (T.COUNTRY, "XK", "XK"),
        (T.COUNTRIES, "CN RU", ["CN", "RU"]),
        (T.PERIOD, "1997-01", 1997 * 12),
        (T.DATE, "2024-02-29", date(2024, 2, 29)),
        (T.INSTANT, "2024-02-29T23:30:00-03:00", datetime(2024, 3, 1, 2, 30, tzinfo=UTC)),
        (T.INSTANT, "2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        (T.MASS, "1.5", 1500),
        (T.MONEY, "0.1", 1000),
        (T.QUANTITY, "2", 2000),
        (T.INTEGER, "7", 7),
        (T.DECIMAL, "2.5", 2.5),
    ],
)
def test_good_values(type_, text, value):
    assert read_value(field(type_), text) == value


@pytest.mark.parametrize(
    ("type_", "text", "reason"),
    [
        (T.PRODUCT, "7", Reason.NOT_A_PRODUCT_CODE),
        (T.PRODUCT, "7208.51", Reason.NOT_A_PRODUCT_CODE),
        (T.PRODUCTS, "7208 x", Reason.NOT_A_PRODUCT_CODE),
        (T.COUNTRY, "China", Reason.NOT_A_COUNTRY),
        (T.COUNTRY, "cn", Reason.NOT_A_COUNTRY),
        (T.COUNTRY, "QQ", Reason.UNKNOWN_COUNTRY),
        (T.CURRENCY, "$", Reason.NOT_A_CURRENCY),
        (T.PERIOD, "2024-13", Reason.NOT_A_PERIOD),
        (T.DATE, "2023-02-29", Reason.NOT_A_DATE),
        (T.DATE, "20240101", Reason.NOT_A_DATE),
        (T.INSTANT, "2024-02-29T10:00:00", Reason.NOT_AN_INSTANT),
        (T.INSTANT, "2024-02-29T25:00:00Z", Reason.NOT_AN_INSTANT),
        (T.MASS, "abc", Reason.NOT_A_NUMBER),
        (T.MASS, "-1", Reason.NEGATIVE),
        (T.MASS, "1e16", Reason.OUT_OF_RANGE),
        (T.INTEGER, "1.5", Reason.NOT_A_WHOLE_NUMBER),
        (T.INTEGER, "9" * 20, Reason.OUT_OF_RANGE),
        (T.DECIMAL, "1e400", Reason.OUT_OF_RANGE),
    ],
)
def test_refused_values_say_why(type_, text, reason):
    with pytest.raises(RefusedError) as refused:
        read_value(field(type_), text)
    assert refused.value.reason is reason


def test_signs():
    assert read_value(field(T.DECIMAL, sign=Sign.ANY), "-3") == -3
    with pytest.raises(RefusedError, match="not_positive"):
        read_value(field(T.DECIMAL, sign=Sign.POSITIVE), "0")


def test_an_unknown_choice():
    with pytest.raises(RefusedError, match="unknown_choice"):
        read_value(field(T.CHOICE, choices=("import", "export")), "Import")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("7208 7306", ["7208", "7306"]),
        ("84;85", ["84", "85"]),
        ("310221 31", ["310221", "31"]),
        ("7208 7601", Reason.SEVERAL_CHAPTER_FAMILIES),
        ("7208 x", Reason.NOT_A_PRODUCT_CODE),
    ],
)
def test_the_codes_of_a_scope_lie_in_one_chapter_family(text, read):
    products = RECORDS[RecordKind.SCOPE].by_name["products"]
    if isinstance(read, list):
        assert read_value(products, text) == read
    else:
        with pytest.raises(RefusedError) as refused:
            read_value(products, text)
        assert refused.value.reason is read
