"""Broken rows land in quarantine with line, field and reason; the good rows of the file go on."""

import pytest

from .conftest import GOOD, HEADER


def changed(column, value, line=GOOD):
    parts = line.split(",")
    parts[HEADER.split(",").index(column)] = value
    return ",".join(parts)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("reporter", "", "missing_required"),
        ("period", "2024-13", "not_a_period"),
        ("period", "202401", "not_a_period"),
        ("product", "31.02", "not_a_product_code"),
        ("product", "3", "not_a_product_code"),
        ("product", "31022100000", "not_a_product_code"),
        ("origin", "CHX", "not_a_country"),
        ("origin", "cn", "not_a_country"),
        ("origin", "World", "not_a_country"),
        ("origin", "QQ", "unknown_country"),
        ("flow", "transit", "unknown_choice"),
        ("net_mass_kg", "12kg", "not_a_number"),
        ("net_mass_kg", "-5", "negative"),
        ("net_mass_kg", "1e15", "out_of_range"),
        ("value", "999999999999999", "out_of_range"),
        ("value", "1.000.000", "not_a_number"),
        ("value", "NaN", "not_a_number"),
        ("currency", "US$", "not_a_currency"),
        ("currency", "", "missing_required"),
        ("value_basis", "fob", "unknown_choice"),
        ("source", "", "missing_required"),
    ],
)
def test_each_reason(flows, column, value, reason):
    bad = changed(column, value)
    outcome = flows(GOOD, bad, GOOD)
    assert outcome.faults == [(3, column, reason)]
    assert outcome.rejects[0].raw == bad
    assert outcome.rows["line"].to_list() == [2, 4]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"BR,2024-01,31022100", "wrong_field_count"),
        (GOOD.encode() + b",surplus", "wrong_field_count"),
        (GOOD.encode().replace(b"comexstat", b"come\xe7"), "wrong_encoding"),
        (GOOD.encode().replace(b"comexstat", b"come\0"), "nul_byte"),
        (GOOD.encode().replace(b"NCM", b'"NCM'), "broken_quotes"),
        (GOOD.encode().replace(b"NCM", b'N"C"M'), "broken_quotes"),
        (GOOD.encode().replace(b"NCM", b'"N"CM'), "broken_quotes"),
    ],
)
def test_a_line_that_is_no_row(flows, line, reason):
    outcome = flows(GOOD, line, GOOD)
    assert outcome.faults == [(3, "", reason)]
    assert outcome.rows["line"].to_list() == [2, 4]


def test_errors_that_cancel_in_number_are_still_seen(flows):
    outcome = flows(GOOD + ",surplus", GOOD.rsplit(",", 1)[0])
    assert [fault[2] for fault in outcome.faults] == ["wrong_field_count"] * 2


def test_a_last_line_cut_off(flows):
    outcome = flows(GOOD, GOOD[:30], end=b"")
    assert outcome.faults == [(3, "", "truncated_line")]


def test_a_last_line_without_newline_is_whole(flows):
    outcome = flows(GOOD, GOOD, end=b"")
    assert outcome.rows.height == 2
    assert not outcome.rejects


def test_a_file_with_every_fault_loads_its_good_rows(flows):
    outcome = flows(
        GOOD,
        changed("net_mass_kg", "-1"),
        b"\xff\xfe broken",
        "",
        changed("origin", "NA"),
        GOOD[:20],
        changed("value", "x"),
        GOOD,
    )
    assert outcome.rows["line"].to_list() == [2, 6, 9]
    assert outcome.rows["origin"].to_list() == ["CN", "NA", "CN"]
    assert outcome.faults == [
        (3, "net_mass_kg", "negative"),
        (4, "", "wrong_encoding"),
        (7, "", "wrong_field_count"),
        (8, "value", "not_a_number"),
    ]
    assert outcome.notes["blank_line"] == 1


def test_lines_are_numbered_through_many_batches(flows):
    lines = [GOOD] * 500
    lines[400] = changed("value", "x")
    outcome = flows(*lines, batch_bytes=1000)
    assert outcome.faults == [(402, "value", "not_a_number")]
    assert outcome.rows["line"].to_list() == [line for line in range(2, 502) if line != 402]


def test_a_missing_value_is_null_and_never_zero(flows):
    outcome = flows(changed("net_mass_kg", ""), changed("value", "0"))
    assert outcome.rows["net_mass_g"].to_list() == [None, 1_000_000]
    assert outcome.rows["value_e4"].to_list() == [2_505_000, 0]
    assert outcome.rows["quantity_milli"].to_list() == [None, None]


def test_mass_nought_beside_a_value_is_a_missing_mass(flows):
    outcome = flows(changed("net_mass_kg", "0"), changed("value", "0", changed("net_mass_kg", "0")))
    assert outcome.rows["net_mass_g"].to_list() == [None, 0]
    assert outcome.notes["missing_mass"] == 1


def test_digits_beyond_the_precision_are_rounded_half_even_and_counted(flows):
    masses = ("1.0005", "1.0015", "1.00150", "1.0010000", "15e-4", "2")
    outcome = flows(*(changed("net_mass_kg", mass) for mass in masses))
    assert outcome.rows["net_mass_g"].to_list() == [1000, 1002, 1002, 1001, 2, 2000]
    assert outcome.notes["rounded"] == 4


def test_the_raw_text_of_a_reject_is_not_in_what_is_printed(flows):
    outcome = flows(changed("source", "") + "")
    assert "31022100" not in repr(outcome.rejects[0])
    assert str(outcome.rejects[0]).endswith("flows.csv:2: source: missing_required")
