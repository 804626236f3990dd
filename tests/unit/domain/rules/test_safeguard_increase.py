import numpy as np
import pytest
from tests.unit.domain.rules.views import books_of, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.safeguard_increase import RULE

LAST = month_number("2020-12")


def increasing(years=(100, 110, 120, 130, 160), *, price=2.0, recent=1.0, level=1e4, **fields):
    """All origins together, by year in 100 t (at `level` kg each), in equal months; `recent` the last six."""
    q = np.repeat(np.array(years, dtype=float) * level / 12, 12)
    q[-6:] *= recent
    p = np.full(60, 2.0)
    p[-12:] = price
    plenty = {"history": q, "value_history": q * p, "unit": Unit.PRODUCT, "origin": "", "month": "2020-12"}
    return view(q[-24:], (q * p)[-24:], **{**plenty, **fields})


def produced(before, now):
    """Monthly production in tonnes, a year each."""
    return books_of(
        *(
            ("industry", {"reporter": "BR", "product": "310221", "classification": "HS2022", "unit": "t",
                          "period": month_text(month), "indicator": "production", "source": "survey",
                          "value": now if month > LAST - 12 else before})
            for month in range(LAST - 23, LAST + 1)
        )
    )  # fmt: skip


def verdict(made, **changed):
    signals = RULE.evaluate(made, RULE.defaults() | changed)
    return signals, REASONS[signals.reason[0]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"years": (100, 110, 120, 133.3334, 160)}, Reason.NOT_MET),  # 19.99 % in the last year
        ({"years": (100, 110, 120, 133.3333, 160)}, Reason.MET),
        ({"years": (115, 110, 120, 130, 160)}, Reason.NOT_MET),  # 39 % between the end points
        ({"years": (110, 108, 106, 130, 160)}, Reason.NOT_MET),  # rose in two of four steps
        ({"years": (110, 108, 120, 130, 160)}, Reason.MET),
        ({"recent": 0.8}, Reason.NOT_MET),  # not going on
        ({"level": 10.0}, Reason.NOT_MET),  # too small
        ({"span_start": "2016-01"}, Reason.MET),
        ({"span_start": "2016-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"years": (0, 0, 0, 0, 160)}, Reason.ZERO_BASE),
        ({"years": (0, 0, 0, 0, 0)}, Reason.NO_TRADE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert verdict(increasing(**fields))[1] is expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [(100.0, 84.0, Reason.MET), (100.0, 84.1, Reason.NOT_MET), (100.0, 120.0, Reason.NOT_MET)],
)
def test_imports_that_hardly_grow_increase_where_production_falls(before, now, expected):
    # 100.8 / 100 over 84 / 100 is exactly 20 % more relative to production
    made = increasing((100, 100, 100, 100, 100.8), books=produced(before, now))
    signals, reason = verdict(made)
    assert reason is expected
    assert signals.figures["production_change"][0] == pytest.approx(now / before - 1)
    assert not signals.notes[Reason.PRODUCTION_UNKNOWN][0]


def test_without_production_the_absolute_increase_alone_decides_and_that_is_said():
    signals, reason = verdict(increasing())
    assert reason is Reason.MET
    assert signals.notes[Reason.PRODUCTION_UNKNOWN][0]


def test_article_9_1_is_shown_and_takes_nothing_away():
    origins = [(0, "CN", 85.0, 1.0), (0, "KR", 3.0, 1.0), (0, "TW", 2.9, 1.0), (0, "VN", 2.9, 1.0),
               (0, "TH", 2.9, 1.0), (0, "ZZ", 2.3, 1.0), (0, "IN", 1.0, 1.0)]  # fmt: skip
    with_origins, without = (verdict(increasing(origins=some))[0] for some in (origins, None))
    assert with_origins.figures["small_origins"][0] == 5  # Korea stands at exactly 3 %
    assert with_origins.figures["small_origins_share"][0] == pytest.approx(0.097)  # without Korea, without ZZ
    assert with_origins.figures["quantity_change"][0] == without.figures["quantity_change"][0]
    assert with_origins.fired[0]


def test_the_change_of_value_is_split_without_a_rest():
    figures = verdict(increasing(price=1.5))[0].figures
    change = 160 * 1e4 * 1.5 - 130 * 1e4 * 2.0
    assert figures["value_by_price"][0] + figures["value_by_quantity"][0] == pytest.approx(change)
    assert figures["value_by_price"][0] < 0 < figures["value_by_quantity"][0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "info"),
        ({"price": 1.9}, "watch"),
        ({"price": 1.9, "benchmark": 4.0, "production": 1.0}, "warning"),
        ({"price": 1.9, "benchmark": np.repeat([4.0, 3.8], 12)}, "info"),
    ],
)
def test_severity(fields, expected):
    signals, _ = verdict(increasing(**fields))
    assert SEVERITIES[signals.severity[0]] == expected
