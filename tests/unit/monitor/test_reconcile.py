"""What is told as episodes open, move, end, vanish and come back, and when the rules change."""

from collections import Counter

from tests.contributions import block, mark
from tests.unit.monitor.histories import (
    EURO,
    QUIET,
    RULES,
    SURGE,
    History,
    alerts,
    months,
    rules,
    said,
    statuses,
    surging,
)

from tidegauge.domain.periods import month_number
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml

LATER = "2021-08-01T00:00:00Z"
OTHER = parse_rules_toml("[rules.share-gain]\nmax_unit_value_change = -0.06\n").only(("share-gain",))
NO_RULES = Ruleset.default().only(("new-entrant",))


def of(entries, origin="CN"):
    return [alert for alert in alerts(entries) if alert.origin == origin]


def revised(history, kg, span=SURGE, as_of=LATER):
    """A later file with other figures for some months."""
    for month in span:
        history.period(month, CN=kg, as_of=as_of)
    history.end()
    return history


def test_open_updated_resolved():
    events = of(surging().entries)
    found = statuses(events)
    assert found[0] == "open"
    assert found[-1] == "resolved"
    assert set(found[1:-1]) == {"updated"}
    assert {alert.episode_start for alert in events} == {"2020-03"}
    assert events[-1].period == "2021-06"


def test_a_second_surge_is_another_alert():
    history = History(rules()).run([*SURGE, *months("2022-06", "2022-08")], last="2022-08")
    events = of(history.entries)
    assert len({alert.alert_id for alert in events}) == 2
    assert statuses(events).count("open") == 2
    second = [alert for alert in events if alert.alert_id != events[0].alert_id]
    assert second[0].seq == 0
    assert second[0].episode_start == second[0].period > "2022-05"


def test_a_revision_that_removes_the_cause_withdraws():
    history = surging()
    before = len(of(history.entries))
    events = of(revised(history, QUIET).entries)[before:]
    assert statuses(events) == ["withdrawn"]
    assert events[0].as_of == LATER
    assert events[0].changes


def test_what_comes_back_after_a_withdrawal_has_its_id_and_new_event_ids():
    history = revised(surging(), QUIET)
    revised(history, 4 * QUIET, as_of="2021-09-01T00:00:00Z")
    events = of(history.entries)
    assert len({alert.alert_id for alert in events}) == 1
    assert len({alert.event_id for alert in events}) == len(events)
    assert statuses(events)[-2] == "withdrawn"
    assert events[-1].status in {"open", "resolved"}


def test_events_never_share_an_id_however_often_figures_change():
    history = surging()
    for day, kg in enumerate((QUIET, 4 * QUIET, QUIET, 2 * QUIET, QUIET, 5 * QUIET), start=1):
        revised(history, kg, as_of=f"2021-09-{day:02d}T00:00:00Z")
    ids = Counter(alert.event_id for alert in alerts(history.entries))
    assert set(ids.values()) == {1}


def test_a_moved_start_keeps_the_id_and_is_told():
    history = History(rules()).run(SURGE, last="2020-08")
    before = of(history.entries)
    history.period("2020-02", CN=4 * QUIET, as_of=LATER)
    history.end()
    events = of(history.entries)[len(before) :]
    assert {alert.alert_id for alert in events} == {before[0].alert_id}
    assert statuses(events) == ["updated"]
    assert events[0].episode_start == "2020-02"
    history.end()
    assert len(of(history.entries)) == len(before) + 1


def test_a_month_behind_the_panels_memory_changes_nothing_that_was_said():
    history = surging().run(first="2021-07", last="2028-12")
    before = alerts(history.entries)
    history.period("2020-03", CN=QUIET, as_of="2029-02-01T00:00:00Z")
    history.period("2022-01", CN=9, as_of="2029-02-01T00:00:00Z")
    history.end()
    assert alerts(history.entries) == before


def test_other_rules_supersede_and_the_successor_names_it():
    history = History(rules()).run(SURGE, last="2020-08")
    before = of(history.entries)
    history.entries.append(rules(OTHER))
    history.end()
    events = of(history.entries)[len(before) :]
    assert statuses(events) == ["superseded", "open"]
    assert events[0].alert_id == before[0].alert_id
    assert events[0].rule_version == RULES.version("share-gain")
    assert events[1].rule_version == OTHER.version("share-gain")
    assert events[1].supersedes == before[0].alert_id
    assert events[1].episode_start == "2020-03"


def test_a_rule_switched_off_supersedes_without_a_successor():
    history = History(rules()).run(SURGE, last="2020-08")
    before = len(of(history.entries))
    history.entries.append(rules(NO_RULES))
    history.end()
    assert statuses(of(history.entries)[before:]) == ["superseded"]


def test_former_rules_come_back_with_their_alert_and_new_event_ids():
    history = History(rules()).run(SURGE, last="2020-08")
    for ruleset in (OTHER, RULES, OTHER):
        history.entries.append(rules(ruleset))
        history.end()
    events = of(history.entries)
    assert len({alert.event_id for alert in events}) == len(events)
    assert len({alert.alert_id for alert in events}) == 2
    assert statuses(events)[-6:] == ["superseded", "open"] * 3
    assert events[-3].supersedes == events[-5].alert_id


def test_the_same_rules_again_change_nothing():
    history = surging()
    before = alerts(history.entries)
    history.entries.append(rules(RULES))
    history.end()
    assert alerts(history.entries) == before


def test_what_closed_before_the_service_began_is_historical():
    live_from = month_number("2020-06")
    events = of(History(rules(live_from=live_from)).run(SURGE).entries)
    assert [alert.historical for alert in events] == [alert.period < "2020-06" for alert in events]
    assert {alert.historical for alert in events} == {True, False}


def test_an_open_episode_becomes_live_with_an_event():
    history = History(rules(live_from=month_number("2020-10"))).run(SURGE, last="2020-11")
    events = of(history.entries)
    assert [alert.historical for alert in events][-2:] != [True, True]
    first_live = next(alert for alert in events if not alert.historical)
    assert first_live.period == "2020-10"


def test_an_open_month_fires_provisionally_and_never_clears():
    history = History(rules()).run(SURGE, last="2020-07")
    before = said(history.entries)
    rows = history.cell("2020-08", "CN", 30 * QUIET) + history.cell("2020-08", "BY", QUIET)
    history.entries += [
        block(rows, feeds=(EURO,)),
        mark(None, None, reason="batch", as_of="2020-08-20T00:00:00Z"),
    ]
    events = of(history.entries)[len(before) :]
    assert statuses(events) == ["updated"]
    assert events[0].provisional
    assert "provisional" in events[0].reasons

    quiet = History(rules()).run(SURGE, last="2021-04")
    before = said(quiet.entries)
    quiet.entries += [
        block(quiet.cell("2021-05", "CN", 1) + quiet.cell("2021-06", "CN", 1), feeds=(EURO,)),
        mark(None, None, reason="batch", as_of="2021-06-20T00:00:00Z"),
    ]
    assert said(quiet.entries) == before
