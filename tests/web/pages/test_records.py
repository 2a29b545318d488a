"""The record pages as the hub sends them, before their scripts run."""

from __future__ import annotations

from tests.support.hub import Hub
from tests.support.world import World


async def test_the_replay_names_its_day_before_its_script_runs_and_refuses_one_that_is_none(
    hub: Hub, world: World
) -> None:
    signed_in = {"Cookie": f"hub_session={await world.staff('MANAGER')}", "Accept-Language": "en-GB"}
    for query, heading in (("", "20 November 2026"), ("?date=2026-11-19", "19 November 2026")):
        async with hub.client.get(f"/manager/replay{query}", headers=signed_in) as page:
            assert page.status == 200
            assert f"{heading}</h1>" in await page.text()
    async with hub.client.get("/manager/replay?date=2026-11-31", headers=signed_in) as page:
        assert page.status == 400
