"""Scopes as groups of their own: sums by origin over their products, in their own unit, and asked for."""

import numpy as np
import pytest
from tests.contributions import BRAZIL, block, row
from tests.unit.domain.books.records import measure, scope, trigger

from tidegauge.domain.books import Books
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.panel.panel import NEVER, Panel
from tidegauge.domain.panel.scopes import ScopePanel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import month_number
from tidegauge.domain.ruleset import Ruleset

RULES, MARCH = Ruleset.default(), month_number("2020-03")
WIRE = scope(products=["7217", "722990", "7317"])


class World:
    """A panel, its books and its scopes."""

    def __init__(self, *scopes):
        self.panel, self.books, self.offset = Panel(), Books(), 0
        self.scopes = ScopePanel(self.panel)
        for one in scopes:
            self.books.scopes.take(one)

    def add(self, *cells, feed=BRAZIL, units=("p/st",), **more):
        """Cells as (product, origin, kg), worth two a kilogram, in March 2020 unless told otherwise."""
        rows = []
        for product, origin, kg in cells:
            rows.append(row(self.offset, **{"product": product, "origin": origin, "kg": kg, "value": 2 * kg,
                                            "month": "2020-03"} | more))  # fmt: skip
            self.offset += 1
        made = block(rows, feeds=(feed,))
        made.header["units"] = list(units)
        self.panel.apply(made)
        return self

    def view(self, unit=Unit.SCOPE_SERIES):
        self.scopes.refresh(self.books.scopes, RULES)
        groups = np.arange(self.scopes.series.groups)
        return Selector(self.scopes, self.books, RULES).view(unit, groups, MARCH, 3)


def rows(view):
    origins = [country_code(number) for number in view.origin.tolist()]
    return dict(zip(zip(view.scope_id, origins, strict=True), view.quantity[:, -1].tolist(), strict=True))


def test_a_scope_is_the_sum_of_its_products_by_origin_and_in_all():
    world = World(WIRE).add(("72171010", "CN", 5), ("72299090", "CN", 7), ("72299090", "BY", 1),
                            ("72171010", "BR", 2), ("72071100", "CN", 100))  # fmt: skip
    assert rows(world.view()) == {("wire", "BR"): 2, ("wire", "BY"): 1, ("wire", "CN"): 12}
    assert rows(world.view(Unit.SCOPE)) == {("wire", ""): 15}
    made = world.view()
    assert made.total_quantity[:, -1].tolist() == [15, 15, 15]
    assert made.reference_quantity[:, -1].tolist() == [13, 14, 3]
    assert made.alertable.tolist() == [False, True, True]
    assert made.paired_value[:, -1].tolist() == [4, 2, 24]
    assert [product_code(number) for number in made.product.tolist()] == ["72"] * 3


def test_products_of_another_chapter_family_are_left_out():
    world = World(scope(products=["7217", "7317", "8544"])).add(("73170010", "CN", 3), ("85441100", "CN", 9))
    assert rows(world.view()) == {("wire", "CN"): 3}


def test_the_total_of_other_codes_is_left_out():
    world = World(WIRE).add(
        ("7217", "CN", 5), ("72171010", "CN", 3), ("72172010", "CN", 2), ("7317", "CN", 1)
    )
    assert rows(world.view()) == {("wire", "CN"): 6}


def test_a_product_may_lie_in_two_scopes_and_new_ones_join_later():
    world = World(WIRE, scope(scope_id="nails", products=["7317"])).add(("73170010", "CN", 3))
    assert rows(world.view()) == {("wire", "CN"): 3, ("nails", "CN"): 3}
    world.add(("72171010", "IN", 4))
    assert rows(world.view()) == {("wire", "CN"): 3, ("nails", "CN"): 3, ("wire", "IN"): 4}


def test_a_scope_speaks_of_its_reporter_and_of_the_members_of_its_union():
    germany = Feed("DE", "comext", "EUR", "CIF", "CN2025")
    world = World(scope(reporter="EU")).add(("72171010", "CN", 5))
    world.add(("72171010", "CN", 6), feed=germany)
    assert rows(world.view()) == {("wire", "CN"): 6}


def test_a_scope_counts_in_its_own_unit_and_leaves_other_units_out():
    world = World(scope(quantity_basis="p/st")).add(("72171010", "CN", 5), quantity=50, units=("C62",))
    world.add(("72299090", "CN", 5), quantity=7, units=("m2",)).add(("72299090", "BY", 3))
    made = world.view()
    assert made.basis == ("C62", "C62")
    assert rows(made) == {("wire", "BY"): 0, ("wire", "CN"): 50}
    assert made.paired_quantity[1, -1] == 50
    assert made.paired_value[1, -1] == 10
    assert made.total_quantity[:, -1].tolist() == [50, 50]


def test_measures_and_triggers_of_a_scope():
    world = World(WIRE).add(("72171010", "CN", 5), ("72299090", "BY", 1))
    world.books.measures.take(measure(products=["722990"], target="CN"))
    world.books.triggers.take(trigger(10.0, reporter="BR"))
    books = world.view().books
    assert books.measures_elsewhere(MARCH - 24, MARCH).row.tolist() == [1, 1]
    assert books.triggers().row.tolist() == [0, 1]


def test_a_scope_asks_for_the_months_that_its_products_ask_for():
    world = World(WIRE).add(("72171010", "CN", 5)).add(("72299090", "CN", 5), month="2020-01")
    world.view()
    assert world.scopes.pending_from.used().tolist() == [MARCH - 2]
    assert world.panel.scoped.tolist() == [0, 1]


def test_a_changed_scope_is_judged_again_from_its_start():
    world = World(WIRE).add(("72171010", "CN", 5), month="2019-01").add(("72299090", "CN", 5))
    world.view()
    for ground in (world.panel, world.scopes):
        ground.pending_from.data[:] = NEVER
    world.view()
    assert world.scopes.pending_from.used().tolist() == [NEVER]
    world.books.scopes.take(scope(products=["7217"]))
    world.view()
    assert world.scopes.pending_from.used().tolist() == [month_number("2019-01")]


@pytest.mark.parametrize("unit", [Unit.SCOPE, Unit.SCOPE_SERIES])
def test_histories_and_origins_are_those_of_all_products(unit):
    made = World(WIRE).add(("72171010", "CN", 5), ("72299090", "CN", 7)).view(unit)
    first = np.array([0])
    assert made.quantity_history(first, MARCH - 1).tolist() == [[0, 12]]
    assert made.paired_history(first, MARCH)[1].tolist() == [[24]]
    assert made.origins(first, MARCH, MARCH).quantity.tolist() == [12]


def test_without_scopes_there_is_nothing():
    world = World().add(("72171010", "CN", 5))
    assert len(world.view()) == 0
    assert world.panel.scoped.tolist() == []
