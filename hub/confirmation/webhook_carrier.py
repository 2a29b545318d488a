"""The webhook carrier: sends signed POST requests to a venue's webhook URL, but never into our own network.

    POST {address}
    X-Hub-Event: alert.raised
    X-Hub-Delivery: 7.42.67...          the same for every retry of a call
    X-Hub-Signature-256: sha256=...     HMAC-SHA256 of the body with the venue's secret, in hex

The URL must not give access to servers that only the hub can reach (SSRF). So names are resolved here, and only public
addresses are called, or those of HUB_WEBHOOK_NETWORKS, which may also be called without TLS. Redirects are not followed.
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
    """Return the signature header of a body. The receiver computes the same value and compares."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class _Guarded(AbstractResolver):
    """A resolver that returns only addresses that may be called."""

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
    """The name resolves to an address that must not be called."""


class WebhookCarrier:
    """Keeps one HTTP session open between calls."""

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
            # Every webhook is a different server, so only this message waits.
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
        """Close the session. The next call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # No DNS cache: the address that was checked must be the one that is called.
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
