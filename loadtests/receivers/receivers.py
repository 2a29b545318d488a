"""The receivers of a run in a thread of their own, so that a run of locust beside them shares nothing with them but addresses.

The users of every locust process ask for a confirmation link over HTTP: `GET /links?to=ADDRESS` gives `{"token": ...}`, or 404.
The audit asks for all webhook events: `GET /events`.
"""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from aiohttp import web

from loadtests.receivers.mailbox import MailBox
from loadtests.receivers.webhook_receiver import WebhookReceiver

HOOK_PATH = "/hooks/load"
_LARGEST_REQUEST = 1 << 24


class Receivers:
    """A context: inside it the mail server and the webhook receiver listen on 127.0.0.1, on free ports unless one is given."""

    def __init__(self, *, smtp_port: int = 0) -> None:
        self.mailbox = MailBox(smtp_port)
        self.webhooks = WebhookReceiver()
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def smtp_url(self) -> str:
        return self.mailbox.url

    @property
    def hook_url(self) -> str:
        return self.url + HOOK_PATH

    def __enter__(self) -> Receivers:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self) -> None:
        await self.mailbox.open()
        application = web.Application(client_max_size=_LARGEST_REQUEST)
        application.add_routes(
            [web.get("/links", self._link), web.get("/events", self._events), web.post(HOOK_PATH, self._hook)]
        )
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _close(self) -> None:
        await self.mailbox.close()
        if self._runner is not None:
            await self._runner.cleanup()
        # The hub leaves its connections to a mail server open.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _link(self, request: web.Request) -> web.Response:
        token = self.mailbox.link_to(request.query.get("to", ""))
        return web.json_response({"token": token}, status=404 if token is None else 200)

    async def _hook(self, request: web.Request) -> web.Response:
        return web.Response(status=self.webhooks.receive(request.headers, await request.read()))

    async def _events(self, request: web.Request) -> web.Response:
        return web.json_response(self.webhooks.document())
