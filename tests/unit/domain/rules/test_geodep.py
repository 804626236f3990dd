import numpy as np
import pytest
from tests.unit.domain.books.records import scope
from tests.unit.domain.rules.measured import flat, said, world
from tests.unit.domain.rules.views import books_of, view

from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.geodep import NO_EXPORTS, RULE, may_fire

LAST = month_number("2020-12")
CONCENTRATED = [(0, "CN", 60.0, 60.0), (0, "RU", 20.0, 20.0), (0, "US", 20.0, 20.0)]  # 0.44
SPREAD = [(0, code, 25.0, 25.0) for code in ("CN", "RU", "US", "CA")]  # 0.25


def exports(*tonnes, unit="t"):
    """Monthly exports over as many years as are given, the last ending at the view's month."""
    first = LAST - 12 * len(tonnes) + 1
    return books_of(
        *(
            ("industry", {"reporter": "BR", "product": "310221", "classification": "HS2022", "unit": unit,
                          "period": month_text(first + place), "indicator": "export", "source": "survey",
                          "value": tonnes[place // 12]})
            for place in range(12 * len(tonnes))
        )
    )  # fmt: skip


def importing(origins=CONCENTRATED, *, books=None, level=1e6, **fields):
    """1,000 t a month at USD 2 from some origins."""
    q = np.full(36, level)
    return view(q, q * 2, unit=Unit.PRODUCT, origin="", origins=origins, books=books, **fields)


def verdict(made):
    signals = RULE.evaluate(made, RULE.defaults())
    return signals, REASONS[signals.reason[0]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"books": exports(900, 900, 900)}, Reason.MET),
        ({"books": exports(1100, 900, 900)}, Reason.MET),  # two of three years
        ({"books": exports(900, 1100, 900)}, Reason.MET),
        ({"books": exports(1100, 1100, 900)}, Reason.NOT_MET),
        ({"books": exports(1000, 1000, 1000)}, Reason.NOT_MET),  # imports must exceed exports
        ({"books": exports(0, 0, 0)}, Reason.MET),
        ({"books": exports(900, 900)}, Reason.MET),  # the third year is not known, and not needed
        ({"books": exports(900)}, Reason.EXPORTS_UNKNOWN),
        ({"books": exports(1100, 1100)}, Reason.NOT_MET),
        ({"books": exports(900, 900, 900, unit="pieces")}, Reason.EXPORTS_UNKNOWN),
        ({"books": exports(*[1.9e6] * 3, unit="USD")}, Reason.MET),  # by value, of 2.0 m
        ({"books": exports(*[2.1e6] * 3, unit="USD")}, Reason.NOT_MET),
        ({}, Reason.EXPORTS_UNKNOWN),
        ({"origins": SPREAD}, Reason.NOT_MET),  # refuted whatever exports are
        ({"origins": SPREAD, "books": exports(900, 900, 900)}, Reason.NOT_MET),
        ({"books": exports(900, 900, 900), "level": 1e4}, Reason.NOT_MET),
        ({"books": exports(900, 900, 900), "span_start": "2018-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"level": 0.0}, Reason.NO_TRADE),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert verdict(importing(**fields))[1] is expected


def test_what_is_shown():
    figures = verdict(importing(books=exports(0, 0, 0)))[0].figures
    assert figures["concentration"][0] == pytest.approx(0.44)
    assert figures["largest_share"][0] == pytest.approx(0.6)
    assert figures["import_ratio"][0] == NO_EXPORTS
    assert figures["years_met"][0] == 3
    assert np.isnan(figures["world_concentration"][0])


def test_pooled_origins_are_no_suppliers():
    pooled = [(0, "QR", 60.0, 60.0), (0, "RU", 20.0, 20.0), (0, "US", 20.0, 20.0)]
    assert verdict(importing(pooled))[0].figures["concentration"][0] == pytest.approx(0.08)


def test_the_gate_asks_whether_exports_could_be_known():
    assert may_fire(importing(books=exports(900)), RULE.defaults())[0]
    assert not may_fire(importing(), RULE.defaults())[0]


def test_a_scope_of_six_digits_holds_the_codes_below_it_together():
    flows = {("31022110", "CN"): flat(), ("31022190", "RU"): flat(0.25e6)}
    exported = [
        ("industry", {"reporter": "BR", "product": "310221", "classification": "HS2022", "unit": "t",
                      "period": month_text(month), "indicator": "export", "source": "survey", "value": 1000})
        for month in range(LAST - 35, LAST + 1)
    ]  # fmt: skip
    made = world(flows, ("scope", scope(products=["310221"])), *exported, unit=Unit.SCOPE, columns=36)
    reason, figures = said("geodep", made, "")
    assert reason == "met"
    assert figures["concentration"] == pytest.approx(0.68)  # each code alone comes from one origin
    assert figures["import_ratio"] == pytest.approx(1.25)
