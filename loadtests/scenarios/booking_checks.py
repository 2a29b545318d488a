"""What must be true of the calendar, of a booking and of a visit: each check returns a sentence, or None if everything is right."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from loadtests.framework.people import Checks
from loadtests.scenarios.slots import slot_problem


def calendar_problem(slots: list[dict[str, Any]]) -> str | None:
    """Return what is wrong with the numbers of a calendar."""
    if not slots:
        return "no calendar"
    return next(filter(None, map(slot_problem, slots)), None)


def booked_is(code: str, slot: Mapping[str, Any]) -> Checks:
    """Return the check of a booking of this ticket into this slot, with the QR image and the link."""

    def check(data: Mapping[str, Any]) -> str | None:
        if data["ticket_code"] != code or not data["reservation_id"]:
            return f"booked {data['ticket_code']} as {data['reservation_id']}, not {code}"
        return (
            _slot_problem(data["slot"], slot) or picture_problem(data["qr_code"]) or _link_problem(data["manage_url"])
        )

    return check


def party_is(codes: list[str], slot: Mapping[str, Any]) -> Checks:
    """Return the check of a booking of all of these tickets into this slot, in their order."""

    def check(data: Mapping[str, Any]) -> str | None:
        booked = [one["ticket_code"] for one in data["reservations"]]
        if booked != codes:
            return f"booked {booked}, not {codes}"
        pictures = (picture_problem(one["qr_code"]) for one in data["reservations"])
        return (
            next(filter(None, pictures), None) or _slot_problem(data["slot"], slot) or _link_problem(data["manage_url"])
        )

    return check


def visit_is(codes: list[str], slot: Mapping[str, Any], status: str = "RESERVED") -> Checks:
    """Return the check of a visit that the holder of its link looks at: these tickets are in this slot."""

    def check(data: Mapping[str, Any]) -> str | None:
        wrong = [one for one in data["party"] if one["ticket_code"] in codes and one["slot_id"] != slot_id(slot)]
        if wrong or {one["ticket_code"] for one in data["party"]} < set(codes):
            return f"the party is {data['party']}, not {codes} in slot {slot_id(slot)}"
        if data["status"] != status:
            return f"the visit is {data['status']}, not {status}"
        return _slot_problem(data["slot"], slot)

    return check


def starts_with(beginning: bytes) -> Checks:
    """Return the check of a file: it begins so."""

    def check(body: bytes) -> str | None:
        return None if body.startswith(beginning) else f"the file begins with {body[:20]!r}"

    return check


def slot_id(slot: Mapping[str, Any]) -> int:
    """Return the id of a slot of the calendar, of alternatives or of a booking."""
    return int(slot["slot_id"] if "slot_id" in slot else slot["id"])


def token_of(link: str) -> str:
    """Return the token at the end of a link such as `https://tickets.example.org/r/TOKEN`."""
    return link.rsplit("/", 1)[-1]


def _slot_problem(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    same = found["slot_id"] == slot_id(wanted) and all(
        found[name] == wanted[name] for name in ("date", "start_time") if name in wanted
    )
    return None if same else f"slot {dict(found)}, not {dict(wanted)}"


def picture_problem(address: str) -> str | None:
    head, _, image = address.partition(",")
    right = head == "data:image/png;base64" and base64.b64decode(image).startswith(b"\x89PNG")
    return None if right else "no QR image"


def _link_problem(link: str) -> str | None:
    return None if "/r/" in link else f"no link to the visit: {link!r}"
