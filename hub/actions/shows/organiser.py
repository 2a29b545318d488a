"""The organiser: who changes rooms, shows and performances, and what all of these changes share."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hub.access.tokens import Identity
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

BEYOND = 2**62
"""An id above every other, for the first page of a list."""


@dataclass(frozen=True, slots=True)
class Organiser:
    """Whoever changes something for an organisation. `venue_id` is where new rooms and shows are, unless another is named.

    `staff_id` is None for a command of the machine's owner.
    """

    org_id: int
    venue_id: int | None = None
    staff_id: int | None = None

    @classmethod
    def of(cls, identity: Identity) -> "Organiser":
        return cls(identity.org_id, identity.venue_id, identity.staff_id)


class _Undone(Exception):
    """Ends the transaction of a dry run."""


@asynccontextmanager
async def change(services: Services, *, dry_run: bool = False) -> AsyncIterator[Any]:
    """Yield a connection in a transaction. With `dry_run` all of it is undone at the end, whatever the block wrote."""
    try:
        async with services.database.transaction() as connection:
            yield connection
            if dry_run:
                raise _Undone
    except _Undone:
        pass


async def venue_of(services: Services, by: Organiser, venue_id: int | None) -> int:
    """Return the venue for something new: the named one, the login's, or the first. Refuses NOT_FOUND for an unknown one."""
    wanted = venue_id or by.venue_id
    if wanted is not None:
        return (await services.venues.read(by.org_id, wanted)).id
    first = await services.venues.first(by.org_id)
    if first is None:
        raise Refused(Reason.NOT_FOUND, message=N_("There is no venue yet"))
    return first.id


def refuse_other_version(row: Any, version: int | None) -> None:
    """Refuse VERSION_MISMATCH with the newest `version` unless the row still has the one that was read. None asks for none."""
    if version is not None and row["version"] != version:
        raise Refused(Reason.VERSION_MISMATCH, version=row["version"])


def refuse_fields(errors: Mapping[str, str]) -> None:
    """Refuse INVALID_REQUEST with one entry per wrong field, if there is one."""
    if errors:
        raise Refused(
            Reason.INVALID_REQUEST, errors=[{"field": field, "message": text} for field, text in errors.items()]
        )


def publish_slots(services: Services, org_id: int, rows: Iterable[Any] = ()) -> None:
    """After the commit: settle seat admission, publish the counts of these slots, and have lists of slots read again."""
    now = services.clock.now()
    announcements: list[SlotChanged | SlotsEdited] = []
    for row in rows:
        changed = SlotChanged.of(row)
        bookable = row["status"] == "ACTIVE" and row["ends_at"] > now
        services.seat_admission.settle(
            org_id, changed.slot.slot_id, free=changed.slot.free if bookable else 0, revision=changed.slot.revision
        )
        announcements.append(changed)
    services.announcer.publish([*announcements, SlotsEdited(org_id)])
