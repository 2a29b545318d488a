"""All subjects of the prepared data, in the order in which they are prepared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from loadtests.ground import booking, performances, sale, scanning, shops
from loadtests.ground.ground import Ground, open_ground
from loadtests.hub_commands import HubCommands
from loadtests.receivers.receivers import Receivers

SUBJECTS: tuple[Callable[[Ground], Awaitable[None]], ...] = (
    scanning.prepare, booking.prepare, sale.prepare, performances.prepare, shops.prepare,
)  # fmt: skip


async def prepare(
    hub: HubCommands,
    receivers: Receivers,
    path: Path,
    *,
    users: int,
    seconds: int,
    plenty: float = 1.0,
    workers: int = 1,
) -> None:
    """Prepare a run on this hub, and write the file that `LOAD_GROUND` names."""
    ground = await open_ground(hub, receivers, users=users, seconds=seconds, plenty=plenty, workers=workers)
    for subject in SUBJECTS:
        await subject(ground)
    await ground.stock.settle()
    await ground.stock.close()
    ground.write(path)
