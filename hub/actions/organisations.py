"""The deed of finding out which organisation a public request speaks of."""

from db.statements import load
from hub.house import House
from hub.refusals import Refused
from hub.rules.reasons import Reason

VENUES = load("venues")


async def resolve_org(house: House, orq: int | None) -> int:
    """Return the organisation named by `orq`, or the only one there is.

    Refuses INVALID_REQUEST where none is named and there are several, or the named one does not exist.
    """
    only = await house.venues.only_organisation()
    if orq is None:
        if only is None:
            errors = [{"field": "orq", "message": "Name the organisation: this hub serves more than one"}]
            raise Refused(Reason.INVALID_REQUEST, errors=errors)
        return only
    if orq == only or await house.database.fetchval(VENUES.organisation_exists, orq):
        return orq
    raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "orq", "message": "No such organisation"}])
