"""Who is inside, as the gates and the board of a venue show it."""

from __future__ import annotations

from typing import Any

from tests.support.websocket_client import Socket
from tests.support.world import TODAY, Ticket, World


async def inside(world: World, gate: Socket) -> Ticket:
    """Return a ticket whose holder has just come in at this gate."""
    (ticket,) = await world.fill(await world.slot(start=f"{12 + len(gate.events):02}:00"), 1)
    assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
    return ticket


def shown(decision: dict[str, Any]) -> tuple[str, str, str]:
    """Return the parts of a decision that a scanner shows."""
    return decision["result"], decision["reason"], decision["detail"]


async def figures(board: Socket) -> dict[str, int]:
    """Return the day's counts for a new subscriber."""
    reply = await board.command("subscribe", topic="counts", date=str(TODAY))
    await board.command("unsubscribe", topic="counts")
    return {name: reply["data"][name] for name in ("verified", "inside", "exited", "reentered")}


def counts(verified: int, inside: int, exited: int, reentered: int) -> dict[str, int]:
    return {"verified": verified, "inside": inside, "exited": exited, "reentered": reentered}
