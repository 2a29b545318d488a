"""The limit of unknown links: an address that tries many waits without a query, and nobody else does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from db.anonymous import stop_anonymous, work_anonymously
from db.redis_client import RedisClient
from hub.guards.link_limit import LinkLimit
from hub.guards.rate_limit import RateLimit
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate

if TYPE_CHECKING:
    from tests.support.valkey_server import OwnValkey

GOOD, ADDRESS = b"good", "192.0.2.1"


class Links:
    """The links of a test: one is known. `read` counts the queries."""

    def __init__(self, limit: LinkLimit) -> None:
        self.limit = limit
        self.queries = 0

    async def look_up(self, hashed: bytes, address: str | None = ADDRESS) -> list[str]:
        before = work_anonymously(None if address is None else lambda: address)
        try:
            return await self.limit.look_up(hashed, self._read)
        finally:
            stop_anonymous(before)

    async def _read(self, hashed: bytes) -> list[str]:
        self.queries += 1
        return ["reservation"] if hashed == GOOD else []

    async def found(self, hashed: bytes, address: str | None = ADDRESS) -> bool | None:
        """Return whether the link was found; None if the client must wait."""
        try:
            return bool(await self.look_up(hashed, address))
        except Refused:
            return None

    async def try_unknown(self, count: int, address: str | None = ADDRESS) -> list[bool | None]:
        return [await self.found(b"%d" % number, address) for number in range(count)]


@pytest.fixture
def links(redis: RedisClient) -> Links:
    return Links(LinkLimit(RateLimit(redis), Rate(3, 60)))


async def test_beyond_the_limit_an_unknown_link_costs_no_query(links: Links) -> None:
    assert await links.try_unknown(20) == [False, False, False] + [None] * 17
    assert links.queries == 4, "the fourth was looked up, because it might have been a good one"


async def test_who_must_wait_learns_for_how_long(links: Links) -> None:
    await links.try_unknown(3)
    for _ in range(2):
        with pytest.raises(Refused) as no:
            await links.look_up(b"unknown")
        assert no.value.reason is Reason.RATE_LIMITED
        assert 1 <= no.value.details["retry_after"] <= 60


async def test_a_known_link_is_counted_for_nobody(links: Links) -> None:
    assert [await links.found(GOOD) for _ in range(10)] == [True] * 10
    assert await links.try_unknown(3) == [False] * 3


async def test_a_link_that_was_found_lately_is_found_again_whatever_its_neighbours_try(links: Links) -> None:
    await links.found(GOOD)
    await links.try_unknown(5)
    assert await links.found(GOOD) is True


async def test_another_address_and_a_client_that_has_signed_in_do_not_wait(links: Links) -> None:
    await links.try_unknown(5)
    assert await links.try_unknown(2, "192.0.2.2") == [False, False]
    assert await links.try_unknown(10, None) == [False] * 10
    assert await links.found(b"unknown") is None


async def test_many_tries_at_once_are_counted_as_well(links: Links) -> None:
    answers = [await asyncio.gather(*(links.found(b"%d" % number) for number in range(10))) for _ in range(5)]
    assert [answer for batch in answers for answer in batch].count(False) == 3
    assert links.queries == 10


async def test_the_limit_holds_while_redis_is_away(links: Links, valkey_server: OwnValkey) -> None:
    valkey_server.kill()
    assert await links.try_unknown(20) == [False, False, False] + [None] * 17
    assert links.queries == 4


async def test_what_is_remembered_has_a_bound(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.guards.link_limit.MOST_REMEMBERED", 3)
    for number in range(10):
        await links.try_unknown(4, f"192.0.2.{number}")
        links.limit._remember(b"%d" % number)
    assert len(links.limit._waiting) == len(links.limit._found) == 3
