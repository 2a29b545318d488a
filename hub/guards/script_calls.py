"""Script calls: run one Lua script for several keys in one round trip, with one answer or error for each call."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from typing import Any

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError

from db.redis_client import PATIENCE, REDIS_AWAY, REDIS_ERRORS, RedisClient, cluster_command
from db.scripts import lua

Keys = Sequence[str]
Args = Sequence[str | int | bytes]
Call = tuple[Keys, Args]

AWAY = REDIS_ERRORS


def was_not_run(answer: Any) -> bool:
    """Return whether the answer to a call is the error of a node that is away. It may have run, so only a script that may run twice is sent again."""
    return isinstance(answer, REDIS_AWAY)


class ScriptCalls:
    """Calls `db/lua/<name>.lua` by its hash (EVALSHA). On NOSCRIPT the text is sent once; no other error is retried."""

    def __init__(self, redis: RedisClient, name: str) -> None:
        self.in_cluster = isinstance(redis, RedisCluster)
        self._redis = redis
        self._text = lua(name)
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()
        self._in_flight: set[asyncio.Task[list[Any]]] = set()

    async def run(self, calls: Sequence[Call], *, within: float = PATIENCE) -> list[Any]:
        """Return one answer per call, in order; a call Redis refused has its exception as the answer.

        In a cluster a call to a node that is away has its exception as well (`was_not_run`), unless no call was run.
        Raises TimeoutError after `within` seconds, and the errors of redis-py if the server does not answer. A call that
        timed out is not cancelled, because that would close the connection; its own time limit ends it.
        """
        task = asyncio.get_running_loop().create_task(self._run(calls))
        self._in_flight.add(task)
        task.add_done_callback(self._discard_task)
        await asyncio.wait((task,), timeout=within)
        if not task.done():
            raise TimeoutError
        return task.result()

    def _discard_task(self, task: asyncio.Task[list[Any]]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled():
            task.exception()

    async def _run(self, calls: Sequence[Call]) -> list[Any]:
        started = time.monotonic()
        answers = await self._send("EVALSHA", self._sha, calls)
        if all(was_not_run(answer) for answer in answers):
            raise answers[0]
        unread = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unread and time.monotonic() - started < PATIENCE:
            again = await self._send("EVAL", self._text, [calls[i] for i in unread])
            for i, answer in zip(unread, again, strict=True):
                answers[i] = answer
        return answers

    async def _send(self, command: str, script: str, calls: Sequence[Call]) -> list[Any]:
        commands = [(command, script, len(keys), *keys, *args) for keys, args in calls]
        if self.in_cluster:
            # It refuses scripts in a pipeline, because the calls of one batch may belong to different nodes.
            # Before its first command, because each of many that find it unready would close the connections of the others.
            await self._redis.initialize()
            sent = [cluster_command(self._redis, *one) for one in commands]
        elif len(commands) == 1:
            sent = [self._redis.execute_command(*commands[0])]
        else:
            pipeline = self._redis.pipeline(transaction=False)
            for one in commands:
                pipeline.execute_command(*one)
            return list(await pipeline.execute(raise_on_error=False))
        answers = await asyncio.gather(*sent, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, AWAY):
                raise answer
        return answers
