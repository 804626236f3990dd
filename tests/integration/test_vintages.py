"""Figures are restated: the earlier ones stay answerable, and what they had caused is taken back by name."""

from datetime import date

import polars as pl
import pytest
from tests.integration.test_replay import DECLARATION, QUICK, declaration, lived, written

from tidegauge.commands.files import opened
from tidegauge.domain.alerts import Status
from tidegauge.replay import Replay
from tidegauge.runtime.wire import decode_alert

SLIP = "2016-05"  # the month that the first publication misstates


@pytest.fixture
def vintages(repository, tmp_path):
    """Official imports of ammonium sulphate; first with the figures of one month and origin a thousandfold.

    So a slip of unit would leave them; the second file, published half a year later, restates the month.
    """
    table = pl.read_csv(repository / "examples" / "brazil-fertilizers" / "flows.csv", infer_schema=False)
    right = table.filter(
        pl.col("product") == "31022100", pl.col("period") >= "2012-01", pl.col("period") <= "2016-08"
    )
    right = right.with_columns(vintage=pl.lit("2016-09-10"))
    slipped = (pl.col("period") == SLIP) & (pl.col("origin") == "BE")
    wrong = right.with_columns(
        pl.when(slipped)
        .then((pl.col(name).cast(pl.Float64) * 1000).cast(pl.String))
        .otherwise(name)
        .alias(name)
        for name in ("net_mass_kg", "value")
    )
    wrong.write_csv(tmp_path / "first.csv")
    right.filter(pl.col("period") == SLIP).with_columns(vintage=pl.lit("2017-03-01")).write_csv(
        tmp_path / "restated.csv"
    )
    return tmp_path / "first.csv", tmp_path / "restated.csv"


def test_a_withdrawal_says_which_figures_changed(vintages, repository, tmp_path):
    rates = repository / "examples" / "brazil-fertilizers" / "fx.csv"
    before = [decode_alert(one) for one in lived(tmp_path / "data", [rates, vintages[0]])]
    events = [decode_alert(one) for one in lived(tmp_path / "data", vintages)][len(before) :]
    told = {alert.alert_id: alert for alert in before if alert.origin == "BE" and alert.rule == "share-gain"}
    gone = next(a for a in events if a.status is Status.WITHDRAWN and a.alert_id in told)
    moved = {change["name"]: (change["from"], change["to"]) for change in gone.changes}
    was, now = moved["quantity_change"]
    assert was > 10 * now
    assert gone.period == told[gone.alert_id].period
    said = next(item for item in gone.evidence if item.name == "quantity_change")
    assert said.value == pytest.approx(now * 100)
    for text, label in (("en", "Change of quantity"), ("ja", "輸入数量の増減率")):
        assert label in gone.explanation[text]
        for figure in (was, now):
            assert f"{figure * 100:.1f}".removesuffix(".0") in gone.explanation[text]
    assert gone.explanation["en"].startswith(
        "Withdrawn: a correction or a revision removed the cause. Changed: "
    )
    assert gone.as_of == "2017-03-01T00:00:00Z"
    assert gone.inputs[0]["vintage"] == "2017-03-01"


def as_known_on(day, paths, ruleset=QUICK):
    """The total of 1/10,000 currency and grams that the panel holds of what was known on a day."""
    run = Replay(ruleset, as_published=True)
    sources = opened(paths)
    for source in sources:
        source.as_of = day
    for _ in run.read(sources):
        pass
    list(run.run())
    return run


def test_a_date_answers_with_the_figures_of_then(vintages):
    then, now = (as_known_on(day, vintages).summary.counts for day in (date(2017, 2, 28), date(2017, 3, 1)))
    only_first = as_known_on(date(2017, 3, 1), vintages[:1]).summary.counts
    assert then["accepted"] == only_first["accepted"]
    assert now["accepted"] > then["accepted"]


def test_a_date_leaves_out_declarations_accepted_after_it(tmp_path):
    said = {"product": "31022100", "origin": "CN", "currency": "EUR", "net_mass_kg": 5, "value": 9}
    rows = [
        declaration(1, 1, 1, "accept", accepted_at="2020-01-05T08:00:00Z", **said),
        declaration(2, 1, 1, "accept", accepted_at="2020-02-05T08:00:00Z", **said),
        declaration(1, 1, 2, "amend", accepted_at="2020-02-06T08:00:00Z", net_mass_kg=7),
    ]
    path = written(tmp_path / "declarations.csv", DECLARATION, rows)
    assert as_known_on(date(2020, 1, 31), [path]).summary.counts["accepted"] == 1
    assert as_known_on(date(2020, 2, 5), [path]).summary.counts["accepted"] == 2
    assert as_known_on(None, [path]).summary.counts["accepted"] == 3
