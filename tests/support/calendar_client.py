"""A client of the calendar socket: keeps the slots it received, as the page does, and compares them with Postgres."""

import asyncio
from typing import Any

import orjson

from hub.actions.booking.availability import Availability
from tests.support.hub import Hub
from tests.support.raw_websocket import RawClient


class Visitor:
    """A visitor. `slots` holds the received state of `month`, and `frames` counts the received frames."""

    def __init__(self, client: RawClient) -> None:
        self.client = client
        self.month = ""
        self.slots: dict[int, Any] = {}
        self.frames = 0
        self.others: list[Any] = []

    async def receive(self, timeout: float = 30) -> Any:
        """Receive the next frame and apply it to the slots."""
        frame = await self.client.next(timeout)
        if frame["type"] != "slots":
            self.others.append(frame)
            return frame
        self.frames += 1
        received = {slot["id"]: slot for slot in frame["slots"]}
        assert len(received) == len(frame["slots"]), "no slot stands twice in a frame"
        if frame["whole"]:
            self.month, self.slots = frame["month"], received
        else:
            assert frame["month"] == self.month, "a change is of the month that was sent whole"
            assert received, "no frame says nothing"
            self.slots |= received
        return frame

    async def receive_until(self, seconds: float) -> None:
        """Receive everything that arrives within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.receive(seconds + 5)
        except TimeoutError:
            pass

    async def sees(self, wanted: list[Any], seconds: float = 3) -> None:
        """Receive until the calendar equals `wanted`. Fails with the difference after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not self.sees_now(wanted):
                    await self.receive(seconds + 5)
        except TimeoutError:
            assert list(self.slots.values()) == wanted, "what the visitor sees is not what is true"

    def sees_now(self, wanted: list[Any]) -> bool:
        return self.slots == {slot["id"]: slot for slot in wanted}

    def ask(self, month: str) -> None:
        self.client.send({"type": "month", "month": month})


async def truth(hub: Hub, org_id: int, month: str = "2026-11") -> list[Any]:
    """Return the month as the API would, read from Postgres now by a new calendar without cached state."""
    year, number = map(int, month.split("-"))
    answer = await Availability(hub.services).month(org_id, year, number)
    slots: list[Any] = orjson.loads(answer.body)["data"]
    return slots
