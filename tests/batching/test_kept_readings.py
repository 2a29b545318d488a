"""Readings that are kept: one for all who ask, kept for a while, and never one from before a change."""

import asyncio

import pytest

from db.anonymous import is_anonymous, stop_anonymous, work_anonymously
from db.organisation import current_organisation, working_for
from db.patience import have_patience
from db.pool import DatabaseDown
from hub.batching.kept_readings import KeptReadings


class Source:
    """Counts how often it is read. Each reading waits until `release` is set."""

    def __init__(self, *values: object) -> None:
        self.values = list(values)
        self.reads = 0
        self.anonymous: list[bool] = []
        self.organisations: list[int | None] = []
        self.release = asyncio.Event()

    async def load(self) -> object:
        self.reads += 1
        self.anonymous.append(is_anonymous())
        self.organisations.append(current_organisation())
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        await self.release.wait()
        if isinstance(value, Exception):
            raise value
        return value


async def ask_all(kept: KeptReadings[str, object], source: Source, count: int) -> list[object]:
    asked = [asyncio.ensure_future(kept.read("a", source.load)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.release.set()
    return list(await asyncio.gather(*asked, return_exceptions=True))


async def test_a_crowd_that_finds_a_value_too_old_reads_it_once():
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source("value")
    assert await ask_all(kept, source, 256) == ["value"] * 256
    assert (source.reads, await kept.read("a", source.load), source.reads) == (1, "value", 1)


@pytest.mark.parametrize("fresh_seconds", [0.0, 5.0])
async def test_a_value_is_read_again_when_it_is_too_old(fresh_seconds: float):
    kept: KeptReadings[str, object] = KeptReadings("test", fresh_seconds)
    source = Source("first", "second")
    source.release.set()
    await kept.read("a", source.load)
    await asyncio.sleep(0.001)
    again = await kept.read("a", source.load)
    assert (again, kept.last_known("a")) == (("second", "second") if fresh_seconds == 0 else ("first", "first"))


@pytest.mark.parametrize("nothing", [None, OSError("away")])
async def test_neither_nothing_nor_an_error_is_kept(nothing: object):
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source(nothing, "value")
    assert await ask_all(kept, source, 3) == [nothing] * 3
    assert await kept.read("a", source.load) == "value"


async def test_what_a_reading_from_before_a_change_finds_is_not_kept():
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source("old", "new")
    before = asyncio.ensure_future(kept.read("a", source.load))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    kept.forget()
    source.release.set()
    assert (await before, kept.fresh("a")) == ("old", None)
    assert await kept.read("a", source.load) == "new"


async def test_nobody_else_waits_for_a_reading_of_anonymous_clients():
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source("value")

    async def ask_as_a_stranger() -> object:
        token = work_anonymously(lambda: "192.0.2.1")
        try:
            return await kept.read("a", source.load)
        finally:
            stop_anonymous(token)

    stranger = asyncio.ensure_future(ask_as_a_stranger())
    await asyncio.sleep(0)
    assert await ask_all(kept, source, 2) == ["value"] * 2
    assert (await stranger, source.anonymous) == ("value", [True, False])


async def test_a_reading_works_for_the_organisation_of_those_who_share_it():
    """Without it row-level security would not hold for what is read for all."""
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source("value")

    async def ask_for(org_id: int) -> object:
        with working_for(org_id):
            return await kept.read("a", source.load)

    asked = [asyncio.ensure_future(ask_for(org_id)) for org_id in (7, 7, 8)]
    await asyncio.sleep(0)
    assert await ask_all(kept, source, 2) == ["value"] * 2
    assert await asyncio.gather(*asked) == ["value"] * 3
    assert source.organisations == [7, 8, None]


async def test_a_caller_that_goes_away_does_not_stop_the_reading_of_the_others():
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source("value")
    leaver = asyncio.ensure_future(kept.read("a", source.load))
    other = asyncio.ensure_future(kept.read("a", source.load))
    await asyncio.sleep(0)
    leaver.cancel()
    source.release.set()
    assert await other == "value"
    assert (leaver.cancelled(), source.reads) == (True, 1)


async def test_with_the_most_values_all_are_forgotten():
    kept: KeptReadings[int, int] = KeptReadings("test", 5.0, most=2)

    async def load() -> int:
        return 1

    for key in range(3):
        await kept.read(key, load)
    assert [kept.fresh(key) for key in range(3)] == [None, None, 1]


async def test_the_wait_for_a_shared_reading_counts_against_the_patience_of_the_request():
    """Else a request that reads two values of a frozen server is answered after twice its patience."""
    kept: KeptReadings[str, object] = KeptReadings("test", 5.0)
    source = Source("value")
    have_patience(0.05)
    with pytest.raises(DatabaseDown):
        await kept.read("a", source.load)
    with pytest.raises(DatabaseDown):
        await kept.read("b", source.load)
    source.release.set()
    have_patience(60)
    assert await kept.read("a", source.load) == "value"
