"""What the organiser's pages draw about shows: the next performances of each, the months of one, and the open requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from db.statements import load
from hub.services import Services

OVERVIEW = load("shows/overview")


@dataclass(frozen=True, slots=True)
class NextPerformance:
    """A performance to come, with the number and the places of all performances to come of its show."""

    performance_id: int
    show_id: int
    date: date
    start_time: time
    capacity: int
    booked: int
    held: int
    admitted: int
    all_of_them: int
    all_places: int
    all_booked: int


@dataclass(frozen=True, slots=True)
class MonthOfShow:
    """A month with performances, and the places of those that are not cancelled. `month` is its first day."""

    month: date
    performances: int
    capacity: int
    booked: int
    held: int
    admitted: int


async def next_performances(
    services: Services, org_id: int, show_ids: Sequence[int], most: int
) -> dict[int, list[NextPerformance]]:
    """Return at most `most` performances to come of each of these shows, by show. A show without any is left out."""
    rows = await services.database.records.fetch(
        OVERVIEW.next_performances, org_id, list(show_ids), services.clock.now(), most
    )
    found: dict[int, list[NextPerformance]] = {}
    for row in rows:
        found.setdefault(row["show_id"], []).append(NextPerformance(*row))
    return found


async def months_of_show(services: Services, org_id: int, show_id: int) -> list[MonthOfShow]:
    """Return the months in which the show is or was played, in order."""
    rows = await services.database.records.fetch(OVERVIEW.months_of_show, org_id, show_id)
    return [MonthOfShow(*row) for row in rows]


async def pending_requests(services: Services, org_id: int, performance_ids: Sequence[int]) -> dict[int, int]:
    """Return the number of requests that are not confirmed, by performance. One without any is left out."""
    rows = await services.database.records.fetch(
        OVERVIEW.pending_requests, org_id, list(performance_ids), services.clock.now()
    )
    return {row["performance_id"]: row["pending"] for row in rows}
