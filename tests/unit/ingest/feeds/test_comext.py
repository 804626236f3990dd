"""`comext`: the bulk files old and new, and the long CSV, with their traps."""

import pytest

from tidegauge.ingest.reading import FeedError, recognise

BULK = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,"
    "QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
OLD = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,PRODUCT_NC,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,"
    "QUANTITY_IN_KG,SUP_QUANTITY"
)
LONG = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE"
FLOW = "ESTAT:DS-045409(1.0),13/02/26 11:00:00,M"


@pytest.fixture
def comext(tmp_path, read):
    def write_and_read(header, *lines, **options):
        path = tmp_path / "comext.csv"
        path.write_text("\n".join((header, *lines, "")))
        return read(path, **options)

    return write_and_read


def origins(outcome):
    return outcome.rows["origin"].to_list()


def test_bulk(comext, tmp_path):
    outcome = comext(
        BULK,
        "DE,CN,E,39204310,1,1,,202401,1000,1000,50.5,0",
        "EL,XU,E,85235910,2,2,p/st,202412,7,7,0,12",
        vintage="2025-03-14",
    )
    assert recognise(tmp_path / "comext.csv").reason == "has the columns of Comext's bulk files"
    assert not outcome.rejects
    assert not outcome.unknown
    first, second = outcome.rows.to_dicts()
    assert first.items() >= {
        "reporter": "DE", "month": 2024 * 12, "product": "39204310", "nomenclature": "CN2024", "origin": "CN",
        "flow": "import", "net_mass_g": 50_500, "quantity_milli": None, "value_e4": 10_000_000,
        "currency": "EUR", "value_basis": "CIF", "source": "comext",
    }.items()  # fmt: skip
    assert str(first["vintage"]) == "2025-03-14"
    assert second.items() >= {
        "reporter": "GR", "origin": "GB", "flow": "export", "net_mass_g": None, "quantity_milli": 12_000,
        "quantity_unit": "p/st", "value_basis": "FOB", "month": 2024 * 12 + 11,
    }.items()  # fmt: skip
    assert outcome.notes["missing_mass"] == 1


def test_pseudo_partners_are_not_declared_and_qr_is_not_the_pooled_origin(comext):
    partners = ("QP", "QR", "QU", "QY", "QZ", "QA", "XI", "NA")
    lines = [f"DE,{partner},E,39204310,1,1,,202401,1,1,1," for partner in partners]
    outcome = comext(BULK, *lines)
    assert origins(outcome) == ["ZZ"] * 5 + ["QA", "XI", "NA"]


def test_totals_are_left_out_and_counted(comext):
    outcome = comext(
        BULK,
        "DE,CN,E,39204310,1,1,,202401,1,1,1,",
        "DE,EU27_2020,E,39204310,1,1,,202401,1,1,1,",
        "DE,EXT_EU27_2020,E,39204310,1,1,,202401,1,1,1,",
        "DE,CN,E,TOTAL,1,1,,202401,1,1,1,",
        "DE,CN,E,39,1,1,,202401,1,1,1,",
        "DE,CN,E,392043,1,1,,202401,1,1,1,",
        "EU27_2020,CN,E,39204310,1,1,,202401,1,1,1,",
        "EA20,CN,E,39204310,1,1,,202401,1,1,1,",
        "DE,CN,E,39MMM000,1,1,,202401,1,1,1,",
    )
    assert not outcome.rejects
    assert outcome.rows["line"].to_list() == [2]
    assert (outcome.notes["aggregate"], outcome.notes["confidential"]) == (7, 1)


def test_a_shorter_code_given_before_keeps_its_parts_out(comext):
    """The parent may stand in an earlier batch than its parts; whichever came first, nothing counts twice."""
    outcome = comext(
        BULK,
        "DE,CN,E,392043,1,1,,202401,1,1,1,",
        "DE,CN,E,39204310,1,1,,202401,1,1,1,",
        "DE,CN,E,310210,1,1,,202401,1,1,1,",
        batch_bytes=30,
    )
    assert outcome.rows["product"].to_list() == ["392043", "310210"]
    assert outcome.notes["aggregate"] == 1


def test_the_union_as_reporter_where_no_member_is(comext):
    outcome = comext(BULK, "EU27_2020,CN,E,39204310,1,1,,202401,1,1,1,")
    assert outcome.rows["reporter"].to_list() == ["EU"]


def test_old_columns_and_the_total_of_regimes(comext):
    outcome = comext(
        OLD,
        "4,DE,720,CN,39204310,1,4,,201401,1000,50,",
        "4,DE,720,CN,39204310,1,1,,201401,900,45,",
        "4,DE,720,CN,39204310,1,2,,201401,100,5,",
    )
    assert not outcome.unknown
    assert outcome.rows["value_e4"].to_list() == [10_000_000]
    assert outcome.notes["aggregate"] == 2
    parts = comext(OLD, "4,DE,720,CN,39204310,1,1,,201401,900,45,", "4,DE,720,CN,39204310,1,2,,201401,100,5,")
    assert parts.rows["value_e4"].sum() == 10_000_000


def test_faults_of_the_bulk_file(comext):
    outcome = comext(
        BULK,
        "DE,CN,E,39204310,1,1,,202452,1,1,1,",
        "DE,CN,E,39204310,3,1,,202401,1,1,1,",
        "DE,XQ,E,39204310,1,1,,202401,1,1,1,",
        "DE,CN,E,39204310,1,1,,202413,1,1,1,",
        "DE,CN,E,39204310,1,1,,202401,-1,1,1,",
        "DE,CN,E,39204310,1,1,,202401,1,1,1,5",
    )
    assert outcome.faults == [
        (2, "period", "not_monthly"),
        (3, "flow", "unknown_choice"),
        (4, "origin", "unknown_country"),
        (5, "period", "not_a_period"),
        (6, "value", "negative"),
        (7, "quantity_unit", "missing_required"),
    ]
    assert outcome.rejects[0].raw == "DE,CN,E,39204310,1,1,,202452,1,1,1,"


def test_missing_columns_are_one_sentence(comext):
    with pytest.raises(FeedError, match="columns PRODUCT_NC, PERIOD of Comext are missing"):
        comext("REPORTER,PARTNER,FLOW,VALUE_EUR,QUANTITY_KG", format_name="comext")


def test_two_observations_become_one_cell(comext):
    outcome = comext(
        LONG,
        f"{FLOW},EL,CN,39204310,1,QUANTITY_IN_100KG,2024-01,9.37",
        f"{FLOW},EL,CN,39204310,1,QUANTITY_IN_100KG,2024-02,0.125",
        f"{FLOW},EL,CN,39204310,1,SUPPLEMENTARY_QUANTITY,2024-02,3",
        f"{FLOW},EL,CN,39204310,1,VALUE_IN_EUROS,2024-01,295.0",
        f"{FLOW},EL,CN,39204310,1,VALUE_IN_EUROS,2024-03,5.0",
        f"{FLOW},EL,CN,39204310,1,VALUE_IN_EUROS,2024-02,1.0E7",
    )
    assert not outcome.rejects
    assert outcome.notes == {"joined": 3}
    columns = ["month", "net_mass_g", "value_e4", "quantity_milli", "quantity_unit", "line", "reporter"]
    assert sorted(outcome.rows.select(columns).rows()) == [
        (2024 * 12, 937_000, 2_950_000, None, None, 2, "GR"),
        (2024 * 12 + 1, 12_500, 100_000_000_000, 3000, "CN-SU", 3, "GR"),
        (2024 * 12 + 2, None, 50_000, None, None, 6, "GR"),
    ]


@pytest.mark.parametrize("batch_bytes", [60, 200, 10_000])
def test_a_repeated_figure_is_added_not_lost(comext, batch_bytes):
    cell = f"{FLOW},DE,CN,39204310,1"
    outcome = comext(
        LONG,
        f"{cell},VALUE_IN_EUROS,2024-01,1",
        f"{cell},VALUE_IN_EUROS,2024-01,2",
        f"{cell},QUANTITY_IN_100KG,2024-01,3",
        f"{cell},QUANTITY_IN_100KG,2024-01,4",
        batch_bytes=batch_bytes,
    )
    assert outcome.rows["value_e4"].sum() == 30_000
    assert outcome.rows["net_mass_g"].sum() == 700_000
    assert outcome.rows.height + outcome.notes["joined"] == 4


def test_what_the_long_file_leaves_out_and_refuses(comext):
    outcome = comext(
        LONG,
        f"{FLOW},DE,CN,39204310,1,VALUE_IN_EUROS,2024-01,:",
        f"{FLOW},DE,WORLD,39204310,1,VALUE_IN_EUROS,2024-01,10",
        f"{FLOW},DE,CN,39204310,1,PRICE,2024-01,10",
        f"{FLOW[:-1]}A,DE,CN,39204310,1,VALUE_IN_EUROS,2024,10",
        f"{FLOW},DE,CN,39204310,1,QUANTITY_IN_100KG,2024-01,ten",
        f"{FLOW},DE,FR,39204310,1,VALUE_IN_EUROS,2024-01,12",
    )
    assert outcome.faults == [
        (4, "indicators", "unknown_choice"),
        (5, "period", "not_monthly"),
        (6, "net_mass_kg", "not_a_number"),
    ]
    assert outcome.notes == {"not_published": 1, "aggregate": 1, "unbalanced": 1}


def test_a_vintage_that_is_told_goes_before_that_of_the_file(comext):
    line = f"{FLOW},DE,CN,39204310,1,VALUE_IN_EUROS,2024-01,10"
    assert str(comext(LONG, line).rows["vintage"][0]) == "2026-02-13"
    assert str(comext(LONG, line, vintage="2024-05-01").rows["vintage"][0]) == "2024-05-01"
    broken = comext(LONG, line.replace("13/02/26 11:00:00", "lately"))
    assert broken.faults == [(2, "vintage", "not_a_date")]
