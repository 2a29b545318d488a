"""The control of the storm: what a failover loses if the primary waits for no standby."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from db.pool import DatabaseDown, Pool
from tests.support.postgres_pair import PostgresPair, is_waiting_for_standby


@pytest.mark.parametrize("synchronous", [True, False])
async def test_a_failover_keeps_what_was_acknowledged_if_the_standby_is_waited_for(
    tmp_path: Path, synchronous: bool
) -> None:
    pair = PostgresPair(tmp_path, synchronous=synchronous)
    try:
        await pair.start()
        pool = Pool(pair.url, size=2)
        await pool.open()
        await pool.execute("CREATE TABLE kept (number int)")
        await pair.until_standby_has_all()
        await pair.standby.stop()
        booking = pool.execute("INSERT INTO kept VALUES (1)")
        if synchronous:
            # The hub's time limit must not end the wait as if the standby had it, nor may anybody read the row.
            with pytest.raises(DatabaseDown):
                await booking
            watch = await asyncpg.connect(pair.primary.url)
            assert await is_waiting_for_standby(watch)
            assert await watch.fetchval("SELECT count(*) FROM kept") == 0
            watch.terminate()
        else:
            await booking
        await pair.kill(pair.primary)
        await pair.standby.start()
        await pair.promote()
        # The control has acknowledged the row, and it is gone as well.
        assert await pool.fetchval("SELECT count(*) FROM kept") == 0
        await pool.close()
    finally:
        await pair.stop()
