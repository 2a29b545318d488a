"""The alert round: adds what was counted here to what all count, and looks; of many processes one at a time."""

from contextlib import suppress

from hub.actions.alerts import look_at, measure
from hub.house import House
from hub.measures import Measures


async def watch_measures(house: House, measures: Measures) -> None:
    with suppress(Exception):  # added next time; the look goes by what is known here
        await measures.add(house.redis)
    measured = await measure(house, measures)
    for org_id in await house.venues.organisations():
        await look_at(house, org_id, measured)
