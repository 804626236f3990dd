"""`tidegauge subscriptions` on a data folder."""

import re
from datetime import UTC, datetime

import pytest
from rich.console import Console
from tests.alerts import make_alert
from tests.integration.notify.house import House, ManualClock
from tests.integration.notify.receiver import Reply
from typer.testing import CliRunner

from tidegauge.commands import subscriptions
from tidegauge.commands.subscriptions import app
from tidegauge.runtime.database import open_engine


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEGAUGE_WEBHOOK_ALLOW", "127.0.0.0/8")
    monkeypatch.setattr(subscriptions, "_out", Console(width=250))

    def command(*words):
        return CliRunner().invoke(app, [*words, "--data-dir", str(tmp_path / "data")])

    return command


@pytest.fixture
def desk(run, tmp_path):
    assert run("list").exit_code == 0
    engine = open_engine(f"sqlite:///{tmp_path}/data/desk.db")
    yield House(engine, ManualClock(datetime.now(UTC)))
    engine.dispose()


def added(run, url, *options):
    result = run("add", url, *options)
    assert result.exit_code == 0, result.output
    return re.search(r"sub_[0-9a-f]+", result.output)[0], re.search(r"whsec_\S+", result.output)[0]


def test_add_list_remove(run):
    assert "No subscriptions yet" in run("list").output
    options = [
        "--product",
        "3102",
        "--product",
        "3105",
        "--origin",
        "CN",
        "--family",
        "surge",
        "--min-severity",
        "watch",
    ]
    name, secret = added(run, "https://example.org/hook", *options)
    listed = run("list").output
    for part in (name, "https://example.org/hook", "3102 3105 CN surge", "watch", "active"):
        assert part in listed
    assert secret not in listed
    assert run("remove", name).exit_code == 0
    assert "No subscriptions yet" in run("list").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "https://example.org", "--product", "x"], "products.0: 'x' is not an HS prefix"),
        (["add", "http://10.0.0.1/"], "the address 10.0.0.1 is private"),
        (["add", "https://example.org", "--audience", "authority"], "audience: Input should be"),
        (["remove", "sub_none"], "there is no subscription sub_none"),
        (["replay", "sub_none", "--since", "yesterday"], "--since: 'yesterday' is not a date"),
    ],
)
def test_a_refusal_is_one_sentence(run, words, sentence):
    result = run(*words)
    assert result.exit_code != 0
    assert sentence in str(result.exception)
    assert "\n" not in str(result.exception)


def test_a_wrong_allow_list_is_named(run, monkeypatch):
    monkeypatch.setenv("TIDEGAUGE_WEBHOOK_ALLOW", "everything")
    assert "'everything' is not a CIDR range" in str(run("list").exception)


def test_ping_sends_at_once_and_shows_the_answer(run, receiver):
    name, secret = added(run, receiver.url())
    good = run("ping", name)
    assert good.exit_code == 0
    assert "delivered" in good.output
    assert receiver.requests[0].signed_by(secret)
    receiver.script(Reply(500, body=b"who are you"))
    bad = run("ping", name)
    assert bad.exit_code == 1
    assert "who are you" in bad.output


def test_rotate_shows_the_new_secret(run, receiver):
    name, old = added(run, receiver.url())
    new = re.search(r"whsec_\S+", run("rotate", name).output)[0]
    run("ping", name)
    assert [receiver.requests[0].signed_by(secret) for secret in (old, new)] == [True, True]
    assert old != new


def test_resend_replay_and_deliveries(run, desk):
    name, _ = added(run, "https://example.org/hook")
    desk.publish(make_alert(), make_alert(seq=2))
    assert run("resend", name, make_alert().event_id).exit_code == 0
    assert "Queued 2 events" in run("replay", name, "--since", "2020-01-01").output
    assert "Queued 0 events" in run("replay", name, "--since", "2999-01-01T00:00:00Z").output
    shown = run("deliveries", name).output
    for part in (make_alert().event_id, "alert.opened", "pending"):
        assert part in shown
    assert run("deliveries", name, "--event", make_alert().event_id).exit_code == 0
    assert "no delivery of event" in str(run("deliveries", name, "--event", "x").exception)


def test_a_gone_receiver_is_shown_with_its_reason_and_can_be_enabled(run, receiver):
    name, _ = added(run, receiver.url())
    receiver.script(Reply(410))
    run("ping", name)
    assert "disabled: the receiver answered 410 Gone" in run("list").output
    assert "enable it first" in str(run("ping", name).exception)
    assert "replay" in run("enable", name).output
    assert "disabled" not in run("list").output
