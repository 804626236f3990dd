"""The sender's loop: it waits without polling, and one receiver never delays another."""

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import DBAPIError
from tests.alerts import make_alert
from tests.integration.notify.receiver import Reply

from tidegauge.runtime.metrics import WEBHOOKS_PENDING


@asynccontextmanager
async def running(house):
    sender, stop = house.sender(), asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    try:
        yield sender
    finally:
        stop.set()
        await task
        await sender.close()


async def test_a_slow_receiver_does_not_delay_another(house, receiver):
    hold = threading.Event()
    receiver.script(Reply(hold=hold), path="/slow")
    house.subscribe(receiver.url("/slow"))
    house.subscribe(receiver.url("/fast"))
    house.publish(make_alert())
    async with running(house) as sender:
        await asyncio.to_thread(receiver.wait_for, 1, "/slow")
        for seq in range(2, 5):
            house.publish(make_alert(seq=seq))
            sender.wake()
            await asyncio.to_thread(receiver.wait_for, seq, "/fast")
        assert len(receiver.ids("/slow")) == 1
        hold.set()
        await asyncio.to_thread(receiver.wait_for, 4, "/slow")
    assert receiver.ids("/slow") == receiver.ids("/fast")


async def test_failing_receivers_leave_half_of_the_slots_free(house, receiver):
    house.slots = 2
    hold = threading.Event()
    failing = [f"/failing{number}" for number in range(4)]
    for path in failing:
        receiver.script(Reply(500), Reply(hold=hold), path=path)
        house.subscribe(receiver.url(path))
    house.publish(make_alert())
    await house.deliver()
    house.subscribe(receiver.url("/sound"))
    house.clock.advance(seconds=5)
    async with running(house) as sender:
        await asyncio.to_thread(receiver.wait_for, 5, *failing)  # one of them holds its slot from here on
        house.publish(make_alert(seq=2))
        sender.wake()
        await asyncio.to_thread(receiver.wait_for, 1, "/sound")
        assert sum(len(receiver.ids(path)) for path in failing) <= 5
        hold.set()
        await asyncio.to_thread(receiver.wait_for, 3 * len(failing), *failing)


async def test_the_loop_wakes_for_a_retry_when_the_clock_says_so(house, receiver):
    house.subscribe(receiver.url())
    receiver.script(Reply(500), Reply(200))
    house.publish(make_alert())
    async with running(house) as sender:
        await asyncio.to_thread(receiver.wait_for, 1)
        while not house.attempts():
            await asyncio.to_thread(lambda: None)
        house.clock.advance(seconds=5)
        sender.wake()
        await asyncio.to_thread(receiver.wait_for, 2)
    assert receiver.ids() == [make_alert().event_id] * 2
    assert house.metrics.value(WEBHOOKS_PENDING) <= 1


async def test_stopping_lets_the_attempt_under_way_end_and_starts_no_other(house, receiver):
    hold = threading.Event()
    house.subscribe(receiver.url())
    receiver.script(Reply(hold=hold))
    house.publish(make_alert(), make_alert(seq=2))
    async with running(house):
        await asyncio.to_thread(receiver.wait_for, 1)
        asyncio.get_running_loop().call_later(0.05, hold.set)
    assert [message.state for message in house.messages()] == ["delivered", "pending"]


async def test_asking_for_what_is_due_while_the_loop_runs_sends_nothing_twice(house, receiver):
    for number in range(4):
        house.subscribe(receiver.url(f"/{number}"))
    house.publish(*(make_alert(seq=seq) for seq in range(1, 6)))
    async with running(house) as sender:
        await asyncio.gather(*(sender.deliver_due(house.clock.now()) for _ in range(3)))
        await asyncio.to_thread(receiver.wait_for, 20, *(f"/{number}" for number in range(4)))
    assert len(receiver.requests) == 20


async def test_waking_is_harmless_when_nothing_runs(house):
    sender = house.sender()
    sender.wake()
    await sender.run(_already_set())
    sender.wake()
    await sender.close()


async def test_a_database_that_fails_is_not_kept_quiet(house):
    sender = house.sender()
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE notify_attempt")
        connection.exec_driver_sql("DROP TABLE notify_message")
    with pytest.raises(DBAPIError, match="notify_message"):
        await sender.run(asyncio.Event())
    await sender.close()


def _already_set():
    stop = asyncio.Event()
    stop.set()
    return stop
