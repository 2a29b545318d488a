"""The client's IP address, as the key of rate limits.

`X-Forwarded-For` is used only if the TCP peer is a trusted proxy. Then the client is the rightmost hop that is not a trusted
proxy, because a client can forge everything left of it. An IPv6 customer has a whole /64, so the /64 is the key.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import web

from hub.observability import telemetry
from hub.settings import IPNetwork
from web.keys import SERVICES

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
UNKNOWN = "unknown"
# `is_private` is not used, because it includes the documentation ranges and other reserved ones.
PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)


def client_ip(request: web.Request) -> str:
    """Return the client's address as text: IPv4 in full, IPv6 as its /64 network."""
    if not request.app[SERVICES].settings.trusted_proxies and not _was_forwarded(request):
        return _network_of_peer(request.remote or "")
    address = client_address(request)
    return UNKNOWN if address is None else network_of(address)


@lru_cache(maxsize=4096)
def _network_of_peer(text: str) -> str:
    address = read_address(text)
    return UNKNOWN if address is None else network_of(address)


def network_of(address: IPAddress) -> str:
    """Return the address as a limit counts it: IPv4 in full, IPv6 as its /64 network."""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def client_address(request: web.Request) -> IPAddress | None:
    proxies = request.app[SERVICES].settings.trusted_proxies
    peer = read_address(request.remote or "")
    if peer is None or not proxies or not within(peer, proxies):
        if peer is not None and _was_forwarded(request) and within(peer, PRIVATE):
            # All clients of this proxy share one limit, unless a client on our own network has invented the header.
            telemetry.proxy_not_trusted(str(peer))
        return peer
    client = peer
    hops = [hop for value in request.headers.getall("X-Forwarded-For", ()) for hop in value.split(",")]
    for hop in reversed(hops[-64:]):
        address = read_address(hop.strip())
        if address is None:
            # A trusted proxy writes addresses only, so everything left of other text is not trusted.
            break
        client = address
        if not within(address, proxies):
            break
    return client


def came_through_unknown_proxy(request: web.Request) -> bool:
    """Return whether an untrusted proxy forwarded the request. Then its address says nothing about the client."""
    if not _was_forwarded(request):
        return False
    peer = read_address(request.remote or "")
    return peer is None or not within(peer, request.app[SERVICES].settings.trusted_proxies)


def _was_forwarded(request: web.Request) -> bool:
    return "X-Forwarded-For" in request.headers or "Forwarded" in request.headers


@lru_cache(maxsize=4096)
def read_address(text: str) -> IPAddress | None:
    """Return the address of a hop: plain, `[v6]`, `[v6]:port` or `v4:port`. An IPv4-mapped IPv6 address becomes IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def within(address: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
