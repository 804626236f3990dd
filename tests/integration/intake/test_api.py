"""The API over HTTP: who may come in, what it answers, and what it says when something is wrong."""

from datetime import timedelta

import httpx
import pytest
from tests.alerts import make_alert, make_evidence
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_consumer import figure_block

from tidegauge.domain.alerts import Severity, Status
from tidegauge.intake.service import build_intake
from tidegauge.runtime.events import Topic
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.wire import encode_block

TOKEN = "a-token-for-tests-only-a-token-for-tests"
BASE = "http://127.0.0.1:8480"
PROBLEM = "application/problem+json"
NASTY = "<script>alert('x')</script>\"'&"


@pytest.fixture
def service(desk: Desk, tmp_path):
    return build_intake(desk.engine, desk.events, Settings(data_dir=tmp_path), desk.clock, TOKEN)


@pytest.fixture
async def anyone(service):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE) as client:
        yield client


@pytest.fixture
async def operator(service):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app), base_url=BASE, headers=headers
    ) as client:
        yield client


async def sign_in(client):
    return await client.post("/login", data={"token": TOKEN}, headers={"Sec-Fetch-Site": "same-origin"})


def is_problem(answer, status, words):
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert body["status"] == status
    assert words in body["detail"]
    assert body["detail"].endswith(".")


# --- the door ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/v1/alerts", "/api/v1/cases", "/api/v1/figures", "/api/v1/openapi.json"]
)
async def test_the_api_asks_for_the_token(anyone, path):
    answer = await anyone.get(path)
    is_problem(answer, 401, "operator token")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "tökén"])
async def test_a_wrong_token_is_no_token(anyone, token):
    answer = await anyone.get("/api/v1/alerts", headers={"Authorization": f"Bearer {token}".encode()})
    is_problem(answer, 401, "operator token")


@pytest.mark.parametrize("path", ["/desk", "/cases", "/alerts/x", "/desk?q=31"])
async def test_a_page_leads_to_the_login_and_back(anyone, path):
    answer = await anyone.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1].evil", "", "a b"])
async def test_another_host_name_is_refused(operator, host):
    is_problem(await operator.get("/api/v1/alerts", headers={"Host": host}), 421, "host name")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8480", "[::1]:8480", "127.0.0.1"])
async def test_loopback_names_are_answered(operator, host):
    assert (await operator.get("/api/v1/alerts", headers={"Host": host})).status_code == 200


async def test_every_answer_carries_the_security_headers(anyone, operator):
    for answer in (
        await anyone.get("/login"),
        await anyone.get("/desk"),
        await operator.get("/api/v1/alerts"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


async def test_signing_in_opens_a_strict_session(anyone):
    answer = await sign_in(anyone)
    cookie = answer.headers["set-cookie"].lower()
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert (await anyone.get("/desk")).status_code == 200


async def test_a_session_ends(anyone, desk):
    await sign_in(anyone)
    desk.clock.at += timedelta(hours=13)
    assert (await anyone.get("/desk", headers={"Accept": "text/html"})).status_code == 303


@pytest.mark.parametrize("cookie", ["", "a.b.c", "9999999999.x." + "0" * 64, "9999999999.ü.é", "." * 9])
async def test_a_forged_session_is_none(anyone, cookie):
    answer = await anyone.get("/api/v1/alerts", headers={"Cookie": f"tidegauge_desk={cookie}".encode()})
    assert answer.status_code == 401


async def test_a_wrong_token_at_the_login_says_so(anyone):
    answer = await anyone.post("/login", data={"token": "no"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    assert "That is not the operator token." in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "desk", "/a\nb"]
)
async def test_the_login_leads_nowhere_else(anyone, target):
    answer = await anyone.post(
        "/login", data={"token": TOKEN, "next": target}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.headers["location"] == "/desk"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_a_form_of_another_site_cannot_use_the_session(anyone, desk, headers):
    desk.receive(make_alert())
    await sign_in(anyone)
    answer = await anyone.post("/desk/situations/1/dismiss", data={"reason": "other"}, headers=headers)
    is_problem(answer, 403, "another site")


async def test_a_form_of_the_desk_itself_may(anyone, desk):
    desk.receive(make_alert())
    await sign_in(anyone)
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": BASE}):
        answer = await anyone.post("/desk/situations/1/dismiss", data={"reason": "other"}, headers=headers)
        assert answer.status_code == 303


async def test_a_huge_request_is_refused(operator):
    is_problem(await operator.post("/api/v1/cases", content=b"x" * 1_000_001), 413, "bytes")


# --- alerts --------------------------------------------------------------------------------------------


async def test_alerts_are_filtered_and_paged(operator, desk):
    desk.receive(
        *(
            make_alert(origin=origin, period=f"2023-0{month}")
            for origin in ("CN", "RU")
            for month in (4, 5, 6)
        ),
    )
    desk.receive(
        *(make_alert(product="72071111", rule=f"rule-{n}", severity=Severity.WARNING) for n in range(5))
    )
    seen, cursor = [], ""
    while True:
        page = (await operator.get("/api/v1/alerts", params={"limit": 2, "cursor": cursor})).json()
        seen += [alert["alert_id"] for alert in page["alerts"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7  # three months are one episode
    for params, count in (
        ({"product": "7207"}, 5),
        ({"origin": "RU"}, 1),
        ({"origin": "*"}, 0),
        ({"severity": "warning"}, 5),
        ({"rule": "rule-3"}, 1),
        ({"status": "resolved"}, 0),
        ({"family": "surge", "reporter": "BR"}, 7),
        ({"period_from": "2023-07"}, 0),
        ({"period_to": "2023-06", "product": "31"}, 2),
    ):
        found = (await operator.get("/api/v1/alerts", params=params)).json()["alerts"]
        assert len(found) == count, params


@pytest.mark.parametrize(
    "params",
    [
        {"severity": "dreadful"},
        {"product": "31%"},
        {"period_from": "2023-13"},
        {"limit": 0},
        {"limit": "many"},
        {"cursor": "nonsense"},
        {"unknown": "1"},
        {"origin": "China"},
    ],
)
async def test_garbage_in_a_filter_is_one_clear_sentence(operator, params):
    is_problem(await operator.get("/api/v1/alerts", params=params), 422, next(iter(params)))


async def test_an_alert_has_its_latest_event_and_its_history(operator, desk):
    alert = make_alert()
    desk.receive(alert, make_alert(seq=2, status=Status.RESOLVED, period="2023-09"))
    body = (await operator.get(f"/api/v1/alerts/{alert.alert_id}")).json()
    assert body["alert"]["status"] == "resolved"
    assert body["alert"]["explanation"]["ja"].startswith("中国")
    assert [(each["seq"], each["decision"]) for each in body["events"]] == [
        (1, "situation_opened"),
        (2, "resolved"),
    ]


@pytest.mark.parametrize("path", ["alerts/none", "cases/9", "situations/9"])
async def test_what_is_not_there_is_a_404(operator, path):
    is_problem(await operator.get(f"/api/v1/{path}"), 404, "There is no")


@pytest.mark.parametrize("path", ["cases/9/review", "situations/9/undo", "cases/99999999999999999999/review"])
async def test_acting_on_what_is_not_there_fails_clearly(operator, path):
    assert (await operator.post(f"/api/v1/{path}")).status_code in (404, 422)


async def test_a_path_that_does_not_exist(operator):
    is_problem(await operator.get("/api/v1/nothing"), 404, "Not Found")


# --- situations ----------------------------------------------------------------------------------------


async def test_the_day_holds_the_best_fifteen(operator, desk):
    desk.receive(
        *(make_alert(product=f"31{n:06d}", evidence=make_evidence(value=float(n))) for n in range(1, 41))
    )
    body = (await operator.get("/api/v1/situations")).json()
    assert [each["value_at_stake"] for each in body["situations"]] == list(range(40, 25, -1))
    assert body["below"] == {"over_daily_limit": 25}
    rest = (await operator.get("/api/v1/situations", params={"place": "over_daily_limit"})).json()
    assert len(rest["situations"]) == 25


async def test_a_dismissed_situation_returns_only_when_clearly_worse(operator, desk):
    desk.receive(make_alert())
    answer = await operator.post("/api/v1/situations/1/dismiss", json={"reason": "seasonal", "note": "again"})
    assert (answer.json()["state"], answer.json()["place"]) == ("dismissed", "dismissed")
    desk.clock.pass_days(1)
    milder = make_evidence(quantity_change=0.45)
    desk.receive(make_alert(seq=2, status=Status.UPDATED, evidence=milder))
    assert (await operator.get("/api/v1/situations")).json()["situations"] == []
    desk.receive(make_alert(seq=3, status=Status.UPDATED, evidence=make_evidence(quantity_change=0.6)))
    (back,) = (await operator.get("/api/v1/situations")).json()["situations"]
    assert (back["state"], back["place"]) == ("active", "worsened_today")
    alert_id = make_alert().alert_id
    events = (await operator.get(f"/api/v1/alerts/{alert_id}")).json()["events"]
    assert [each["decision"] for each in events][1:] == ["dismissed_not_worse", "returned_worse"]


async def test_a_snoozed_situation_comes_back_by_itself(operator, desk):
    desk.receive(make_alert())
    await operator.post("/api/v1/situations/1/snooze", json={"days": 7})
    assert (await operator.get("/api/v1/situations")).json()["below"] == {"snoozed": 1}
    desk.clock.pass_days(7)
    (back,) = (await operator.get("/api/v1/situations")).json()["situations"]
    assert back["place"] == "from_earlier_days"


@pytest.mark.parametrize("days", [0, -1, 367, "soon", None, 1e99])
async def test_a_snooze_has_an_end(operator, desk, days):
    desk.receive(make_alert())
    is_problem(await operator.post("/api/v1/situations/1/snooze", json={"days": days}), 422, "days")


async def test_undo_brings_back_and_says_when_there_is_nothing_to_undo(operator, desk):
    desk.receive(make_alert())
    await operator.post("/api/v1/situations/1/dismiss", json={"reason": "other"})
    assert (await operator.post("/api/v1/situations/1/undo")).json()["state"] == "active"
    is_problem(await operator.post("/api/v1/situations/1/undo"), 409, "nothing to undo")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"reason": "bored"}', b'{"reason": 1, "extra": 2}', b"\xff"]
)
async def test_garbage_in_a_body_is_one_clear_sentence(operator, desk, body):
    desk.receive(make_alert())
    answer = await operator.post(
        "/api/v1/situations/1/dismiss", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM


# --- cases ---------------------------------------------------------------------------------------------


async def test_a_case_from_its_opening_to_its_reopening(operator, desk):
    alert = make_alert()
    desk.receive(alert)
    opened = await operator.post("/api/v1/cases", json={"situation_ids": [1], "note": "start here"})
    assert (opened.status_code, opened.headers["location"]) == (201, "/api/v1/cases/1")
    assert [each["alert_id"] for each in opened.json()["alerts"]] == [alert.alert_id]
    desk.receive(make_alert(rule="share-gain"))
    assert len((await operator.get("/api/v1/cases/1")).json()["alerts"]) == 2
    await operator.post("/api/v1/cases/1/review")
    await operator.post("/api/v1/cases/1/notes", json={"text": "asked the ministry"})
    closed = (await operator.post("/api/v1/cases/1/close", json={"reason": "no_injury"})).json()
    assert (closed["status"], closed["close_reason"]) == ("closed", "no_injury")
    assert (await operator.get("/api/v1/situations/1")).json()["state"] == "dismissed"
    is_problem(await operator.post("/api/v1/cases/1/close", json={"reason": "no_injury"}), 409, "closed")
    again = (await operator.post("/api/v1/cases/1/reopen", json={"reason": "new figures"})).json()
    assert again["status"] == "open"
    assert (await operator.get("/api/v1/situations/1")).json()["state"] == "in_case"
    assert again["log_broken_at"] is None
    assert [each["action"] for each in again["log"]] == [
        "opened",
        "situation_attached",
        "alert_attached",
        "review_started",
        "note",
        "closed",
        "reopened",
    ]


async def test_a_situation_lies_in_one_case_at_most(operator, desk):
    desk.receive(make_alert(), make_alert(origin="RU"))
    await operator.post("/api/v1/cases", json={"situation_ids": [1]})
    is_problem(await operator.post("/api/v1/cases", json={"situation_ids": [1]}), 409, "case 1")
    is_problem(await operator.post("/api/v1/situations/1/snooze", json={"days": 1}), 409, "case 1")
    await operator.post("/api/v1/situations/2/attach", json={"case_id": 1})
    assert len((await operator.get("/api/v1/cases/1")).json()["alerts"]) == 2
    await operator.post("/api/v1/situations/2/undo")
    assert len((await operator.get("/api/v1/cases/1")).json()["alerts"]) == 1


async def test_a_refused_case_leaves_no_trace(operator, desk):
    desk.receive(make_alert())
    assert (await operator.post("/api/v1/cases", json={"situation_ids": [1, 77]})).status_code == 404
    assert (await operator.get("/api/v1/cases")).json() == []
    assert (await operator.get("/api/v1/situations/1")).json()["state"] == "active"


async def test_a_forged_log_is_noticed(operator, desk):
    desk.receive(make_alert())
    await operator.post("/api/v1/cases", json={"situation_ids": [1]})
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE case_event SET actor = 'nobody' WHERE number = 1")
    assert (await operator.get("/api/v1/cases/1")).json()["log_broken_at"] == 1
    assert "chain breaks at entry 1" in (await operator.get("/cases/1")).text


# --- figures -------------------------------------------------------------------------------------------


async def test_figures_as_columns_and_as_a_file(operator, desk):
    block = figure_block([("2023-11", "CN", 100, 50), ("2023-12", "CN", 200, 80)])
    desk.events.append(Topic.FIGURES, encode_block(block))
    desk.receive()
    asked = {"reporter": "BR", "product": "31022100", "origin": "CN"}
    body = (await operator.get("/api/v1/figures", params=asked)).json()
    assert (body["months"], body["quantity_kg"], body["unit_value"]) == (
        ["2023-11", "2023-12"],
        [100, 200],
        [0.5, 0.4],
    )
    file = await operator.get("/api/v1/figures.csv", params=asked)
    assert file.text.splitlines()[1] == "BR,comexstat,31022100,CN,2023-11,100.0,50.0,USD,0.5"
    earlier = (await operator.get("/api/v1/figures", params=asked | {"as_of": "2020-01-01T00:00:00Z"})).json()
    assert earlier["months"] == []


@pytest.mark.parametrize(
    "params", [{}, {"reporter": "BR"}, {"reporter": "BR", "product": "31", "as_of": "now"}]
)
async def test_figures_need_to_be_asked_for_properly(operator, params):
    assert (await operator.get("/api/v1/figures", params=params)).status_code == 422


# --- pages ---------------------------------------------------------------------------------------------


async def test_pages_escape_whatever_the_feed_or_the_operator_says(operator, desk):
    alert = make_alert(
        source=NASTY,
        scope_id=NASTY,
        rule=NASTY,
        legal_basis=NASTY,
        reasons=(NASTY,),
        explanation={"en": NASTY, "ja": NASTY},
        inputs=({NASTY: NASTY},),
    )
    desk.receive(alert)
    await operator.post("/api/v1/situations/1/dismiss", json={"reason": "other", "note": NASTY})
    await operator.post("/api/v1/situations/1/undo")
    await operator.post("/api/v1/cases", json={"situation_ids": [1], "title": NASTY, "note": NASTY})
    pages = (
        "/desk",
        "/desk?place=in_case",
        f"/desk?q={NASTY}",
        f"/alerts/{alert.alert_id}",
        "/cases",
        "/cases/1",
    )
    for path in pages:
        answer = await operator.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
    assert "&lt;script&gt;alert" in (await operator.get("/cases/1")).text


async def test_pages_hold_no_inline_script_or_style(operator, desk):
    desk.receive(make_alert())
    for path in ("/login", "/desk", f"/alerts/{make_alert().alert_id}", "/cases"):
        text = (await operator.get(path)).text
        assert " style=" not in text
        assert "<style" not in text
        assert all(" src=" in script.partition(">")[0] for script in text.split("<script")[1:])


async def test_looking_at_an_alert_starts_what_changed_anew(operator, desk):
    desk.receive(make_alert())
    assert "not looked at yet" in (await operator.get("/desk")).text
    await operator.get(f"/alerts/{make_alert().alert_id}")
    assert "nothing new" in (await operator.get("/desk")).text
    desk.receive(make_alert(seq=2, status=Status.UPDATED, severity=Severity.WARNING))
    assert "severity watch → warning" in (await operator.get("/desk")).text


@pytest.mark.parametrize(
    ("typed", "found"),
    [("china", 1), ("3102", 2), ("3102 russia", 1), ("share-gain", 0), ("surge", 2), ("%", 0), ("ru", 1)],
)
async def test_the_filter_finds_by_code_country_rule_and_family(operator, desk, typed, found):
    desk.receive(make_alert(), make_alert(origin="RU"))
    text = (await operator.get("/desk/situations", params={"q": typed})).text
    assert text.count('<tr id="situation-') == found


async def test_an_empty_desk_says_so(operator):
    assert "No alert has arrived yet." in (await operator.get("/desk")).text


async def test_a_person_gets_a_page_for_an_error(operator):
    answer = await operator.get("/alerts/none", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "There is no alert none." in answer.text
    assert answer.headers["content-type"].startswith("text/html")
