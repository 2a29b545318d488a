"""What a scope can be chosen from: the venues and gates of the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hub.actions.audit.actor import Actor
from hub.actions.staff.people import PEOPLE
from hub.services import Services


@dataclass(frozen=True, slots=True)
class GateChoice:
    gate_id: int
    name: str


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """A venue with its gates by name."""

    venue_id: int
    name: str
    zone: ZoneInfo
    gates: tuple[GateChoice, ...]


@dataclass(frozen=True, slots=True)
class ScopeChoices:
    """The venues that an administrator may give, in order of id."""

    venues: tuple[VenueChoice, ...]

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the first venue."""
        return self.venues[0].zone if self.venues else ZoneInfo("UTC")

    @property
    def venue_names(self) -> dict[int, str]:
        return {one.venue_id: one.name for one in self.venues}

    def zone_of(self, venue_ids: tuple[int, ...]) -> ZoneInfo:
        """Return the time zone in which the shifts of a scope are."""
        return next((one.zone for one in self.venues if one.venue_id in venue_ids), self.zone)


async def read_scope_choices(services: Services, by: Actor) -> ScopeChoices:
    """Return the venues of the organisation with their gates; of an administrator of some venues, only these."""
    rows = await services.database.fetch(PEOPLE.venues_of_organisation, by.org_id)
    gates: dict[int, list[GateChoice]] = {}
    for row in await services.database.fetch(PEOPLE.gates_of_organisation, by.org_id):
        gates.setdefault(row["venue_id"], []).append(GateChoice(row["id"], row["name"]))
    return ScopeChoices(
        tuple(
            VenueChoice(row["id"], row["name"], ZoneInfo(row["timezone"]), tuple(gates.get(row["id"], ())))
            for row in rows
            if not by.venue_ids or row["id"] in by.venue_ids
        )
    )
