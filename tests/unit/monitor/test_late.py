"""Reference records that come late: which months are judged again, and that nothing else is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contributions import block, mark, records
from tests.unit.domain.books.records import indicator, measure, price, scope, subsidy, tariff, trigger
from tests.unit.monitor.histories import History, alerts, hold_to_restarts, months, rules, surging, told
from tests.unit.monitor.test_second_family import BOTH, DUTY, history

from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import closed_at, month_number
from tidegauge.monitor.late import REASKED_MONTHS
from tidegauge.monitor.step import PartitionStep

OTHER = records("measure", measure(products=["720810"], initiated="2020-03-10", definitive=None))
LAST = month_number("2021-02")  # of `history`


def end(entries):
    return mark(None, None, reason="batch", as_of=max(entry.header.get("as_of", "") for entry in entries))


def late(*found):
    entries = history()
    return [*entries, *found, end(entries)]


def of_duty(entries):
    return [(a.status, a.period, a.as_of) for a in alerts(entries) if a.rule == "third-country-measure"]


def test_a_late_measure_is_told_at_the_next_mark():
    assert of_duty(history()) == []
    (opened,) = of_duty(late(DUTY))
    assert opened == ("open", "2021-02", end(history()).header["as_of"])


def test_what_it_says_of_the_last_year_is_what_it_would_have_said_in_time():
    in_time = [a for a in alerts(history(DUTY)) if a.origin == "CN"]
    after = [a for a in alerts(late(DUTY)) if a.origin == "CN"]
    for rule in BOTH.rules():
        first, second = ([a for a in found if a.rule == rule.id][-1] for found in (in_time, after))
        assert (first.severity, first.episode_start) == (second.severity, second.episode_start)


def test_a_late_price_changes_what_was_told():
    """The world price fell with China's: what was price and volume becomes volume alone."""
    fallen = [
        price(2.0 if month < "2020-04" else 1.0, period=month, product="3102", currency="EUR")
        for month in months("2018-01", "2021-02")
    ]
    before, after = alerts(history()), alerts(late(records("price", *fallen)))
    (event,) = after[len(before) :]
    assert (before[-1].severity, event.severity, str(event.status)) == ("watch", "info", "updated")
    assert "world_price_move" in event.reasons


@pytest.mark.parametrize("found", [OTHER, records("fx", {"currency": "BRL", "base": "EUR", "rate": 5.0,
                                                        "period": "2020-12", "source": "ecb"})])  # fmt: skip
def test_what_concerns_no_product_asks_for_none(found):
    assert told(late(found)) == told(late())


DOLLARS = Feed("BR", "comexstat", "USD", "FOB", "NCM")


def rates(first, last, rate=1.25):
    of_euro = {"currency": "USD", "base": "EUR", "rate": rate, "source": "ecb"}
    return records("fx", *({**of_euro, "period": month} for month in months(first, last)))


def in_dollars(*before):
    """China's imports are four times as much from 2021-03 on; the feed counts in dollars."""
    made = History(rules(), *before)
    for month in months("2018-01", "2021-06"):
        rows = made.cell(month, "CN", 400_000 if month >= "2021-03" else 100_000)
        made.as_of = closed_at(month_number(month))
        made.entries.append(block([*rows, *made.cell(month, "BY", 100_000)], feeds=(DOLLARS,)))
        made.entries.append(mark(month, DOLLARS, as_of=made.as_of))
    made.end()
    return made.entries


def of_china(entries):
    return [(str(a.status), a.period, a.episode_start) for a in alerts(entries) if a.origin == "CN"]


def test_months_whose_first_exchange_rate_comes_late_are_judged_then():
    entries = in_dollars(rates("2018-01", "2020-12"))
    assert of_china(entries) == []  # a threshold in euros says nothing about dollars without a rate
    after = of_china([*entries, rates("2021-01", "2021-06"), end(entries)])
    in_time = of_china(in_dollars(rates("2018-01", "2021-06")))
    assert in_time
    assert after[-1][1:] == ("2021-06", in_time[0][2])


def test_a_corrected_exchange_rate_asks_for_nothing():
    entries = in_dollars(rates("2018-01", "2021-06"))
    assert told([*entries, rates("2021-01", "2021-06", 1.2), end(entries)]) == told([*entries, end(entries)])


def test_a_rate_concerns_the_feeds_in_its_currency():
    step = step_after(in_dollars(rates("2018-01", "2020-12")))
    assert asked(step) == [None]
    francs = {"currency": "CHF", "base": "EUR", "rate": 0.9, "source": "ecb", "period": "2021-02"}
    assert asked(step, records("fx", francs)) == [None]
    assert asked(step, rates("2021-02", "2021-04")) == [month_number("2021-02")]


def step_after(entries):
    step = PartitionStep()
    for offset, entry in enumerate(entries):
        for _ in step.take(offset, entry):
            pass
    return step


def asked(step, *found):
    """Months asked for by late records, by product group; None where nothing is."""
    for number, entry in enumerate(found, step.offset + 1):
        list(step.take(number, entry))
    pending = step.panel.pending_from.used().tolist()
    return [None if month > 10**6 else month for month in pending]


QUIET = surging()


@pytest.mark.parametrize(
    ("kind", "record", "first"),
    [
        ("price", price(2.0, period="2021-03", product="3102"), "2021-03"),
        ("price", price(2.0, period="1999-03", product="3102"), "2020-07"),
        ("price", price(2.0, period="2021-05", product="72"), None),
        (
            "price",
            price(2.0, period="2022-05", product="3102"),
            None,
        ),  # of months to come: they will be judged anyway
        ("industry", indicator(5.0, period="2021-01"), "2021-01"),
        ("industry", indicator(5.0, period="2021-01", product="C20.15", classification="NACE2"), "2021-01"),
        ("industry", indicator(5.0, period="2021-01", product="C24", classification="NACE2"), None),
        ("measure", measure(products=["3102210090"], initiated="2020-11-05", definitive=None), "2020-11"),
        ("subsidy", subsidy(period_from="2021-02", products=["310221"]), "2021-02"),
        ("subsidy", subsidy(products=["31022100"]), "2020-07"),
        ("tariff", tariff(0.1, valid_from="2021-04-01"), "2021-04"),
    ],
)
def test_the_months_that_a_record_concerns_within_the_last_year(kind, record, first):
    """The history ends with 2021-06, so that the newest twelve closed months begin with 2020-07."""
    assert REASKED_MONTHS == 12
    step = step_after(QUIET.entries)
    assert asked(step) == [None]
    assert asked(step, records(kind, record)) == [month_number(first) if first else None]


def test_a_trigger_concerns_the_products_of_its_scope():
    whole = records("scope", scope(products=["3102"], reporter="BR"))
    step = step_after([*QUIET.entries, whole, end(QUIET.entries)])
    level = records("trigger", trigger(5.0, reporter="BR", valid_from="2021-04-01", valid_to=None))
    assert asked(step) == [None]
    assert asked(step, level) == [month_number("2021-04")]


def test_what_is_known_already_asks_for_nothing():
    known = records("tariff", tariff(0.1, valid_from="2021-04-01"))
    step = step_after([*QUIET.entries, known, end(QUIET.entries)])
    assert asked(step) == [None]
    assert asked(step, known) == [None]
    other = records("tariff", tariff(0.2, valid_from="2021-04-01"))
    assert asked(step, other) == [month_number("2021-04")]


def test_before_any_figures_nothing_is_asked_for():
    first = History(rules(), records("price", price(2.0)))
    assert asked(step_after(first.entries)) == []


_ROWS = [
    price(value, period=f"2020-{month:02d}", product=product)
    for month in (3, 9, 12)
    for value in (1.0, 2.0)
    for product in ("3102", "72")
]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(_ROWS), max_size=6), st.data())
def test_block_boundaries_change_nothing(rows, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    parts = [part.tolist() for part in np.split(np.array(rows, object), cuts)]
    one = asked(step_after(QUIET.entries), records("price", *rows))
    assert asked(step_after(QUIET.entries), *(records("price", *part) for part in parts)) == one


def test_restarts_change_nothing():
    hold_to_restarts(late(DUTY))
