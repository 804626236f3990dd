"""What the process counts of its feeds."""

from tidegauge.domain.freshness import Freshness
from tidegauge.instruments import Instruments
from tidegauge.runtime import metrics as names
from tidegauge.runtime.feeds import FeedStatus, Pause
from tidegauge.runtime.metrics import Metrics


def status(feed, *, paused=None, age=3, freshness=Freshness.FRESH):
    counts = dict.fromkeys(("read", "accepted", "superseded", "repeated", "left_out", "quarantined"), 0)
    return FeedStatus(
        feed=feed, kind="flow", format="canonical", last_period="2024-01", age_days=age, expected_days=95,
        freshness=freshness, open=2, paused=paused, last_file="", arrived="", parts=(), **counts,
    )  # fmt: skip


def test_feeds_are_told_as_they_stand():
    metrics = Metrics()
    instruments = Instruments(metrics)
    instruments.feeds([status("a", paused=Pause("why", "now")), status("b", freshness=Freshness.LATE)])
    assert metrics.value(names.FEED_AGE, feed="a") == 3 * 86_400
    assert [metrics.value(names.FEED_PAUSED, feed=feed) for feed in "ab"] == [1, 0]
    assert [metrics.value(names.FEED_LATE, feed=feed) for feed in "ab"] == [0, 1]
    assert metrics.value(names.FEED_OPEN, feed="a") == 2
    instruments.feeds([status("b")])
    assert metrics.value(names.FEED_PAUSED, feed="a") == 0
    assert metrics.value(names.FEED_LATE, feed="b") == 0
