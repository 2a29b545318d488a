"""The webhook carrier: sends signed POST requests to a venue's webhook URL, but never into our own network.

    POST {address}
    X-Hub-Event: alert.raised
    X-Hub-Delivery: 7.42.67...          the same for every retry of a call
    X-Hub-Signature-256: sha256=...     HMAC-SHA256 of the body with the venue's secret, in hex

The URL must not give access to servers that only the hub can reach (SSRF). Only public addresses are called, or those of
HUB_WEBHOOK_NETWORKS, which may also be called without TLS. Redirects are not followed.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.guards.outgoing_addresses import OutgoingAddresses, is_forbidden
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


class WebhookCarrier:
    """Keeps one HTTP session open between calls."""

    def __init__(self, networks: Sequence[IPNetwork] = ()) -> None:
        self._addresses = OutgoingAddresses(networks)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> None:
        """Deliver one call. Raises DeliveryRefused or DeliveryDeferred."""
        if not self._addresses.may_open(call.url):
            raise DeliveryRefused("webhook forbidden")
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
            if is_forbidden(error):
                raise DeliveryRefused("webhook forbidden") from error
            # Every webhook is a different server, so only this message waits.
            raise DeliveryDeferred(f"no connection: {type(error).__name__}", "message") from error

    async def rest(self) -> None:
        """Close the session. The next call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=2 * _SECONDS, sock_connect=_SECONDS, sock_read=_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=self._addresses.connector(), timeout=timeout, trust_env=False
            )
        return self._session
