"""The scope of a session, checked without a query: at which venues and gates its owner may act."""

from __future__ import annotations

from typing import Protocol

from hub.access.roles import Role, at_least
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused


class Scoped(Protocol):
    """Whoever acts within a scope: the identity of a session, or the actor of a change. Empty: no limit."""

    @property
    def venue_ids(self) -> tuple[int, ...]: ...


class OfStaff(Scoped, Protocol):
    @property
    def role(self) -> Role: ...

    @property
    def venue_id(self) -> int: ...


class GateScoped(Protocol):
    @property
    def gates(self) -> tuple[str, ...]: ...


def refuse_other_venue(who: Scoped, venue_id: int | None) -> None:
    """Refuse FORBIDDEN with the allowed venues, unless `who` may act at this venue. None stands for the whole organisation."""
    if who.venue_ids and venue_id not in who.venue_ids:
        raise Refused(Reason.FORBIDDEN, venue_ids=list(who.venue_ids), message="You may not do this at that venue.")


def is_elsewhere(who: Scoped, venue_id: int | None) -> bool:
    """Return whether a ticket stands outside of the scope. None: it is valid at every venue."""
    return bool(who.venue_ids) and venue_id is not None and venue_id not in who.venue_ids


def refuse_elsewhere(who: Scoped, venue_id: int | None) -> None:
    """Refuse FORBIDDEN for a ticket that stands outside of the scope. None: it is valid at every venue."""
    if is_elsewhere(who, venue_id):
        refuse_other_venue(who, venue_id)


def contact_venues(staff: OfStaff) -> tuple[int, ...]:
    """Return the venues of whose visitors staff may see contact details in full; empty: all. Those of an operator: their own.

    The policy of each venue says whether its operators do.
    """
    return staff.venue_ids if at_least(staff.role, Role.MANAGER) else (staff.venue_id,)


def venue_within(who: Scoped, named: int | None, own: int | None) -> int | None:
    """Return the venue of a list: the named one, or `own` for a limited scope. None: all. Refuses FORBIDDEN."""
    if not who.venue_ids:
        return named
    venue_id = named or own
    refuse_other_venue(who, venue_id)
    return venue_id


def gate_within(who: GateScoped, gate: str | None) -> str | None:
    """Return the gate of a scan; the only allowed one if it names none. Refuses FORBIDDEN with the allowed gates."""
    if not who.gates or gate in who.gates:
        return gate
    if gate is None and len(who.gates) == 1:
        return who.gates[0]
    raise Refused(Reason.FORBIDDEN, gates=list(who.gates), message="You may not scan at this gate.")
