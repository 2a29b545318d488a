"""The examples of docs/integrate.md: the one in Python is run by a process of its own, and each request of curl is sent unchanged."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

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


def curl_requests(values: dict[str, str]) -> Iterator[tuple[str, str, dict[str, str], str | None]]:
    """Yield method, URL, headers and body of each call of curl in the document, with these variables of the shell."""
    [block] = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines():
        if not line.startswith("curl "):
            continue
        words = iter(shlex.split(Template(line).substitute(values))[1:])
        method, url, body, headers = "GET", "", None, dict[str, str]()
        for word in words:
            if word == "-X":
                method = next(words)
            elif word == "-d":
                body = next(words)
            elif word == "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            else:
                url = word
        yield method, url, headers, body


async def test_the_requests_of_curl_sell_pay_and_take_the_order_back(hub: Hub, world: World) -> None:
    values = {"HUB_URL": hub.url, "HUB_API_KEY": (await new_api_key(world)).key}
    statuses, codes = [], list[int]()
    for method, url, headers, body in curl_requests(values):
        # The document sells the first product of a new hub.
        sent = None if body is None else body.replace('"product_id": 1', f'"product_id": {world.product_id}')
        async with hub.client.request(method, url, headers=headers, data=sent) as response:
            answer = await response.json()
        codes.append(response.status)
        assert answer["success"], (url, answer)
        statuses.append(answer["data"].get("status"))
    assert codes == [200, 201, 200, 200, 200]
    assert statuses == [None, "PENDING_PAYMENT", "PAID", "PAID", "CANCELLED"]
    assert await count_tickets(hub.database, status="CANCELLED") == 2
