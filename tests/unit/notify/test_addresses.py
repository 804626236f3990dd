"""Which addresses and URLs may receive a webhook."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.notify.addresses import (
    ADMITTED,
    AddressClass,
    AllowList,
    AllowListError,
    WebhookUrlError,
    check_url,
    classify,
    parse_allow_list,
)

NONE = AllowList()
REFUSED = {
    "0.0.0.0": AddressClass.THIS_NETWORK,  # noqa: S104 - an address to refuse, not to bind
    "0.1.2.3": AddressClass.THIS_NETWORK,
    "10.0.0.1": AddressClass.PRIVATE,
    "100.64.0.1": AddressClass.SHARED,
    "100.127.255.255": AddressClass.SHARED,
    "127.0.0.1": AddressClass.LOOPBACK,
    "127.255.255.254": AddressClass.LOOPBACK,
    "169.254.169.254": AddressClass.LINK_LOCAL,
    "172.16.0.1": AddressClass.PRIVATE,
    "172.31.255.255": AddressClass.PRIVATE,
    "192.0.0.8": AddressClass.RESERVED,
    "192.0.2.1": AddressClass.DOCUMENTATION,
    "192.88.99.1": AddressClass.RELAY,
    "192.168.1.1": AddressClass.PRIVATE,
    "198.18.0.1": AddressClass.BENCHMARKING,
    "198.19.255.255": AddressClass.BENCHMARKING,
    "198.51.100.1": AddressClass.DOCUMENTATION,
    "203.0.113.1": AddressClass.DOCUMENTATION,
    "224.0.0.1": AddressClass.MULTICAST,
    "240.0.0.1": AddressClass.RESERVED,
    "255.255.255.255": AddressClass.RESERVED,
    "::": AddressClass.THIS_NETWORK,
    "::1": AddressClass.LOOPBACK,
    "::7f00:1": AddressClass.RESERVED,  # the old v4-compatible form
    "::ffff:127.0.0.1": AddressClass.LOOPBACK,
    "::ffff:a9fe:a9fe": AddressClass.LINK_LOCAL,
    "64:ff9b::7f00:1": AddressClass.RELAY,
    "64:ff9b:1::1": AddressClass.RELAY,
    "100::1": AddressClass.RESERVED,
    "2001::1": AddressClass.RELAY,
    "2001:2::1": AddressClass.BENCHMARKING,
    "2001:10::1": AddressClass.RESERVED,
    "2001:db8::1": AddressClass.DOCUMENTATION,
    "2002:7f00:1::": AddressClass.RELAY,
    "3fff::1": AddressClass.DOCUMENTATION,
    "5f00::1": AddressClass.RESERVED,
    "4000::1": AddressClass.RESERVED,
    "fc00::1": AddressClass.PRIVATE,
    "fdff::1": AddressClass.PRIVATE,
    "fe80::1": AddressClass.LINK_LOCAL,
    "fe80::1%eth0": AddressClass.LINK_LOCAL,
    "fec0::1": AddressClass.PRIVATE,
    "ff02::1": AddressClass.MULTICAST,
    "no address": AddressClass.RESERVED,
    "": AddressClass.RESERVED,
}
PUBLIC = ["1.1.1.1", "100.63.255.255", "172.15.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255"]
PUBLIC += ["2606:4700::1111", "2400:cb00::1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize(("address", "kind"), REFUSED.items())
def test_special_addresses_are_named(address, kind):
    assert classify(address, NONE) is kind


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_admitted(address):
    assert classify(address, NONE) is AddressClass.PUBLIC


@given(st.ip_addresses())
def test_nothing_is_admitted_that_python_calls_private_or_special(address):
    if classify(str(address), NONE) in ADMITTED:
        inner = getattr(address, "ipv4_mapped", None) or address
        special = (inner.is_private, inner.is_loopback, inner.is_link_local, inner.is_multicast)
        assert not any((*special, inner.is_reserved, inner.is_unspecified))


def test_the_operator_opens_ranges_also_for_the_mapped_form():
    allowed = parse_allow_list("127.0.0.0/8, fd00::/8,")
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "fd00::1"):
        assert classify(address, allowed) is AddressClass.ALLOWED_BY_OPERATOR
    assert classify("10.0.0.1", allowed) is AddressClass.PRIVATE
    assert parse_allow_list("") == NONE


def test_a_wrong_range_is_named():
    with pytest.raises(AllowListError, match=r"'10\.0\.0\.1/8' is not a CIDR range"):
        parse_allow_list("127.0.0.0/8,10.0.0.1/8")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "must begin with https:// or http://"),
        ("file:///etc/passwd", "must begin with https:// or http://"),
        ("https:///hook", "names no host"),
        ("https://user@example.org/", "user name or a password"),
        ("https://:pw@example.org/", "user name or a password"),
        ("https://example.org/#x", "fragment"),
        ("https://example.org:99999/", "cannot be read"),
        ("https://example.org:0/", "port 0"),
        ("https://[::1/", "cannot be read"),
        ("https://example.org/a b", "spaces or control"),
        ("https://example.org/\r\nX: y", "spaces or control"),
        ("https://example.org/" + "x" * 2048, "longer than 2048"),
        ("http://127.0.0.1/", "127.0.0.1 is loopback"),
        ("http://[::ffff:10.0.0.1]/", "is private"),
        ("http://169.254.169.254/latest", "is link local"),
    ],
)
def test_a_url_that_no_webhook_may_go_to(url, reason):
    with pytest.raises(WebhookUrlError, match=reason):
        check_url(url, NONE)


@pytest.mark.parametrize("url", ["https://example.org/hook?token=1", "http://1.1.1.1:8080/", "https://a.b./"])
def test_a_url_that_is_fine(url):
    assert check_url(url, NONE) == url


def test_a_literal_inside_the_operator_s_ranges_is_fine():
    check_url("http://127.0.0.1:9/", AllowList((ipaddress.ip_network("127.0.0.0/8"),)))
