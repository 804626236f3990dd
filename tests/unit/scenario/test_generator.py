"""What the generator makes, before any file: chance by place, sizes, rates, effects of events, totals."""

from collections import Counter

import numpy as np
import pytest

from tidegauge.domain.codes import is_product
from tidegauge.domain.countries import COUNTRIES
from tidegauge.domain.periods import month_number
from tidegauge.scenario import world as worlds
from tidegauge.scenario.catalogue import catalogue
from tidegauge.scenario.delivery import Delivery
from tidegauge.scenario.events import SIZES, Event, Kind
from tidegauge.scenario.lines import ABSENT, ACCEPT, AMEND, CANCEL, DAY_S, ROW, chunk_lines, month_span_s
from tidegauge.scenario.parameters import Parameters, ScenarioError, Stream, generator
from tidegauge.scenario.totals import Totals
from tidegauge.scenario.versions import AMENDED, CANCELLED, REPEATED, history
from tidegauge.scenario.world import chunk_sizes, make_world, month_state

FIRST = month_number("2023-01")
SMALL = Parameters(lines=60_000, products=40, origins=12, months=24, seed=5, first_month=FIRST)
PRODUCT, CODE = "31021010", "31023090"


def event(kind, *, product=PRODUCT, first=12, other=""):
    return Event(kind, product, "CN", first, 23, *SIZES[kind], other)


def every_line(world):
    """First versions of all months: (rows, place of the month of each)."""
    found, months = [], []
    for place in range(world.parameters.months):
        state = month_state(world, place)
        for chunk in range(len(chunk_sizes(world, place))):
            found.append(chunk_lines(world, state, chunk))
            months.append(np.full(len(found[-1]), place))
    return np.concatenate(found), np.concatenate(months)


def of_series(world, rows, product=PRODUCT, origin="CN"):
    known = world.catalogue
    there = rows["origin"] == known.origins.index(origin)
    return there & (rows["product"] == known.products.index(product)) if product else there


@pytest.fixture(scope="module")
def plain():
    """A world without events."""
    return make_world(SMALL, ())


@pytest.fixture(scope="module")
def lines(plain):
    return every_line(plain)


def test_a_month_is_the_same_whatever_was_made_before_it(plain):
    again = make_world(SMALL, ())
    late = chunk_lines(again, month_state(again, 17), 0)
    early = chunk_lines(plain, month_state(plain, 3), 0)
    assert np.array_equal(late, chunk_lines(plain, month_state(plain, 17), 0))
    assert not np.array_equal(early["mass_g"][:100], late["mass_g"][:100])


def test_another_seed_makes_another_world(plain):
    other = make_world(Parameters(60_000, 40, 12, 24, 6, FIRST), ())
    assert other.catalogue.products != plain.catalogue.products


def test_codes_are_codes_and_every_one_stands_once(plain):
    known = plain.catalogue
    assert len(set(known.products)) == SMALL.products
    assert all(is_product(code) and len(code) == 8 for code in known.products)
    assert len(set(known.origins)) == SMALL.origins
    assert set(known.origins) <= COUNTRIES - {"EU", "DE", "FR"}
    far = [known.products[place][:2] for place in known.far.tolist()]
    assert all(code[:2] != other for code, other in zip(known.products, far, strict=True))


def test_exactly_the_lines_asked_for_each_in_its_month(plain, lines):
    rows, months = lines
    assert len(rows) == SMALL.lines
    assert len(np.unique(rows[["declaration", "item"]])) == SMALL.lines
    for place in range(SMALL.months):
        start, after = month_span_s(plain, place)
        moments = rows["accepted_s"][months == place]
        assert ((moments >= start) & (moments < after)).all()


def test_a_month_in_several_chunks_holds_as_many_lines_in_order(plain, monkeypatch):
    monkeypatch.setattr(worlds, "CHUNK_LINES", 700)
    state, sizes = month_state(plain, 4), chunk_sizes(plain, 4)
    parts = [chunk_lines(plain, state, chunk) for chunk in range(len(sizes))]
    assert len(sizes) > 2
    assert [len(part) for part in parts] == sizes
    assert sum(sizes) == plain.lines[4]
    joined = np.concatenate(parts)
    assert (np.diff(joined["accepted_s"]) >= 0).all()
    assert len(np.unique(joined[["declaration", "item"]])) == len(joined)


def test_sizes_have_heavy_tails_and_importers_follow_zipf(lines):
    rows, _ = lines
    for name in ("product", "origin", "importer"):
        counts = np.sort(np.bincount(rows[name][rows[name] != ABSENT]))[::-1]
        tenth = max(1, len(counts) // 10)
        assert counts[:tenth].sum() > 0.25 * counts.sum(), name
    mass = np.log(rows["mass_g"][rows["mass_g"] > 0])
    assert mass.std() > 0.8


def test_some_amounts_are_missing_and_none_is_zero(lines):
    rows, _ = lines
    assert (rows["mass_g"] == ABSENT).mean() == pytest.approx(0.015, rel=0.2)
    assert (rows["cents"] == ABSENT).mean() == pytest.approx(0.005, rel=0.3)
    for name in ("mass_g", "cents", "pieces"):
        assert (rows[name] != 0).all()


def test_rates_of_versions(plain, lines):
    rows = lines[0]
    made = history(plain.catalogue, rows, generator(1, Stream.CHUNK))
    distinct = np.unique(made.versions[["declaration", "item", "version"]], axis=0)
    actions = Counter(made.versions["action"].tolist())
    amended = np.unique(made.versions[made.versions["action"] == AMEND][["declaration", "item"]])
    assert len(amended) / len(rows) == pytest.approx(AMENDED, rel=0.1)
    assert actions[CANCEL] / len(rows) == pytest.approx(CANCELLED, rel=0.25)
    assert len(made.versions) / len(distinct) - 1 == pytest.approx(REPEATED, rel=0.2)
    assert 0 < np.count_nonzero(~made.stands) < actions[CANCEL] * 1.02
    reopened = (made.versions["action"] == ACCEPT) & (made.versions["version"] > 1)
    assert reopened.any()


def test_amendments_are_partial_and_some_change_the_chapter(plain, lines):
    made = history(plain.catalogue, lines[0], generator(1, Stream.CHUNK))
    amendments = made.versions[made.versions["action"] == AMEND]
    names = ("cents", "mass_g", "product", "origin")
    said = np.stack([amendments[name] != ABSENT for name in names]).sum(axis=0) + amendments["clears_mass"]
    assert (said == 1).all()
    chapters = np.array([int(code[:2]) for code in plain.catalogue.products])
    moved = chapters[made.final["product"]] != chapters[lines[0]["product"]]
    assert 0 < moved.sum() < len(amendments)
    assert (amendments["accepted_s"] == ABSENT).all()


def test_versions_arrive_late_days_and_a_month(plain, lines):
    made = history(plain.catalogue, lines[0], generator(1, Stream.CHUNK))
    first = made.versions[: len(lines[0])]
    days = (first["delivered_s"] - first["accepted_s"]) / DAY_S
    assert (days >= 0).all()
    assert (days > 1 / 24).mean() == pytest.approx(0.012, rel=0.2)
    assert (days > 29).mean() == pytest.approx(0.002, rel=0.4)


def test_delivery_keeps_back_what_is_not_due_and_loses_nothing():
    rows = np.zeros(5, ROW)
    rows["delivered_s"], rows["declaration"] = [30, 10, 99, 20, 10], range(5)
    delivery = Delivery()
    assert delivery.until(rows, 25)["declaration"].tolist() == [1, 4, 3]
    assert delivery.until(rows[:0], 31)["declaration"].tolist() == [0]
    assert delivery.rest()["declaration"].tolist() == [2]
    assert len(delivery.rest()) == 0


def test_totals_leave_out_what_does_not_stand_and_what_is_no_import():
    rows = np.zeros(5, ROW)
    rows["product"], rows["origin"], rows["mass_g"], rows["cents"] = 3, 7, 100, [1, 2, 4, 8, ABSENT]
    rows["procedure"] = [0, 0, 4, 1, 0]
    totals = Totals()
    totals.add(rows[:3], np.array([True, False, True]))
    totals.add(rows[3:], np.array([True, True]))
    products, origins, sums = totals.cells()
    assert (products.tolist(), origins.tolist(), sums.tolist()) == ([3], [7], [[300, 9, 3]])


def unit_value(rows):
    known = rows[(rows["mass_g"] != ABSENT) & (rows["cents"] != ABSENT)]
    return float(np.median(known["cents"] / known["mass_g"]))


@pytest.mark.parametrize("kind", [Kind.SURGE, Kind.DUMPING, Kind.SUPPLY_SHOCK, Kind.SUBSIDY])
def test_an_event_moves_volume_and_price_of_its_series_alone(kind):
    planted = event(kind, product="" if kind is Kind.SUBSIDY else PRODUCT)
    base, with_it = make_world(SMALL, (event(kind, first=23),)), make_world(SMALL, (planted,))
    before, after = ([month_state(w, 15), every_line(w)] for w in (base, with_it))
    touched = with_it.origin == with_it.catalogue.origins.index("CN")
    if planted.product:
        touched &= with_it.product == with_it.catalogue.products.index(PRODUCT)
    ratio = after[0].price / before[0].price
    assert ratio[touched] == pytest.approx(planted.price)
    assert ratio[~touched] == pytest.approx(1.0)
    counts = [
        np.count_nonzero(of_series(w, rows, planted.product) & (months >= 12) & (months < 23))
        / np.count_nonzero(months < 12)
        for w, (rows, months) in ((base, before[1]), (with_it, after[1]))
    ]
    assert counts[1] / counts[0] == pytest.approx(planted.size, rel=0.15)


def test_undervalued_lines_are_a_part_and_stand_at_a_fraction():
    rows, months = every_line(make_world(SMALL, (event(Kind.UNDERVALUATION),)))
    plain_rows, _ = every_line(make_world(SMALL, (event(Kind.UNDERVALUATION, first=23),)))
    world = make_world(SMALL, (event(Kind.UNDERVALUATION),))
    there = of_series(world, rows) & (months >= 12) & (months < 23) & (rows["cents"] > 100)
    ratio = rows["cents"][there] / plain_rows["cents"][there]
    assert np.unique(np.round(ratio, 1)).tolist() == [0.3, 1.0]
    assert (ratio < 0.5).mean() == pytest.approx(0.25, abs=0.08)
    assert np.array_equal(rows["cents"][months < 12], plain_rows["cents"][months < 12])


@pytest.mark.parametrize(("kind", "other"), [(Kind.ORIGIN_SWITCH, "VN"), (Kind.CODE_SWITCH, CODE)])
def test_a_switch_moves_lines_and_keeps_where_they_come_from(kind, other):
    world = make_world(SMALL, (event(kind, other=other),))
    rows, months = every_line(world)
    china = world.catalogue.origins.index("CN")
    where = {"origin": other} if kind is Kind.ORIGIN_SWITCH else {"product": other}
    moved = of_series(world, rows, **where) & (rows["dispatch"] == china) & (months >= 12)
    if kind is Kind.ORIGIN_SWITCH:
        stayed = of_series(world, rows) & (months >= 12)
        assert moved.sum() / (moved.sum() + stayed.sum()) == pytest.approx(0.7, abs=0.08)
    else:
        known = of_series(world, rows)
        assert known[months >= 12].mean() == pytest.approx(0.3 * known[months < 12].mean(), rel=0.4)
    assert moved.any()


def test_an_unnamed_plan_holds_every_kind_inside_the_months():
    events = make_world(SMALL).events
    assert {one.kind for one in events} == set(Kind)
    assert all(12 <= one.first <= one.last < SMALL.months for one in events)
    products = [one.product for one in events if one.product]
    assert len(set(products)) == len(products)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": 0}, "--lines must lie between 1"),
        ({"products": 1}, "--products must lie between 2"),
        ({"months": 601}, "--months must lie between 1 and 600"),
        ({"seed": -1}, "--seed"),
        ({"origins": 1}, "--origins must lie between 2 and"),
        ({"origins": 500}, "--origins must lie between 2 and"),
        ({"first_month": 12}, "months must lie between 1970"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(change, said):
    asked = {name: getattr(SMALL, name) for name in SMALL.__slots__} | change
    with pytest.raises(ScenarioError, match=said):
        make_world(Parameters(**asked), ())


def test_more_names_than_places_are_refused():
    with pytest.raises(ScenarioError, match="--products 2 is less than the events"):
        catalogue(Parameters(10, 2, 5, 3, 1, FIRST), ["11", "12", "13"])


@pytest.mark.parametrize("lines", [1, 3, 50])
def test_few_lines_over_many_months_make_empty_months_not_errors(lines):
    world = make_world(Parameters(lines, 2, 2, 30, 1, FIRST))
    rows, _ = every_line(world)
    assert len(rows) == lines
