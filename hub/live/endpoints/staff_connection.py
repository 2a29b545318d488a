"""The connection: a member of staff's socket, from hello over the sign-in to goodbye."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from hub.access.tokens import Identity
from hub.live.commands.dispatcher import Conversation
from hub.live.connection.close_codes import CloseCode
from hub.live.connection.socket_session import Line
from hub.live.endpoints.authentication import device
from hub.live.protocol import frames
from hub.live.protocol.fields import Fields
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.server import LiveHub

SIGN_IN_SECONDS = 5.0


class Connection(Line):
    __slots__ = ("_token", "conversation")

    def __init__(
        self,
        hub: "LiveHub",
        request: web.Request,
        socket: web.WebSocketResponse[Any],
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(hub, request, socket, drain, hub.limit)
        self.conversation: Conversation | None = None
        self._token: str | None = None

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, if anybody."""
        return self.conversation.identity if self.conversation is not None else None

    async def run(self, token: str | None) -> None:
        """Serve the client until the socket has ended; `token` is what the handshake brought."""
        self._token = token
        self.hub.came(self)
        self.hub.wheel.put(self, SIGN_IN_SECONDS)
        await self._serve()

    async def _greet(self) -> None:
        """Learn who this is, or close."""
        now = self.hub.services.clock.now()
        token, self._token = self._token, None
        greeted = False
        try:
            identity = self.hub.sign_in.identity(token) if token is not None else None
            self.queue.send(frames.hello(now, identity is not None))
            greeted = True
            given = None
            if identity is None:
                auth = await self._first_frame()
                given = auth.get("device")
                identity = self.hub.sign_in.identity(auth.get("token"))
            await self._welcome(identity, given)
        except frames.EXPECTED as caught:
            if not greeted:
                self.queue.send(frames.hello(now, authenticated=False))
            self.queue.send(frames.trouble(None, caught))
            self.close(CloseCode.SESSION_ENDED if isinstance(caught, Refused) else CloseCode.TRY_LATER)

    async def _first_frame(self) -> Fields:
        """The first frame, which must be `auth`; what is no frame is counted."""
        while True:
            message = await self._read()
            if message.type is not WSMsgType.TEXT:
                self._control(message)
                continue
            frame = frames.parse(message.data) if len(message.data) <= frames.LARGEST_FIRST_FRAME else None
            if frame is None:
                self._unreadable(message.data)
            elif frame.type == "auth" and not self.closing:
                return frame.fields
            else:
                self.queue.send(frames.refusal(frame.id, Reason.UNAUTHENTICATED))
                self.close(CloseCode.SESSION_ENDED)

    async def _welcome(self, identity: Identity, given: Any) -> None:
        venue = await self.hub.sign_in.venue(identity)
        if self.closing:
            return
        most = self.hub.services.settings.sockets_per_operator
        if most is not None and self.hub.presence.open_of(identity) >= most:
            text = f"This login has {most} sockets open already"
            self.queue.send(frames.refusal(None, Reason.RATE_LIMITED, {"message": text}))
            self.close(CloseCode.TOO_MANY)
            return
        if self.hub.services.sessions.has_ended(identity):  # while the venue was read
            raise Refused(Reason.UNAUTHENTICATED)
        self.conversation = Conversation(self, identity, venue, device(given))
        self.hub.presence.signed_in(self, identity)
        telemetry.event(telemetry.SOCKET_OPENED, org_id=identity.org_id, operator_id=identity.staff_id)
        self.hub.wheel.put(self, self._seconds_to_next(self.hub.wheel.now))
        today = self.hub.services.clock.now().astimezone(venue.zone).date() if venue else None
        self.queue.send(frames.ready(identity, venue, today))

    def _take(self, payload: bytes) -> None:
        conversation = self.conversation
        if self.closing or conversation is None:
            return
        frame = frames.parse(payload)
        if frame is None:
            self._unreadable(payload)
        elif self._admits(frame.id):
            try:
                conversation.take(*frame)
            except Refused as refused:
                self._bad_frame(refused)

    def due(self, now: float) -> float | None:
        identity = self.identity
        if not self.closing and (identity is None or identity.expires_at <= self.hub.services.clock.now()):
            self.end_session()
        return super().due(now)

    @property
    def _watching(self) -> bool:
        return self.conversation is not None and bool(self.conversation.watches)

    def _seconds_to_next(self, now: float) -> float:
        assert self.identity is not None
        session = (self.identity.expires_at - self.hub.services.clock.now()).total_seconds()
        return min(session, super()._seconds_to_next(now))

    # ---- Goodbye

    def end_session(self) -> None:
        """There is no session: none came in time, or it has ended."""
        if not self.closing:
            self.queue.send(frames.refusal(None, Reason.UNAUTHENTICATED))
            self.close(CloseCode.SESSION_ENDED)

    def retire(self) -> None:
        """The hub stops: answer what is under way, then part."""
        if self.conversation is not None:
            self.conversation.retire()
        else:
            self.say_goodbye()

    def _note_close(self, code: int) -> None:
        identity = self.identity
        if identity is not None:
            telemetry.event(
                telemetry.SOCKET_CLOSED, org_id=identity.org_id, operator_id=identity.staff_id, close=int(code)
            )

    def _has_parted(self) -> None:
        if self.conversation is not None:
            self.conversation.end()
        self.hub.left(self)
