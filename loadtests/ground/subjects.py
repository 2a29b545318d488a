"""All subjects of the prepared data, in the order in which they are prepared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from loadtests.ground import booking, scanning
from loadtests.ground.ground import Ground, open_ground
from loadtests.hub_commands import HubCommands

SUBJECTS: tuple[Callable[[Ground], Awaitable[None]], ...] = (scanning.prepare, booking.prepare)


async def prepare(hub: HubCommands, path: Path, *, users: int, seconds: int, plenty: float = 1.0) -> None:
    """Prepare a run on this hub, and write the file that `LOAD_GROUND` names."""
    ground = await open_ground(hub, users=users, seconds=seconds, plenty=plenty)
    for subject in SUBJECTS:
        await subject(ground)
    await ground.stock.settle()
    await ground.stock.close()
    ground.write(path)
