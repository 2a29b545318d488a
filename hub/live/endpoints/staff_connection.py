"""Staff connection: the socket of a staff member, from `hello` through authentication and commands to `bye`."""

from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType

from hub.access.scanners import Scanner
from hub.access.tokens import Identity
from hub.actions.staff.enrol_scanner import check_scanner
from hub.actions.staff.new_session import address_refused
from hub.actions.staff.sign_in import sign_out
from hub.live.channels.live_channels import LiveChannels
from hub.live.channels.subscriptions import Subscriptions
from hub.live.commands.context import CommandContext, ScanActions
from hub.live.commands.dispatcher import CommandSession
from hub.live.connection.close_codes import CloseCode
from hub.live.connection.heartbeat import SUBSCRIBER_PING_SECONDS
from hub.live.connection.message_rate import MessageLimit
from hub.live.connection.session_host import SessionHost
from hub.live.connection.socket_session import ClientSocket, SocketSession
from hub.live.endpoints.authentication import Authentication
from hub.live.endpoints.open_sockets import OpenSockets
from hub.live.endpoints.unauthenticated_sockets import UnauthenticatedPlace
from hub.live.protocol import frames
from hub.live.protocol.device import enrolled_device, read_device, read_scanner_token
from hub.live.protocol.fields import Fields
from hub.observability import telemetry
from hub.rules.address_list import Address, allows
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.languages import N_

AUTHENTICATION_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class StaffServices:
    """The services that all staff connections of a process share."""

    services: Services
    authentication: Authentication
    sockets: OpenSockets
    channels: LiveChannels
    scans: ScanActions
    message_limit: MessageLimit | None


class StaffConnection(SocketSession):
    __slots__ = ("_address", "_place", "_scanner_token", "_staff", "_token", "commands")

    def __init__(
        self,
        client: ClientSocket,
        host: SessionHost,
        staff: StaffServices,
        address: Address | None,
        place: UnauthenticatedPlace | None,
    ) -> None:
        """`place`: among the unauthenticated sockets; None for a client that brought a session."""
        super().__init__(client, host, staff.message_limit)
        self._address = address
        self._place = place
        self._staff = staff
        self.commands: CommandSession | None = None
        self._token: str | None = None
        self._scanner_token: str | None = None

    @property
    def identity(self) -> Identity | None:
        """The identity that is signed in, or None."""
        return self.commands.context.identity if self.commands is not None else None

    async def run(self, token: str | None, scanner_token: str | None = None) -> None:
        """Serve the client until the socket has ended. Both tokens come from the handshake."""
        self._token, self._scanner_token = token, scanner_token
        self._staff.sockets.add_staff(self)
        self._host.timer_wheel.put(self, AUTHENTICATION_SECONDS)
        await self._serve()

    # ---- Authentication

    async def _open(self) -> None:
        """Send `hello` and authenticate the client, or close."""
        authentication = self._staff.authentication
        now = self._staff.services.clock.now()
        token, self._token = self._token, None
        said_hello = False
        try:
            identity = authentication.read_identity(token) if token is not None else None
            self.queue.send(frames.hello(now, identity is not None))
            said_hello = True
            device = None
            if identity is None:
                auth = await self._read_auth_frame()
                device = auth.get("device")
                identity = authentication.read_identity(auth.get("token"))
            await self._begin_commands(identity, device)
        except frames.EXPECTED_ERRORS as caught:
            if not said_hello:
                self.queue.send(frames.hello(now, authenticated=False))
            self.queue.send(frames.failure(None, caught))
            self.close(CloseCode.SESSION_ENDED if isinstance(caught, Refused) else CloseCode.TRY_LATER)

    async def _read_auth_frame(self) -> Fields:
        """Return the fields of the first frame, which must be `auth`. Unreadable frames are counted."""
        while True:
            message = await self._read_message()
            if message.type is not WSMsgType.TEXT:
                self._receive_control(message)
                continue
            frame = frames.parse(message.data) if len(message.data) <= frames.LARGEST_FIRST_FRAME else None
            if frame is None:
                self._receive_unreadable(message.data)
            elif frame.type == "auth" and not self.closing:
                return frame.fields
            else:
                self.queue.send(frames.refusal(frame.id, Reason.UNAUTHENTICATED))
                self.close(CloseCode.SESSION_ENDED)

    async def _begin_commands(self, identity: Identity, device: Any) -> None:
        """Accept commands from now on, unless the login has too many sockets or its session has ended."""
        services = self._staff.services
        venue = await self._staff.authentication.venue_of(identity)
        scanner = await self._read_scanner(identity, device)
        if self.closing:
            return
        most = services.settings.sockets_per_operator
        if most is not None and self._staff.sockets.staff.count_of_login(identity) >= most:
            text = f"This login has {most} sockets open already"
            self.queue.send(frames.refusal(None, Reason.RATE_LIMITED, {"message": text}))
            self.close(CloseCode.TOO_MANY)
            return
        if services.sessions.has_ended(identity):  # while the venue was read
            raise Refused(Reason.UNAUTHENTICATED)
        if venue is not None and not allows(venue.ip_allow_list, self._address):
            raise address_refused(self._address)
        self.commands = self._new_command_session(identity, venue, device, scanner)
        self._staff.sockets.sign_in(self, identity)
        self._leave_place()
        telemetry.event(telemetry.SOCKET_OPENED, org_id=identity.org_id, operator_id=identity.staff_id)
        wheel = self._host.timer_wheel
        wheel.put(self, self._seconds_to_next(wheel.now))
        today = venue.business_day(services.clock.now()) if venue else None
        self.queue.send(frames.ready(identity, venue, today))

    async def _read_scanner(self, identity: Identity, device: Any) -> Scanner | None:
        """Return the enrolled scanner of this socket; None for a device without a token. Refuses a revoked one."""
        self._scanner_token = read_scanner_token(device) or self._scanner_token
        if self._scanner_token is None:
            if identity.scanner_id is not None:
                raise Refused(Reason.UNAUTHENTICATED)
            return None
        scanner = await self._staff.services.scanners.find(self._scanner_token)
        check_scanner(identity, scanner)
        return scanner

    def _new_command_session(
        self, identity: Identity, venue: Venue | None, device: Any, scanner: Scanner | None
    ) -> CommandSession:
        staff = self._staff
        subscriptions = Subscriptions(self.queue, lambda: self.closing, self._ping_sooner)
        context = CommandContext(
            staff.services, staff.channels, staff.scans, subscriptions,
            identity=identity, venue=venue, device=enrolled_device(read_device(device), scanner),
            scanner=scanner, scanner_token=self._scanner_token,
        )  # fmt: skip
        return CommandSession(
            context, send=self.queue.send, start=self._host.background.start, say_goodbye=self.say_goodbye,
            refuse_session=self.refuse_session,
        )  # fmt: skip

    def _leave_place(self) -> None:
        if self._place is not None:
            self._place.leave()

    def _ping_sooner(self) -> None:
        """Ping a subscriber more often."""
        self._host.timer_wheel.put_sooner(self, SUBSCRIBER_PING_SECONDS)

    # ---- Commands

    def _receive_text(self, payload: bytes) -> None:
        commands = self.commands
        if self.closing or commands is None:
            return
        frame = frames.parse(payload)
        if frame is None:
            self._receive_unreadable(payload)
        elif self._allows_message(frame.id):
            try:
                commands.receive(*frame)
            except Refused as refused:
                self._count_bad_frame(refused)

    def on_timer(self, now: float) -> float | None:
        identity = self.identity
        if not self.closing and (identity is None or identity.expires_at <= self._staff.services.clock.now()):
            self.end_session()
        return super().on_timer(now)

    @property
    def _is_subscribed(self) -> bool:
        return self.commands is not None and bool(self.commands.context.subscriptions)

    def _seconds_to_next(self, now: float) -> float:
        assert self.identity is not None
        session = (self.identity.expires_at - self._staff.services.clock.now()).total_seconds()
        return min(session, super()._seconds_to_next(now))

    # ---- Close

    def end_session(self) -> None:
        """Close because there is no session: no token came in time, or the session or the shift has ended."""
        if self.closing:
            return
        identity, now = self.identity, self._staff.services.clock.now()
        if identity is not None and identity.ends_with_shift and identity.expires_at <= now:
            assert self.commands is not None
            venue = self.commands.context.venue
            zone = venue.timezone if venue is not None else "UTC"
            ended = {"ended_at": rfc3339(identity.expires_at), "timezone": zone, "message": N_("Your shift has ended.")}
            self.queue.send(frames.refusal(None, Reason.OUTSIDE_SHIFT, ended))
        else:
            self.queue.send(frames.refusal(None, Reason.UNAUTHENTICATED))
        self.close(CloseCode.SESSION_ENDED)

    def refuse_session(self, refused: Refused) -> None:
        """Close because the scanner was revoked. Its session ends with it."""
        if not self.closing:
            self.queue.send(frames.failure(None, refused))
            self.close(CloseCode.SESSION_ENDED)
            identity = self.identity
            if identity is not None:
                self._host.background.start(sign_out(self._staff.services, identity))

    def check_scanner(self) -> None:
        """Read this socket's scanner again, because it was changed or revoked."""
        if self.commands is not None and not self.closing:
            self.commands.context.scanner_changed = True
            self._host.background.start(self.commands.read_scanner())

    @property
    def scanner(self) -> Scanner | None:
        return self.commands.context.scanner if self.commands is not None else None

    def retire(self) -> None:
        """Reply to the commands in flight, then close, because the hub stops."""
        if self.commands is not None:
            self.commands.retire()
        else:
            self.say_goodbye()

    def _log_close(self, code: int) -> None:
        identity = self.identity
        if identity is not None:
            telemetry.event(
                telemetry.SOCKET_CLOSED, org_id=identity.org_id, operator_id=identity.staff_id, close=int(code)
            )

    def _forget(self) -> None:
        if self.commands is not None:
            self.commands.end()
        self._leave_place()
        self._staff.sockets.remove_staff(self)
