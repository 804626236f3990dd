"""The page of a product and origin, and the catalogue: every rule's last word, what would make it speak."""

import json

import httpx
import numpy as np
import pytest
from sqlmodel import select
from tests.alerts import make_alert
from tests.integration.intake.test_consumer import figure_block

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.periods import month_number
from tidegauge.domain.rules.base import REASON_CODE, REASONS, Reason
from tidegauge.domain.rules.registry import RULES
from tidegauge.intake.service import build_intake
from tidegauge.intake.store import reading
from tidegauge.intake.tables import Poison, RuleOutcome
from tidegauge.runtime.events import Topic
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.wire import encode_block

TOKEN = "a-token-for-tests-only-a-token-for-tests"
PAGE = "/series?reporter=BR&source=comexstat&product=31022100&origin=CN"


def outcome(  # noqa: PLR0913 - what a test varies
    rule, reason, *, month="2024-01", origin="CN", as_of="2024-02-01T00:00:00Z", scope="", **figures
):
    header = {
        "as_of": as_of,
        "feeds": [["BR", "comexstat", "USD", "FOB", "NCM"]],
        "rule": rule,
        "rule_version": "1-00000000",
        "month": month_number(month),
        "reasons": [str(each) for each in REASONS],
        "scopes": [scope],
    }
    columns = {
        "feed": np.zeros(1, np.int16),
        "product": np.array([product_number("31022100")]),
        "origin": np.array([country_number(origin) if origin else 0], np.int16),
        "scope": np.zeros(1, np.int32),
        "reason": np.array([REASON_CODE[reason]], np.uint8),
        "severity": np.array([1], np.uint8),
        "fired": np.array([reason is Reason.MET], np.int8),
        "closed": np.ones(1, np.int8),
    }
    named = {f"figure.{name}": np.array([value]) for name, value in figures.items()}
    return Block(BlockKind.OUTCOMES, header, columns | named)


@pytest.fixture
async def page(desk, tmp_path):
    """Takes in blocks, then gives the text of a page."""
    service = build_intake(desk.engine, desk.events, Settings(data_dir=tmp_path), desk.clock, TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "text/html"}
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:

        async def shown(*blocks, at=PAGE, status=200):
            for block in blocks:
                desk.events.append(Topic.FIGURES, encode_block(block))
            desk.receive()
            answer = await client.get(at)
            assert answer.status_code == status
            return answer.text

        yield shown


CELLS = figure_block([("2023-12", "CN", 100, 50), ("2024-01", "CN", 200, 80)])


def stored(desk):
    with reading(desk.engine) as session:
        return {(row.rule, row.origin): row for row in session.exec(select(RuleOutcome))}


async def test_a_test_is_met_not_met_or_says_what_would_make_it_speak(page):
    text = await page(
        CELLS,
        outcome("ec-trade-diversion", Reason.MET, quantity_change=0.123, unit_value_change=-0.2),
        outcome("share-gain", Reason.NOT_MET, share_gain=np.nan),
        outcome("cefic-import-surge", Reason.NO_REFERENCE_PRICE),
        outcome("ec-trade-diversion", Reason.NOT_ENOUGH_HISTORY, origin=""),
    )
    assert "1 test is met, in 1 of" in text
    assert "Change of quantity +12.3" in text
    assert "at least 5" in text
    assert "Would speak with: Imports of the same product from other origins" in text
    assert "Would speak with: Earlier months of the same feed" in text
    assert "it could not fire" in text, "a rule of which nothing was told"


async def test_a_rule_whose_first_conditions_were_not_met_was_not_tested(page):
    text = await page(CELLS, outcome("quantity-trigger", Reason.NOT_EVALUATED, origin=""),
                      outcome("share-gain", Reason.NOT_EVALUATED))  # fmt: skip
    assert "Not computed" not in text
    found = json.loads(await page(at=PAGE.replace("/series", "/api/v1/tests")))
    (share,) = [one for one in found if (one["rule"], one["about"]) == ("share-gain", "origin")]
    assert (share["outcome"], share["reason"], share["remedy"]) == ("not tested", "not_evaluated", "")
    assert "cannot speak" not in {one["outcome"] for one in found}


async def test_the_newest_month_counts_whatever_the_order(page, desk):
    await page(
        CELLS,
        outcome("share-gain", Reason.MET, month="2024-01"),
        outcome("share-gain", Reason.NOT_MET, month="2023-12", as_of="2024-03-01T00:00:00Z"),
    )
    assert stored(desk)["share-gain", "CN"].reason == "met"
    await page(outcome("share-gain", Reason.NOT_MET, month="2024-01", as_of="2024-03-01T00:00:00Z"))
    row = stored(desk)["share-gain", "CN"]
    assert (row.reason, row.fired, row.severity) == ("conditions_not_met", False, "")


async def test_a_block_that_is_none_is_set_aside(page, desk):
    broken = outcome("share-gain", Reason.MET)
    del broken.header["rule"]
    await page(CELLS, broken)
    with reading(desk.engine) as session:
        assert "not a block of outcomes" in session.exec(select(Poison)).one().reason
    assert stored(desk) == {}


async def test_the_page_names_the_alerts_and_the_alert_names_the_page(page, desk):
    desk.receive(make_alert())
    text = await page(CELLS)
    assert f"/alerts/{make_alert().alert_id}" in text
    text = await page(at=f"/alerts/{make_alert().alert_id}")
    assert "/series?reporter=BR&amp;source=comexstat&amp;product=31022100&amp;origin=CN" in text


async def test_a_series_that_nobody_reported_is_no_page(page):
    assert "There is no figure of 31022100 from China in comexstat." in await page(status=404)


async def test_the_catalogue_shows_every_rule(page):
    text = await page(at="/rules")
    for rule in RULES.values():
        assert f'href="/rules/{rule.id}"' in text


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
async def test_a_rule_is_shown_whole(page, rule):
    text = await page(at=f"/rules/{rule.id}")
    for parameter in rule.parameters:
        assert parameter.name in text
    assert rule.title_ja in text


async def test_an_unknown_rule_is_not_found(page):
    assert "There is no rule nonsense." in await page(at="/rules/nonsense", status=404)


async def test_a_scope_has_a_page_of_its_own(page, desk):
    desk.receive(make_alert(scope_id="ammonium", rule="post-expiry"))
    at = "/series?reporter=BR&source=comexstat&scope_id=ammonium&origin=CN"
    text = await page(outcome("third-country-measure", Reason.MET, scope="ammonium"), at=at)
    assert "ammonium from China" in text
    assert "post-expiry" in text


async def test_programs_read_the_same(page):
    await page(CELLS, outcome("share-gain", Reason.MET, share_gain=0.07))
    found = json.loads(await page(at=PAGE.replace("/series", "/api/v1/tests")))
    (met,) = [test for test in found if test["outcome"] == "met"]
    assert (met["rule"], met["about"], met["period"]) == ("share-gain", "origin", "2024-01")
    (compared,) = met["compared"]
    assert compared == {
        "name": "share_gain", "value": 0.07, "comparison": ">=", "threshold": 0.05, "currency": "",
    }  # fmt: skip
