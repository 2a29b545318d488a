"""Resolves the organisation of a public request."""

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_


async def resolve_org(services: Services, orq: int | None) -> int:
    """Return the organisation named by `orq`, or the only one there is.

    Refuses INVALID_REQUEST if none is named and there are several, or the named one does not exist.
    """
    known = await services.venues.organisations()
    if orq in known:
        return orq
    if orq is None and len(known) == 1:
        return next(iter(known))
    message = "No such organisation" if orq is not None else "Name the organisation: this hub does not serve just one"
    raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "orq", "message": message}])


async def find_org(services: Services, named: str | int | None) -> int:
    """Return the organisation of this short name or id, or the only one there is. Refuses INVALID_REQUEST as `resolve_org`."""
    if named is None:
        return await resolve_org(services, None)
    found = await services.venues.organisation_named(str(named))
    if found is None:
        raise Refused(
            Reason.INVALID_REQUEST, errors=[{"field": "organisation", "message": N_("There is no such organisation")}]
        )
    return found.org_id
