"""Charts: well-formed, escaped, the same bytes for the same figures, and what they show."""

from xml.etree import ElementTree as ET

import pytest

from tidegauge.backtest import svg

NASTY = "<script>alert(\"1\")</script> & 'x'"
CHARTS = {
    "bars": lambda label: svg.bars({label: 12.5, "b": 0.0}, label),
    "lines": lambda label: svg.lines({label: {2019: 1.0, 2020: 3.0}, "b": {2020: 0.0}}, label),
    "dots": lambda label: svg.dots({label: [3.0, 90.0], "b": []}, (-18, 24), label),
    "history": lambda label: svg.history(
        {24000: 5.0, 24001: 7.0},
        [svg.Bar(label, 23990.0, 24001.0)],
        {label: "#000", "b": "#111"},
        {label: 24000.5},
    ),
}  # fmt: skip


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_text_is_escaped_and_the_chart_is_well_formed(chart):
    drawn = chart(NASTY)
    texts = [one.text for one in ET.fromstring(drawn).iter() if one.text]  # noqa: S314 - our own
    assert any(NASTY in text for text in texts)
    assert "<script" not in drawn
    assert chart(NASTY) == drawn


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_nothing_is_loaded(chart):
    drawn = chart("a").replace("http://www.w3.org/2000/svg", "")
    assert "http" not in drawn
    assert "href" not in drawn


def shapes(drawn, name):
    space = "{http://www.w3.org/2000/svg}"
    return [one.attrib for one in ET.fromstring(drawn).iter(space + name)]  # noqa: S314 - our own


def test_bars_are_as_long_as_their_figures():
    long, short = (float(one["width"]) for one in shapes(svg.bars({"a": 10.0, "b": 5.0}, ""), "rect"))
    assert long == 2 * short


def test_empty_charts_can_be_drawn():
    assert shapes(svg.lines({}, "a"), "polyline") == []
    assert shapes(svg.bars({}, "a"), "rect") == []
    assert shapes(svg.history({24000: 0.0}, [], {}, {}), "rect")


def test_alerts_outside_the_months_are_left_out():
    months = dict.fromkeys(range(24000, 24012), 1.0)
    outside = svg.Bar("a", 23000.0, 24000.0)
    assert len(shapes(svg.history(months, [outside], {"a": "#000"}, {}), "rect")) == 12
    inside = svg.Bar("a", 23000.0, 24001.0)
    assert len(shapes(svg.history(months, [inside], {"a": "#000"}, {}), "rect")) == 13


@pytest.mark.parametrize(
    ("most", "round_up"), [(0.0, 1.0), (0.03, 0.1), (7.0, 10.0), (12.0, 20.0), (230.0, 250.0)]
)
def test_axes_end_at_round_figures(most, round_up):
    assert svg._nice(most) == round_up  # noqa: SLF001
