"""Responses about enrolled scanners."""

from datetime import datetime
from typing import Literal

from hub.rules.scanners import ScannerMode, ScannerState, Wipe
from web.api.responses import Done, Response


class DevicePresence(Response):
    live: bool
    """Whether it is connected now."""
    since: datetime
    """Since when that is so."""
    operator: str | None
    gate: str | None
    """The gate that it reports."""
    battery: int | None
    """Percent."""
    charging: bool | None
    queue: int | None
    """Scans that it has not sent yet."""
    version: str | None


class DeviceFields(Response):
    device_id: int
    log_name: str
    """What `device` is in the scan log and in the control room."""
    venue_id: int
    venue: str
    name: str
    gate: str | None
    mode: ScannerMode
    state: ScannerState
    """`wiping`: it has not said yet that it has deleted what it keeps."""
    code_expires_at: datetime | None
    """Set while an enrolment code is open."""
    enrolled_at: datetime | None
    last_seen_at: datetime | None
    """Its last contact, to the minute."""
    revoked_at: datetime | None
    wipe: Wipe | None
    wiped_at: datetime | None
    wiped_lost: int | None
    """How many scans were lost, because they had not been sent before it was wiped."""
    version: int
    """Counts the changes. `If-Match` names it."""
    presence: DevicePresence | None
    """Null if it was not connected in the last 15 minutes."""


class DevicePageFields(Response):
    devices: list[DeviceFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class DevicePageAnswer(Done):
    data: DevicePageFields


class DeviceAnswer(Done):
    data: DeviceFields


class OpenEnrolmentFields(Response):
    device: DeviceFields
    code: str
    """To be typed on the scanner. It works once, for 15 minutes, and is not shown again."""
    url: str
    """The address in the QR code. The code stands behind `#`, so that no server's log has it."""
    qr_png: str
    """The QR code as a `data:` URL."""
    dry_run: bool


class OpenEnrolmentAnswer(Done):
    data: OpenEnrolmentFields


class EnrolledFields(Response):
    token: str
    """Send it as `X-Device-Token`, or in the socket's `device` object. It is not shown again."""
    device_id: int
    log_name: str
    name: str
    venue_id: int
    venue: str
    gate: str | None
    mode: ScannerMode


class EnrolledAnswer(Done):
    data: EnrolledFields


class WipedFields(Response):
    noted: Literal[True]


class WipedAnswer(Done):
    data: WipedFields
