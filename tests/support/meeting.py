"""A meeting: two statements wait for each other in the middle, so that what they read is read before either of them writes."""

from __future__ import annotations

from typing import Any

from tests.support.owner import as_owner

MEETS = "(SELECT meet()) IS NOT NULL"
"""For the WHERE of a statement: after its snapshot it waits here until another one has its own."""


async def two_meet(database: Any, *, patience: float) -> None:
    """Make statements with `MEETS` wait for each other, two by two, from now on.

    None waits longer than `patience`. None waits while another waits for a lock, because that one cannot come.
    """
    # All transactions see a sequence at once, even if its own transaction is rolled back.
    function = (
        "CREATE FUNCTION meet() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$"
        " DECLARE number bigint := nextval('arrivals'); until timestamptz := clock_timestamp()"
        f" + interval '{patience} seconds'; BEGIN"
        " WHILE number % 2 = 1 AND (SELECT last_value FROM arrivals) = number AND clock_timestamp() < until"
        " AND NOT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"
        " LOOP PERFORM pg_sleep(0.005); END LOOP; RETURN true; END $$"
    )
    async with as_owner(database) as owner:
        await owner.execute("CREATE SEQUENCE arrivals")
        await owner.execute(function)
