"""Outgoing addresses: what may be called, however it is spelled, up to the socket itself."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from hub.guards.outgoing_addresses import OutgoingAddresses, is_forbidden

PUBLIC = (
    "93.184.216.34",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "2002:5db8:d822::1",
    "64:ff9b::5db8:d822",
    "::ffff:93.184.216.34",
)
OURS = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "192.88.99.1", "198.18.0.1", "240.0.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1",
    "fec0::1", "feff::1",                                       # site-local
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",    # NAT64
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1",   # 6to4
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:7f00:1", "2001:0:7f00:1::",
)  # fmt: skip
SPELLED = (
    "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.0x1",
    "127。0。0。1", "127｡0.0.1", "１２７.0.0.1", "①②⑦.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]",
)  # fmt: skip
"""Spellings of this machine."""


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Yield the port of a server on this machine that answers everything."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text="internal")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    assert OutgoingAddresses().may_call(address)


@pytest.mark.parametrize("address", OURS)
def test_no_address_that_reaches_our_own_network_may_be_called(address: str) -> None:
    assert not OutgoingAddresses().may_call(address)


def test_a_setting_opens_its_own_networks_only() -> None:
    addresses = OutgoingAddresses((ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/8")))
    assert [addresses.may_call(one) for one in ("10.1.2.3", "fd00::1", "10.2.0.1", "fec0::1", "::1")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [addresses.may_open(one) for one in ("http://10.1.2.3/x", "http://93.184.216.34/x")] == [True, False]


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "[::1]", "[fec0::1]", "[64:ff9b::7f00:1]"]
)
def test_a_url_with_an_odd_number_is_not_opened(host: str) -> None:
    assert not OutgoingAddresses().may_open(f"https://{host}/hook")


def test_urls_of_names_and_of_public_addresses_are_opened() -> None:
    for host in ("example.org", "0x.example.org", "1.example", "93.184.216.34", "[2606:4700:4700::1111]"):
        assert OutgoingAddresses().may_open(f"https://{host}/hook"), host


@pytest.mark.parametrize("host", SPELLED)
async def test_no_spelling_of_this_machine_gets_a_connection(host: str, port: int) -> None:
    async with aiohttp.ClientSession(connector=OutgoingAddresses().connector()) as session:
        with pytest.raises((aiohttp.ClientError, ValueError)) as refused:
            await session.get(f"http://{host}:{port}/")
    numeric = host.replace(".", "").isdigit() and host.isascii() and host != "127.0.0.1"
    assert is_forbidden(refused.value) or numeric, "aiohttp itself refuses old spellings in digits"


@pytest.mark.parametrize("host", ["127.0.0.1", "127。0。0。1", "[::ffff:127.0.0.1]", "localhost", "0x7f.1"])
async def test_control_without_the_guard_the_same_spellings_do(host: str, port: int) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{port}/") as answer:
        assert await answer.text() == "internal"


async def test_the_networks_of_the_setting_get_one(port: int) -> None:
    own = OutgoingAddresses((ipaddress.ip_network("127.0.0.0/8"),))
    async with (
        aiohttp.ClientSession(connector=own.connector()) as session,
        session.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert await answer.text() == "internal"
