"""The webhook carrier: sends signed POST requests to the URL of a webhook, but never into our own network.

A webhook of alerts gets this request; webhooks of events have headers of their own (hub/confirmation/webhook_message.py):

    POST {address}
    X-Hub-Event: alert.raised
    X-Hub-Delivery: 7.42.67...          the same for every retry of a call
    X-Hub-Signature-256: sha256=...     HMAC-SHA256 of the body with the venue's secret, in hex

The URL must not give access to servers that only the hub can reach (SSRF). Only public addresses are called, or those of
HUB_WEBHOOK_NETWORKS, which may also be called without TLS. Redirects are not followed.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import aiohttp

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.guards.outgoing_addresses import OutgoingAddresses, is_forbidden
from hub.settings import IPNetwork

_SECONDS = 10.0
_GONE = 410
_LONGEST_ANSWER = 2000
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Call:
    url: str
    event: str
    delivery: str
    body: bytes
    secret: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: its status and the beginning of its body, or `error` alone. It has taken the call if `error` is None."""

    status: int | None
    text: str | None
    error: str | None
    milliseconds: int


def signature(secret: str, body: bytes) -> str:
    """Return the signature header of a body. The receiver computes the same value and compares."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class WebhookCarrier:
    """Keeps one HTTP session open between calls. `limit` is how many run at once; 0 does not limit them."""

    def __init__(self, networks: Sequence[IPNetwork] = (), *, limit: int = 100) -> None:
        self._addresses = OutgoingAddresses(networks)
        self._limit = limit
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

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body and return the answer, whatever it is. Never raises for what a receiver or a network does."""
        started = monotonic()

        def answer(status: int | None, text: str | None, error: str | None) -> Answer:
            return Answer(status, text, error, round((monotonic() - started) * 1000))

        if not self._addresses.may_open(url):
            return answer(None, None, "address forbidden")
        try:
            async with self._opened().post(url, data=body, headers=headers, allow_redirects=False) as response:
                # At most four bytes a character. The rest is not read: closing the response ends its connection.
                text = (await _beginning(response.content, 4 * _LONGEST_ANSWER)).decode("utf-8", "replace")
                text = text.replace("\0", "\ufffd")[:_LONGEST_ANSWER]
                return answer(
                    response.status, text, None if 200 <= response.status < 300 else f"status {response.status}"
                )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return answer(
                None, None, "address forbidden" if is_forbidden(error) else f"no answer: {type(error).__name__}"
            )

    async def rest(self) -> None:
        """Close the session. The next call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=2 * _SECONDS, sock_connect=_SECONDS, sock_read=_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=self._addresses.connector(self._limit), timeout=timeout, trust_env=False
            )
        return self._session


async def _beginning(stream: aiohttp.StreamReader, most: int) -> bytes:
    """Return the first bytes of a body, at most so many."""
    found = b""
    while len(found) < most and (piece := await stream.read(most - len(found))):
        found += piece
    return found
