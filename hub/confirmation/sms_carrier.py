"""The text-message carrier: sends short messages through the provider of HUB_SMS_URL, or to the development mailbox.

`twilio://ACCOUNT_SID:TOKEN@/?from=+12025550100` is Twilio's REST API (Programmable Messaging, 2010-04-01);
`?service=MG...` names a messaging service instead of a number. A host in the URL replaces api.twilio.com (a region, a
proxy), and `twilio+http://` calls it without TLS. To add a provider, add a class here and a URL scheme for it.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

import aiohttp

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.confirmation.development_mailbox import drop_sms_into_mailbox
from hub.settings import Settings

_SECONDS = 10.0
_SHORTEST_NUMBER = 7  # digits; a shorter sender is a short code, which has no plus sign
# Twilio's error codes for a wrong account (20003, 20005) or sender (21606, 21659, 21660). Somebody can put these right, so
# the message waits. Any other 4xx is about this message.
_OUR_OWN_FAULT = frozenset({20003, 20005, 21606, 21659, 21660})


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message to send. `recipient` is E.164. `name` identifies it, and a retry keeps the name."""

    recipient: str
    text: str
    name: str


class SmsCarrier(Protocol):
    """The interface of a provider of text messages."""

    async def send(self, message: TextMessage) -> None:
        """Deliver one message. Raises DeliveryRefused or DeliveryDeferred."""

    async def rest(self) -> None:
        """Close open connections. The next message opens them again."""


def sms_carrier(settings: Settings) -> SmsCarrier:
    """Return the carrier for HUB_SMS_URL, or without it the development carrier, or in production one that sends nothing."""
    if settings.sms_url:
        return TwilioCarrier(settings.sms_url)
    return DevelopmentSmsCarrier(settings.data_dir) if settings.has_mailbox else NoSmsCarrier()


class NoSmsCarrier:
    """Lets every text message wait, for a hub in production that has no provider."""

    async def send(self, message: TextMessage) -> None:  # noqa: ARG002  the protocol's
        raise DeliveryDeferred("not set: HUB_SMS_URL", "all")

    async def rest(self) -> None:
        return


class DevelopmentSmsCarrier:
    """Writes text messages to the development mailbox, for a hub that has no provider."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def send(self, message: TextMessage) -> None:
        try:
            await asyncio.to_thread(
                drop_sms_into_mailbox, self._data_dir, message.recipient, message.text, message.name
            )
        except OSError as error:
            raise DeliveryDeferred(f"mailbox not writable: {error.strerror}", "all") from error

    async def rest(self) -> None:
        return


class TwilioCarrier:
    """Keeps one HTTP session open between messages.

    Twilio has no idempotency key. So a message whose answer was lost is sent again: delivery is at least once, as for e-mail.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        account = unquote(parts.username or "")
        scheme = "http" if parts.scheme == "twilio+http" else "https"
        host = parts.netloc.rpartition("@")[2] or "api.twilio.com"
        self._address = f"{scheme}://{host}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account, unquote(parts.password or ""))}
        service = query.get("service", [""])[0]
        # A plus sign in a query string decodes to a space, but people write `?from=+1202...` all the same.
        sender = query.get("from", [""])[0].strip()
        if sender.isdigit() and len(sender) >= _SHORTEST_NUMBER:
            sender = f"+{sender}"
        self._sender = {"MessagingServiceSid": service} if service else {"From": sender}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: TextMessage) -> None:
        form = {**self._sender, "To": message.recipient, "Body": message.text}
        try:
            # Redirects are not followed: the request carries our token, and the other host might not be the provider's.
            async with self._opened().post(
                self._address, data=form, headers=self._headers, allow_redirects=False
            ) as response:
                if response.status in (200, 201):
                    return
                raise _judge(response.status, await _code(response))
        except aiohttp.ClientConnectorError as error:
            raise DeliveryDeferred(f"no connection: {type(error).__name__}", "all") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise DeliveryDeferred(f"line broke: {type(error).__name__}", "unsure") from error

    async def rest(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=3 * _SECONDS, sock_connect=_SECONDS, sock_read=_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


async def _code(response: aiohttp.ClientResponse) -> int | None:
    """Return Twilio's error code from the body, or None if it has none."""
    try:
        code = json.loads(await response.read()).get("code")
    except (ValueError, AttributeError):
        return None
    return code if isinstance(code, int) else None


def _judge(status: int, code: int | None) -> DeliveryRefused | DeliveryDeferred:
    """Return the error to raise: 4xx is final, except 429 (too fast) and errors of our own account. The rest is deferred."""
    text = f"provider refused: {status}" + (f" {code}" if code else "")
    if status in (401, 429) or code in _OUR_OWN_FAULT:
        return DeliveryDeferred(text, "all")
    return DeliveryRefused(text) if 400 <= status < 500 else DeliveryDeferred(text, "message")
