"""The worked example of docs/integrate.md, run unchanged against a hub by a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from tests.support.api_keys import new_api_key
from tests.support.hub import Hub
from tests.support.tickets import count_tickets
from tests.support.world import World

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = DOCS / "integrate.md"


async def test_the_worked_example_sells_pays_and_takes_a_ticket_back(hub: Hub, world: World) -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    environment = {
        **os.environ,
        "PYTHONPATH": str(DOCS / "clients"),
        "HUB_URL": f"http://127.0.0.1:{hub.settings.port}",
        "HUB_API_KEY": (await new_api_key(world)).key,
    }
    shop = await asyncio.create_subprocess_exec(
        sys.executable, "-c", example, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, wrong = await shop.communicate()
    assert shop.returncode == 0, wrong.decode()
    lines = said.decode().splitlines()
    assert lines[0] == "WEB-1001 PENDING_PAYMENT"
    assert [line.split()[1] for line in lines[1:3]] == ["ACTIVATED", "ACTIVATED"]
    assert lines[3:] == ["['ACTIVATED', 'CANCELLED']", "ORDER_CANCELLED"]
    assert await count_tickets(hub.database) == 2
