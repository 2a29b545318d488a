"""R12: the clock of a hub process is two hours ahead for 45 s, and then right again."""

from __future__ import annotations

import asyncio
import time

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import LOCKED_OUT, Ground

AHEAD = 7200.0
WRONG, QUICK_WRONG = 45.0, 12.0
LONGEST_WAIT = 60.0
"""Seconds within which everything that waited must have happened, once the clock is right."""
WRONG_PASSWORDS = 6
LOCK = 15 * 60
BOOKINGS = 40
KEEP_WAITING = """
    CREATE FUNCTION keep_waiting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.next_attempt_at := OLD.next_attempt_at;
        RETURN NEW;
    END $$;
    CREATE TRIGGER keep_waiting BEFORE UPDATE ON mail_outbox FOR EACH ROW
        WHEN (NEW.next_attempt_at < OLD.next_attempt_at) EXECUTE FUNCTION keep_waiting();
"""
LET_GO = "DROP TRIGGER keep_waiting ON mail_outbox; DROP FUNCTION keep_waiting();"
"""Only what a wrong clock wrote is ever made due earlier, so this takes away the mend and nothing else."""


async def run(ground: Ground, control: bool) -> Result:
    """Book and get locked out while the clock is wrong and the mail server refuses. With the control what waits is never made due."""
    if not control:
        return await _step(ground, control)
    await ground.stock.connection.execute(KEEP_WAITING)
    try:
        return await _step(ground, control)
    finally:
        await ground.stock.connection.execute(LET_GO)


async def _step(ground: Ground, control: bool) -> Result:
    wrong_for = QUICK_WRONG if ground.quick or control else WRONG
    history = ground.begin()
    slots = await ground.slots(4, capacity=10_000)
    orders = await ground.orders(BOOKINGS, slots)
    right = ground.hub.environment["HUB_CLOCK_OFFSET"]
    await ground.hub.start(HUB_CLOCK_OFFSET=str(float(right) + AHEAD))
    ground.mail.refuses = True
    began = time.monotonic()
    try:
        await sell(ground.customers(4), orders, until=began + wrong_for, pause=wrong_for / 20)
        for _ in range(WRONG_PASSWORDS):
            status, _, _ = await ground.hub.sign_in(LOCKED_OUT[control], secret="wrong " * 3)
        await asyncio.sleep(max(0.0, began + wrong_for - time.monotonic()))
    finally:
        ground.mail.refuses = False
    await ground.hub.stop()
    await ground.hub.start()
    stepped = time.monotonic()
    await sell(ground.customers(2), await ground.orders(4, slots))
    wanted = {f"guest{one.number}@example.com" for one in history.bookings if one.outcome == "booked"}
    limit = 20.0 if control else LONGEST_WAIT
    while (missing := wanted - set(ground.mail.recipients)) and time.monotonic() - stepped < limit:
        await asyncio.sleep(0.25)
    waited = time.monotonic() - stepped
    status, body, _ = await ground.hub.sign_in(LOCKED_OUT[control])
    lock = float((body.get("error") or {}).get("retry_after") or 0) if status == 429 else 0.0
    result = Result("R12", CASE.what)
    result.figures = [
        Figure("bookings while the clock was wrong", len(history.bookings) - 4, least=1),
        Figure("e-mails that have not come", len(missing), most=0),
        Figure("last e-mail after the step", float("nan") if missing else waited, "s", most=LONGEST_WAIT),
        Figure("lock-out after the step", lock, "s", most=LOCK),
    ]
    if control:
        return result
    result.broken += [f"not settled: {kind}, {n} times" for kind, n in history.outcomes.items() if kind != "booked"]
    result.broken += await ground.broken()
    return result


CASE = Case(
    "R12",
    "a clock that was two hours ahead delays no e-mail and locks nobody out for longer",
    "what waits is never made due earlier",
    130,
    run,
)
