"""Marks where several raw partitions share one time."""

from datetime import date

import pytest

from tidegauge.domain.periods import day_number, first_day, month_number, week_of
from tidegauge.domain.records import RecordKind
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.timekeeper import RawProgress, Timekeeper, Told

OLD = "2024-01"


def day(month, of_month=1):
    return day_number(first_day(month_number(month))) + of_month - 1


def declared(newest, rows=10, *, is_idle=True, oldest=OLD):
    return RawProgress(RecordKind.DECLARATION, rows, rows, day(oldest), newest, is_idle)


def flows(*months, following=5, is_idle=True):
    periods = [("BR", "comexstat", month_number(month), day(month, 40), 0) for month in months]
    return RawProgress(RecordKind.FLOW, following, following, -1, -1, is_idle, periods)


def said(blocks):
    return [(one.header["reason"], one.header["closes"], one.header["as_of"][:10]) for one in blocks]


def but_weeks(blocks):
    return [one for one in said(blocks) if one[0] != "week_close"]


def keeper(partitions=2, **told):
    return Timekeeper(Told(**told), 3, partitions)


def test_all_read_closes_every_month_that_the_newest_acceptance_left_behind():
    made = keeper().due({"a": declared(day("2024-03", 3)), "b": declared(day("2024-03", 4))}, hurried=False)
    assert but_weeks(made) == [
        ("month_close", month_number("2024-01"), "2024-02-04"),
        ("month_close", month_number("2024-02"), "2024-03-04"),
        ("batch", None, "2024-03-04"),
    ]


def test_a_partition_still_being_read_holds_the_month():
    keeping = keeper()
    known = {"a": declared(day("2024-05")), "b": declared(day("2024-02", 10), is_idle=False)}
    closed = ("month_close", month_number("2024-01"), "2024-02-04")
    assert but_weeks(keeping.due(known, hurried=False)) == [closed], "the rest waits to be read"
    assert said(keeping.due(known, hurried=True)) == [("batch", None, "2024-02-10")]
    known["b"] = declared(day("2024-02", 10))
    made = but_weeks(keeping.due(known, hurried=False))
    assert [one[1] for one in made] == [month_number(f"2024-0{month}") for month in (2, 3)]


def test_weeks_close_in_passing_each_before_a_month_that_ends_with_it():
    """The 31st of March 2024 is a Sunday: its week and the month are over at once, three days later known."""
    made = said(keeper(1).due({"a": declared(day("2024-04", 8), oldest="2024-03")}, hurried=False))
    assert made == [
        ("week_close", week_of(date(2024, 3, 3)), "2024-03-07"),
        ("week_close", week_of(date(2024, 3, 10)), "2024-03-14"),
        ("week_close", week_of(date(2024, 3, 17)), "2024-03-21"),
        ("week_close", week_of(date(2024, 3, 24)), "2024-03-28"),
        ("week_close", week_of(date(2024, 3, 31)), "2024-04-04"),
        ("month_close", month_number("2024-03"), "2024-04-04"),
        ("batch", None, "2024-04-08"),
    ]


def test_a_successor_goes_on_with_the_next_week():
    keeping = keeper(1)
    keeping.due({"a": declared(day("2024-03", 13))}, hurried=False)
    again = Timekeeper(keeping.told, 3, 1)
    made = again.due({"a": declared(day("2024-03", 14))}, hurried=False)
    assert said(made) == [("week_close", week_of(date(2024, 3, 10)), "2024-03-14")]


@pytest.mark.parametrize("known", [{"a": declared(day("2024-05"))}, {}])
def test_a_partition_that_nobody_has_spoken_for_holds_every_month(known):
    assert not [one for one in keeper().due(known, hurried=True) if one.header["reason"] == "month_close"]


def test_nothing_new_needs_no_mark():
    keeping, known = keeper(1), {"a": declared(day("2024-03", 4))}
    assert keeping.due(known, hurried=False)
    assert not keeping.due(known, hurried=True)
    again = Timekeeper(keeping.told, 3, 1)
    assert not again.due(known, hurried=True), "also for a successor"


def test_months_of_statistics_wait_for_the_end_of_their_topic():
    keeping = keeper(1)
    assert not keeping.due({"f": flows("2024-02", "2024-01", is_idle=False)}, hurried=True)
    made = keeping.due({"f": flows("2024-02", "2024-01")}, hurried=False)
    assert [one[:2] for one in said(made)] == [
        ("file_period", month_number("2024-01")), ("file_period", month_number("2024-02")), ("batch", None)
    ]  # fmt: skip
    assert not keeping.due({"f": flows("2024-02", "2024-01")}, hurried=True), "judged once"
    assert keeping.told.judged == {"f": 5}


def test_time_never_runs_backwards():
    keeping = keeper(1, last_as_of="2025-01-01T00:00:00Z")
    made = keeping.due({"a": declared(day("2024-03", 4)), "f": flows("2024-01")}, hurried=False)
    assert {one[2] for one in said(made)} == {"2025-01-01"}


def test_rules_are_written_once_and_keep_the_first_month_of_the_installation():
    keeping, rules = keeper(), Ruleset.default().to_record()
    (block,) = keeping.rules(rules, 24_000)
    assert block.header["rows"][0]["live_from"] == 24_000
    assert not Timekeeper(keeping.told, 3, 2).rules(rules, 25_000)
    other = Ruleset.default().only(("share-gain",)).to_record()
    keeping.told.last_as_of = "2024-01-01T00:00:00Z"
    block, mark = keeping.rules(other, 25_000)
    assert block.header["rows"][0]["live_from"] == 24_000
    assert mark.header["reason"] == "batch"


def test_nothing_is_judged_before_prices_and_rates_have_been_read():
    keeping, facts = Timekeeper(Told(), 3, 1, books=1), {"a": declared(day("2024-03", 4))}
    rates = RawProgress(RecordKind.FX, 5, 5, -1, -1, is_idle=False)
    assert not keeping.due(facts, hurried=True)
    assert not keeping.due({**facts, "x": rates}, hurried=True)
    read = RawProgress(RecordKind.FX, 9, 9, -1, -1, is_idle=True)
    assert len(but_weeks(keeping.due({**facts, "x": read}, hurried=False))) == 3
