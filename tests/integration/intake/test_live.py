"""The notices that keep pages live, across threads."""

import asyncio
import threading

from tidegauge.intake.live import Changes


async def next_event(stream):
    """The next notice that is not a comment."""
    async with asyncio.timeout(5):
        async for text in stream:
            if text.startswith("event:"):
                return text
    return None


async def test_a_change_in_another_thread_reaches_every_page():
    changes = Changes(heartbeat_s=60, no_sooner_s=0)
    pages = [changes.stream(), changes.stream()]
    for page in pages:
        assert (await anext(page)).startswith("retry:")
    waiting = [asyncio.create_task(next_event(page)) for page in pages]
    threading.Thread(target=changes.changed).start()
    assert await asyncio.gather(*waiting) == ["event: changed\nid: 1\ndata: 1\n\n"] * 2


async def test_changes_that_come_together_are_one_notice():
    changes = Changes(heartbeat_s=60, no_sooner_s=0)
    page = changes.stream()
    await anext(page)
    for _ in range(100):
        changes.changed()
    assert await next_event(page) == "event: changed\nid: 100\ndata: 100\n\n"


async def test_silence_is_filled_with_heartbeats():
    changes = Changes(heartbeat_s=0.001, no_sooner_s=0)
    page = changes.stream()
    await anext(page)
    assert await anext(page) == ": alive\n\n"


async def test_closing_ends_the_streams_and_forgets_them():
    changes = Changes(heartbeat_s=60, no_sooner_s=0)
    page = changes.stream()
    await anext(page)
    waiting = asyncio.create_task(next_event(page))
    await asyncio.sleep(0)
    threading.Thread(target=changes.close).start()
    assert await waiting is None
    changes.changed()  # nobody is left to tell
