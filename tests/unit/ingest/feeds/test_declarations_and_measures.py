"""Korean-style declarations, US lists of measures and Federal Register notices, with their traps."""

import random
from datetime import date

import pytest

from tidegauge.ingest.feeds.us_names import countries_in, targets
from tidegauge.ingest.reading import FeedError, read_file, recognise

DECLARATIONS = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,"
    "Declarant ID,Importer ID,Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,"
    "Tax Type,Country of Origin Indicator,Net Mass,Item Price,Fraud,Critical Fraud\n"
    "41256141,2021-04-01,40,B,11,21,11,40,LPA7LKZ,Y3OM027,FQKH1PD,,020714,IT,NA,8.0,FEU1,G,1.5,1248.7,0,0\n"
    "41256142,2021-04-01,40,B,15,21,11,40,LPA7LKZ,Y3OM027,,,420231,IT,ZZ,8.0,A,G,0.0,10,1,0\n"
    "41256143,2021-04-31,40,B,15,21,11,40,LPA7LKZ,Y3OM027,,,420231,IT,RO,8.0,A,G,1,10,0,0\n"
)
MEASURES = (
    "Member imposing,Partner affected,Notif. req.,subrq,Initiation,In force,Latest notified date,Withdrawn,"
    "Measure description,Product description,STC,HS\n"
    'United States of America,"Korea, Republic of, Viet Nam",ADP  ,,2001-10-26 00:00:00,2002-05-10 00:00:00,'
    ',,Anti-dumping ,Pipe,False,"7304201010, 730429"\n'
    "United States of America,China,ADP  ,,1984-12-18 00:00:00,,,2009-10-01 00:00:00,"
    "Anti-dumping ,Wire,False,\n"
    "United States of America,Atlantis,ADP  ,,1984-12-18 00:00:00,,,,Anti-dumping ,Wire,False,731300\n"
)
LINES = (
    "hs,hs_ordi,initiation_date,initiation_month,initiation_year,measure_description,member_imposing,"
    "partner_affected,product_description\n"
    "7304201010,1,26,10,2001,Anti-dumping,United States of America,Viet Nam,Pipe\n"
    "730429,2,26,10,2001,Anti-dumping,United States of America,Viet Nam,Pipe\n"
    "nan,1,0,0,0,Anti-dumping,United States of America,Italy,Tape\n"
)
ORDERS = (
    "\ufeffOrder date,Continued date,ITC case No.,DOC case No.,AD/CVD,Product,Country,Column2,Column3,Link\n"
    "10/21/1977,,AA-167,A-475-059,A,Tape\u00a0,Italy,,,http://x\n"
    '2020/07/14,,C-626, C-570-113,C,"Staples,\nCollated",China ,,,\n'
    "08/20/2020,,A-1458,A-122-867,A,Towers,,Canada ,,\n"
    "13/45/2020,,A-1,A-122-868,A,Towers,Canada,,,\n"
)
CASES = '"case_number","case_title","petition_date"\nC-533-853,Pipe From India,2011-10-26 00:00:00\n'
NOTICES = (
    "published,document_number,title,summary,url\n"
    '2020-01-02,2019-1,Barium Carbonate From China; Institution of a Five-Year Review,"of the '
    '""antidumping"" duty order",https://x\n'
    "2020-01-03,2019-2,Paper Plates From the People's Republic of China and the Socialist Republic of "
    "Vietnam: Initiation of Countervailing Duty Investigations,s,https://y\n"
    "2020-01-04,2019-3,Wind Towers From Canada: Antidumping Duty Order,s,https://z\n"
    "2020-01-05,2019-4,Applications for the Roster,s,https://z\n"
)


@pytest.fixture
def said(tmp_path):
    def write_and_read(text):
        path = tmp_path / "file.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (batch,) = list(read_file(path))
        faults = [(one.line, one.column, one.reason.value) for one in batch.rejects]
        return recognise(path), batch.rows.to_dicts(), faults, batch.notes

    return write_and_read


def test_declarations(said):
    found, rows, faults, notes = said(DECLARATIONS)
    assert (found.connector, found.reason) == (
        "declarations-csv",
        "has the columns of Korean customs' declaration files",
    )
    first, second = rows
    expected = {
        "reporter": "KR", "declaration_id": "41256141", "item": 1, "action": "accept", "procedure": "40",
        "office": "40", "product": "020714", "nomenclature": "HS2017", "origin": "NA", "dispatch": "IT",
        "duty_rate": 8.0, "preference": "FEU1", "importer": "Y3OM027", "exporter": "FQKH1PD",
        "net_mass_g": 1500, "value_e4": 12_487_000, "currency": "KRW", "value_basis": "customs",
    }  # fmt: skip
    assert expected.items() <= first.items()
    assert first["accepted_at"].date() == date(2021, 4, 1)
    assert (second["exporter"], second["net_mass_g"], second["origin"]) == (None, None, "ZZ")
    assert faults == [(4, "accepted_at", "not_an_instant")]
    assert notes["missing_mass"] == 1


def test_measures_with_hs_codes(said):
    found, rows, faults, _ = said(MEASURES)
    assert found.connector == "us-ad-measures"
    assert [(row["target"], row["stage"], row["products"]) for row in rows] == [
        ("KR", "definitive", ["7304201010", "730429"]),
        ("VN", "definitive", ["7304201010", "730429"]),
        ("CN", "terminated", None),
    ]
    assert (rows[0]["initiated"], rows[0]["definitive"]) == (date(2001, 10, 26), date(2002, 5, 10))
    assert rows[2]["expires"] == date(2009, 10, 1)
    assert {row["authority"] for row in rows} == {"US"}
    assert len({row["measure_id"] for row in rows}) == 3
    assert faults == [(4, "target", "not_a_country")]


def test_one_row_a_code_is_joined_to_the_same_measure(said):
    _, listed, _, _ = said(MEASURES)
    _, rows, faults, notes = said(LINES)
    assert [(row["target"], row["products"], row["initiated"]) for row in rows] == [
        ("VN", ["7304201010", "730429"], date(2001, 10, 26)),
        ("IT", None, None),
    ]
    assert rows[0]["measure_id"] == listed[1]["measure_id"]
    assert notes["joined"] == 1
    assert not faults


def test_orders_with_stray_bytes_and_line_breaks(said):
    _, rows, faults, _ = said(
        ORDERS.encode().replace(b"Italy", b"Italy\xa0").replace(b"\xa0,,,http", b",,,http")
    )
    assert [(row["measure_id"], row["target"], row["kind"], row["product_name"]) for row in rows] == [
        ("A-475-059 AA-167", "IT", "AD", "Tape"),
        ("C-570-113 C-626", "CN", "CVD", "Staples, Collated"),
        ("A-122-867 A-1458", "CA", "AD", "Towers"),
    ]
    assert [row["definitive"] for row in rows] == [date(1977, 10, 21), date(2020, 7, 14), date(2020, 8, 20)]
    assert faults == [(6, "definitive", "not_a_date")]


def test_cases(said):
    _, rows, _, _ = said(CASES)
    said_of = {name: rows[0][name] for name in ("measure_id", "target", "kind", "stage", "product_name")}
    assert said_of == {
        "measure_id": "C-533-853", "target": "IN", "kind": "CVD", "stage": "petition", "product_name": "Pipe",
    }  # fmt: skip
    assert rows[0]["vintage"] == date(2011, 10, 26)


def test_notices(said):
    found, rows, faults, _ = said(NOTICES)
    assert found.connector == "federal-register"
    assert [(row["measure_id"], row["stage"], row["product_name"]) for row in rows] == [
        ("2019-1:AD:CN", "review", "Barium Carbonate"),
        ("2019-2:CVD:CN", "initiated", "Paper Plates"),
        ("2019-2:CVD:VN", "initiated", "Paper Plates"),
        ("2019-3:AD:CA", "definitive", "Wind Towers"),
    ]
    assert rows[1]["initiated"] == date(2020, 1, 3)
    assert rows[3]["definitive"] == date(2020, 1, 4)
    assert [(line, column) for line, column, _ in faults] == [(5, "kind")]


def test_country_names():
    assert countries_in("the Republic of Korea, Taiwan and the People\u2019s Republic of China") == (
        "KR",
        "TW",
        "CN",
    )
    assert countries_in("Romania; Oman") == ("RO", "OM")
    assert targets("") == (None,)
    assert targets("Canada, Atlantis") == ("Canada, Atlantis",)


@pytest.mark.parametrize("source", [DECLARATIONS, MEASURES, LINES, ORDERS, CASES, NOTICES])
def test_mutated_files_never_crash(tmp_path, source):
    rng = random.Random(1)  # noqa: S311 - repeatable mutations
    pieces = [
        b",",
        b'"',
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"-",
        b"e",
        b"NA",
        b"",
        b"9" * 25,
        b"\xc3",
        b"nan",
        b"/",
    ]
    path, read_well = tmp_path / "file.csv", 0
    for _ in range(200):
        data = bytearray(source.encode())
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(len(data))
            data[at : at + rng.choice((0, 1, 5))] = rng.choice(pieces)
        path.write_bytes(data)
        try:
            batches = list(read_file(path))
        except FeedError:
            continue
        read_well += 1
        kept = sum(batch.read + batch.notes["joined"] + batch.notes["blank_line"] for batch in batches)
        assert kept or data.count(b"\n") <= 1
    assert read_well > 40
