"""The page of the feeds in a real browser: look at a refused record, mend it, resume a paused feed."""

from contextlib import closing

import pytest
from tests.e2e.test_desk_page import ARGS, CHROMIUM, TOKEN, RunningDesk, playwright, pytestmark  # noqa: F401
from tests.integration.ingest.folders import FLOW, Folder, cell, written


@pytest.fixture
def page():
    with (
        playwright.sync_playwright() as started,
        closing(started.chromium.launch(executable_path=CHROMIUM, args=ARGS)) as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(15_000)
        yield page


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "data")
    folder.feed(written(tmp_path / "flows.csv", FLOW, cell("CN", 5), cell("US", -7), "BR,2024-01"))
    folder.entrance.feeds.pause("canonical:flow", "we ask the ministry")
    return folder


@pytest.fixture
def desk(folder, tmp_path):
    desk = RunningDesk(tmp_path, ingest=folder.entrance.desk())
    yield desk
    desk.close()


def test_an_operator_mends_a_record_and_resumes_a_feed(page, desk, folder):
    page.goto(f"{desk.url}/feeds")
    page.get_by_label("Operator token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("we ask the ministry").wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Entry 1").click()
    page.get_by_label("net_mass_kg").fill("-3")
    page.get_by_role("button", name="Send the record again").click()
    page.get_by_role("alert").get_by_text("still wrong: net_mass_kg: negative").wait_for()
    page.get_by_label("net_mass_kg").fill("7")
    page.get_by_role("button", name="Send the record again").click()
    page.get_by_text("it waits to be read").wait_for()
    page.get_by_role("link", name="Feeds", exact=True).first.click()
    page.get_by_label("Resume canonical:flow").click()
    page.get_by_role("button", name="Try its files again").click()
    page.get_by_label("Pause canonical:flow").wait_for()
    assert sorted(folder.settle().values()) == [5000, 7000]
    page.goto(f"{desk.url}/feeds/quarantine/1")
    page.get_by_text("its record was taken").wait_for()
