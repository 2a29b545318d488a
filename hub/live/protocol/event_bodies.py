"""Event bodies: the `data` of every event, by topic, as a type. An event frame wraps it (`frames.event_head`, `event_tail`).

The reply to `subscribe` has the same fields as the first event would have, for the whole state; what differs is said below.
"""

from datetime import date
from typing import Any, NotRequired, TypedDict

# ---- counts


class SlotCountBody(TypedDict):
    """The whole count of one slot; a higher `revision` is newer. Only a performance has the fields from `show_id` on."""

    slot_id: int
    start_time: str
    end_time: str
    capacity: int
    booked: int
    verified: int
    revision: int
    show_id: NotRequired[int]
    show: NotRequired[str]
    room: NotRequired[str]
    is_cancelled: NotRequired[bool]
    """Then nobody can come, and the day's `capacity` does not count it."""


class CountsBody(TypedDict):
    """`counts`: totals of a venue's day, and the slots that changed since the subscriber's last event."""

    date: date
    venue_id: int
    verified: int
    booked: int
    capacity: int
    inside: int
    exited: int
    reentered: int
    slots: list[dict[str, Any]]
    """Each is a `SlotCountBody`, as `slot_as_dict` builds it."""


# ---- figures


class GateFigures(TypedDict):
    """One gate of a day; `minutes` holds only the minutes that changed."""

    gate: str
    minutes: list[list[int]]
    """Each row: minute of the day, scans, YELLOW, RED, entered, left."""
    reasons: list[list[Any]]
    """Each row: result, reason, number of scans."""
    median_ms: int | None
    """Milliseconds from validation to entry."""


class FiguresBody(TypedDict):
    """`figures`: a venue's day by minute and gate; only gates that changed since the subscriber's last event."""

    date: date
    venue_id: int
    starts_at: str
    gates: list[GateFigures]


# ---- tickets


class PartyBody(TypedDict):
    """How many people of a party are in."""

    size: int
    admitted: int
    remaining: int


class TicketsBody(TypedDict):
    """`tickets`: hashes of the codes of tickets that changed. `change` is `missed` where events were lost.

    `party` is that of all these tickets: of one booking, or of tickets that were booked together.
    """

    hashes: list[str]
    change: str
    party: NotRequired[PartyBody]


# ---- devices


class DeviceOperator(TypedDict):
    """The staff member who is signed in on the device."""

    id: int
    name: str
    role: str


class LastScan(TypedDict):
    """The newest scan of a device that this hub has logged."""

    at: str
    result: str
    reason: str
    mode: str


class DeviceRow(TypedDict):
    """One scanner as it described itself; `live` says whether its socket is open, `since` since when that is so."""

    device_id: str
    name: str | None
    gate: str | None
    venue_id: int
    operator: DeviceOperator
    live: bool
    since: str
    last_scan: LastScan | None
    battery: int | None
    charging: bool | None
    queue: int | None
    version: str | None
    round_trip_ms: int | None
    skew_ms: int | None


class DevicesBody(TypedDict):
    """`devices`: scanners that changed, ids of those removed, and every gate that scanned lately.

    `complete` is False while the devices of other hub processes are unknown. The reply to `subscribe` has no `removed`.
    """

    devices: list[DeviceRow]
    removed: list[str]
    gates: list[dict[str, Any]]
    """Each: gate, scans, last_scan_at, quiet (`hub/actions/reporting/gate_activity.py`)."""
    complete: bool


class DevicesSnapshot(TypedDict):
    """The whole of `devices`, for the reply to `subscribe`."""

    devices: list[DeviceRow]
    gates: list[dict[str, Any]]
    complete: bool


# ---- scans


class ScanOperator(TypedDict):
    """The operator who scanned."""

    id: int
    name: str


class ScanBody(TypedDict):
    """One logged scan. It has only the end of the code, because the feed hangs on walls and a code is a ticket.

    `people` is how many it moved if it moved anybody. `slot_id` is the slot of the ticket's reservation.
    """

    scan_id: str
    at: str
    scanned_at: str
    gate: str | None
    operator: ScanOperator
    mode: str
    source: str
    result: str
    reason: str
    entered: bool
    people: int
    slot_id: int | None
    code_tail: str
    ticket_id: int | None
    booking_id: int | None
    """The same id if it is a booking's."""


class ScansBody(TypedDict):
    """`scans`: the newest scans, oldest first. `more` counts those left out. The reply to `subscribe` has no `more`."""

    scans: list[Any]
    """Each is a `ScanBody`, encoded already."""
    more: int


class ScansSnapshot(TypedDict):
    """The last scans, for the reply to `subscribe`."""

    scans: list[Any]


# ---- Topics whose bodies are built by an action and passed on as they are


class MissedBody(TypedDict):
    """Sent in any topic of this part if events were lost: the client subscribes again."""

    missed: bool


class AlertsBody(TypedDict):
    """`alerts`: one alert that was raised, measured again or cleared (`hub/actions/reporting/alerts.py`). The reply lists them as `alerts`."""

    alert: dict[str, Any]


class AlarmsBody(TypedDict):
    """`alarms`: one code that was shown at two gates (`hub/actions/scanning/duplicate_alarms.py`). The reply lists them as `alarms`."""

    alarm: dict[str, Any]


class ScannerRow(TypedDict):
    """What an enrolled scanner receives about itself. `wipe`: after_sync, or now; null if it need not delete what it keeps."""

    id: str
    version: int
    name: str
    gate: str | None
    mode: str
    venue: str
    wipe: str | None


class ScannerBody(TypedDict):
    """`scanner`: the scanner of this socket after a change. The reply has null for a device that is not enrolled."""

    scanner: ScannerRow | None


class NoticesBody(TypedDict):
    """`notices`: something for one member of staff or one gate (`hub/actions/messaging/notices.py`). The reply lists them as `notices`."""

    notice_id: int
    kind: str
    told_at: str
    data: dict[str, Any]


class MessagesBody(TypedDict):
    """`messages`: one message to the gates that is new or was read. The reply lists them as `messages`."""

    message: dict[str, Any]


class ConflictsBody(TypedDict):
    """`conflicts`: one conflict that is new or decided, and how many are open. The reply lists them as `conflicts`."""

    open: int
    conflict: dict[str, Any]


class DisputesBody(TypedDict):
    """`disputes`: one dispute in its current state (`hub/actions/scanning/disputes.py`). The reply lists them as `disputes`."""

    dispute: dict[str, Any]


BODIES: dict[str, type[Any]] = {
    "counts": CountsBody,
    "figures": FiguresBody,
    "tickets": TicketsBody,
    "devices": DevicesBody,
    "alerts": AlertsBody,
    "alarms": AlarmsBody,
    "scans": ScansBody,
    "scanner": ScannerBody,
    "notices": NoticesBody,
    "messages": MessagesBody,
    "conflicts": ConflictsBody,
    "disputes": DisputesBody,
}
"""The body of each topic's events, by the topic's name on the wire; a test compares it with the table of topics."""
