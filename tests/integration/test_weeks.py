"""Files of declarations and the early surge by weeks: live, replayed, cut, stopped and corrected."""

from datetime import date, timedelta

import pytest
from tests.integration.test_lines import COLUMNS, FIRMS, declaration, written
from tests.integration.test_replay import decoded, lived, replayed, step_by_step

from tidegauge.commands.files import opened
from tidegauge.domain.alerts import Audience, Status
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.settings import IngestSettings
from tidegauge.runtime.events import Topic
from tidegauge.stream import in_order, open_events

RULES = Ruleset.default().only(("early-surge-weekly",))
FIRST, LAST, HIT = date(2023, 1, 4), date(2024, 7, 10), date(2024, 5, 15)  # Wednesdays
KG = 20_000
PRICES = {"CN": 2.0, "KR": 3.0}


def trade(first=FIRST, last=LAST):
    """Every Wednesday one line of each origin and firm, in euros; once six times as much from China."""
    day, rows = first, []
    while day <= last:
        for origin, price in PRICES.items():
            hit = origin == "CN" and day == HIT
            kg = KG * (6 if hit else 1)
            figures = {"net_mass_kg": kg, "gross_mass_kg": kg, "value": kg * price * (0.8 if hit else 1.0)}
            rows += [
                declaration(
                    len(rows) + place, day, 0, origin=origin, importer=firm, currency="EUR", **figures
                )
                for place, firm in enumerate(FIRMS)
            ]
        day += timedelta(weeks=1)
    return rows


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return written(tmp_path_factory.mktemp("weeks") / "declarations.csv", COLUMNS, trade())


@pytest.fixture(scope="module")
def live(file, tmp_path_factory):
    return lived(tmp_path_factory.mktemp("live"), [file], RULES, IngestSettings(batch_rows=20))


def of_china(payloads):
    return [alert for alert in decoded(payloads) if alert.origin == "CN"]


def test_a_live_run_tells_it_in_the_open_month(live):
    first = of_china(live)[0]
    assert (first.status, first.period, first.as_of[:10]) == (Status.OPEN, "2024-05", "2024-05-23")
    assert first.provisional
    assert first.audience is Audience.ASSOCIATION, "three firms stand behind it"


def test_replay_as_published_equals_live_byte_for_byte(file, live):
    again, _ = replayed([file], RULES, as_published=True, settings=IngestSettings(batch_rows=20))
    assert again == live


@pytest.mark.parametrize("rows", [13, 60])
def test_how_many_rows_are_read_at_once_changes_nothing(file, live, tmp_path, rows):
    assert lived(tmp_path / "data", [file], RULES, IngestSettings(batch_rows=rows)) == live


def test_two_halves_with_restarts_between_say_the_same(live, tmp_path):
    rows, folder, at = trade(), tmp_path / "data", 0
    middle = next(place for place, row in enumerate(rows) if row["accepted_at"] > "2024-05-16")
    for name, part in (("a", rows[:middle]), ("b", rows[middle:])):
        source = in_order(opened([written(tmp_path / f"{name}.csv", COLUMNS, part)]))[0]
        at += step_by_step(folder, source, RULES, IngestSettings(batch_rows=60))
    assert at > len(rows) // 60
    told = [event.payload for event in open_events(folder).read(Topic.ALERTS, -1, 1_000_000)]
    assert told == live


def test_a_replay_by_months_says_the_same_of_the_month_that_closed(file, live):
    payloads, _ = replayed([file], RULES)
    first = of_china(payloads)[0]
    assert (first.status, first.period, first.provisional) == (Status.OPEN, "2024-05", False)
    assert {a.episode_start for a in of_china(payloads)} == {a.episode_start for a in of_china(live)}


def test_corrected_values_withdraw_it(file, tmp_path):
    """The lines of the week are amended to the usual mass and value."""
    hit = [row for row in trade() if row["net_mass_kg"] == 6 * KG]
    usual = {"net_mass_kg": KG, "gross_mass_kg": KG, "value": KG * PRICES["CN"]}
    mended = [{**row, "action": "amend", "version": 2, **usual} for row in hit]
    corrections = written(tmp_path / "z-corrections.csv", COLUMNS, mended)
    told = of_china(lived(tmp_path / "data", [file, corrections], RULES))
    assert told[-1].status is Status.WITHDRAWN
    assert told[-1].changes
