"""Outgoing addresses: which servers the hub calls on behalf of an administrator, so that nobody reaches our own network (SSRF).

Names are resolved here, and the address that was checked is the one that is called: there is no DNS cache in between. Every address
is checked once more when its socket is made, because a URL can spell one in ways that are not resolved, such as `127。0。0。1`.
Only public addresses pass, or those of the networks that a setting names.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from hub.settings import IPNetwork

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST = ipaddress.ip_network("2000::/3")
"""All public addresses of IPv6. Outside are site-local ones (fec0::/10) and those with an IPv4 address in them."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = (ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("3fff::/20"))
"""Relays of 6to4, and addresses of documents: networks that Python takes for public ones."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class AddressForbidden(OSError):
    """The name resolves to an address that must not be called."""


class OutgoingAddresses:
    """Decides about addresses by the `networks` of our own that may be called."""

    def __init__(self, networks: Sequence[IPNetwork] = ()) -> None:
        self._networks = networks

    def may_call(self, address: str) -> bool:
        found = ipaddress.ip_address(address.partition("%")[0])
        return self.is_own(address) or all(_is_public(one) for one in _reached_by(found))

    def is_own(self, address: str) -> bool:
        """Return whether a setting names the network of this address."""
        found = ipaddress.ip_address(address.partition("%")[0])
        return any(found in network for network in self._networks if network.version == found.version)

    def may_open(self, url: str) -> bool:
        """Return whether a URL may be opened, as far as it can be said without resolving its name.

        It begins with https://, or names an address of our own networks with http://. A number that is no whole address, such as
        `https://2130706433`, is none that anybody needs.
        """
        parts = urlsplit(url)
        literal = literal_address(parts.hostname or "")
        if parts.scheme == "https":
            return self.may_call(literal) if literal is not None else not _is_number(parts.hostname or "")
        return parts.scheme == "http" and literal is not None and self.is_own(literal)

    def connector(self, limit: int = 100) -> aiohttp.TCPConnector:
        """Return a connector that connects to allowed addresses only, and to at most `limit` at once; 0 does not limit them."""
        return aiohttp.TCPConnector(
            resolver=_Guarded(self), use_dns_cache=False, socket_factory=self._socket, limit=limit
        )

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        """Return a socket for an address as `getaddrinfo` describes it. Raises AddressForbidden."""
        family, kind, protocol, _, address = found
        if not self.may_call(address[0]):
            raise AddressForbidden
        return socket.socket(family, kind, protocol)


def literal_address(host: str) -> str | None:
    """Return the address that a host name is, or None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _is_number(host: str) -> bool:
    """Return whether the resolver would take a host for an IPv4 address in an old spelling."""
    return _NUMBER.fullmatch(host.lower().rstrip(".").rpartition(".")[2]) is not None


def _reached_by(address: _Address) -> Iterator[_Address]:
    """Yield the addresses that a packet to this one reaches: those of IPv4 that a translator or a tunnel reads in it, or itself."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour


def _is_public(address: _Address) -> bool:
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast


def is_forbidden(error: BaseException | None) -> bool:
    """Return whether a request failed because its address must not be called."""
    seen: Any = error
    while seen is not None:
        if isinstance(seen, AddressForbidden) or isinstance(getattr(seen, "os_error", None), AddressForbidden):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


class _Guarded(AbstractResolver):
    """A resolver that returns only addresses that may be called."""

    def __init__(self, addresses: OutgoingAddresses) -> None:
        self._addresses = addresses
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._addresses.may_call(one["host"])]
        if not allowed:
            raise AddressForbidden
        return allowed

    async def close(self) -> None:
        await self._resolver.close()
