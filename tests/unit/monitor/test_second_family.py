"""Severity across rules through the monitor: critical on closed months, with its reason."""

from tests.contributions import block, mark, records, row
from tests.unit.domain.books.records import measure
from tests.unit.monitor.histories import EURO, History, alerts, hold_to_restarts, months, rules

from tidegauge.domain.periods import closed_at, month_number
from tidegauge.domain.ruleset import Ruleset

BOTH = Ruleset.default().only(("share-gain", "third-country-measure"))
DUTY = records("measure", measure(products=["310221"], initiated="2020-03-10", definitive=None))


def history(*before, ruleset=BOTH, flood="9999-12"):
    """China sends three times as much from April 2020 on, a tenth cheaper; Belarus goes on as before.

    From `flood` on Belarus sends far more, so that China's share falls.
    """
    made = History(rules(ruleset), *before)
    for month in months("2017-01", "2021-02"):
        turned = month > "2020-03"
        rows = made.cell(month, "CN", 300_000 if turned else 100_000)
        rows = [one | {"value_e4": one["value_e4"] * (9 if turned else 10) // 10} for one in rows]
        others = [
            one | {"value_e4": one["value_e4"] * 11 // 10}
            for one in made.cell(month, "BY", 9_000_000 if month >= flood else 1_000_000)
        ]
        made.as_of = closed_at(month_number(month))
        made.entries.append(block([*rows, *others], feeds=(EURO,)))
        made.entries.append(mark(month, EURO, as_of=made.as_of))
    made.end()
    return made.entries


def told(entries):
    mine = [alert for alert in alerts(entries) if alert.origin == "CN"]
    return [(a.rule, a.period, a.severity, "second_family" in a.reasons) for a in mine]


def test_two_families_on_closed_months_are_critical_and_say_so():
    found = told(history(DUTY))
    critical = {rule for rule, _, severity, said in found if severity == "critical" and said}
    assert critical == {"share-gain", "third-country-measure"}
    assert all(said is (severity == "critical") for _, _, severity, said in found)


def named(entries, rule):
    """(status, month that is named, who) of the events of one rule about China; None where nobody is."""
    found = []
    for alert in alerts(entries):
        if (alert.origin, alert.rule) == ("CN", rule):
            item = next((each for each in alert.evidence if each.name == "second_family"), None)
            found.append((str(alert.status), item and item.window, item and item.value))
            assert (alert.severity == "critical") is (item is not None)
            for text in alert.explanation.values():
                assert item is None or (item.window in text and str(item.value).split(" (")[0] in text)
    return found


def test_the_evidence_and_the_words_name_the_other_rule():
    share, duty = (named(history(DUTY), rule) for rule in ("share-gain", "third-country-measure"))
    assert {who for _, _, who in share if who} == {"third-country-measure (diversion)"}
    assert {who for _, _, who in duty if who} == {"share-gain (surge)"}
    (words,) = {
        sentence
        for alert in alerts(history(DUTY))
        if alert.severity == "critical" and alert.status == "open" and alert.rule == "share-gain"
        for sentence in alert.explanation["ja"].split("。")
        if "重大" in sentence
    }
    assert words.endswith("に別の種類の規則も同じ対象に該当するため重大:third-country-measure(転換・迂回)")


def test_an_end_names_whom_the_last_month_that_fired_had_beside_it():
    share = named(history(DUTY, flood="2020-10"), "share-gain")
    assert share[-1] == ("resolved", "2020-09", "third-country-measure (diversion)")


def test_a_withdrawal_names_what_was_told():
    entries = history(DUTY)
    before = named(entries, "share-gain")[-1]
    rows = [
        row(10_000, product="31022100", origin="CN", month=month, sign=sign, kg=kg, value=value)
        for month in months("2020-04", "2021-02")
        for sign, kg, value in ((-1, 300_000, 540_000), (1, 100_000, 200_000))
    ]
    entries += [block(rows, feeds=(EURO,)), mark(None, None, reason="batch", as_of="2021-04-01T00:00:00Z")]
    after = named(entries, "share-gain")[-1]
    assert after[0] == "withdrawn"
    assert before[2] == after[2] == "third-country-measure (diversion)"


def test_one_family_is_not():
    assert {severity for _, _, severity, _ in told(history())} <= {"info", "watch", "warning"}
    alone = history(DUTY, ruleset=Ruleset.default().only(("third-country-measure",)))
    assert "critical" not in {severity for _, _, severity, _ in told(alone)}


def test_restarts_change_nothing():
    hold_to_restarts(history(DUTY))
