"""What the visitors of a waiting room wait for: a time of a venue, a day of it, or a performance."""

from dataclasses import dataclass
from datetime import date, time

from db.statements import load
from hub.actions.waiting_room.rooms import Room
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_logo import VenueLogo
from hub.services import Services

SOLD = load("waiting_room/sold")


@dataclass(frozen=True, slots=True)
class Sold:
    """What is booked behind a waiting room. A whole day has no times, and only a performance has a show."""

    venue_name: str
    venue_slug: str
    timezone: str
    logo: VenueLogo | None
    has_waitlist: bool
    date: date
    start_time: time | None = None
    end_time: time | None = None
    show_id: int | None = None
    performance_id: int | None = None
    title: str = ""
    room: str = ""

    @property
    def booking_path(self) -> str:
        """Return the page where it is booked."""
        if self.show_id is not None:
            return f"/shows/{self.show_id}/book/{self.performance_id}"
        return f"/v/{self.venue_slug}/reserve"

    @property
    def other_times_path(self) -> str:
        """Return the page that shows what else can be booked."""
        return f"/shows/{self.show_id}#dates" if self.show_id is not None else f"/v/{self.venue_slug}/reserve"


async def read_sold(services: Services, room: Room, language: str) -> Sold:
    """Return what is booked behind a room. Refuses NOT_FOUND if the slot was removed."""
    venue = await services.venues.read(room.org_id, room.venue_id)
    facts = (venue.name, venue.slug, venue.timezone, venue.logo, venue.waitlist_offer_minutes is not None)
    if room.name.kind == "day":
        return Sold(*facts, room.date)
    row = await services.database.fetchrow(SOLD.sold_slot, room.org_id, room.name.id, language)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    if row["show_id"] is None:
        return Sold(*facts, row["date"], row["start_time"], row["end_time"])
    return Sold(
        *facts, row["date"], row["start_time"], row["end_time"], row["show_id"], room.name.id, row["title"] or "",
        row["room"] or "",
    )  # fmt: skip
