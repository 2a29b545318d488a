"""Responses about staff: people, their sessions, and one's own account."""

from datetime import date, datetime, time
from typing import Literal

from web.api.responses import Done, Response, RoleName


class StaffShift(Response):
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime


class StaffMember(Response):
    staff_id: int
    username: str
    name: str
    role: RoleName
    email: str | None
    status: Literal["ACTIVE", "INVITED", "DISABLED"]
    """`INVITED`: somebody without a password and a PIN, who cannot sign in yet."""
    venue_ids: list[int]
    """The venues where they may work; empty: all."""
    gate_ids: list[int]
    """The gates at which they may scan; empty: all."""
    gates: list[str]
    valid_from: datetime | None
    valid_until: datetime | None
    shifts: list[StaffShift]
    """The only times at which they may work; empty: all. Those that are over stay for 60 days."""
    has_password: bool
    has_pin: bool
    invited_until: datetime | None
    last_signed_in_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    version: int


class StaffPage(Response):
    staff: list[StaffMember]
    next: int | None


class StaffPageAnswer(Done):
    data: StaffPage


class StaffMemberAnswer(Done):
    data: StaffMember


class ResetSecret(Response):
    staff_id: int
    sent_to: str | None
    """The masked address that the link was sent to."""
    pin: str | None
    """The new PIN. Nothing shows it again."""


class ResetSecretAnswer(Done):
    data: ResetSecret


class OpenSession(Response):
    session_id: int
    device: str
    client_ip: str | None
    signed_in_at: datetime
    last_seen_at: datetime
    """A few minutes behind at most."""
    expires_at: datetime
    is_own: bool
    """Whether it is the session of this request."""


class OpenSessions(Response):
    sessions: list[OpenSession]


class OpenSessionsAnswer(Done):
    data: OpenSessions


class EndedSessions(Response):
    ended: int


class EndedSessionsAnswer(Done):
    data: EndedSessions


class OwnAccountAnswer(Done):
    data: StaffMember
