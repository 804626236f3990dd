"""The desk in a real browser: sign in, read, decide, undo, open a case; and live while alerts arrive."""

import os
import socket
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from tests.alerts import make_alert, make_evidence

from tidegauge.domain.alerts import Severity
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.periods import month_number
from tidegauge.intake.service import build_intake
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.database import open_engine
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.wire import encode_alert, encode_block

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}; CHROMIUM names another"
    ),
]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "a-token-for-tests-only-a-token-for-tests"
# Pixels that the browser has painted on a canvas.
PAINTED = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.filter((value, place) => place % 4 === 3 && value > 0).length;
}"""


class RunningDesk:
    """A desk behind a real socket, and the log that it reads."""

    def __init__(self, folder, ingest=None):
        self._engine = open_engine(f"sqlite:///{folder / 'desk.db'}")
        self._events = MemoryEvents()
        self.service = build_intake(
            self._engine, self._events, Settings(data_dir=folder), SystemClock(), TOKEN, ingest=ingest
        )
        self._events.append(Topic.FIGURES, encode_block(figures()))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(self.service.app, log_level="error", timeout_graceful_shutdown=2)
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def receive(self, *alerts):
        for alert in alerts:
            self._events.append(Topic.ALERTS, encode_alert(alert))
        while self.service.consumer.step():
            self.service.changed()

    def close(self):
        self.service.close()
        self._server.should_exit = True
        self._thread.join(timeout=20)
        self._socket.close()
        self._engine.dispose()
        assert not self._thread.is_alive()


def figures():
    months = np.arange(month_number("2021-01"), month_number("2024-01"), dtype=np.int64)
    mass = 1_000_000 * (100 + (months % 12) * 10)
    value = mass * 3
    return Block(
        BlockKind.FIGURES,
        {"as_of": "2024-02-01T00:00:00Z", "feeds": [["BR", "comexstat", "USD", "FOB", "NCM"]]},
        {
            "feed": np.zeros(len(months), np.int64),
            "product": np.full(len(months), product_number("31022100"), np.int64),
            "origin": np.full(len(months), country_number("CN"), np.int64),
            "month": months,
            "mass_g": mass,
            "quantity_milli": mass,
            "value_e4": value,
            "lines": np.ones(len(months), np.int64),
            "paired_mass_g": mass,
            "paired_value_e4": value,
        },
    )


@pytest.fixture
def desk(tmp_path):
    desk = RunningDesk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def page():
    with (
        playwright.sync_playwright() as started,
        closing(started.chromium.launch(executable_path=CHROMIUM, args=ARGS)) as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(15_000)
        troubles = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        yield page
        assert troubles == []


def sign_in(page, desk):
    page.goto(f"{desk.url}/desk")
    page.get_by_label("Operator token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Live", exact=True).wait_for()


def test_an_analyst_reads_decides_and_opens_a_case(page, desk):
    desk.receive(make_alert(), make_alert(origin="RU", severity=Severity.WARNING))
    sign_in(page, desk)
    rows = page.locator("table.situations tbody tr")
    assert rows.count() == 2
    assert "+42.0 %" in rows.first.inner_text()

    page.get_by_role("link", name="Open 31022100 from China").click()
    page.locator("#charts[data-drawn=yes]").wait_for()
    canvases = page.locator("#charts canvas")
    assert canvases.count() == 3
    assert all(canvas.evaluate(PAINTED) > 500 for canvas in canvases.all())
    page.get_by_role("button", name="日本語").click()
    assert page.get_by_text("中国からの輸入量は42%増加し").is_visible()

    page.get_by_role("link", name="Desk", exact=True).first.click()
    page.get_by_label("Decide on 31022100 from Russia").click()
    page.get_by_label("Dismiss because").locator("visible=true").select_option("seasonal")
    page.get_by_role("button", name="Dismiss").locator("visible=true").click()
    page.get_by_text("Dismissed (seasonal): 31022100 from Russia.").wait_for()
    assert rows.count() == 1
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Back on the desk").wait_for()
    assert rows.count() == 2

    page.get_by_label("Decide on 31022100 from China").click()
    page.get_by_role("button", name="Put in case").locator("visible=true").click()
    page.get_by_role("link", name="Go to the case").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Case 1: 31022100 from China"
    page.get_by_label("Close because").select_option("no_injury")
    page.get_by_role("button", name="Close the case").click()
    page.get_by_text("Closed: No injury").wait_for()
    assert page.get_by_text("the chain holds").is_visible()


def test_new_alerts_appear_by_themselves_but_not_under_the_readers_hands(page, desk):
    sign_in(page, desk)
    page.get_by_text("No alert has arrived yet.").wait_for()
    desk.receive(make_alert())
    page.get_by_role("link", name="Open 31022100 from China").wait_for()

    page.get_by_label("Decide on 31022100 from China").click()
    page.get_by_label("Note").locator("visible=true").fill("half a thought")
    desk.receive(make_alert(origin="RU"))
    page.get_by_text("The desk has changed.").wait_for()
    assert page.get_by_label("Note").locator("visible=true").input_value() == "half a thought"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Open 31022100 from Russia").wait_for()
    assert page.get_by_text("The desk has changed.").is_hidden()


def test_the_filter_narrows_as_one_types(page, desk):
    desk.receive(make_alert(), make_alert(origin="RU"))
    sign_in(page, desk)
    page.get_by_label("Find").press_sequentially("russia")
    page.get_by_text("1 found for").wait_for()
    assert page.locator("table.situations tbody tr").count() == 1


@pytest.mark.parametrize("width", [1280, 900, 400])
def test_the_evidence_fits_any_screen_and_says_what_is_compared_first(page, desk, width):
    window = "2005-12..2006-11 against 2004-12..2005-11"  # the widest: two years on either side
    alert = make_alert(evidence=tuple(replace(item, window=window) for item in make_evidence()))
    desk.receive(alert)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, desk)
    page.goto(f"{desk.url}/alerts/{alert.alert_id}")
    page.locator("#charts[data-drawn=yes]").wait_for()
    compared, shown = page.locator("table.evidence").all()
    assert [row.inner_text() for row in compared.locator("tbody th").all()] == [
        "Change of quantity",
        "Change of unit value",
        "Share of imports",
    ]
    assert "operator's choice" in compared.locator("tbody tr").last.inner_text()
    cited = compared.get_by_role("link", name="Regulation (EU) 2015/478").first
    assert (cited.get_attribute("target"), cited.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    assert "Value of imports" in shown.inner_text()
    for table in (compared, shown):
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
        assert table.evaluate("table => table.getBoundingClientRect().right <= innerWidth")
        lines = table.locator(".line").all()
        assert lines
        assert all(line.evaluate("line => line.scrollWidth <= line.clientWidth") for line in lines)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_shows_the_whole_desk_without_scrolling_sideways(page, desk):
    desk.receive(make_alert(provisional=True))
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, desk)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_text("provisional").is_visible()
    assert page.get_by_text(datetime.now(UTC).strftime("%Y-%m-%d")).is_visible()
