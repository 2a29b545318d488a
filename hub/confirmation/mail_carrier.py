"""The mail carrier: hands a message to the mail server of HUB_SMTP_URL, or to the development mailbox where there is none.

`smtp://` speaks plain (and upgrades where the server offers it), `smtp+starttls://` insists on the upgrade, `smtps://` is
encrypted from the start. `user:password@` signs in and `?from=address` names the sender.
"""

import asyncio
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from hub.confirmation.development_mailbox import drop_into_mailbox
from hub.settings import Settings

_SECONDS = 10.0
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailRefused(Exception):
    """The server will never take this message (a 5xx answer about it or its recipient)."""

    permanent = True


class MailDeferred(Exception):
    """Not now. `reached` tells whether a server answered at all; if not, the other messages need not be tried either."""

    permanent = False

    def __init__(self, text: str, *, reached: bool) -> None:
        super().__init__(text)
        self.reached = reached


class MailCarrier:
    """Keeps one connection open between messages; `rest()` ends it. Errors carry codes and words, never addresses."""

    def __init__(self, settings: Settings) -> None:
        self._data_dir = settings.data_dir
        self.host = urlsplit(settings.public_url).hostname or "localhost"
        self.sender = f"no-reply@{self.host if '.' in self.host and not _is_address(self.host) else 'localhost'}"
        self._client: aiosmtplib.SMTP | None = None
        self._lock = asyncio.Lock()
        self._url = urlsplit(settings.smtp_url) if settings.smtp_url else None
        if self._url is None:
            return
        user = unquote(self._url.username or "")
        chosen = parse_qs(self._url.query).get("from", [""])[0]
        self.sender = chosen or (user if "@" in user else self.sender)

    async def send(self, message: EmailMessage) -> None:
        """Deliver one message. Raises MailRefused or MailDeferred."""
        if self._url is None:
            try:
                await asyncio.to_thread(drop_into_mailbox, self._data_dir, message)
            except OSError as trouble:
                raise MailDeferred(f"the development mailbox: {trouble.strerror}", reached=False) from trouble
            return
        async with self._lock:
            try:
                async with asyncio.timeout(3 * _SECONDS):
                    client = await self._connected()
                    await client.send_message(message)
            except aiosmtplib.SMTPException as trouble:
                await self._drop_unless_usable(trouble)
                raise _judge(trouble) from trouble
            except (OSError, TimeoutError) as trouble:
                self._close()
                raise MailDeferred(f"no connection: {type(trouble).__name__}", reached=False) from trouble
            except BaseException:
                self._close()  # cancelled in the middle of a dialogue: the next message must not continue it
                raise

    async def rest(self) -> None:
        """Say goodbye to the server; the next message opens a new connection."""
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

    async def _drop_unless_usable(self, trouble: aiosmtplib.SMTPException) -> None:
        """A refused message leaves a good connection after RSET; anything else starts afresh."""
        if self._client is not None and _about_message(trouble):
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


def _about_message(trouble: aiosmtplib.SMTPException) -> bool:
    return isinstance(
        trouble, aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError | aiosmtplib.SMTPSenderRefused
    )


def _judge(trouble: aiosmtplib.SMTPException) -> MailRefused | MailDeferred:
    """5xx about the message or its recipient is final. A refused sender or sign-in is our own setting: worth waiting for."""
    if isinstance(trouble, aiosmtplib.SMTPRecipientsRefused):
        codes = [refusal.code for refusal in trouble.recipients]
        text = f"recipient refused: {codes[0] if codes else 'no code'}"
        return MailRefused(text) if codes and all(code >= 500 for code in codes) else MailDeferred(text, reached=True)
    if isinstance(trouble, aiosmtplib.SMTPNotSupported):
        # Without SMTPUTF8 this server can never carry an address in another script.
        return MailRefused("the server cannot carry this address")
    if isinstance(
        trouble, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPServerDisconnected | aiosmtplib.SMTPTimeoutError
    ):
        return MailDeferred(f"no connection: {type(trouble).__name__}", reached=False)
    if isinstance(trouble, aiosmtplib.SMTPResponseException):
        text = f"{type(trouble).__name__}: {trouble.code}"
        if isinstance(trouble, aiosmtplib.SMTPDataError) and trouble.code >= 500:
            return MailRefused(text)
        return MailDeferred(text, reached=_about_message(trouble))
    return MailDeferred(type(trouble).__name__, reached=False)


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
