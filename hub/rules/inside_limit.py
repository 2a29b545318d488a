"""The limit of people inside: which decision an entry gets that no longer fits, by the venue's policy."""

from typing import Final, Literal

from hub.rules.decisions import Decision
from hub.rules.entry_decision import Verdict
from hub.rules.reasons import Reason

WhenFull = Literal["warn", "stop"]

ONE_OUT_ONE_IN: Final = "One out, one in"


def refused_when_full(decision: Decision, room: int) -> Decision:
    """Return the decision of somebody who does not come in, because only `room` more people may be inside.

    The ticket, its party and its first entry are as they were before the scan.
    """
    ticket, party, presence, people = decision.ticket, decision.party, decision.presence, decision.people
    first_entry, status = decision.first_entry, decision.status
    if decision.entered:
        status = None if ticket is None else ticket.status
        party = party and party._replace(admitted=party.admitted - people)
        if party is None or not party.admitted:
            first_entry = None
    elif presence is not None and presence.inside is not None:
        presence = presence._replace(inside=presence.inside - people)
    detail = f"Room for {room} of {people}" if 0 < room < people else ONE_OUT_ONE_IN
    verdict = Verdict("RED", Reason.VENUE_FULL, False, "VENUE FULL", detail, decision.verdict.days_from_now)
    return decision._replace(
        verdict=verdict, status=status, first_entry=first_entry, entered=False, party=party, presence=presence
    )
