"""The mail carrier: sends an e-mail to the mail server of HUB_SMTP_URL, or writes it to the development mailbox.

In production without a mail server every e-mail waits, because nobody reads that mailbox.
`smtp://` uses STARTTLS if the server offers it, `smtp+starttls://` requires it, and `smtps://` is encrypted from the start.
`user:password@` signs in, and `?from=address` names the sender.
"""

import asyncio
import re
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.confirmation.development_mailbox import drop_into_mailbox
from hub.settings import Settings

_SECONDS = 10.0
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_ENHANCED = re.compile(r"(?<![0-9.])[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
_WORDS: dict[type[aiosmtplib.SMTPException], str] = {
    aiosmtplib.SMTPDataError: "message refused",
    aiosmtplib.SMTPSenderRefused: "sender refused",
    aiosmtplib.SMTPAuthenticationError: "sign-in refused",
}


def sender_address(settings: Settings) -> str:
    """Return the address that mails come from: `?from=` of HUB_SMTP_URL, its user, or no-reply at the hub's own host."""
    url = urlsplit(settings.smtp_url or "")
    user = unquote(url.username or "")
    host = urlsplit(settings.public_url).hostname or "localhost"
    own = f"no-reply@{host if '.' in host and not _is_address(host) else 'localhost'}"
    return parse_qs(url.query).get("from", [""])[0] or (user if "@" in user else own)


class MailCarrier:
    """Keeps one connection open between messages; `rest()` closes it. Errors hold codes, never addresses."""

    def __init__(self, settings: Settings) -> None:
        self._data_dir = settings.data_dir
        self._keeps_mail_back = settings.keeps_mail_back
        self.host = urlsplit(settings.public_url).hostname or "localhost"
        self.sender = sender_address(settings)
        self._client: aiosmtplib.SMTP | None = None
        self._lock = asyncio.Lock()
        self._url = urlsplit(settings.smtp_url) if settings.smtp_url else None

    async def send(self, message: EmailMessage) -> None:
        """Deliver one message. Raises DeliveryRefused or DeliveryDeferred."""
        if self._keeps_mail_back:
            raise DeliveryDeferred("not set: HUB_SMTP_URL", "all")
        if self._url is None:
            try:
                await asyncio.to_thread(drop_into_mailbox, self._data_dir, message)
            except OSError as error:
                raise DeliveryDeferred(f"mailbox not writable: {error.strerror}", "all") from error
            return
        async with self._lock:
            in_dialogue = False
            try:
                async with asyncio.timeout(3 * _SECONDS):
                    client = await self._connected()
                    in_dialogue = True
                    await client.send_message(message)
            except aiosmtplib.SMTPException as error:
                await self._drop_unless_usable(error)
                raise _judge(error, in_dialogue) from error
            except (OSError, TimeoutError) as error:
                self._close()
                raise _connection_broke(error, in_dialogue) from error
            except BaseException:
                self._close()  # cancelled in the middle of a dialogue: the next message must not continue it
                raise

    async def rest(self) -> None:
        """Send QUIT and close the connection. The next message opens a new one."""
        async with self._lock:
            client, self._client = self._client, None
            if client is None or not client.is_connected:
                return
            try:
                await asyncio.wait_for(client.quit(), 2)
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        assert self._url is not None
        scheme = self._url.scheme
        client = aiosmtplib.SMTP(
            hostname=self._url.hostname or "localhost",
            port=self._url.port or _PORTS[scheme],
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            use_tls=scheme == "smtps",
            start_tls={"smtp+starttls": True, "smtp": None, "smtps": False}[scheme],
            timeout=_SECONDS,
        )
        self._client = client
        await client.connect()
        return client

    async def _drop_unless_usable(self, error: aiosmtplib.SMTPException) -> None:
        """Keep the connection after a refused message if RSET succeeds. After any other error, close it."""
        if self._client is not None and _about_message(error):
            try:
                await self._client.rset()
                return
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                pass
        self._close()

    def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _codes(error: aiosmtplib.SMTPResponseException) -> str:
    """Return the reply code, with the enhanced status code (RFC 3463) if the server gives one: `550 5.1.1`."""
    found = _ENHANCED.search(error.message or "")
    return f"{error.code} {found[0]}" if found else str(error.code)


def _about_message(error: aiosmtplib.SMTPException) -> bool:
    return isinstance(error, aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError | aiosmtplib.SMTPSenderRefused)


def _judge(error: aiosmtplib.SMTPException, in_dialogue: bool) -> DeliveryRefused | DeliveryDeferred:
    """Return the error to raise. A 5xx about the message or recipient is final; a refused sender or sign-in is deferred.

    The sender and the sign-in come from the hub's settings, which somebody can correct.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        refusals = error.recipients
        text = f"recipient refused: {_codes(refusals[0]) if refusals else 'no code'}"
        final = bool(refusals) and all(refusal.code >= 500 for refusal in refusals)
        return DeliveryRefused(text) if final else DeliveryDeferred(text, "message")
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        # A server without SMTPUTF8 can never deliver to an address with non-ASCII characters.
        return DeliveryRefused("address not supported")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"{_WORDS.get(type(error), 'server refused')}: {_codes(error)}"
        if isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500:
            return DeliveryRefused(text)
        return DeliveryDeferred(text, "message" if _about_message(error) else "all")
    return _connection_broke(error, in_dialogue)


def _connection_broke(error: Exception, in_dialogue: bool) -> DeliveryDeferred:
    name = type(error).__name__
    return (
        DeliveryDeferred(f"line broke: {name}", "unsure")
        if in_dialogue
        else DeliveryDeferred(f"no connection: {name}", "all")
    )


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
