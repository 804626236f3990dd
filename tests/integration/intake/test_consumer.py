"""What the consumer writes, and that it writes it once."""

import numpy as np
import pytest
from sqlmodel import col, select
from tests.alerts import make_alert

from tidegauge.domain.alerts import Severity, Status
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import SCOPE_BASE, country_number, product_number
from tidegauge.domain.decisions import IntakeReason
from tidegauge.domain.periods import month_number
from tidegauge.intake.consumer import IntakeConsumer
from tidegauge.intake.figures import Asked, SeveralSourcesError, series
from tidegauge.intake.store import reading
from tidegauge.intake.tables import AlertEvent, AlertRow, Decision, Figure, Poison, Situation
from tidegauge.runtime.events import Topic
from tidegauge.runtime.wire import encode_alert, encode_block


def rows(engine, table):
    with reading(engine) as session:
        return list(session.exec(select(table)))


def standings_by_key(engine):
    return {row.key: (row.standing, row.live) for row in rows(engine, Situation)}


def reasons(engine):
    with reading(engine) as session:
        query = select(Decision.reason).join(AlertEvent, col(AlertEvent.event_id) == col(Decision.event_id))
        return list(session.exec(query.order_by(AlertEvent.as_of, AlertEvent.alert_id, AlertEvent.seq)))


def figure_block(cells, as_of="2024-02-01T00:00:00Z", source="comexstat"):
    """Cells of (month, origin, kg, value)."""
    months, origins, masses, values = zip(*cells, strict=True)
    count = len(cells)
    mass = np.array(masses, np.int64) * 1000
    value = np.array(values, np.int64) * 10_000
    return Block(
        BlockKind.FIGURES,
        {"as_of": as_of, "feeds": [["BR", source, "USD", "FOB", "NCM"]]},
        {
            "feed": np.zeros(count, np.int32),
            "product": np.full(count, product_number("31022100"), np.int64),
            "origin": np.array([country_number(origin) for origin in origins], np.int32),
            "month": np.array([month_number(month) for month in months], np.int32),
            "mass_g": mass,
            "quantity_milli": np.zeros(count, np.int64),
            "value_e4": value,
            "lines": np.ones(count, np.int64),
            "paired_mass_g": mass,
            "paired_value_e4": value,
        },
    )


def test_every_event_is_stored_as_it_came_with_one_decision(desk):
    alert = make_alert()
    desk.receive(alert)
    (event,) = rows(desk.engine, AlertEvent)
    (decision,) = rows(desk.engine, Decision)
    assert event.payload.encode() == encode_alert(alert)
    assert (decision.event_id, decision.reason) == (alert.event_id, IntakeReason.SITUATION_OPENED)
    assert decision.decided_at == "2024-03-04T09:00:00Z"


def test_an_event_that_is_delivered_again_changes_nothing(desk):
    first, second = make_alert(), make_alert(seq=2, status=Status.UPDATED, severity=Severity.WARNING)
    desk.receive(first, second)
    before = rows(desk.engine, AlertRow), rows(desk.engine, Situation), rows(desk.engine, Decision)
    desk.clock.pass_days(1)
    desk.receive(first, second, first)
    assert (rows(desk.engine, AlertRow), rows(desk.engine, Situation), rows(desk.engine, Decision)) == before


def test_an_older_event_that_comes_late_is_kept_and_does_not_turn_the_alert_back(desk):
    desk.receive(make_alert(seq=2, status=Status.RESOLVED), make_alert(seq=1))
    (alert,) = rows(desk.engine, AlertRow)
    assert (alert.status, alert.seq, alert.live) == (Status.RESOLVED, 2, False)
    assert sorted(reasons(desk.engine)) == [IntakeReason.OUT_OF_ORDER, IntakeReason.RESOLVED]


def test_rules_on_the_same_product_and_origin_share_a_situation(desk):
    desk.receive(make_alert(), make_alert(rule="share-gain"), make_alert(origin="RU"))
    assert len(rows(desk.engine, Situation)) == 2
    assert sorted(reasons(desk.engine)) == [
        IntakeReason.JOINED,
        IntakeReason.SITUATION_OPENED,
        IntakeReason.SITUATION_OPENED,
    ]


def test_a_situation_without_a_live_alert_is_quiet_and_opens_again_as_new(desk):
    desk.receive(make_alert(), make_alert(seq=2, status=Status.RESOLVED))
    (situation,) = rows(desk.engine, Situation)
    assert not situation.live
    desk.clock.pass_days(30)
    desk.receive(make_alert(episode_start="2023-11", period="2023-11"))
    (situation,) = rows(desk.engine, Situation)
    assert situation.live
    assert situation.opened_at.startswith("2024-04-03")
    assert reasons(desk.engine)[-1] == IntakeReason.SITUATION_OPENED


def test_historical_and_faint_alerts_open_nothing(desk):
    desk.receive(
        make_alert(historical=True, period="2001-01", episode_start="2001-01"),
        make_alert(severity=Severity.INFO, rule="share-gain"),
    )
    assert reasons(desk.engine) == [IntakeReason.HISTORICAL, IntakeReason.BELOW_THRESHOLD]


def test_a_successor_under_changed_rules_is_no_news_unless_it_is_worse(desk):
    old = make_alert()
    ended = make_alert(seq=2, status=Status.SUPERSEDED)
    same = make_alert(rule_version="ec-trade-diversion@2+ff00aa", supersedes=old.alert_id)
    desk.receive(old, ended, same)
    assert sorted(reasons(desk.engine)) == [
        IntakeReason.SITUATION_OPENED,
        IntakeReason.SUCCESSOR,
        IntakeReason.SUPERSEDED,
    ]


def test_what_cannot_be_read_is_set_aside_with_its_reason_and_the_rest_goes_on(desk):
    desk.events.append(Topic.ALERTS, b'{"event_id": 7}')
    desk.events.append(Topic.ALERTS, b"\xff\xfe not json")
    desk.events.append(Topic.FIGURES, b"nothing like a block")
    desk.events.append(Topic.FIGURES, encode_block(Block(BlockKind.MARK, {"as_of": "2024-01-01T00:00:00Z"})))
    desk.receive(make_alert())
    assert [len(rows(desk.engine, table)) for table in (AlertEvent, Poison)] == [1, 4]
    assert all(each.reason and each.payload for each in rows(desk.engine, Poison))
    assert (desk.consumer.position(Topic.ALERTS), desk.consumer.position(Topic.FIGURES)) == (2, 1)


@pytest.mark.parametrize("header", [{}, {"as_of": "2024-01-01T00:00:00Z", "feeds": []}])
def test_a_block_of_figures_that_lacks_its_header_is_set_aside_whole(desk, header):
    whole = figure_block([("2024-01", "CN", 10, 20)])
    desk.events.append(Topic.FIGURES, encode_block(Block(whole.kind, header, whole.columns)))
    desk.receive(make_alert())
    assert len(rows(desk.engine, Poison)) == 1
    assert rows(desk.engine, Figure) == []


def test_a_step_that_fails_leaves_no_trace_and_the_next_one_does_it_all(desk, monkeypatch):
    def fall(name):
        if name == "intake.before_commit":
            raise RuntimeError("power cut")

    desk.events.append(Topic.ALERTS, encode_alert(make_alert()))
    desk.events.append(Topic.FIGURES, encode_block(figure_block([("2024-01", "CN", 10, 20)])))
    with monkeypatch.context() as patch:
        patch.setattr("tidegauge.intake.consumer.crash_point", fall)
        with pytest.raises(RuntimeError, match="power cut"):
            desk.consumer.step()
    assert [rows(desk.engine, table) for table in (AlertEvent, Situation, Figure)] == [[], [], []]
    assert IntakeConsumer(desk.engine, desk.events, desk.clock).step() == 2
    assert [len(rows(desk.engine, table)) for table in (AlertEvent, Situation, Figure)] == [1, 1, 1]


def test_a_death_right_after_the_commit_repeats_nothing(desk, monkeypatch):
    def fall(name):
        if name == "intake.after_commit":
            raise RuntimeError("power cut")

    desk.events.append(Topic.ALERTS, encode_alert(make_alert()))
    with monkeypatch.context() as patch:
        patch.setattr("tidegauge.intake.consumer.crash_point", fall)
        with pytest.raises(RuntimeError, match="power cut"):
            desk.consumer.step()
    assert IntakeConsumer(desk.engine, desk.events, desk.clock).step() == 0
    assert len(rows(desk.engine, Decision)) == 1


def test_batches_of_any_size_leave_the_same_desk(desk, engine, tmp_path):
    alerts = [
        make_alert(rule=rule, origin=origin) for rule in ("a", "b", "c") for origin in ("CN", "RU", "BY")
    ]
    alerts += [make_alert(rule="a", origin="CN", seq=2, severity=Severity.WARNING, status=Status.UPDATED)]
    for alert in alerts:
        desk.events.append(Topic.ALERTS, encode_alert(alert))
    while desk.consumer.step(limit=1):
        pass
    one_by_one = standings_by_key(engine)
    from tidegauge.intake.migrate import migrate  # noqa: PLC0415 - a second desk, only here
    from tidegauge.runtime.database import open_engine  # noqa: PLC0415

    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    IntakeConsumer(other, desk.events, desk.clock).step(limit=500)
    assert standings_by_key(other) == one_by_one
    other.dispose()


def test_figures_are_read_as_they_were_known(desk):
    first = figure_block([("2023-10", "CN", 100, 50), ("2023-12", "CN", 200, 80), ("2023-12", "RU", 300, 90)])
    revised = figure_block([("2023-12", "CN", 250, 75)], as_of="2024-03-01T00:00:00Z")
    for block in (first, revised):
        desk.events.append(Topic.FIGURES, encode_block(block))
    desk.receive()
    with reading(desk.engine) as session:
        now = series(session, Asked("BR", "31022100", "CN"))
        then = series(session, Asked("BR", "31022100", "CN", as_of="2024-02-15T00:00:00Z"))
        everyone = series(session, Asked("BR", "31022100"))
        nobody = series(session, Asked("BR", "99999999"))
    assert now.months == ["2023-10", "2023-11", "2023-12"]
    assert now.quantity_kg == [100, 0, 250]
    assert now.unit_value == [0.5, None, 0.3]
    assert then.quantity_kg == [100, 0, 200]
    assert everyone.quantity_kg == [100, 0, 550]
    assert (now.currency, now.source, nobody.months) == ("USD", "comexstat", [])


def test_sources_are_never_spliced(desk):
    for source in ("comexstat", "declarations"):
        desk.events.append(
            Topic.FIGURES, encode_block(figure_block([("2023-12", "CN", 1, 1)], source=source))
        )
    desk.receive()
    with reading(desk.engine) as session:
        with pytest.raises(SeveralSourcesError, match="comexstat, declarations"):
            series(session, Asked("BR", "31022100", "CN"))
        assert series(session, Asked("BR", "31022100", "CN", source="comexstat")).value == [1]


def test_the_figures_of_a_scope_stand_under_its_name(desk):
    made = figure_block([("2023-11", "CN", 100, 50), ("2023-12", "CN", 200, 80)])
    made.header["scopes"] = ["nails", "wire"]
    made.columns["product"][:] = SCOPE_BASE + 1
    desk.events.append(Topic.FIGURES, encode_block(made))
    desk.receive()
    with reading(desk.engine) as session:
        assert series(session, Asked("BR", "scope:wire", "CN")).quantity_kg == [100, 200]
        assert series(session, Asked("BR", "31022100", "CN")).months == []
