"""What is told as weeks of declarations close: inside the open month, whatever the cuts and restarts."""

from datetime import date, timedelta

import pytest
from tests.contributions import block, mark, row
from tests.unit.domain.rules.declared import lines
from tests.unit.domain.rules.weekly import EURO, KG, surge
from tests.unit.monitor.histories import alerts, hold_to_restarts, is_contributions, log_of, rules, told

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.periods import first_day, month_of, week_of
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor import plan
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.memory import MemoryStateStore

WEEKLY, MONTHLY = "early-surge-weekly", "early-surge"
RULES = Ruleset.default().only((WEEKLY,))
FIRST, LAST = date(2022, 12, 7), date(2024, 7, 10)  # Wednesdays
SPOKEN = date(2024, 4, 10)  # before there is not enough history, and nothing to tell at the close of a week
HIT = "2024-05-15"
PRICES = {"CN": 2.0, "KR": 3.0}  # one price for all would look like computed quantities
LAG = timedelta(days=3)


def week_close(sunday):
    header = {
        "as_of": f"{sunday + timedelta(days=1) + LAG}T00:00:00Z",
        "reason": "week_close",
        "closes": int(week_of(sunday)),
        "feed": None,
    }
    return Block(BlockKind.MARK, header)


def month_close(month):
    return mark(month, None, "month_close", f"{first_day(month + 1) + LAG}T00:00:00Z")


def story(*extra, ruleset=RULES, products=("31022100",), last=LAST):
    """Every Wednesday the same of each product and origin, `extra` lines on their days, marks in passing."""
    entries, offset, day, closed = [rules(ruleset)], 0, FIRST, month_of(FIRST)
    while day <= last:
        made = [
            {**one, "product": product, "origin": origin}
            for product in products
            for origin in PRICES
            for one in lines(day.isoformat(), PRICES[origin], kg=KG)
        ]
        made += [one for one in extra if one["week"] == week_of(day)]
        entries.append(block([row(offset + at, **one) for at, one in enumerate(made)], feeds=(EURO,)))
        offset += len(made)
        over = month_of(day - LAG) - 1
        if over >= closed:
            closed = over + 1
            entries.append(month_close(over))
        if day >= SPOKEN:
            entries.append(week_close(day - timedelta(days=3)))  # the Sunday before; it is Thursday by now
        day += timedelta(days=7)
    return entries


def later(entries, *changed, as_of="2024-07-11T00:00:00Z"):
    """The same, and then lines that change something, with the mark of a batch."""
    rows = [row(10**6 + at, **one) for at, one in enumerate(changed)]
    return [*entries, block(rows, feeds=(EURO,)), mark(None, None, "batch", as_of)]


def hit(**how):
    return surge(HIT, **how)


def brief(found):
    """What is told of China."""
    mine = [alert for alert in found if alert.origin == "CN"]
    return [(a.rule, a.status.value, a.period, a.as_of[:10], a.provisional) for a in mine]


def test_a_surge_is_told_when_its_week_closes_in_the_open_month():
    first = next(alert for alert in alerts(story(*hit())) if alert.origin == "CN")
    assert brief([first]) == [(WEEKLY, "open", "2024-05", "2024-05-23", True)]
    assert next(item.value for item in first.evidence if item.name == "week") == "2024-W20"


def test_the_monthly_rule_says_it_later():
    both = Ruleset.default().only((WEEKLY, MONTHLY))
    found = alerts(story(*hit(), ruleset=both))
    days = {rule: min(a.as_of for a in found if a.rule == rule) for rule in (WEEKLY, MONTHLY)}
    assert days == {WEEKLY: "2024-05-23T00:00:00Z", MONTHLY: "2024-06-04T00:00:00Z"}


def test_before_its_week_closes_nothing_is_told():
    """The lines are there and a batch was judged; the week is still under way."""
    entries = story(*hit(), last=date.fromisoformat(HIT))
    assert not alerts([*entries, mark(None, None, "batch", "2024-05-17T00:00:00Z")])
    closing = [*entries, week_close(date(2024, 5, 19))]
    assert brief(alerts(closing)) == [(WEEKLY, "open", "2024-05", "2024-05-23", True)]


def test_a_log_without_weeks_is_judged_when_the_month_closes():
    entries = [one for one in story(*hit()) if one.header.get("reason") != "week_close"]
    assert brief(alerts(entries))[0] == (WEEKLY, "open", "2024-05", "2024-06-04", False)


def test_it_resolves_after_two_quiet_months():
    found = alerts(story(*hit(), last=date(2024, 10, 9)))
    assert brief(found)[-1] == (WEEKLY, "resolved", "2024-08", "2024-09-04", False)


def test_lines_taken_back_withdraw_it():
    back = [{**one, "sign": -1} for one in hit()]
    found = alerts(later(story(*hit()), *back))
    assert brief(found)[-1] == (WEEKLY, "withdrawn", "2024-06", "2024-07-11", False)
    assert len({a.alert_id for a in found if a.origin == "CN"}) == 1


def test_late_lines_of_the_open_month_are_judged_when_the_next_week_closes():
    """A batch alone asks the weekly rule nothing about the month under way."""
    entries = later(story(last=date(2024, 5, 22)), *hit(), as_of="2024-05-24T00:00:00Z")
    assert not alerts(entries)
    found = alerts([*entries, week_close(date(2024, 5, 26))])
    assert brief(found) == [(WEEKLY, "open", "2024-05", "2024-05-30", True)]


def test_late_lines_of_a_closed_month_are_judged_with_the_next_batch():
    found = alerts(later(story(), *hit()))
    assert brief(found)[0] == (WEEKLY, "open", "2024-06", "2024-07-11", False)


def test_the_product_as_a_whole_is_told_too():
    surges = [*surge(HIT, times=15.0), *surge(HIT, times=15.0, origin="KR")]
    assert {a.origin for a in alerts(story(*surges))} >= {""}


PRODUCTS = ("72081000", "72082000", "72083000")
EVERYWHERE = [{**one, "product": product} for product in PRODUCTS for one in hit()]


def test_restarts_inside_a_week_close_change_nothing(monkeypatch):
    """With one product a slice the mark is cut twice: what was told before the end stays told once."""
    whole = told(story(*EVERYWHERE, products=PRODUCTS))
    assert len({alert.product for alert in alerts(story(*EVERYWHERE, products=PRODUCTS))}) == len(PRODUCTS)
    monkeypatch.setattr(plan, "SERIES_A_SLICE", 1)
    entries = story(*EVERYWHERE, products=PRODUCTS, last=date(2024, 5, 29))
    hold_to_restarts(entries)
    assert sorted(told(story(*EVERYWHERE, products=PRODUCTS))) == sorted(whole)


def test_two_halves_with_a_restart_say_what_one_run_says():
    entries = story(*EVERYWHERE, products=PRODUCTS)
    closes = [
        at for at, one in enumerate(entries) if one.header.get("closes") == int(week_of(date(2024, 5, 19)))
    ]
    log, events = log_of(entries).log(), MemoryEvents()
    store = MemoryStateStore(events)
    halves = Monitor(log, store, 0).drain()
    for _ in range(closes[0]):  # somewhere in the middle, and then from what was stored
        next(halves, None)
    list(Monitor(log, store, 0).drain())
    assert [event.payload for event in events.read(Topic.ALERTS, -1, 10_000)] == told(entries)


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_where_blocks_end_changes_nothing(size):
    """Lines of a week one by one, by threes, or all lines between two marks at once and in another order."""
    entries = story(*EVERYWHERE, products=PRODUCTS)
    cut = []
    for entry in entries:
        if not is_contributions(entry):
            cut.append(entry)
            continue
        places = range(0, len(entry), size)
        cut += [
            Block(entry.kind, entry.header, {name: c[at : at + size] for name, c in entry.columns.items()})
            for at in places
        ]
    assert told(cut) == told(entries)


def test_statistics_take_no_part():
    entries = [
        Block(one.kind, {**one.header, "feeds": [["BR", "comexstat", "EUR", "CIF", "NCM"]]}, one.columns)
        if is_contributions(one)
        else one
        for one in story(*hit())
    ]
    assert not alerts(entries)
