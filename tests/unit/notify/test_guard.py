"""The address guard at connect time, over a network that is not there."""

import asyncio

import httpcore
import pytest

from tidegauge.notify.addresses import AllowList, parse_allow_list
from tidegauge.notify.guard import AddressRefusedError, GuardedBackend, webhook_client

PUBLIC, OTHER = "1.1.1.1", "2606:4700::1111"


class Stream(httpcore.AsyncNetworkStream):
    def __init__(self, peer):
        self.peer, self.closed = peer, False

    def get_extra_info(self, info):
        return self.peer if info == "server_addr" else None

    async def aclose(self):
        self.closed = True


class Network(httpcore.AsyncNetworkBackend):
    """Every address answers, unless it is down or answers as another one."""

    def __init__(self, *, down=(), answers_as=None):
        self.dialled, self.down, self.answers_as, self.streams = [], down, answers_as or {}, []

    async def connect_tcp(self, host, port, *_timeout_and_options):
        self.dialled.append(host)
        if host in self.down:
            raise httpcore.ConnectError("refused")
        self.streams.append(Stream(self.answers_as.get(host, (host, port))))
        return self.streams[-1]


class Names:
    """A resolver that gives one answer after the other, and the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)

    async def resolve(self, _host, _port):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def guarded(network, *answers, allow=""):
    return GuardedBackend(network, Names(*answers), parse_allow_list(allow))


async def test_it_connects_to_the_address_it_judged_not_to_the_name():
    network = Network()
    await guarded(network, [PUBLIC]).connect_tcp("example.org", 443)
    assert network.dialled == [PUBLIC]


async def test_a_name_that_turns_private_later_is_refused_then():
    network = Network()
    backend = guarded(network, [PUBLIC], ["10.0.0.1"])
    await backend.connect_tcp("rebind.example.org", 443)
    with pytest.raises(AddressRefusedError, match=r"leads to 10\.0\.0\.1 \(private\)"):
        await backend.connect_tcp("rebind.example.org", 443)
    assert network.dialled == [PUBLIC]


async def test_of_mixed_answers_only_the_admitted_are_dialled():
    network = Network(down={PUBLIC})
    await guarded(network, ["127.0.0.1", PUBLIC, "::ffff:10.0.0.1", OTHER]).connect_tcp("mixed", 443)
    assert network.dialled == [PUBLIC, OTHER]


async def test_the_socket_is_asked_whom_it_reached():
    network = Network(answers_as={PUBLIC: ("127.0.0.1", 443)})
    with pytest.raises(AddressRefusedError, match=r"reached 127\.0\.0\.1 \(loopback\)"):
        await guarded(network, [PUBLIC]).connect_tcp("example.org", 443)
    assert network.streams[0].closed


async def test_a_socket_that_cannot_say_whom_it_reached_is_closed():
    network = Network(answers_as={PUBLIC: None})
    with pytest.raises(AddressRefusedError, match="reached an unknown address"):
        await guarded(network, [PUBLIC]).connect_tcp("example.org", 443)
    assert network.streams[0].closed


async def test_the_operator_s_ranges_are_open():
    network = Network()
    await guarded(network, ["127.0.0.1"], allow="127.0.0.0/8").connect_tcp("localhost", 80)
    assert network.dialled == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(OSError("no such name"), httpcore.ConnectError, id="unknown name"),
        pytest.param(UnicodeError("label too long"), httpcore.ConnectError, id="a name that is none"),
        pytest.param([], httpcore.ConnectError, id="no address"),
    ],
)
async def test_a_name_that_leads_nowhere(answer, error):
    with pytest.raises(error):
        await guarded(Network(), answer).connect_tcp("nowhere", 443)


async def test_when_nobody_answers_the_last_failure_is_told():
    with pytest.raises(httpcore.ConnectError, match="refused"):
        await guarded(Network(down={PUBLIC}), [PUBLIC]).connect_tcp("example.org", 443)


async def test_a_slow_name_server_times_out():
    class Slow:
        async def resolve(self, _host, _port):
            await asyncio.Event().wait()

    backend = GuardedBackend(Network(), Slow(), AllowList())
    with pytest.raises(httpcore.ConnectTimeout, match="looking up slow"):
        await backend.connect_tcp("slow", 443, timeout=0.01)


async def test_unix_sockets_are_refused():
    with pytest.raises(AddressRefusedError, match="unix socket"):
        await guarded(Network(), [PUBLIC]).connect_unix_socket("/run/docker.sock")


async def test_the_environment_cannot_put_a_proxy_in_our_place(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:3128")
    async with webhook_client(AllowList(), 5.0, resolver=Names(["10.0.0.1"])) as client:
        with pytest.raises(AddressRefusedError, match=r"example\.org leads to"):
            await client.post("http://example.org/")
        assert not client.follow_redirects
