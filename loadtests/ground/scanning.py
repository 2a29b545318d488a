"""Data of the operators and dashboards: logins, tickets reserved for today, and tickets that must be refused."""

from __future__ import annotations

from datetime import timedelta

from loadtests.ground.ground import Ground
from loadtests.hub_commands import HubTrouble
from loadtests.stock import code_of

LOGINS_OF_OWN_HUB = 2
SOCKETS_OF_A_LOGIN = 20
"""The default of HUB_SOCKETS_PER_OPERATOR. The own hub has no such limit."""
SCANS_PER_USER_AND_SECOND = 2.0
CAPACITY = 20_000


async def prepare(ground: Ground) -> None:
    logins = LOGINS_OF_OWN_HUB
    if ground.hub.limits_sockets:
        logins = max(logins, -(-ground.users // (SOCKETS_OF_A_LOGIN - 5)))
    ground.shared["operator tokens"] = ground.add_staff("operator", logins)
    ground.shared["manager tokens"] = ground.add_staff("manager", max(1, logins // 4))
    ground.audit["manager token"] = ground.shared["manager tokens"][0]
    today, tomorrow = ground.today, ground.today + timedelta(days=1)
    ground.hub.generate_slots(today, 2, capacity=CAPACITY, opens=ground.hub.opens, closes=ground.hub.closes)
    ends = ground.hub.now + timedelta(seconds=ground.seconds + 120)
    running = [slot.id for slot in await ground.stock.slots_of(today, ends_after=ends)]
    if not running:
        raise HubTrouble(
            f"no slot of today ({today}) lasts until the end of the run: start it earlier in the venue's day"
        )
    later = [slot.id for slot in await ground.stock.slots_of(tomorrow)]
    guests = await ground.stock.reserved(ground.enough(SCANS_PER_USER_AND_SECOND), running)
    ground.shared["last slot of today"] = running[-1:]
    ground.taken["today"] = [code_of(number) for number in guests]
    ground.shared["another day"] = [code_of(number) for number in await ground.stock.reserved(50, later)]
    ground.shared["not activated"] = [code_of(number) for number in await ground.stock.pending_payment(20)]
    ground.shared["no reservation"] = [code_of(number) for number in await ground.stock.activated(20)]
