"""A real measure beside real imports: the United States against Chinese ammonium sulphate, from Brazil."""

import csv
from pathlib import Path

import pytest
from tests.integration.test_replay import decoded, replayed

from tidegauge.commands.files import opened
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASONS
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml
from tidegauge.replay import Replay
from tidegauge.stream import in_order

EXAMPLE = Path(__file__).parents[2] / "examples" / "brazil-fertilizers"
PRODUCT, DECEMBER = "31022100", "2017-12"
ALONE = Ruleset.default().only(("third-country-measure",))
# With a price test that lets the world's fall pass, the same case is told.
LOOSER = parse_rules_toml("[rules.third-country-measure]\nmax_unit_value_change = 0.02\n").only(
    ("third-country-measure",)
)


@pytest.fixture(scope="module")
def paths(shared_data, tmp_path_factory):
    """Rates, the US register, and Brazil's imports of one product up to the end of 2017."""
    cut = tmp_path_factory.mktemp("measures") / "flows.csv"
    with (EXAMPLE / "flows.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    kept = [line for line in lines if line["product"] == PRODUCT and "2012" < line["period"] <= DECEMBER]
    with cut.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(kept)
    register = shared_data / "us_ad_measures" / "us-imposed-anti-dumpings.csv.gz"
    return [EXAMPLE / "fx.csv", register, cut]


def straight(paths, chosen, first, last):
    """(kg, value) of some origins over months, straight from the file."""
    with paths[-1].open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if chosen(row["origin"]) and first <= row["period"] <= last
        ]
    return sum(float(row["net_mass_kg"]) for row in rows), sum(float(row["value"]) for row in rows)


def test_the_quantity_is_deflected_and_the_price_falls_with_everybody_elses(paths):
    """Investigation of 2016-06-22 on HS 310221: 2017 against July 2015 to June 2016."""
    said = {}

    def look(output):
        for evaluation in output.evaluations:
            view, signals = evaluation.view, evaluation.signals
            for row in range(len(view)):
                key = product_code(int(view.product[row])), country_code(int(view.origin[row]))
                if key == (PRODUCT, "CN") and month_text(view.month) == DECEMBER:
                    said.update({name: float(column[row]) for name, column in signals.figures.items()})
                    said["reason"] = str(REASONS[signals.reason[row]])

    run = Replay(ALONE, observe=look)
    for _ in run.read(in_order(opened(paths))):
        pass
    assert not [alert for batch in run.run() for alert in batch if alert.origin == "CN"]

    changes = []
    for chosen in (lambda one: one == "CN", lambda one: one not in {"CN", "ZZ", "QR", "BR"}):
        after, before = (
            straight(paths, chosen, "2017-01", DECEMBER),
            straight(paths, chosen, "2015-07", "2016-06"),
        )
        changes.append((after[0] / before[0], after[1] / after[0] / (before[1] / before[0])))
    (quantity, price), (control_quantity, control_price) = changes
    assert said["measure_month"] == month_number("2016-06")
    assert said["quantity_change_since"] == pytest.approx(quantity - 1)
    assert said["unit_value_change_since"] == pytest.approx(price - 1)
    assert said["quantity_change_on_control"] == pytest.approx(quantity / control_quantity - 1)
    assert said["unit_value_change_on_control"] == pytest.approx(price / control_price - 1)
    assert said["quantity_change_on_control"] > 0.3
    assert said["unit_value_change_on_control"] > 0.0
    assert said["reason"] == "conditions_not_met"


def test_an_alert_cites_the_record_of_the_measure(paths):
    told = [alert for alert in decoded(replayed(paths, LOOSER)[0]) if alert.origin == "CN"]
    assert told[0].product == PRODUCT
    cited = [one for one in told[0].inputs if one["record"] == "measure"]
    assert [(one["authority"], one["measure_id"][:19]) for one in cited] == [("US", "US-AD-CN-2016-06-22")]
    assert "2016-06, US" in told[0].explanation["en"]
