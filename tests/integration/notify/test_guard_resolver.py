"""The address guard with the machine's own resolver and sockets."""

import httpcore
import pytest

from tidegauge.notify.addresses import AllowList
from tidegauge.notify.guard import AddressRefusedError, GuardedBackend, SystemResolver, webhook_client

SPELLINGS = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"]


@pytest.mark.allow_hosts(["127.0.0.1", "::1", *SPELLINGS])
@pytest.mark.parametrize("host", SPELLINGS)
async def test_every_spelling_of_loopback_is_seen_through(host):
    backend = GuardedBackend(httpcore.AnyIOBackend(), SystemResolver(), AllowList())
    with pytest.raises(AddressRefusedError, match="loopback"):
        await backend.connect_tcp(host, 80)


@pytest.mark.allow_hosts(["127.0.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://[::ffff:127.0.0.1]:9/", "https://[::1]:9/"])
async def test_a_client_made_here_is_guarded(url):
    async with webhook_client(AllowList(), 5.0) as client:
        with pytest.raises(AddressRefusedError, match="loopback"):
            await client.post(url)
