"""`comtrade`: total rows of single partners, from CSV and JSON alike."""

import json

import pytest

from tidegauge.ingest.reading import FeedError, recognise

ROW = {
    "typeCode": "C", "freqCode": "M", "refYear": 2024, "refMonth": 1, "period": "202401", "reporterCode": 842,
    "flowCode": "M", "partnerCode": 156, "partner2Code": 0, "classificationCode": "H6", "cmdCode": "310210",
    "customsCode": "C00", "mosCode": "0", "motCode": 0, "qtyUnitCode": 8, "qty": 1000.5,
    "isQtyEstimated": False, "netWgt": 1000.5, "isnetWgtEstimated": False, "CIFValue": 250.25,
    "fobvalue": None, "primaryValue": 250.25,
}  # fmt: skip


def row(**changes):
    return ROW | changes


def as_csv(rows):
    lines = [",".join("" if value is None else str(value) for value in one.values()) for one in rows]
    return "\n".join([",".join(ROW), *lines, ""])


WRITERS = {
    "comtrade.csv": as_csv,
    "array.json": json.dumps,
    "answer.json": lambda rows: json.dumps(
        {"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": ""}
    ),
    "pretty.json": lambda rows: json.dumps({"count": len(rows), "data": rows}, indent=1),
    "lines.jsonl": lambda rows: "".join(json.dumps(one) + "\n" for one in rows),
}


@pytest.fixture(params=WRITERS)
def comtrade(request, tmp_path, read):
    path = tmp_path / request.param

    def write_and_read(*rows, **options):
        path.write_text(WRITERS[request.param](list(rows)))
        assert recognise(path).reason == "has the columns of UN Comtrade"
        return read(path, **options)

    return write_and_read


def test_one_row(comtrade):
    outcome = comtrade(
        row(), row(flowCode="X", CIFValue=None, fobvalue=5, primaryValue=5), vintage="2024-04-02"
    )
    assert not outcome.rejects
    assert not outcome.unknown
    first, second = outcome.rows.to_dicts()
    assert first.items() >= {
        "reporter": "US", "month": 24288, "product": "310210", "nomenclature": "HS2022", "origin": "CN",
        "flow": "import", "net_mass_g": 1_000_500, "quantity_milli": 1_000_500, "quantity_unit": "KGM",
        "value_e4": 2_502_500, "currency": "USD", "value_basis": "CIF", "source": "comtrade",
    }.items()  # fmt: skip
    assert (second["flow"], second["value_basis"]) == ("export", "FOB")


def test_only_total_rows_of_single_partners(comtrade):
    outcome = comtrade(
        row(),
        row(partnerCode=0),
        row(customsCode="C01"),
        row(motCode=2100),
        row(partner2Code=276),
        row(cmdCode="TOTAL"),
        row(cmdCode="31"),
        row(flowCode="RM"),
    )
    assert outcome.rows.height == 1
    assert outcome.notes == {"aggregate": 3, "not_selected": 4}


def test_countries_of_the_un(comtrade):
    numbers = {
        251: "FR",
        699: "IN",
        490: "TW",
        757: "CH",
        579: "NO",
        899: "ZZ",
        4: "AF",
        516: "NA",
        344: "HK",
    }
    outcome = comtrade(*(row(partnerCode=number) for number in numbers))
    assert outcome.rows["origin"].to_list() == list(numbers.values())


def test_unknown_quantities_and_estimates(comtrade):
    outcome = comtrade(
        row(qty=0, netWgt=0), row(qtyUnitCode=-1), row(isQtyEstimated=True), row(isnetWgtEstimated=True)
    )
    assert outcome.rows["quantity_milli"].to_list() == [None, None, 1_000_500, 1_000_500]
    assert outcome.rows["net_mass_g"].to_list() == [None, 1_000_500, 1_000_500, 1_000_500]
    assert outcome.notes == {"estimated": 2, "missing_mass": 1}


def test_years_and_strange_codes_are_refused(comtrade):
    outcome = comtrade(
        row(refMonth=52, period="2024"),
        row(freqCode="A"),
        row(period="202452"),
        row(partnerCode=999),
        row(primaryValue="x"),
    )
    assert [fault[1:] for fault in outcome.faults] == [
        ("period", "not_monthly"),
        ("period", "not_monthly"),
        ("period", "not_monthly"),
        ("origin", "not_a_country"),
        ("value", "not_a_number"),
    ]


def test_the_sum_is_that_of_the_file(comtrade):
    rows = [row(primaryValue=f"{number}.25", partnerCode=156 if number % 2 else 0) for number in range(300)]
    outcome = comtrade(*rows)
    assert outcome.rows["value_e4"].sum() == sum(number * 10_000 + 2500 for number in range(1, 300, 2))
    assert outcome.rows.height + outcome.notes["aggregate"] == len(rows)


def test_missing_columns(tmp_path, read):
    path = tmp_path / "x.csv"
    path.write_text("period,reporterCode\n202401,842\n")
    with pytest.raises(
        FeedError, match="columns flowCode, partnerCode, cmdCode, primaryValue of UN Comtrade"
    ):
        read(path, "comtrade")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [('{\n"data": 3}', "no array of rows"), ("[1,", "no valid JSON"), ("[3]", "columns period")],
)
def test_broken_documents(tmp_path, read, text, sentence):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(FeedError, match=sentence):
        read(path, "comtrade")
