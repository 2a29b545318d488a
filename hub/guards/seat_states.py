"""The state of seat admission in Redis: the keys of a slot, and how to read them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio.cluster import RedisCluster

from db.redis_client import RedisClient
from hub.guards.settlements import SlotKey


def slot_keys(slot: SlotKey) -> tuple[str, str, str]:
    """Return a slot's keys: its state, its live holds, and the holds that asked. All three share one hash tag."""
    tag = f"venuehub:gate:{{{slot[0]}:{slot[1]}}}:"
    return tag + "state", tag + "holds", tag + "asked"


async def read_seat_states(redis: RedisClient, slots: Sequence[SlotKey]) -> list[dict[str, int] | None]:
    """Return the state of each slot in Redis, None if there is none. Raises the errors of redis-py.

    A state has `free`, `revision`, `keys_known` (whether every booked hold is known), `held` and `asked` (numbers of holds).
    """
    commands = [
        command
        for state, holds, asked in map(slot_keys, slots)
        for command in (("HMGET", state, "free", "revision", "keys"), ("ZCARD", holds), ("ZCARD", asked))
    ]
    answers: list[Any]
    if isinstance(redis, RedisCluster):
        sent = (redis.execute_command(*command) for command in commands)
        answers = await asyncio.gather(*sent, return_exceptions=True)
    else:
        pipeline = redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        answers = await pipeline.execute(raise_on_error=False)
    return [_parse_state(*answers[i : i + 3]) for i in range(0, len(answers), 3)]


def _parse_state(state: Any, held: Any, asked: Any) -> dict[str, int] | None:
    try:
        free, revision, keys = (int(value) if value is not None else -1 for value in state)
        if None in state[:2]:
            return None
        return {"free": free, "revision": revision, "keys_known": keys == 1, "held": int(held), "asked": int(asked)}
    except (TypeError, ValueError):
        return None
