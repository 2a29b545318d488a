"""Finishing what a crash interrupted: the bookings of cancelled performances, and the e-mails of moved ones."""

from db.pool import DatabaseDown
from db.statements import load
from hub.actions.shows.close_performance import end_bookings
from hub.actions.shows.move_performance import notify_moved
from hub.services import Services

CHANGES = load("shows/performance_changes")


async def finish_changes(services: Services) -> int:
    """End the bookings and queue the e-mails that are left of every performance. Return how many bookings that were.

    One performance that cannot be finished now does not keep the others waiting.
    """
    finished = 0
    problem: DatabaseDown | None = None
    for row in await services.database.fetch(CHANGES.unfinished):
        try:
            finish = end_bookings if row["cancelled"] else notify_moved
            finished += await finish(services, row["org_id"], row["id"])
        except DatabaseDown as busy:  # a lock was not free in time
            problem = problem or busy
    if problem is not None:
        raise problem
    return finished
