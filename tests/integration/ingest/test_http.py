"""Ingest over HTTP: files and records in, each once and accounted for; feeds and quarantine settled."""

import csv
import gzip
import io
import json
import re

import httpx
import pytest
from tests.integration.ingest.folders import FLOW, Folder, cell, written

from tidegauge.entrance import long_bodies, open_entrance
from tidegauge.intake.service import build_intake
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.database import open_engine
from tidegauge.runtime.events import MemoryEvents
from tidegauge.runtime.settings import Settings

TOKEN = "a-token-for-tests-only-a-token-for-tests"
GOOD = f"{FLOW}\n{cell('CN', 5)}\n{cell('US', -7)}\n".encode()
RECORD = {
    "reporter": "BR", "period": "2024-01", "product": "31022100", "origin": "CN", "flow": "import",
    "net_mass_kg": 5, "source": "test",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "data")


@pytest.fixture
def settings(folder):
    return Settings(
        data_dir=folder.path, upload_max_mb=1, batch_max_mb=1, batch_max_rows=3, inbox_max_files=3
    )


@pytest.fixture
async def api(settings, tmp_path):
    engine, entrance = open_engine(f"sqlite:///{tmp_path / 'desk.db'}"), open_entrance(settings)
    service = build_intake(
        engine,
        MemoryEvents(),
        settings,
        SystemClock(),
        TOKEN,
        long_bodies=long_bodies(settings),
        ingest=entrance.desk(),
    )
    for router in entrance.routers():
        service.app.include_router(router)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app),
        base_url="http://127.0.0.1:8480/api/v1",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as client:
        yield client
    engine.dispose()


def is_problem(answer, status, words):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "files"),
        ("POST", "records/flow"),
        ("GET", "uploads/x"),
        ("GET", "feeds"),
        ("GET", "quarantine/1"),
    ],
)
async def test_nobody_comes_in_without_the_token(api, method, path):
    stranger = {"Authorization": "Bearer no", "Sec-Fetch-Site": "same-origin"}
    is_problem(await api.request(method, path, headers=stranger), 401, "operator token")


@pytest.mark.parametrize("as_form", [True, False])
async def test_a_file_is_accepted_then_read_and_told_what_became_of_it(api, folder, as_form):
    sent = {"files": {"file": ("flows.csv", GOOD)}} if as_form else {"content": GOOD}
    answer = await api.post("files?name=flows.csv&feed=ministry", **sent)
    told = answer.json()
    assert (answer.status_code, told["state"], told["feed"]) == (202, "waiting", "ministry")
    again = await api.post("files?name=flows.csv&feed=ministry", **sent)
    assert again.json() == told
    assert list(folder.settle().values()) == [5000]
    done = (await api.get(f"uploads/{told['id']}")).json()
    assert (done["state"], done["name"], done["feed"]) == ("done", "flows.csv", "ministry")
    assert (done["read"], done["accepted"], done["quarantined"]) == (2, 1, 1)
    assert done["reasons"] == {"negative": 1}
    assert (await api.post("files?name=flows.csv&feed=ministry", **sent)).json() == done
    assert folder.entrance.inbox.waiting() == []


async def test_a_file_is_read_as_it_was_said_to_be(api, folder):
    header = "CO_ANO;CO_MES;CO_NCM;CO_UNID;CO_PAIS;KG_LIQUIDO;VL_FOB;VL_FRETE;VL_SEGURO"
    body = gzip.compress(f"{header}\n2024;01;31022100;10;160;5000;900;1;1\n".encode())
    answer = await api.post("files?format=comexstat&vintage=2024-02-10&name=imp.csv.gz", content=body)
    assert answer.status_code == 202, answer.text
    assert list(folder.settle().values()) == [5_000_000]


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("", b"", (422, "The file is empty")),
        ("", b"this is no table", (422, "No known format")),
        ("?format=nope", GOOD, (422, "Unknown format 'nope'")),
        ("?kind=nope", GOOD, (422, "kind")),
        ("?vintage=soon", GOOD, (422, "vintage")),
        ("?feed=ACME+Ltd", GOOD, (422, "is no name of a feed")),
        ("?name=x.gz", GOOD, (422, "is not a gzip file")),
        ("?more=1", GOOD, (422, "more")),
        ("", b"x" * 1_000_001, (413, "1,000,000 bytes")),
        ("", b"x" * 2_000_001, (413, "2000000 bytes")),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_in_one_sentence(api, folder, query, body, expected):
    answer = await api.post(f"files{query}", content=body)
    is_problem(answer, *expected)
    assert str(folder.path) not in answer.text
    assert [path for path in (folder.path / "inbox").iterdir() if path.is_file()] == []


async def test_a_form_without_a_file_is_refused(api):
    is_problem(await api.post("files", files={"other": ("x", b"y")}), 422, "no file in its part 'file'")


async def test_a_stream_that_never_says_how_long_it_is_is_cut_off(api, folder):
    async def endless():
        while True:
            yield b"x" * 100_000

    is_problem(await api.post("files", content=endless()), 413, "1,000,000 bytes")
    assert [path for path in (folder.path / "inbox").iterdir() if path.is_file()] == []


async def test_records_are_taken_as_they_are_written(api, folder):
    rows = [RECORD, {**RECORD, "origin": "US", "net_mass_kg": "0.0015"}, {**RECORD, "origin": "QQ"}]
    answer = await api.post("records/flow", content=json.dumps(rows, indent=1))
    assert answer.status_code == 202, answer.text
    assert sorted(folder.settle().values()) == [2, 5000]
    done = (await api.get(f"uploads/{answer.json()['id']}")).json()
    assert (done["state"], done["accepted"], done["reasons"]) == ("done", 2, {"unknown_country": 1})


async def test_an_idempotency_key_stands_for_one_body(api, folder):
    key = {"Idempotency-Key": "order-66"}
    first = await api.post("records/flow", json=[RECORD], headers=key)
    assert (await api.post("records/flow", json=[RECORD], headers=key)).json() == first.json()
    other = await api.post("records/flow", json=[{**RECORD, "net_mass_kg": 6}], headers=key)
    is_problem(other, 422, "Idempotency-Key came with another body before")
    folder.settle()
    again = await api.post("records/flow", json=[RECORD], headers=key)
    assert (again.json()["id"], again.json()["state"]) == (first.json()["id"], "done")
    is_problem(await api.post("files", content=GOOD, headers=key), 422, "Idempotency-Key")
    fresh = await api.post("records/flow", json=[RECORD], headers={"Idempotency-Key": "order-67"})
    assert fresh.json()["id"] != first.json()["id"]
    assert fresh.json()["state"] == "waiting"


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("flow", b"{}", (422, "not a JSON array")),
        ("flow", b"[", (422, "not a JSON array")),
        ("flow", b"[]", (422, "holds no record")),
        ("flow", b'[{"reporter": "BR"}]', (422, "are missing")),
        ("flow", json.dumps([RECORD] * 4).encode(), (413, "3 records; this has 4")),
        ("flow", b"[" + b" " * 1_000_000 + b"]", (413, "1,000,000 bytes")),
        ("ruleset", b"[{}]", (422, "are not taken")),
        ("nonsense", b"[{}]", (422, "kind")),
    ],
)
async def test_records_that_cannot_be_taken_are_refused(api, folder, kind, body, expected):
    is_problem(await api.post(f"records/{kind}", content=body), *expected)
    assert folder.entrance.inbox.waiting() == []


async def test_a_full_inbox_says_when_to_come_again(api, folder):
    for number in range(3):
        answer = await api.post("records/flow", json=[{**RECORD, "net_mass_kg": number + 1}])
        assert answer.status_code == 202
    for answer in (await api.post("records/flow", json=[RECORD]), await api.post("files", content=GOOD)):
        is_problem(answer, 429, "3 files")
        assert int(answer.headers["retry-after"]) > 0
    folder.settle()
    assert (await api.post("files", content=GOOD)).status_code == 202


async def test_an_upload_of_a_paused_feed_waits_and_says_why(api, folder):
    answer = await api.post("files?feed=ministry", content=GOOD)
    assert (await api.post("feeds/ministry/pause", json={"reason": "we ask them"})).status_code == 204
    folder.settle()
    told = (await api.get(f"uploads/{answer.json()['id']}")).json()
    assert (told["state"], told["detail"]) == ("paused", "we ask them")
    (feed,) = (await api.get("feeds")).json()
    assert (feed["feed"], feed["paused"]["reason"]) == ("ministry", "we ask them")
    assert (await api.post("feeds/ministry/resume", json={})).status_code == 204
    is_problem(await api.post("feeds/ministry/resume", json={}), 409, "ministry is not paused")
    folder.settle()
    assert (await api.get(f"uploads/{answer.json()['id']}")).json()["state"] == "done"


async def test_an_upload_that_turns_out_damaged_is_told_as_refused(api, folder):
    body = gzip.compress(f"{FLOW}\n{cell('CN', 5)}\n".encode() * 20_000)[:-9]
    answer = await api.post("files?name=cut.csv.gz", content=body)
    assert answer.status_code == 202
    folder.settle()
    told = (await api.get(f"uploads/{answer.json()['id']}")).json()
    assert told["state"] == "refused"
    assert re.search("cut short or damaged", told["detail"])


async def test_an_unknown_upload(api):
    is_problem(await api.get("uploads/nothing"), 404, "There is no upload nothing")


async def test_the_quarantine_is_looked_at_and_settled(api, folder, tmp_path):
    rows = [cell("US", -7), cell("DE", "x"), cell("FR", -1)]
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("CN", 5), *rows))
    listed = (await api.get("quarantine", params={"reason": "negative", "limit": 1})).json()
    assert (listed["total"], listed["next_after"], listed["entries"][0]["line"]) == (2, 1, 3)
    assert "raw" not in listed["entries"][0]
    detail = (await api.get("quarantine/1")).json()
    assert detail["raw"] == rows[0]
    assert json.loads(detail["record"])["net_mass_kg"] == "-7"
    wrong = await api.post("quarantine/1/mend", json={"set": {"net_mass_kg": "-8"}})
    is_problem(wrong, 422, "Entry 1 is still wrong: net_mass_kg: negative")
    assert (await api.post("quarantine/1/mend", json={"set": {"net_mass_kg": "8"}})).status_code == 202
    is_problem(await api.post("quarantine/1/dismiss", json={"reason": "no"}), 409, "is submitted, not open")
    assert (await api.post("quarantine/2/mend", json={"raw": cell("DE", 9)})).status_code == 202
    assert (await api.post("quarantine/3/dismiss", json={"reason": "typo"})).json()["state"] == "dismissed"
    assert sorted(folder.settle().values()) == [5000, 8000, 9000]
    states = [one["state"] for one in (await api.get("quarantine")).json()["entries"]]
    assert states == ["mended", "mended", "dismissed"]
    assert (await api.post("quarantine/3/reopen")).json()["state"] == "open"
    is_problem(await api.post("quarantine/resubmit", json={"ids": [3]}), 422, "Entry 3 is still wrong")
    is_problem(await api.get("quarantine/99"), 404, "no entry 99")


async def test_an_export_is_mended_in_a_table_and_sent_again(api, folder, tmp_path):
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("CN", 5), cell("US", -7), cell("DE", "x")))
    exported = (await api.get("quarantine/export", params={"feed": "canonical:flow"})).text
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [row["reason"] for row in rows] == ["negative", "not_a_number"]
    sent = [
        {"id": rows[0]["id"], "raw": rows[0]["raw"].replace("-7", "7"), "record": rows[0]["record"]},
        {"id": rows[1]["id"], "record": rows[1]["record"].replace('"x"', '"9"')},
    ]
    assert (await api.post("quarantine/resubmit", json={"rows": sent})).status_code == 202
    assert sorted(folder.settle().values()) == [5000, 7000, 9000]
    assert len((await api.get("quarantine/export")).text.splitlines()) == 1


async def test_a_batch_that_is_mostly_right_stays_so_however_it_is_written(api, folder):
    """What is no object at all is one bad row among the others."""
    body = b"[" + json.dumps(RECORD).encode() + b", 17]"
    answer = await api.post("records/flow", content=body)
    folder.settle()
    told = (await api.get(f"uploads/{answer.json()['id']}")).json()
    assert (told["accepted"], told["quarantined"]) == (1, 1)


PAGES = "http://127.0.0.1:8480/feeds"


async def test_the_page_shows_feeds_and_mends_entries(api, folder, tmp_path):
    folder.feed(written(tmp_path / "<i>bad.csv", FLOW, cell("CN", 5), cell("US", -7), "BR,2024-01"))
    shown = (await api.get(PAGES)).text
    assert "canonical:flow" in shown
    assert "&lt;i&gt;bad.csv:3" in shown
    assert "<i>" not in shown
    assert "Entry 2" not in (await api.get(PAGES, params={"reason": "negative"})).text
    form = {"field.net_mass_kg": "-8", "field.origin": "US"}
    wrong = await api.post(f"{PAGES}/quarantine/1/mend", data=form)
    assert (wrong.status_code, 'value="-8"' in wrong.text) == (422, True)
    assert "Entry 1 is still wrong: net_mass_kg: negative." in wrong.text
    sent = await api.post(f"{PAGES}/quarantine/1/mend", data={**form, "field.net_mass_kg": "8"})
    assert sent.status_code == 303
    assert "waits to be read" in (await api.get(f"{PAGES}/quarantine/1")).text
    assert sorted(folder.settle().values()) == [5000, 8000]
    assert "its record was taken" in (await api.get(f"{PAGES}/quarantine/1")).text
    line = await api.get(f"{PAGES}/quarantine/2")
    assert "Mend the line" in line.text
    await api.post(f"{PAGES}/quarantine/2/dismiss", data={"reason": "cut <off>"})
    assert "Dismissed: cut &lt;off&gt;" in (await api.get(f"{PAGES}/quarantine/2")).text
    assert (await api.post(f"{PAGES}/quarantine/2/reopen")).status_code == 303
    assert (await api.get(f"{PAGES}/quarantine/99")).status_code == 404


async def test_the_page_pauses_and_resumes_a_feed(api, folder):
    assert (await api.post(f"{PAGES}/nobody/pause", data={"reason": "x"})).status_code == 404
    await api.post("files?feed=ministry", content=GOOD)
    folder.settle()
    await api.post(f"{PAGES}/ministry/pause", data={"reason": "we ask <them>"})
    assert "we ask &lt;them&gt;" in (await api.get(PAGES)).text
    await api.post(f"{PAGES}/ministry/resume", data={})
    assert [feed.paused for feed in folder.entrance.feeds.feeds()] == [None]
    is_problem(await api.post("feeds/ACME Ltd/pause", json={"reason": "x"}), 422, "is no name of a feed")


async def test_the_docs_of_the_api_name_the_ways_in(api):
    paths = (await api.get("openapi.json")).json()["paths"]
    assert {"/api/v1/files", "/api/v1/records/{kind}", "/api/v1/uploads/{upload_id}"} <= paths.keys()
