"""Script calls: run one Lua script for several keys in one round trip, with one answer or error for each call."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from typing import Any

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError, RedisError, ResponseError

from db.redis_client import PATIENCE, RedisClient
from db.scripts import lua

Keys = Sequence[str]
Args = Sequence[str | int]
Call = tuple[Keys, Args]

AWAY = (RedisError, OSError, TimeoutError)


class ScriptCalls:
    """Calls `db/lua/<name>.lua` by its hash (EVALSHA). On NOSCRIPT the text is sent once; no other error is retried."""

    def __init__(self, redis: RedisClient, name: str) -> None:
        self._redis = redis
        self._text = lua(name)
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()
        # A cluster client refuses scripts in a pipeline, because the calls of one batch may belong to different nodes.
        self._pipelines = not isinstance(redis, RedisCluster)
        self._in_flight: set[asyncio.Task[list[Any]]] = set()

    async def run(self, calls: Sequence[Call], *, within: float = PATIENCE) -> list[Any]:
        """Return one answer per call, in order; a call Redis refused has its exception as the answer.

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
        unread = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unread and time.monotonic() - started < PATIENCE:
            again = await self._send("EVAL", self._text, [calls[i] for i in unread])
            for i, answer in zip(unread, again, strict=True):
                answers[i] = answer
        return answers

    async def _send(self, command: str, script: str, calls: Sequence[Call]) -> list[Any]:
        if len(calls) == 1 or not self._pipelines:
            sent = [self._redis.execute_command(command, script, len(keys), *keys, *args) for keys, args in calls]
            if len(sent) == 1:
                try:
                    return [await sent[0]]
                except ResponseError as refused:
                    return [refused]
            answers = await asyncio.gather(*sent, return_exceptions=True)
            for answer in answers:
                if isinstance(answer, BaseException) and not isinstance(answer, RedisError):
                    raise answer
            return answers
        pipeline = self._redis.pipeline(transaction=False)
        for keys, args in calls:
            pipeline.execute_command(command, script, len(keys), *keys, *args)
        return list(await pipeline.execute(raise_on_error=False))
