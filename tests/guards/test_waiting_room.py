"""The waiting room in a real Valkey: order, rate, turns and their ends. Time passes by moving what the room has written back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from db.redis_client import RedisClient
from hub.guards.waiting_room import AWAY_SECONDS, Place, RoomTerms, WaitingRoomGuard
from tests.support.redis_tampering import age_waiting_room

pytestmark = pytest.mark.usefixtures("patient")

TERMS = RoomTerms(1, 2, "slot:7", rate=60, turn_seconds=600, free=1000)


@pytest.fixture
async def room(redis: RedisClient) -> AsyncIterator[WaitingRoomGuard]:
    room = WaitingRoomGuard(redis)
    yield room
    await room.close()


async def ask(room: WaitingRoomGuard, what: str, visitor: str = "", terms: RoomTerms = TERMS, **given: str) -> Place:
    answer = await room.ask(terms, what, visitor, **given)  # type: ignore[arg-type]
    assert answer is not None
    return answer


async def join(room: WaitingRoomGuard, *visitors: str, terms: RoomTerms = TERMS) -> list[Place]:
    return [await ask(room, "join", visitor, terms, value="5", address="192.0.2.1") for visitor in visitors]


async def fill(room: WaitingRoomGuard, terms: RoomTerms = TERMS, *, but: int = 0) -> None:
    """Let as many visitors in as the rate allows in a minute, `but` so many, so that the next one waits."""
    for n in range(terms.rate - but):
        assert (await ask(room, "claim", terms=terms)).state == "pass", n


async def pass_seconds(redis: RedisClient, seconds: float, terms: RoomTerms = TERMS) -> None:
    await age_waiting_room(redis, terms, int(seconds * 1000))


async def test_while_few_come_everybody_has_a_turn_at_once(room: WaitingRoomGuard) -> None:
    (place,) = await join(room, "anna")
    assert (place.state, place.turn_ms, place.figures.waiting) == ("turn", 600_000, 0)
    assert (await ask(room, "claim")).state == "pass"


async def test_more_than_the_rate_wait_in_the_order_of_joining(room: WaitingRoomGuard, redis: RedisClient) -> None:
    await fill(room)
    assert (await ask(room, "claim")).state == "refused"
    places = await join(room, "anna", "ben", "chen", "anna", "ben")
    assert [(place.state, place.rank) for place in places] == [("waiting", n) for n in (0, 1, 2, 0, 1)]
    await pass_seconds(redis, 61)
    standings = [await ask(room, "standing", visitor) for visitor in ("ben", "anna", "chen")]
    assert [place.state for place in standings] == ["turn", "turn", "waiting"]


async def test_never_more_than_the_rate_are_admitted_in_a_minute(room: WaitingRoomGuard, redis: RedisClient) -> None:
    terms = replace(TERMS, rate=10)
    await fill(room, terms)
    await join(room, *(f"v{n}" for n in range(40)), terms=terms)
    admitted = [10]
    for _ in range(60):
        await pass_seconds(redis, 2, terms)
        await asyncio.gather(*(ask(room, "standing", f"v{n}", terms) for n in range(40)))
        figures = (await ask(room, "figures", terms=terms)).figures
        assert figures.admitted <= 10
        admitted.append(10 + figures.turns)
    # Twenty rounds are 40 s and what they took, which must not be a whole minute.
    assert admitted[20] == 10
    assert all(later - earlier <= 10 for earlier, later in zip(admitted[1:], admitted[21:], strict=False))
    assert admitted[-1] >= 19


async def test_visitors_who_wait_are_admitted_evenly_after_a_burst(room: WaitingRoomGuard, redis: RedisClient) -> None:
    terms = replace(TERMS, rate=600)
    await fill(room, terms)
    await join(room, *(f"v{n}" for n in range(100)), terms=terms)
    await pass_seconds(redis, 61, terms)
    assert (await ask(room, "figures", terms=terms)).figures.turns <= 21


async def test_no_more_turns_are_open_than_places_are_free(room: WaitingRoomGuard) -> None:
    terms = replace(TERMS, free=2)
    places = await join(room, "anna", "ben", "chen", terms=terms)
    assert [place.state for place in places] == ["turn", "turn", "waiting"]
    assert places[-1].figures.wait_ms == -2
    await ask(room, "leave", "anna", terms)
    assert (await ask(room, "standing", "chen", terms)).state == "turn"


async def test_nothing_free_is_full_and_bookings_pass_to_be_refused_by_the_slot(room: WaitingRoomGuard) -> None:
    terms = replace(TERMS, free=0)
    (place,) = await join(room, "anna", terms=terms)
    assert place.state == "full"
    assert (await ask(room, "claim", terms=terms)).state == "pass"


async def test_a_turn_books_once_and_a_repeat_gets_on(room: WaitingRoomGuard) -> None:
    await join(room, "anna")
    await fill(room, but=1)
    claims = await asyncio.gather(*(ask(room, "claim", "anna", value=key) for key in ("k1", "k2", "")))
    assert [claim.state for claim in claims] == ["claimed", "busy", "busy"]
    assert (await ask(room, "claim", "anna", value="k1")).state == "claimed"
    room.write(TERMS, "use", "anna", "k1")
    await room.close()
    assert (await ask(room, "claim", "anna", value="k1")).state == "pass"
    assert (await ask(room, "claim", "anna", value="k2")).state == "refused"
    assert (await ask(room, "standing", "anna")).state == "none"


async def test_a_turn_that_is_given_back_books_again(room: WaitingRoomGuard) -> None:
    await join(room, "anna")
    assert (await ask(room, "claim", "anna")).state == "claimed"
    room.write(TERMS, "return", "anna", "")
    await room.close()
    assert (await ask(room, "claim", "anna")).state == "claimed"


async def test_a_turn_ends(room: WaitingRoomGuard, redis: RedisClient) -> None:
    await fill(room, but=1)
    await join(room, "anna")
    await pass_seconds(redis, 599)
    assert (await ask(room, "standing", "anna")).state == "turn"
    await pass_seconds(redis, 2)
    assert (await ask(room, "standing", "anna")).state == "none"


async def test_who_has_closed_every_page_is_dropped_and_who_looks_stays(
    room: WaitingRoomGuard, redis: RedisClient
) -> None:
    paused = replace(TERMS, rate=0)
    await join(room, "anna", "ben", terms=paused)
    await pass_seconds(redis, AWAY_SECONDS - 1, paused)
    await ask(room, "here", "ben", paused)
    await pass_seconds(redis, 2, paused)
    places = [await ask(room, "standing", visitor, paused) for visitor in ("anna", "ben")]
    assert [(place.state, place.rank, place.figures.passed) for place in places] == [("none", 0, 1), ("waiting", 0, 1)]


async def test_who_joins_before_the_opening_is_put_in_an_order_of_chance(room: WaitingRoomGuard) -> None:
    before = replace(TERMS, opens_in=60)
    for visitor, number in (("anna", "900"), ("ben", "20"), ("chen", "500")):
        assert (await ask(room, "join", visitor, before, value=number)).state == "waiting"
    after = replace(TERMS, free=1)
    assert (await ask(room, "standing", "ben", after)).state == "turn"
    await join(room, "dora", terms=after)
    ranks = [(await ask(room, "standing", visitor, after)).rank for visitor in ("chen", "anna", "dora")]
    assert ranks == [0, 1, 2]


async def test_a_visitor_whom_redis_has_lost_gets_the_same_place_again(
    room: WaitingRoomGuard, redis: RedisClient
) -> None:
    paused = replace(TERMS, rate=0)
    first, second = await join(room, "anna", "ben", terms=paused)
    await redis.flushall()
    (late,) = await join(room, "late", terms=paused)
    assert late.rank == 0
    await ask(room, "join", "ben", paused, value=f"={second.place}")
    await ask(room, "join", "anna", paused, value=f"={first.place}")
    (new,) = await join(room, "new", terms=paused)
    ranks = [(await ask(room, "standing", visitor, paused)).rank for visitor in ("anna", "ben", "late", "new")]
    assert ranks == [0, 1, 2, 3]
    assert new.figures.born != first.figures.born


async def test_rooms_in_use_are_listed_for_their_venue(room: WaitingRoomGuard) -> None:
    await join(room, "anna")
    await room.close()
    assert await room.rooms_in_use(1, 2) == ["slot:7"]
    assert await room.rooms_in_use(1, 3) == []


async def test_without_redis_there_is_no_answer(room: WaitingRoomGuard, valkey_server: object) -> None:
    valkey_server.kill()  # type: ignore[attr-defined]
    assert await room.ask(TERMS, "join", "anna") is None


@pytest.mark.parametrize("opens_in", [0, 60])
async def test_one_call_for_many_gives_the_answers_of_one_call_each(room: WaitingRoomGuard, opens_in: int) -> None:
    """Those who join in a call are written together, so whoever looks, leaves, joins again or is restored in it must find them."""
    drawn = random.Random(7)
    asked: list[tuple[str, str, str]] = []
    for n in range(200):
        visitor = f"v{drawn.randrange(n // 2 + 1)}"
        what = drawn.choice(("join", "join", "standing", "leave", "claim"))
        value = (
            f"={drawn.choice((0, 9 * 10**15)) + drawn.randrange(10**6)}"
            if drawn.random() < 0.1
            else str(drawn.randrange(10**12))
        )
        asked += [
            (what, visitor, value if what == "join" else ""),
            ("join_new", f"new{n}", str(drawn.randrange(10**12))),
        ]
    terms = replace(TERMS, rate=0, opens_in=opens_in)
    one_by_one = [
        await ask(room, what, visitor, replace(terms, name="slot:8"), value=value, address=visitor[:2])
        for what, visitor, value in asked
    ]
    together = await asyncio.gather(
        *(ask(room, what, visitor, terms, value=value, address=visitor[:2]) for what, visitor, value in asked)
    )
    assert [_comparable(place) for place in together] == [_comparable(place) for place in one_by_one]
    assert {place.state for place in together} == {"waiting", "none", "refused" if not opens_in else "pass"}
    assert {place.figures.waiting for place in together[256:]} == {one_by_one[-1].figures.waiting}


def _comparable(place: Place) -> tuple[str, int, int]:
    return place.state, place.rank, place.joined_from_address
