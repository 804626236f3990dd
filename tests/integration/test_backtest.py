"""The backtest command over files: what was known when, revisions, the report's bytes, clear errors."""

import csv
import json
import re
from html import escape

import polars as pl
import pytest
from typer.testing import CliRunner

from tidegauge.backtest.walk import Walk
from tidegauge.cli import app
from tidegauge.commands.files import opened
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.ruleset import Ruleset
from tidegauge.runtime.errors import UserError

RULES = Ruleset.default().only(("share-gain",))
FLOW = ("reporter", "period", "product", "nomenclature", "origin", "flow", "net_mass_kg", "value", "currency",
        "value_basis", "vintage", "source")  # fmt: skip
FIRST = month_number("2018-01")
CASES = "case_id,product,origin,initiated,ordered,name\nc,310221,CN,2020-09-15,2021-03-01,<b>Salt</b>\n"


PRICES = {"CN": 2, "RU": 3}  # one price for all looks like computed quantities


def flow(month, origin, kg, vintage=""):
    amounts = (kg, kg * PRICES[origin], "EUR", "FOB")
    said = ("BR", month_text(month), "31022100", "NCM", origin, "import", *amounts, vintage, "x")
    return dict(zip(FLOW, said, strict=True))


def history(months=48, rise=24, times=4):
    """China's imports rise to so many times in a month, Russia's stay."""
    return [
        flow(FIRST + month, origin, 1_000_000 * (times if origin == "CN" and month >= rise else 1))
        for month in range(months)
        for origin in ("CN", "RU")
    ]


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FLOW)
        writer.writeheader()
        writer.writerows(rows)
    return path


def walked(*paths):
    walk, alerts = Walk(RULES), []
    for source in walk.publications(opened(paths), lambda: None):
        alerts += list(walk.take(source))
    return alerts, walk


def run(*arguments):
    return CliRunner().invoke(app, ["backtest", *map(str, arguments)])


def told(alerts):
    return [(alert.as_of[:10], alert.period, str(alert.status)) for alert in alerts if alert.origin == "CN"]


def test_each_month_is_told_when_it_was_over(tmp_path):
    alerts, walk = walked(written(tmp_path / "flows.csv", history()))
    day, period, status = told(alerts)[0]
    assert (day, period, status) == ("2020-02-01", "2020-01", "open")  # 15 of 27 instead of one half
    assert walk.revised == 0


def test_a_late_vintage_alone_says_nothing_about_when_its_months_came_out(tmp_path):
    plain, _ = walked(written(tmp_path / "flows.csv", history()))
    late = [{**row, "vintage": "2024-01-10"} for row in history()]
    assert told(walked(written(tmp_path / "late.csv", late))[0]) == told(plain)


def test_a_vintage_soon_after_its_month_counts_from_its_own_day(tmp_path):
    rows = [{**row, "vintage": f"{month_text(month_number(row['period']) + 2)}-11"} for row in history()]
    assert told(walked(written(tmp_path / "flows.csv", rows))[0])[0][:2] == ("2020-03-11", "2020-01")


def test_a_revision_is_not_known_before_its_day_and_takes_back_what_it_undoes(tmp_path):
    first = history(months=27)
    undone = [flow(FIRST + month, o, 1_000_000, "2020-04-20") for month in (24, 25, 26) for o in ("CN", "RU")]
    alerts, walk = walked(written(tmp_path / "all.csv", first + undone))
    assert told(alerts)[0] == ("2020-02-01", "2020-01", "open")
    assert told(alerts)[-1][0] == "2020-04-20"
    assert told(alerts)[-1][2] == "withdrawn"
    assert walk.revised == 6


def test_one_month_in_several_files_is_judged_once_all_are_in(tmp_path):
    whole = told(walked(written(tmp_path / "flows.csv", history()))[0])
    halves = [
        written(tmp_path / f"{origin}.csv", [{**row, "product": code} for row in history()])
        for origin, code in (("a", "31022100"), ("b", "31042090"))
    ]
    both = walked(*halves)[0]
    assert told([alert for alert in both if alert.product == "31022100"]) == whole


@pytest.fixture
def folder(tmp_path):
    written(tmp_path / "flows.csv", history())
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_the_command_writes_the_same_bytes_again(folder):
    asked = (folder / "flows.csv", "--cases", folder / "cases.csv", "--rules", "share-gain", "--out")
    first = run(*asked, folder / "one")
    again = run(*asked, folder / "two")
    assert (first.exit_code, again.exit_code) == (0, 0)
    names = sorted(path.name for path in (folder / "one").iterdir())
    assert names == ["alerts.csv", "cases.csv", "report.html", "summary.json"]
    for name in names:
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()
    assert run(*asked, folder / "one").exit_code == 0  # an earlier backtest's folder may be written anew


def test_what_the_files_say(folder):
    run(
        folder / "flows.csv",
        "--cases",
        folder / "cases.csv",
        "--rules",
        "share-gain",
        "--out",
        folder / "out",
    )
    summary = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["series"], summary["series_years"], summary["cases_covered"]) == (2, 8.0, 1)
    rule = summary["rules"]["share-gain"]
    assert (rule["cases_found"], rule["series_alerts"], rule["withdrawn"]) == (1, 1, 0)
    assert rule["alerts_a_year_per_1000_series"] == 125.0
    assert rule["unlabelled_alerts_a_year_per_1000_series"] == 0.0
    found = pl.read_csv(folder / "out" / "cases.csv").row(0, named=True)
    assert (found["case_id"], found["found"]) == ("c", True)
    assert found["months_before_initiation"] == pytest.approx(7.5, abs=0.1)  # 2020-02-01 to 2020-09-15


def test_the_report_loads_nothing_and_escapes(folder):
    run(
        folder / "flows.csv",
        "--cases",
        folder / "cases.csv",
        "--rules",
        "share-gain",
        "--out",
        folder / "out",
    )
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert escape("<b>Salt</b>") in page
    assert "<b>Salt" not in page
    assert str(folder) not in page
    assert re.findall(r"""(?:src|href)\s*=|url\(|@import|<script""", page) == []
    assert set(re.findall(r"https?://[^\"<\s]+", page)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--rules": "nope"}, "nope"),
        ({"--cases": "none.csv"}, "cannot read the cases"),
        ({"--out": "taken"}, "holds mine.txt"),
    ],
)
def test_errors_are_one_clear_sentence(folder, change, says):
    (folder / "taken").mkdir()
    (folder / "taken" / "mine.txt").write_text("mine", encoding="utf-8")
    options = {"--cases": "cases.csv", "--out": "out"} | change
    paths = {name: folder / value if name != "--rules" else value for name, value in options.items()}
    result = run(folder / "flows.csv", *(part for pair in paths.items() for part in pair))
    assert isinstance(result.exception, UserError)
    assert says in str(result.exception)


def test_cases_are_made_of_official_measures(shared_data, tmp_path):
    files = sorted((shared_data / "us_ad_measures").glob("us-imposed*.csv.gz"))
    out = tmp_path / "cases.csv"
    result = CliRunner().invoke(app, ["cases", *map(str, files), "--products", "310221", "--out", str(out)])
    assert result.exit_code == 0
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert (row["product"], row["origin"], row["initiated"], row["ordered"]) == (
        "310221", "CN", "2016-06-22", "2017-03-09",
    )  # fmt: skip
