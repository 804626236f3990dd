"""From the alerts log to messages, once each."""

import pytest
from sqlmodel import Session, select
from tests.alerts import make_alert

from tidegauge.domain.alerts import Audience, Severity, Status
from tidegauge.notify.consumer import NotifyConsumer
from tidegauge.notify.tables import ConsumerOffset, SetAside, StoredEvent
from tidegauge.runtime.events import Event, Topic
from tidegauge.runtime.wire import encode_alert

URL = "https://example.org/hook"


def position(house):
    with Session(house.engine) as session:
        return session.exec(select(ConsumerOffset.position)).one()


def queued(house):
    return [message.event_id for message in house.messages()]


def test_events_are_queued_for_those_who_asked(house):
    house.subscribe(URL, products=["3102"], min_severity="watch")
    everything = house.subscribe(URL)
    alerts = [make_alert(), make_alert(product="72081000"), make_alert(origin="RU", severity=Severity.INFO)]
    house.publish(*alerts)
    assert len(queued(house)) == 4
    mine = [each.event_id for each in house.messages() if each.subscription_id == everything.id]
    assert mine == [alert.event_id for alert in alerts]
    assert position(house) == 2


def test_a_repeated_event_has_no_second_effect(house):
    house.subscribe(URL)
    alert = make_alert()
    house.publish(alert, alert)
    house.publish(alert)
    assert queued(house) == [alert.event_id]
    assert position(house) == 2


def test_a_step_takes_no_more_than_its_limit(house):
    house.subscribe(URL)
    alerts = [make_alert(seq=seq) for seq in range(1, 6)]
    for alert in alerts:
        house.events.append(Topic.ALERTS, encode_alert(alert))
    assert [house.consumer.step(2) for _ in range(4)] == [2, 2, 1, 0]
    assert queued(house) == [alert.event_id for alert in alerts]


def test_what_must_stay_inside_is_not_even_stored(house):
    house.subscribe(URL, audience="association")
    house.publish(
        make_alert(audience=Audience.AUTHORITY),
        make_alert(seq=2, historical=True),
        make_alert(seq=3, audience=Audience.ASSOCIATION),
    )
    assert queued(house) == [make_alert(seq=3).event_id]
    assert [event.id for event in house.rows(StoredEvent)] == queued(house)


def test_poison_is_set_aside_with_its_reason_and_the_log_goes_on(house):
    house.subscribe(URL)
    house.events.append(Topic.ALERTS, b'{"event_id": 7}')
    house.publish(make_alert(legal_basis="x" * 30_000), make_alert(seq=2))
    with Session(house.engine) as session:
        aside = session.exec(select(SetAside).order_by(SetAside.position)).all()
    assert [(row.position, row.payload[:5]) for row in aside] == [(0, b'{"eve'), (1, b'{"eve')]
    assert "not an alert" in aside[0].reason
    assert "a webhook holds" in aside[1].reason
    assert queued(house) == [make_alert(seq=2).event_id]


@pytest.mark.parametrize(
    ("severity", "told"), [(Severity.WATCH, False), (Severity.INFO, False), (Severity.CRITICAL, True)]
)
def test_a_change_of_rules_is_told_only_when_severity_rises(house, severity, told):
    house.subscribe(URL)
    old = make_alert()
    closing = make_alert(seq=2, status=Status.SUPERSEDED)
    successor = make_alert(rule_version="v2", supersedes=old.alert_id, severity=severity)
    house.publish(old, closing, successor)
    assert queued(house) == [old.event_id, *([successor.event_id] if told else [])]


def test_a_silent_successor_still_sets_the_level_for_the_next(house):
    house.subscribe(URL)
    first = make_alert(severity=Severity.WARNING)
    second = make_alert(rule_version="v2", supersedes=first.alert_id, severity=Severity.WARNING)
    third = make_alert(rule_version="v3", supersedes=second.alert_id, severity=Severity.WARNING)
    house.publish(first, second, third)
    assert queued(house) == [first.event_id]


def test_another_consumer_in_front_of_us_is_not_undone(house):
    house.subscribe(URL)

    class Overtaken:
        """A reader during whose reading another consumer takes the same events in."""

        def read(self, topic, after, limit):
            found = house.events.read(topic, after, limit)
            house.consumer.step(limit)
            return found

    house.events.append(Topic.ALERTS, b"broken")
    late = NotifyConsumer(house.engine, Overtaken(), house.clock)
    assert late.step(10) == 0
    assert position(house) == 0


def test_a_failure_in_the_midst_stores_nothing(house):
    house.subscribe(URL)

    class Breaking:
        def read(self, *_):
            return [Event(0, house.events.read(Topic.ALERTS, -1, 1)[0].payload), Event(1, None)]

    house.events.append(Topic.ALERTS, encode_alert(make_alert()))
    with pytest.raises(TypeError):
        NotifyConsumer(house.engine, Breaking(), house.clock).step(10)
    assert queued(house) == []
    assert position(house) == -1


def test_the_end_of_an_alert_reaches_whoever_was_told_of_it(house):
    house.subscribe(URL, min_severity="warning")
    mild = make_alert(product="31042090")
    opened = make_alert(severity=Severity.WARNING)
    resolved = make_alert(seq=2, severity=Severity.INFO, status=Status.RESOLVED)
    house.publish(mild, opened, resolved)
    assert queued(house) == [opened.event_id, resolved.event_id]
