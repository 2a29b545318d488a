"""Message queue: what a client has sent and its session has not read yet.

While the session waits for a message, a text that arrives alone is handed to it at once. Through the queue it would wake the task
of the session first: a future, a turn of the event loop and two coroutines for each scan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType
from aiohttp._websocket.reader import WebSocketDataQueue

TEXT = WSMsgType.TEXT


class MessageQueue(WebSocketDataQueue):
    """aiohttp's queue of a socket, with `take_text` to pass it by."""

    __slots__ = ("is_alone", "take_text")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.is_alone = False
        """Whether the data that is parsed now is one whole message. Of several in one piece each takes its turn of the loop."""
        self.take_text: Callable[[bytes], None] | None = None
        """Set while the session waits for a message. What it raises is raised to the session."""

    def feed_data(self, data: Any, size: int) -> None:
        take = self.take_text
        if take is None or not self.is_alone or self._buffer or data[0] is not TEXT:
            super().feed_data(data, size)
            return
        try:
            take(data[1])
        except BaseException as error:  # noqa: BLE001 - the session ends by it, as if it had read the message itself
            self.set_exception(error)
