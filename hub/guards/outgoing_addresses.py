"""Outgoing addresses: which servers the hub calls on behalf of an administrator, so that nobody reaches our own network (SSRF).

Names are resolved here, and the address that was checked is the one that is called: there is no DNS cache in between. Only public
addresses pass, or those of the networks that a setting names.
"""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from hub.settings import IPNetwork


class AddressForbidden(OSError):
    """The name resolves to an address that must not be called."""


class OutgoingAddresses:
    """Decides about addresses by the `networks` of our own that may be called."""

    def __init__(self, networks: Sequence[IPNetwork] = ()) -> None:
        self._networks = networks

    def may_call(self, address: str) -> bool:
        found = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(found, "ipv4_mapped", None)
        return self.is_own(address) or ((mapped or found).is_global and not (mapped or found).is_multicast)

    def is_own(self, address: str) -> bool:
        """Return whether a setting names the network of this address."""
        found = ipaddress.ip_address(address.partition("%")[0])
        return any(found in network for network in self._networks if network.version == found.version)

    def may_open(self, url: str) -> bool:
        """Return whether a URL may be opened, as far as it can be said without resolving its name.

        It begins with https://, or names an address of our own networks with http://.
        """
        parts = urlsplit(url)
        literal = literal_address(parts.hostname or "")
        if parts.scheme == "https":
            return literal is None or self.may_call(literal)
        return parts.scheme == "http" and literal is not None and self.is_own(literal)

    def connector(self) -> aiohttp.TCPConnector:
        """Return a connector that connects to allowed addresses only."""
        return aiohttp.TCPConnector(resolver=_Guarded(self), use_dns_cache=False)


def literal_address(host: str) -> str | None:
    """Return the address that a host name is, or None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


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
