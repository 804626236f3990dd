"""WCO Data Model messages: identity, amendments by pointers, hardened XML."""

import gzip
import random
import zipfile
from itertools import permutations

import polars as pl
import pytest

from tidegauge.domain.panel.view import Feed
from tidegauge.ingest.feeds.wco.messages import instant
from tidegauge.ingest.reading import FeedError, read_file, recognise
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import open_source
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block

MRN = "24GB22WOA1EV2P6AR5"


def meta(body, country="GB"):
    return (
        f"<MetaData><WCODataModelVersionCode>3.6</WCODataModelVersionCode>"
        f"<ResponsibleCountryCode>{country}</ResponsibleCountryCode>{body}</MetaData>"
    )


def goods(number, *, code="85109000", origin="US", mass=100, price=1000):
    return f"""<GovernmentAgencyGoodsItem><SequenceNumeric>{number}</SequenceNumeric><Commodity>
<Classification><ID>{code}</ID><IdentificationTypeCode>TSP</IdentificationTypeCode></Classification>
<GoodsMeasure><NetNetWeightMeasure unitCode="KGM">{mass}</NetNetWeightMeasure></GoodsMeasure>
<InvoiceLine><ItemChargeAmount currencyID="GBP">{price}</ItemChargeAmount></InvoiceLine></Commodity>
<GovernmentProcedure><CurrentCode>40</CurrentCode><PreviousCode>00</PreviousCode></GovernmentProcedure>
<Origin><CountryCode>{origin}</CountryCode><TypeCode>1</TypeCode></Origin></GovernmentAgencyGoodsItem>"""


def original(*items, lrn="LRN1"):
    return meta(
        f"<Declaration><FunctionCode>9</FunctionCode><FunctionalReferenceID>{lrn}</FunctionalReferenceID>"
        f"<TypeCode>IMA</TypeCode><GoodsShipment>{''.join(items)}<Importer><ID>GB1</ID></Importer>"
        "<TradeTerms><ConditionCode>CIF</ConditionCode></TradeTerms></GoodsShipment></Declaration>"
    )


def acceptance(lrn="LRN1", mrn=MRN):
    return meta(
        "<Response><FunctionCode>01</FunctionCode><Declaration><AcceptanceDateTime>"
        '<DateTimeString formatCode="304">20240222100937Z</DateTimeString></AcceptanceDateTime>'
        f"<FunctionalReferenceID>{lrn}</FunctionalReferenceID><ID>{mrn}</ID></Declaration></Response>",
        country="",
    )


def pointed(*sections, tag=""):
    pointers = [
        f"<Pointer><SequenceNumeric>{number}</SequenceNumeric><DocumentSectionCode>{section}"
        f"</DocumentSectionCode>{f'<TagID>{tag}</TagID>' if tag and at == len(sections) else ''}</Pointer>"
        for at, (section, number) in enumerate(sections, 1)
    ]
    return f"<Amendment><ChangeReasonCode>32</ChangeReasonCode>{''.join(pointers)}</Amendment>"


def item_pointer(number):
    return pointed(("42A", 1), ("67A", 1), ("68A", number))


def amendment(*amendments, shipment="", version=""):
    return meta(
        f"<Declaration><FunctionCode>13</FunctionCode><FunctionalReferenceID>X</FunctionalReferenceID>"
        f"<ID>{MRN}</ID><TypeCode>COR</TypeCode>{f'<VersionID>{version}</VersionID>' if version else ''}"
        f"{''.join(amendments)}<GoodsShipment>{shipment}</GoodsShipment></Declaration>"
    )


def partial(number, inner):
    return (
        f"<GovernmentAgencyGoodsItem><SequenceNumeric>{number}</SequenceNumeric><Commodity>{inner}</Commodity>"
        "</GovernmentAgencyGoodsItem>"
    )


CANCELLATION = meta(
    f"<Declaration><FunctionCode>13</FunctionCode><ID>{MRN}</ID><TypeCode>INV</TypeCode></Declaration>"
)
MASS_62 = amendment(
    pointed(("42A", 1), ("67A", 1), ("68A", 1), ("23A", 1), ("65A", 1), tag="128"),
    shipment=partial(1, "<GoodsMeasure><NetNetWeightMeasure>62</NetNetWeightMeasure></GoodsMeasure>"),
    version="2",
)


def read(path):
    batches = list(read_file(path, "wco-dm"))
    rows = pl.concat([batch.rows for batch in batches]).to_dicts()
    rejects = [(one.column, one.reason.value) for batch in batches for one in batch.rejects]
    return rows, rejects


@pytest.fixture
def said(tmp_path):
    """Rows and rejects of messages in one document, under an envelope."""

    def write_and_read(*messages):
        path = tmp_path / "messages.xml"
        path.write_text(f"<Messages>{''.join(messages)}</Messages>")
        return read(path)

    return write_and_read


def ledger_of(path, store=None):
    """What is left in the ledger: (product, origin, mass, value) of live lines."""
    store = store or MemoryIngestStore()
    ingestor = Ingestor(store, IngestSettings())
    list(ingestor.take(open_source(path)))
    net = {}
    for payload in store.entries[0]:
        block = decode_block(payload)
        if block.columns:
            columns = [
                block.columns[name].tolist() for name in ("product", "origin", "mass_g", "value_e4", "firm")
            ]
            for content, sign in zip(zip(*columns, strict=True), block.columns["sign"].tolist(), strict=True):
                net[content] = net.get(content, 0) + sign
    return sorted(content[2:4] for content, count in net.items() for _ in range(count))


def folder_of(path, messages):
    path.mkdir()
    for at, message in enumerate(messages):
        (path / f"{at:03}.xml").write_text(message)
    return path


def test_an_original_is_known_by_its_mrn_once_accepted(said):
    rows, rejects = said(acceptance(), original(goods(1), goods(2)))
    assert not rejects
    assert [(row["declaration_id"], row["item"], row["version"]) for row in rows] == [
        (MRN, 1, 0),
        (MRN, 2, 0),
    ]
    first = rows[0]
    assert (first["reporter"], first["product"], first["origin"], first["importer"]) == (
        "GB",
        "85109000",
        "US",
        "GB1",
    )
    assert (first["net_mass_g"], first["value_e4"], first["currency"], first["value_basis"]) == (
        100_000, 10_000_000, "GBP", "CIF",
    )  # fmt: skip
    assert first["accepted_at"].isoformat() == "2024-02-22T10:09:37+00:00"
    assert (first["procedure"], first["previous_procedure"]) == ("40", "00")


def test_an_original_without_acceptance_waits(said):
    assert said(original(goods(1))) == ([], [("declaration_id", "awaiting_acceptance")])


def test_an_acceptance_without_original_waits(said):
    assert said(acceptance()) == ([], [("", "awaiting_original")])


def test_one_reference_for_two_declarations_is_ambiguous(said):
    rows, rejects = said(original(goods(1)), acceptance(), acceptance(mrn="24GB22WOA1EV2P6AR6"))
    assert rejects == [("declaration_id", "ambiguous_reference")]
    # Whichever of the two an earlier delivery took it for is taken back.
    assert [(row["declaration_id"], row["action"]) for row in rows] == [
        (MRN, "cancel"),
        ("24GB22WOA1EV2P6AR6", "cancel"),
    ]


@pytest.mark.parametrize(
    ("messages", "left"),
    [
        ([original(goods(1)), acceptance(), MASS_62], [(62_000, 10_000_000)]),
        ([original(goods(1), goods(2)), acceptance(), MASS_62, CANCELLATION], []),
        (
            [
                original(goods(1), goods(2, mass=7)),
                acceptance(),
                amendment(item_pointer(3), item_pointer(2), shipment=goods(3, mass=5), version="3"),
            ],
            [(5_000, 10_000_000), (100_000, 10_000_000)],
        ),
    ],
    ids=["changed", "cancelled", "one added, one removed, in one message"],
)
def test_any_order_of_messages_gives_the_same_ledger(tmp_path, messages, left):
    for at, order in enumerate(permutations(messages)):
        assert ledger_of(folder_of(tmp_path / str(at), order)) == left


def test_a_delivery_that_grows_gives_the_same_ledger(tmp_path):
    messages = [CANCELLATION, MASS_62, original(goods(1)), acceptance()]
    store = MemoryIngestStore()
    for count in range(1, len(messages) + 1):
        assert ledger_of(folder_of(tmp_path / str(count), messages[:count]), store) == []
    keep = [MASS_62, original(goods(1)), acceptance()]
    store = MemoryIngestStore()
    seen = [ledger_of(folder_of(tmp_path / f"k{n}", keep[:n]), store) for n in range(1, 4)]
    assert seen == [[], [], [(62_000, 10_000_000)]]


def test_a_pointer_without_its_element_empties_the_field(said):
    emptied = pointed(("42A", 1), ("67A", 1), ("68A", 1), ("23A", 1), ("65A", 1), tag="128")
    rows, rejects = said(amendment(emptied))
    assert not rejects
    assert [(row["action"], row["item"], row["clear"]) for row in rows] == [("amend", 1, "net_mass_kg")]


def test_an_amended_header_reaches_each_item(said):
    rows, _ = said(
        amendment(shipment="<Importer><ID>GB2</ID></Importer>"), original(goods(1), goods(2)), acceptance()
    )
    assert [(row["item"], row["importer"]) for row in rows if row["action"] == "amend"] == [
        (1, "GB2"),
        (2, "GB2"),
    ]
    assert said(amendment(shipment="<Importer><ID>GB2</ID></Importer>")) == (
        [],
        [("item", "awaiting_original")],
    )


def test_an_item_without_origin_is_refused_by_field(said):
    rows, rejects = said(original(goods(1).replace("<CountryCode>US</CountryCode>", "")), acceptance())
    assert (rows, rejects) == ([], [("origin", "missing_required")])


def test_other_messages_are_refused(said):
    rejected = acceptance().replace("<FunctionCode>01<", "<FunctionCode>03<")
    assert said(rejected) == ([], [("", "unknown_message")])


def test_tonnes_become_kilograms_and_other_units_are_refused(said):
    tonnes = original(goods(1, mass="1.5").replace("KGM", "TNE"), goods(2).replace("KGM", "LBR"))
    rows, rejects = said(tonnes, acceptance())
    assert [row["net_mass_g"] for row in rows] == [1_500_000]
    assert rejects == [("net_mass_kg", "not_a_number")]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20240222", "2024-02-22T00:00:00Z"),
        ("20240222100937Z", "2024-02-22T10:09:37Z"),
        ("20221114143931+01", "2022-11-14T13:39:31Z"),
        ("20241332", "20241332"),
        ("20240222100937+99", "20240222100937+99"),
    ],
)
def test_moments(text, moment):
    assert instant(text) == moment


def test_zip_gzip_and_folder_give_the_same(tmp_path):
    messages = [original(goods(1)), acceptance()]
    folder = folder_of(tmp_path / "folder", messages)
    archive = tmp_path / "messages.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for one in folder.iterdir():
            made.write(one, one.name)
    packed = tmp_path / "messages.xml.gz"
    packed.write_bytes(gzip.compress(f"<M>{''.join(messages)}</M>".encode()))
    found = {str(path): read(path)[0][0]["declaration_id"] for path in (folder, archive, packed)}
    assert set(found.values()) == {MRN}
    for path in (folder, archive, packed):
        assert recognise(path).connector == "wco-dm"
        assert "WCO Data Model messages (MetaData, 3.6)" in recognise(path).reason


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
HOSTILE = {
    "a DTD with entities": (BOMB + original(goods("&b;")), "document type declaration"),
    "an external entity": (
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + original(goods("&e;")),
        "document type declaration",
    ),
    "an external DTD": ('<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + CANCELLATION, "document type"),
    "deep nesting": ("<a>" * 5000 + "</a>" * 5000, "nested deeper than 40"),
    "a long text": (original(goods("9" * 70_000)), "more than 65536 characters"),
    "a cut message": (CANCELLATION[:-20], "not well-formed"),
    "an unknown encoding": ('<?xml version="1.0" encoding="x-none"?>' + CANCELLATION, "unknown encoding"),
}


@pytest.mark.parametrize(("text", "sentence"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_xml_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "x.xml"
    path.write_text(text)
    with pytest.raises(FeedError, match=sentence) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    folder = folder_of(tmp_path / "folder", [text, original(goods(1)), acceptance()])
    rows, rejects = read(folder)
    assert len(rows) == 1
    assert rejects == [("", "refused_xml")]


def test_a_message_of_too_many_elements_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tidegauge.ingest.feeds.wco.xml.MOST_MESSAGE_ELEMENTS", 20)
    path = tmp_path / "x.xml"
    path.write_text(original(goods(1), goods(2)))
    with pytest.raises(FeedError, match="more than 20 elements"):
        read(path)
    monkeypatch.setattr("tidegauge.ingest.feeds.wco.xml.MOST_BYTES", 200)
    with pytest.raises(FeedError, match="longer than"):
        read(path)


@pytest.mark.parametrize("seed", range(3))
def test_mutated_messages_never_crash(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311 - repeatable mutations
    pieces = [
        b"<",
        b">",
        b"&",
        b"\0",
        b"\xff",
        b"",
        b"</Declaration>",
        b"9" * 30,
        b"e999999",
        b"<ID>",
        b"NaN",
        b"-",
    ]
    texts = [b"", b" ", b"9" * 30, b"e999999", b"NaN", b"-", b"1e5", b".", b"0", "\u0661".encode()]
    source = f"<M>{original(goods(1), goods(2))}{acceptance()}{MASS_62}{CANCELLATION}</M>".encode()
    path = tmp_path / "x.xml"
    read_well = 0
    for _ in range(200):
        data = bytearray(source)
        for _ in range(rng.randint(1, 3)):
            if markup := rng.random() < 0.2:
                at = rng.randrange(len(data))
            else:  # the values alone, so that most documents stay well-formed
                at = rng.choice([place for place, byte in enumerate(data) if chr(byte).isdigit()])
            data[at : at + rng.choice((0, 1, 4) if markup else (0, 1))] = rng.choice(
                pieces if markup else texts
            )
        path.write_bytes(data)
        try:
            rows, rejects = read(path)
        except FeedError:
            continue
        read_well += 1
        assert rows or rejects
    assert read_well > 20


def test_feed_is_the_reporters_declarations(tmp_path):
    store = MemoryIngestStore()
    ledger_of(folder_of(tmp_path / "d", [original(goods(1)), acceptance()]), store)
    headers = [decode_block(payload).header for payload in store.entries[0]]
    feeds = [Feed(*feed) for header in headers for feed in header.get("feeds", ())]
    assert {(feed.reporter, feed.currency, feed.value_basis) for feed in feeds} == {("GB", "GBP", "CIF")}
