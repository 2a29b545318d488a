"""S1: 10,000 guesses at one operator from 100 networks, and a flood of names from one address, while the operator works."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.ground import GUESSED, Ground
from loadtests.own_hub import HubTrouble

GUESSES, QUICK_GUESSES = 10_000, 600
NETWORKS = 100
AT_ONCE = 200
FLOOD_SECONDS, QUICK_FLOOD_SECONDS = 30.0, 6.0
REACH_THE_HASH = 5
MOST_SECONDS = 150.0


class KnownDevice:
    """The operator on a device that has signed in before: signs in again and again, and notes how long it takes."""

    def __init__(self, ground: Ground, username: str, cookie: str) -> None:
        self._ground, self._username, self._cookie = ground, username, cookie
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()

    async def run(self) -> None:
        while True:
            began = time.monotonic()
            status, _, _ = await self._ground.hub.sign_in(self._username, cookie=self._cookie)
            self.times.append(time.monotonic() - began)
            self.statuses[status] += 1
            await asyncio.sleep(0.5)


async def run(ground: Ground, control: bool) -> Result:
    """Let an operator sign in from a known device throughout; with the control from a device that is not known."""
    small = ground.quick or control
    guesses, flood = (QUICK_GUESSES, QUICK_FLOOD_SECONDS) if small else (GUESSES, FLOOD_SECONDS)
    ground.begin()
    await ground.hub.start()
    username = GUESSED[control]
    status, _, cookie = await ground.hub.sign_in(username)
    result = Result("S1", CASE.what)
    if status != 200 or not cookie:
        raise HubTrouble(f"the operator cannot sign in before the guesses: {status}")
    known = KnownDevice(ground, username, "" if control else cookie)
    working = asyncio.ensure_future(known.run())
    answers: Counter[int] = Counter()
    left, ends = iter(range(guesses)), time.monotonic() + MOST_SECONDS

    async def guess() -> None:
        for number in left:
            source = f"127.0.{1 + number % NETWORKS}.1"
            status, _, _ = await ground.hub.sign_in(username, secret=f"{number:06d} is wrong", source=source)
            answers[status] += 1
            if time.monotonic() > ends:
                return

    await asyncio.gather(*(guess() for _ in range(AT_ONCE)))
    guessed, during_guesses = answers.total(), len(known.times)
    floods: Counter[int] = Counter()
    flood_ends = time.monotonic() + flood

    async def flooding() -> None:
        while time.monotonic() < flood_ends:
            status, _, _ = await ground.hub.sign_in(secrets.token_hex(4), secret="wrong " * 3, source="127.0.200.1")
            floods[status] += 1

    await asyncio.gather(*(flooding() for _ in range(AT_ONCE)))
    working.cancel()
    result.figures = [
        Figure("guesses", guessed, least=guesses),
        Figure("guesses that reached the hash", answers[401], most=REACH_THE_HASH),
        Figure("guesses that were right", answers[200], most=0),
        Figure("sign-ins of the known device", len(known.times), least=2),
        Figure("longest during the guesses", max(known.times[:during_guesses], default=float("nan")), "s", most=1.0),
        Figure("names of the flood", floods.total()),
        Figure("longest during the flood", max(known.times[during_guesses:], default=float("nan")), "s", most=1.0),
    ]
    refused = {status: count for status, count in known.statuses.items() if status != 200}
    if refused:
        result.broken.append(f"the operator was kept out: status and number {refused}")
    odd = {status for status in (*answers, *floods) if status not in (200, 401, 429, 503)}
    result.broken += [f"answers with status {status}" for status in sorted(odd)]
    result.broken += await ground.broken()
    return result


CASE = Case(
    "S1",
    "guesses and floods keep nobody out: a known device signs in within 1 s, at most five guesses are compared",
    "the operator's device is not known",
    150,
    run,
)
