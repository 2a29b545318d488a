"""Alternatives to a full slot: the nearest slots with places left, the same day first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

MOST_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class SlotOffer:
    slot_id: int
    date: date
    start_time: time
    available_count: int

    def as_dict(self) -> dict[str, Any]:
        """Return the offer as an element of `alternative_slots`."""
        return {
            "slot_id": self.slot_id,
            "date": self.date.isoformat(),
            "start_time": self.start_time.isoformat("seconds"),
            "available_count": self.available_count,
        }


def choose_alternatives(
    slot_id: int, day: date, start: time, offers: Iterable[SlotOffer], limit: int = MOST_ALTERNATIVES
) -> list[SlotOffer]:
    """Return at most `limit` offers nearest to the wanted slot, by days away, then by distance in the time of day.

    Of two equally near slots the later comes first, because a customer can still reach it. The caller leaves out slots
    that are closed or over; this function leaves out the wanted slot and slots without a free place.
    """
    wanted = _minute(start)

    def distance(offer: SlotOffer) -> tuple[int, int, int, int, int]:
        days = (offer.date - day).days
        minutes = _minute(offer.start_time) - wanted
        return abs(days), -days, abs(minutes), -minutes, offer.slot_id

    free = [offer for offer in offers if offer.available_count > 0 and offer.slot_id != slot_id]
    return sorted(free, key=distance)[:limit]


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
