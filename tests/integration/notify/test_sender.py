"""Webhooks over real sockets: signatures, retries, and what each answer leads to."""

import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import Webhook
from tests.alerts import make_alert
from tests.integration.notify.receiver import Reply

from tidegauge.notify import delivery
from tidegauge.notify.addresses import AllowList
from tidegauge.notify.payload import payload_bytes
from tidegauge.runtime.metrics import WEBHOOK_ATTEMPTS


async def test_the_reference_package_verifies_what_arrives(house, receiver):
    secret = house.subscribe(receiver.url()).secret
    alert = make_alert()
    house.publish(alert)
    assert await house.deliver() == 1
    (request,) = receiver.requests
    assert Webhook(secret).verify(request.body, request.headers)["type"] == "alert.opened"
    assert request.body == payload_bytes(alert)
    assert request.webhook_id == alert.event_id
    assert request.headers["user-agent"].startswith("Tidegauge-Webhooks/")
    assert request.headers["content-type"] == "application/json"
    (message,) = house.messages()
    assert (message.state, message.next_attempt_at) == ("delivered", None)
    (line,) = house.attempts()
    assert (line.outcome, line.status_code, line.response_excerpt) == ("delivered", 200, "ok")
    assert await house.deliver() == 0


async def test_failures_are_retried_on_the_schedule_with_one_id_and_one_body(house, receiver):
    secret = house.subscribe(receiver.url()).secret
    house.publish(make_alert())
    receiver.script(*[Reply(500)] * 3, Reply(204, body=b""))
    waits = [0, 5, 300, 1800]
    for wait in waits:
        if wait:
            house.clock.advance(seconds=wait - 1)
            assert await house.deliver() == 0
            house.clock.advance(seconds=1)
        assert await house.deliver() == 1
    assert len({(each.webhook_id, each.body) for each in receiver.requests}) == 1
    stamps = [int(each.headers["webhook-timestamp"]) for each in receiver.requests]
    assert [later - stamps[0] for later in stamps] == [0, 5, 305, 2105]
    assert all(each.signed_by(secret) for each in receiver.requests)
    assert [line.outcome for line in house.attempts()] == ["http_error"] * 3 + ["delivered"]
    assert [line.number for line in house.attempts()] == [1, 2, 3, 4]
    assert house.messages()[0].state == "delivered"
    assert house.subscription().failing_since is None
    assert house.metrics.value(WEBHOOK_ATTEMPTS, outcome="retried") == 3


async def test_the_schedule_ends(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert())
    receiver.script(Reply(500))
    for _ in range(8):
        assert await house.deliver() == 1
        house.clock.advance(hours=10)
    assert await house.deliver() == 0
    assert house.messages()[0].state == "exhausted"
    assert house.subscription().status == "active"


async def test_a_resend_begins_the_schedule_anew(house, receiver):
    name = house.subscribe(receiver.url()).id
    house.publish(make_alert())
    receiver.script(Reply(500))
    for _ in range(8):
        await house.deliver()
        house.clock.advance(hours=10)
    house.redelivery.resend(name, make_alert().event_id)
    assert await house.deliver() == 1
    (message,) = house.messages()
    assert (message.state, message.attempts) == ("pending", 1)
    assert message.next_attempt_at == house.clock.now() + timedelta(seconds=5)


@pytest.mark.parametrize("spelling", ["seconds", "date"])
async def test_retry_after_is_honoured(house, receiver, spelling):
    house.subscribe(receiver.url())
    house.publish(make_alert())
    until = house.clock.now() + timedelta(seconds=200)
    wish = "200" if spelling == "seconds" else format_datetime(until, usegmt=True)
    receiver.script(Reply(503, (("retry-after", wish),)))
    await house.deliver()
    assert house.messages()[0].next_attempt_at == until
    assert house.subscription().hold_until == until


async def test_a_throttling_receiver_is_left_alone_with_its_other_messages_too(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert(), make_alert(seq=2))
    receiver.script(Reply(429), Reply(200))
    assert await house.deliver() == 1
    house.clock.advance(seconds=59)
    assert await house.deliver() == 0
    house.clock.advance(seconds=1)
    assert await house.deliver() == 2
    assert [message.state for message in house.messages()] == ["delivered"] * 2


async def test_gone_disables_and_tells_the_owner(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert(), make_alert(seq=2))
    receiver.script(Reply(410))
    assert await house.deliver() == 1
    subscription = house.subscription()
    assert subscription.status == "disabled"
    assert "410 Gone" in subscription.status_reason
    assert [message.state for message in house.messages()] == ["exhausted", "cancelled"]
    house.publish(make_alert(seq=3))
    assert len(house.messages()) == 2


async def test_five_days_of_nothing_but_failure_disable(house, receiver):
    house.subscribe(receiver.url())
    receiver.script(Reply(500))
    since = house.clock.now()
    seq = 0
    while house.subscription().status == "active":
        seq += 1
        house.publish(make_alert(seq=seq))
        for _ in range(8):
            await house.deliver()
            house.clock.advance(hours=10)
        assert house.clock.now() - since < timedelta(days=9)
    reason = house.subscription().status_reason
    assert reason == f"every attempt since {since:%Y-%m-%d %H:%M} UTC failed; the last one: status 500"
    assert house.clock.now() - since > timedelta(days=5)


async def test_redirects_are_not_followed(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert())
    receiver.script(Reply(302, (("location", receiver.url("/elsewhere")),)))
    await house.deliver()
    assert [each.path for each in receiver.requests] == ["/hook"]
    assert house.attempts()[0].outcome == "redirected"


async def test_loopback_is_refused_unless_the_operator_allows_it(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert())
    house.allowed = AllowList()
    assert await house.deliver() == 1
    assert receiver.requests == []
    (line,) = house.attempts()
    assert (line.outcome, line.status_code) == ("address_refused", None)
    assert "loopback" in line.error
    assert house.messages()[0].state == "pending"
    assert house.metrics.value(WEBHOOK_ATTEMPTS, outcome="refused_address") == 1


async def test_a_receiver_that_does_not_answer_times_out(house, receiver):
    hold = threading.Event()
    house.subscribe(receiver.url())
    house.publish(make_alert())
    receiver.script(Reply(hold=hold))
    house.timeout_s = 0.2
    await house.deliver()
    hold.set()
    (line,) = house.attempts()
    assert (line.outcome, line.error) == ("timeout", "no complete answer within 0.2 s")
    assert house.messages()[0].next_attempt_at == house.clock.now() + timedelta(seconds=60)


async def test_a_receiver_that_took_it_and_then_stalls_has_it(house, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_BODY_S", 0.6)
    hold = threading.Event()
    house.subscribe(receiver.url())
    house.publish(make_alert())
    receiver.script(Reply(202, stall=hold))
    house.timeout_s = 0.3
    await house.deliver()
    hold.set()
    (line,) = house.attempts()
    assert (line.outcome, line.status_code) == ("delivered", 202)
    assert "body broke off" in line.error


async def test_nobody_listening_is_a_failed_connection(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert())
    receiver.close()
    await house.deliver()
    assert house.attempts()[0].outcome == "connection_failed"
    assert house.attempts()[0].error


async def test_a_huge_answer_is_kept_as_an_excerpt(house, receiver):
    house.subscribe(receiver.url())
    house.publish(make_alert())
    receiver.script(Reply(200, body="é\0".encode() * 500_000))
    await house.deliver()
    (line,) = house.attempts()
    assert line.outcome == "delivered"
    assert 1_990 <= len(line.response_excerpt.encode()) <= 2_000
    assert "\0" not in line.response_excerpt


async def test_both_secrets_sign_for_a_day_after_a_rotation(house, receiver):
    created = house.subscribe(receiver.url())
    rotated = house.subscriptions.rotate(created.id)
    assert rotated.old_valid_until == house.clock.now() + timedelta(hours=24)
    house.publish(make_alert())
    house.clock.advance(hours=24, seconds=-1)
    await house.deliver()
    house.publish(make_alert(seq=2))
    house.clock.advance(seconds=1)
    await house.deliver()
    during, after = receiver.requests
    assert [during.signed_by(created.secret), during.signed_by(rotated.secret)] == [True, True]
    assert [after.signed_by(created.secret), after.signed_by(rotated.secret)] == [False, True]


async def test_events_reach_a_receiver_in_their_order(house, receiver):
    house.subscribe(receiver.url())
    alerts = [make_alert(seq=seq) for seq in range(1, 21)]
    house.publish(*alerts)
    assert await house.deliver() == 20
    assert receiver.ids() == [alert.event_id for alert in alerts]


async def test_the_log_line_of_an_attempt_holds_no_secret_and_no_url(house, receiver, caplog):
    created = house.subscribe(receiver.url("/hook?token=confidential"))
    house.publish(make_alert())
    with caplog.at_level("DEBUG"):
        await house.deliver()
    (line,) = [each.msg for each in caplog.records if "webhook_attempt" in str(each.msg)]
    assert line["event_id"] == make_alert().event_id
    assert line["outcome"] == "delivered"
    assert {"subscription_id", "attempt", "status_code", "duration_ms", "verdict"} <= set(line)
    assert "confidential" not in caplog.text
    assert created.secret not in caplog.text
