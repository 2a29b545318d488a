"""The codec of announcements: the JSON that hub processes send each other through Redis.

The kinds and the order of fields are fixed, because processes of two versions run side by side during an update.
"""

from datetime import date, datetime, time
from typing import Any

from hub.events.announcements import (
    Announcement,
    MessagesWritten,
    MovementsChanged,
    PeerSeen,
    ScannerChanged,
    ScansLogged,
    SessionRevoked,
    SlotChanged,
    SlotsEdited,
    TicketsChanged,
    TopicEvent,
    WalkInsChanged,
)
from hub.rules.slot_capacity import SlotCount


def encode(announcement: Announcement) -> list[Any]:
    """Return the JSON form: the kind, then the fields in order."""
    match announcement:
        case SlotChanged(org_id, venue_id, day, s):
            return ["slot", org_id, venue_id, day.isoformat(), s.slot_id, s.start_time.isoformat(),
                    s.end_time.isoformat(), s.capacity, s.booked, s.verified, s.revision, s.held]  # fmt: skip
        case WalkInsChanged(org_id, venue_id, day, entered, revision):
            return ["walk_ins", org_id, venue_id, day.isoformat(), entered, revision]
        case MovementsChanged(org_id, venue_id, day, exited, reentered, revision):
            return ["movements", org_id, venue_id, day.isoformat(), exited, reentered, revision]
        case SlotsEdited(org_id):
            return ["slots_edited", org_id]
        case SessionRevoked(org_id, jti, staff_id, before):
            return ["session", org_id, jti, staff_id, before.isoformat() if before else None]
        case ScannerChanged(org_id, scanner_id):
            return ["scanner", org_id, scanner_id]
        case TicketsChanged(org_id, venue_id, hashes, change, None):
            return ["tickets", org_id, venue_id, list(hashes), change]
        case TicketsChanged(org_id, venue_id, hashes, change, party):
            return ["tickets", org_id, venue_id, list(hashes), change, party]
        case TopicEvent(org_id, topic, body, venue_id, staff_id, gate, str() as device):
            return ["event", org_id, topic, body, venue_id, staff_id, gate, device]
        case TopicEvent(org_id, topic, body, venue_id, staff_id, gate):
            return ["event", org_id, topic, body, venue_id, staff_id, gate]
        case ScansLogged(org_id, venue_id, rows):
            return ["scans", org_id, venue_id, rows]
        case PeerSeen(origin, wants):
            return ["here", origin, wants]
        case MessagesWritten(process, bookings):
            return ["messages", process, bookings]


def decode(fields: list[Any]) -> Announcement | None:
    """Return the announcement that `encode` wrote, or None for a kind that this version does not know."""
    match fields:
        case ["slot", org_id, venue_id, day, slot_id, start, end, capacity, booked, verified, revision, held]:
            count = SlotCount(
                slot_id, time.fromisoformat(start), time.fromisoformat(end), capacity, booked, verified, revision, held
            )
            return SlotChanged(org_id, venue_id, date.fromisoformat(day), count)
        case ["walk_ins", org_id, venue_id, day, entered, revision]:
            return WalkInsChanged(org_id, venue_id, date.fromisoformat(day), entered, revision)
        case ["movements", org_id, venue_id, day, exited, reentered, revision]:
            return MovementsChanged(org_id, venue_id, date.fromisoformat(day), exited, reentered, revision)
        case ["slots_edited", org_id]:
            return SlotsEdited(org_id)
        case ["session", org_id, jti, staff_id, before]:
            return SessionRevoked(org_id, jti, staff_id, datetime.fromisoformat(before) if before else None)
        case ["scanner", org_id, scanner_id]:
            return ScannerChanged(org_id, scanner_id)
        case ["tickets", org_id, venue_id, hashes, change]:
            return TicketsChanged(org_id, venue_id, tuple(hashes), change)
        case ["tickets", org_id, venue_id, hashes, change, [size, admitted]]:
            return TicketsChanged(org_id, venue_id, tuple(hashes), change, (size, admitted))
        case ["event", org_id, topic, body, venue_id, staff_id, gate]:
            return TopicEvent(org_id, topic, body, venue_id, staff_id, gate)
        case ["event", org_id, topic, body, venue_id, staff_id, gate, device]:
            return TopicEvent(org_id, topic, body, venue_id, staff_id, gate, device)
        case ["scans", org_id, venue_id, rows]:
            return ScansLogged(org_id, venue_id, tuple(tuple(row) for row in rows))
        case ["here", origin, wants]:
            return PeerSeen(origin, tuple(wants))
        case ["messages", process, bookings]:
            return MessagesWritten(process, bookings)
    return None
