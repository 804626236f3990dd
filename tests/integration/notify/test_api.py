"""The subscriptions over HTTP."""

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from tests.alerts import make_alert
from tests.integration.notify.receiver import Reply

from tidegauge.domain.alerts import Audience
from tidegauge.notify.service import build_notify
from tidegauge.notify.tables import Secret
from tidegauge.runtime.settings import load_settings

ROOT = "/api/v1/subscriptions"
URL = "https://example.org/hook"


@pytest.fixture
def service(house):
    settings = load_settings(webhook_allow="127.0.0.0/8")
    return build_notify(house.engine, house.events, settings, house.clock, house.metrics)


@pytest.fixture
async def api(service):
    application = FastAPI()
    application.include_router(service.router)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client
    await service.sender.close()


async def create(api, **fields):
    answer = await api.post(ROOT, json={"url": URL, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_secret_is_shown_once(api):
    created = await create(api, products=["3102", "3102"], origins=["CN", "*"], families=["surge"])
    secret = created.pop("secret")
    assert secret.startswith("whsec_")
    assert created["products"] == ["3102"]
    assert created["status"] == "active"
    shown = await api.get(f"{ROOT}/{created['id']}")
    listed = await api.get(ROOT)
    assert shown.json() == created
    assert listed.json() == [created]
    assert "whsec_" not in shown.text + listed.text


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"products": ["31.02"]}, "'31.02' is not an HS prefix: 2 to 10 digits, without dots"),
        ({"origins": ["China"]}, "'China' is not a country code"),
        ({"reporters": ["*"]}, "'*' is not a country code"),
        ({"families": ["weather"]}, "Input should be 'surge'"),
        ({"min_severity": "mild"}, "Input should be 'info'"),
        ({"audience": "authority"}, "audience"),
        ({"prodcuts": ["3102"]}, "Extra inputs are not permitted"),
        ({"url": "ftp://example.org"}, "must begin with https:// or http://"),
        ({"url": "http://10.0.0.1/"}, "10.0.0.1 is private and may not receive webhooks"),
        ({"url": "https://me:pw@example.org"}, "user name or a password"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(api, fields, part):
    answer = await api.post(ROOT, json={"url": URL, **fields})
    assert answer.status_code == 422
    assert part in answer.text
    assert (await api.get(ROOT)).json() == []


async def test_change_disable_enable(api, house):
    one = f"{ROOT}/{(await create(api))['id']}"
    changed = await api.patch(one, json={"min_severity": "warning", "origins": ["JP"]})
    assert (changed.json()["min_severity"], changed.json()["origins"]) == ("warning", ["JP"])
    assert (await api.patch(one, json={"url": "http://127.0.0.1:1/"})).status_code == 200
    assert (await api.patch(one, json={"url": "http://10.0.0.1/"})).status_code == 422
    disabled = (await api.patch(one, json={"status": "disabled"})).json()
    assert (disabled["status"], disabled["status_reason"]) == ("disabled", "disabled by an operator")
    refused = await api.post(f"{one}/ping")
    assert refused.status_code == 409
    assert "enable it first" in refused.json()["detail"]
    assert (await api.post(f"{one}/enable")).json()["status"] == "active"
    assert (await api.patch(one, json={"origins": []})).json()["origins"] == []
    house.publish(make_alert())
    assert house.messages() == []


async def test_removing_forgets_the_secrets_and_keeps_the_log(api, house, service, receiver):
    one = f"{ROOT}/{(await create(api, url=receiver.url()))['id']}"
    house.publish(make_alert())
    await service.sender.deliver_due(house.clock.now())
    assert (await api.delete(one)).status_code == 204
    assert (await api.get(one)).status_code == 404
    assert (await api.get(ROOT)).json() == []
    assert len(house.attempts()) == 1
    with Session(house.engine) as session:
        assert session.exec(select(Secret)).all() == []
    house.publish(make_alert(seq=2))
    assert len(house.messages()) == 1


async def test_deliveries_and_attempts(api, house, service, receiver):
    receiver.script(Reply(500, body=b"database is full"))
    one = f"{ROOT}/{(await create(api, url=receiver.url()))['id']}"
    house.publish(make_alert(), make_alert(seq=2))
    await service.sender.deliver_due(house.clock.now())
    newest, oldest = (await api.get(f"{one}/deliveries")).json()
    assert (oldest["event_id"], oldest["type"], oldest["state"]) == (
        make_alert().event_id,
        "alert.opened",
        "pending",
    )
    assert (await api.get(f"{one}/deliveries", params={"before": newest["id"]})).json() == [oldest]
    (attempt,) = (await api.get(f"{one}/deliveries/{oldest['id']}/attempts")).json()
    assert (attempt["outcome"], attempt["status_code"]) == ("http_error", 500)
    assert attempt["response_excerpt"] == "database is full"
    assert (await api.get(f"{one}/deliveries/999/attempts")).status_code == 404
    other = (await create(api))["id"]
    assert (await api.get(f"{ROOT}/{other}/deliveries/{oldest['id']}/attempts")).status_code == 404


async def test_resending_repeats_id_and_body(api, house, service, receiver):
    one = f"{ROOT}/{(await create(api, url=receiver.url(), products=['72']))['id']}"
    house.publish(make_alert())
    event = {"event_id": make_alert().event_id}
    assert (await api.post(f"{one}/resend", json=event)).status_code == 202
    await service.sender.deliver_due(house.clock.now())
    await api.post(f"{one}/resend", json=event)
    await service.sender.deliver_due(house.clock.now())
    first, second = receiver.requests
    assert (first.webhook_id, first.body) == (second.webhook_id, second.body)
    assert (await api.post(f"{one}/resend", json={"event_id": "none"})).status_code == 404


async def test_an_event_is_not_resent_to_whoever_is_not_cleared_for_it(api, house):
    one = f"{ROOT}/{(await create(api))['id']}"
    alert = make_alert(audience=Audience.ASSOCIATION)
    house.publish(alert)
    answer = await api.post(f"{one}/resend", json={"event_id": alert.event_id})
    assert answer.status_code == 409
    assert house.messages() == []


async def test_replay_sends_what_was_missed_and_no_more_than_the_filter(api, house, service, receiver):
    before = house.clock.now()
    house.publish(make_alert(), make_alert(product="72081000"))
    since = house.clock.advance(hours=1)
    house.publish(make_alert(seq=2), make_alert(product="72081000", seq=2))
    one = f"{ROOT}/{(await create(api, url=receiver.url(), products=['31']))['id']}"
    house.publish(make_alert(seq=3))
    await service.sender.deliver_due(house.clock.now())
    answer = await api.post(f"{one}/replay", json={"since": since.isoformat()})
    assert answer.json()["queued"] == 2
    await service.sender.deliver_due(house.clock.now())
    expected = [make_alert(seq=seq).event_id for seq in (3, 2, 3)]
    assert receiver.ids() == expected
    await api.post(f"{one}/replay", json={"since": before.isoformat()})
    await service.sender.deliver_due(house.clock.now())
    assert receiver.ids() == expected + [make_alert(seq=seq).event_id for seq in (1, 2, 3)]
    naive = await api.post(f"{one}/replay", json={"since": "2026-01-01T00:00:00"})
    assert naive.status_code == 422


async def test_ping_is_tried_once(api, house, service, receiver):
    receiver.script(Reply(500))
    one = f"{ROOT}/{(await create(api, url=receiver.url(), min_severity='critical'))['id']}"
    event_id = (await api.post(f"{one}/ping")).json()["event_id"]
    await service.sender.deliver_due(house.clock.now())
    house.clock.advance(days=1)
    assert await service.sender.deliver_due(house.clock.now()) == 0
    assert receiver.ids() == [event_id]
    assert house.messages()[0].state == "exhausted"
    answer = await api.post(f"{one}/resend", json={"event_id": event_id})
    assert answer.status_code == 404


async def test_rotation_shows_the_new_secret_and_has_a_limit(api, house):
    created = await create(api)
    one = f"{ROOT}/{created['id']}"
    answers = [await api.post(f"{one}/rotate-secret") for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [409]
    assert answers[0].json()["secret"] != created["secret"]
    house.clock.advance(hours=25)
    assert (await api.post(f"{one}/rotate-secret")).status_code == 200


@pytest.mark.parametrize("verb", ["enable", "rotate-secret", "ping"])
async def test_what_is_not_there_is_said_so(api, verb):
    answer = await api.post(f"{ROOT}/sub_none/{verb}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no subscription sub_none"
