"""What webhooks keep: events until every subscription has them, and none for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.webhooks import retention
from hub.actions.webhooks.retention import drop_old_events
from tests.support.hub import Hub
from tests.support.webhooks import (
    add_delivery_rows,
    add_event_row,
    add_retry_row,
    change_webhook_row,
    numbered_events,
    read_deliveries,
    read_retries,
    write_down,
)
from tests.support.world import World


async def test_events_stay_as_long_as_somebody_waits_for_them_and_no_longer_than_a_month(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    now = hub.clock.now()
    webhook_id = (await write_down(world)).webhook.webhook_id
    await change_webhook_row(hub.database, webhook_id, position=5)
    for number, days in ((1, 31), (2, 20), (3, 20), (4, 20), (5, 1), (6, 20), (7, 31)):
        await add_event_row(hub.database, world.org_id, number, at=now - timedelta(days=days))
    for number in (2, 7):
        await add_retry_row(hub.database, world.org_id, webhook_id, number, now)
    await add_delivery_rows(world, webhook_id, now)
    await add_delivery_rows(world, webhook_id, now - timedelta(days=8))
    await drop_old_events(hub.services)
    left = [event["sequence"] for event in await numbered_events(world)]
    assert left == [2, 5, 6], "2 waits for another try, 5 is young, and 6 was not handed out"
    assert [row["sequence"] for row in await read_retries(hub.database, webhook_id)] == [2]
    assert len(await read_deliveries(hub.database, webhook_id)) == 2
