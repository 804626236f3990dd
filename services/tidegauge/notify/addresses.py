"""Classifies network addresses and checks webhook URLs: pure, no name is resolved here.

Source of the ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates).
"""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST_URL: Final = 2_048


class AddressClass(StrEnum):
    """What an address is for; only the first two may be connected to."""

    PUBLIC = "public"
    ALLOWED_BY_OPERATOR = "allowed_by_operator"
    THIS_NETWORK = "this_network"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link_local"
    SHARED = "shared"  # carrier-grade NAT
    MULTICAST = "multicast"
    DOCUMENTATION = "documentation"
    BENCHMARKING = "benchmarking"
    RELAY = "relay"  # 6to4, NAT64, Teredo: wraps another address that cannot be judged on the wire
    RESERVED = "reserved"


ADMITTED: Final = frozenset({AddressClass.PUBLIC, AddressClass.ALLOWED_BY_OPERATOR})

_SPECIAL: Final = tuple(
    (ipaddress.ip_network(network), kind)
    for kind, networks in (
        (AddressClass.THIS_NETWORK, ("0.0.0.0/8", "::/128")),
        (AddressClass.LOOPBACK, ("127.0.0.0/8", "::1/128")),
        (AddressClass.PRIVATE, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")),
        (AddressClass.LINK_LOCAL, ("169.254.0.0/16", "fe80::/10")),
        (AddressClass.SHARED, ("100.64.0.0/10",)),
        (AddressClass.MULTICAST, ("224.0.0.0/4", "ff00::/8")),
        (
            AddressClass.DOCUMENTATION,
            ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
        ),
        (AddressClass.BENCHMARKING, ("198.18.0.0/15", "2001:2::/48")),
        (
            AddressClass.RELAY,
            ("192.88.99.0/24", "2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48"),
        ),
        (AddressClass.RESERVED, ("192.0.0.0/24", "240.0.0.0/4", "100::/64", "2001::/23", "5f00::/16")),
    )
    for network in networks
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # every other IPv6 address is unassigned or special


class AllowListError(ValueError):
    """A text that is no list of CIDR ranges; it names the piece that is wrong."""


class WebhookUrlError(ValueError):
    """A URL that no webhook may be sent to; the text is one clear sentence."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """The ranges that the operator lets webhooks reach although they are special."""

    networks: tuple[Network, ...] = ()


def parse_allow_list(text: str) -> AllowList:
    """The ranges of a comma-separated text of CIDRs; raises AllowListError."""
    pieces = [piece.strip() for piece in text.split(",")]
    networks = []
    for piece in filter(None, pieces):
        try:
            networks.append(ipaddress.ip_network(piece))
        except ValueError as error:
            raise AllowListError(
                f"TIDEGAUGE_WEBHOOK_ALLOW: '{piece}' is not a CIDR range: {error}"
            ) from error
    return AllowList(tuple(networks))


def canonical(address: Address) -> Address:
    """The address that a connection really reaches: the IPv4 address inside a v4-mapped IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def classify(text: str, allowed: AllowList) -> AddressClass:
    """What an address literal is for; a text that is no address is `reserved`, hence refused."""
    try:
        address = canonical(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return AddressClass.RESERVED
    if any(address in network for network in allowed.networks):
        return AddressClass.ALLOWED_BY_OPERATOR
    for network, kind in _SPECIAL:
        if address in network:
            return kind
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return AddressClass.RESERVED
    return AddressClass.PUBLIC


def check_url(url: str, allowed: AllowList) -> str:
    """The URL, when a webhook may be sent to it; raises WebhookUrlError.

    A name is judged only when it is connected to (guard.py); an address written out is judged here too,
    so that a mistake shows at once.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WebhookUrlError(f"the URL cannot be read: {error}") from error
    problem = _problem(url, parts.scheme, host, port)
    if problem is None and (parts.username is not None or parts.password is not None):
        problem = "the URL must not hold a user name or a password"
    if problem is None and parts.fragment:
        problem = "the URL must not hold a fragment (#…)"
    if problem is not None:
        raise WebhookUrlError(problem)
    kind = _literal_class(host or "", allowed)
    if kind not in ADMITTED:
        raise WebhookUrlError(
            f"the address {host} is {kind.value.replace('_', ' ')} and may not receive webhooks; "
            "the operator can allow its range in TIDEGAUGE_WEBHOOK_ALLOW"
        )
    return url


def _problem(url: str, scheme: str, host: str | None, port: int | None) -> str | None:
    if len(url) > LONGEST_URL:
        return f"the URL is longer than {LONGEST_URL} characters"
    if any(character.isspace() or not character.isprintable() for character in url):
        return "the URL must not hold spaces or control characters"
    if scheme not in ("https", "http"):
        return "the URL must begin with https:// or http://"
    if not host:
        return "the URL names no host"
    if port == 0:
        return "the URL names port 0, which nothing can listen on"
    return None


def _literal_class(host: str, allowed: AllowList) -> AddressClass:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return AddressClass.PUBLIC  # a name; the guard judges what it resolves to
    return classify(host, allowed)
