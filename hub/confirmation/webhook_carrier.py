"""The webhook carrier: calls an address a venue has named, signed, and never one inside our own network.

    POST {address}
    X-Hub-Event: alert.raised
    X-Hub-Delivery: 7.42.67...          the same when a call is repeated
    X-Hub-Signature-256: sha256=...     HMAC-SHA256 of the body with the venue's secret, in hex

Whoever may set the address must not be able to make the hub talk to what only the hub can reach: names are resolved here, and
only public addresses are called (or those of HUB_WEBHOOK_NETWORKS, which may also be called without TLS). Redirects are
not followed.
"""

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.settings import IPNetwork

_SECONDS = 10.0
_GONE = 410


@dataclass(frozen=True, slots=True)
class Call:
    url: str
    event: str
    delivery: str
    body: bytes
    secret: str


def signature(secret: str, body: bytes) -> str:
    """What the receiver computes as well, and compares."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class _Guarded(AbstractResolver):
    """Resolves names, and gives back only addresses that may be called."""

    def __init__(self, carrier: "WebhookCarrier") -> None:
        self._carrier = carrier
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._carrier.may_call(one["host"])]
        if not allowed:
            raise _Forbidden
        return allowed

    async def close(self) -> None:
        await self._resolver.close()


class _Forbidden(OSError):
    """The name leads into a network that is not to be called."""


class WebhookCarrier:
    """Keeps its session open between calls."""

    def __init__(self, networks: Sequence[IPNetwork] = ()) -> None:
        self._networks = networks
        self._session: aiohttp.ClientSession | None = None

    def may_call(self, address: str) -> bool:
        found = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(found, "ipv4_mapped", None)
        return self._is_own(address) or ((mapped or found).is_global and not (mapped or found).is_multicast)

    def _is_own(self, address: str) -> bool:
        found = ipaddress.ip_address(address.partition("%")[0])
        return any(found in network for network in self._networks if network.version == found.version)

    async def send(self, call: Call) -> None:
        """Deliver one call. Raises DeliveryRefused or DeliveryDeferred."""
        self._refuse_forbidden(call.url)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Venue-Hub-Webhook",
            "X-Hub-Event": call.event,
            "X-Hub-Delivery": call.delivery,
            "X-Hub-Signature-256": signature(call.secret, call.body),
        }
        try:
            async with self._opened().post(
                call.url, data=call.body, headers=headers, allow_redirects=False
            ) as response:
                if 200 <= response.status < 300:
                    return
                if response.status == _GONE:
                    raise DeliveryRefused("webhook refused: 410")
                raise DeliveryDeferred(f"webhook refused: {response.status}", "message")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if _is_forbidden(error):
                raise DeliveryRefused("webhook forbidden") from error
            # Every webhook is another server: the others need not wait for this one.
            raise DeliveryDeferred(f"no connection: {type(error).__name__}", "message") from error

    def _refuse_forbidden(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            literal = str(ipaddress.ip_address(host))
        except ValueError:
            literal = None
        if parts.scheme == "https" and (literal is None or self.may_call(literal)):
            return
        if parts.scheme == "http" and literal is not None and self._is_own(literal):
            return
        raise DeliveryRefused("webhook forbidden")

    async def rest(self) -> None:
        """Close what is open; the next call opens it again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # No cache of names: an answer that was checked is the one that is called.
            connector = aiohttp.TCPConnector(resolver=_Guarded(self), use_dns_cache=False)
            timeout = aiohttp.ClientTimeout(total=2 * _SECONDS, sock_connect=_SECONDS, sock_read=_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)
        return self._session


def _is_forbidden(error: BaseException | None) -> bool:
    seen: Any = error
    while seen is not None:
        if isinstance(seen, _Forbidden) or isinstance(getattr(seen, "os_error", None), _Forbidden):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
