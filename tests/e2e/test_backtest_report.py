"""The backtest's report in a real browser: it loads nothing, complains of nothing, and fits the page."""

import pytest

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# How far the drawings reach beyond their own frames, in pixels.
OVERHANG = """() => Math.max(...[...document.querySelectorAll("svg")].map(chart => {
  const frame = chart.getBoundingClientRect();
  const shapes = [...chart.querySelectorAll("rect, circle, polyline")];
  return Math.max(0, ...shapes.map(one => one.getBoundingClientRect().right - frame.right));
}))"""


def test_the_report_of_the_example(product, files, example, tmp_path, chromium):
    out = tmp_path / "report"
    done = product.run("backtest", *files, "--cases", example / "cases.csv", "--out", out,
                       "--rules", "share-gain,early-surge")  # fmt: skip
    assert done.returncode == 0, done.stderr

    asked, said = [], []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGS)
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((out / "report.html").as_uri())
        charts = page.locator("svg").count()
        overhang = page.evaluate(OVERHANG)
        wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        heading = page.locator("h1").inner_text()
        browser.close()

    assert asked == [(out / "report.html").as_uri()]
    assert said == []
    assert heading == "Backtest"
    assert charts >= 3
    assert overhang <= 1
    assert wide <= 0
