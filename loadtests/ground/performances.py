"""Data of visitors of shows: performances of today with places for everybody, and one of another day that is soon sold out."""

from __future__ import annotations

from datetime import timedelta

from loadtests.ground.ground import Ground

PEOPLE_PER_USER_AND_SECOND = 1.5
SMALL_ROOM = 60
WHOLE_DAY = 1440
"""Minutes before and after the start in which check-in is open, whenever the run begins."""
TODAY_AT, LATER_AT = "22:30:00", "20:00:00"
LATER_IN_DAYS = 5


async def prepare(ground: Ground) -> None:
    admin, venue = ground.administration, {"venue_id": ground.stock.venue_id}
    show = {"title": f"Load test {ground.mark}", "duration_minutes": 60, "largest_party": 8, **venue}
    show_id = admin.change("shows", show)["show_id"]
    large = ground.enough(PEOPLE_PER_USER_AND_SECOND, least=500)
    for name, places, day, start in (
        ("large", large, ground.today, TODAY_AT),
        ("small", SMALL_ROOM, ground.today + timedelta(days=LATER_IN_DAYS), LATER_AT),
    ):
        room = admin.change("rooms", {"name": f"Load {ground.mark} {name}", "capacity": places, **venue})
        performance = {
            "show_id": show_id, "room_id": room["room_id"], "date": day.isoformat(), "start_time": start,
            "check_in_opens_minutes": WHOLE_DAY, "check_in_closes_minutes": WHOLE_DAY,
        }  # fmt: skip
        admin.change("performances", performance)
    admin.change(f"shows/{show_id}", {"status": "PUBLISHED"}, "PATCH")
    ground.shared["date"] = [ground.today.isoformat()]
    ground.shared["show"] = [show_id]
    ground.shared["receivers"] = [ground.receivers.url]
