"""An open socket of a user: a greenlet reads all frames, so that commands may be in flight together and pings are answered."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import gevent
import websocket
from gevent.event import AsyncResult, Event

from loadtests.framework.users import WrongAnswer

PATIENCE = 10.0
"""Seconds that a user waits for a reply."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
"""Seconds of the random wait before a reconnect, as `docs/protocol/connection.md` asks."""

Frame = dict[str, Any]


class SocketLost(ConnectionError):
    """The socket ended while somebody waited for a frame. `code` is its close code, 1006 if there was none."""

    def __init__(self, code: int) -> None:
        super().__init__(f"socket closed with {code}")
        self.code = code


class SocketSession:
    """A WebSocket to the hub. `on_frame` gets every frame that answers no command."""

    def __init__(self, host: str, path: str, *, token: str | None = None, on_frame: Callable[[Frame], None]) -> None:
        target = urlsplit(host)
        scheme = "wss" if target.scheme == "https" else "ws"
        header = [] if token is None else [f"Authorization: Bearer {token}"]
        self._on_frame = on_frame
        self._replies: dict[int, tuple[AsyncResult, Callable[[Frame], None] | None]] = {}
        self._last_id = 0
        self.code: int | None = None
        """The close code, once the socket has ended."""
        self.reconnect_after: float | None = None
        """Seconds that a `bye` asked for."""
        self.ended = Event()
        self._socket = websocket.create_connection(
            f"{scheme}://{target.netloc}{path}", header=header, timeout=15, enable_multithread=True
        )
        self._socket.settimeout(None)
        self._reader = gevent.spawn(self._read)

    # -- sending ------------------------------------------------------------------------------------------------

    def post(self, message: Frame) -> None:
        """Send a frame that gets no reply."""
        if self.code is not None:
            raise SocketLost(self.code)
        self._socket.send(json.dumps(message))

    def ask(
        self,
        command: str,
        /,
        *,
        patience: float = PATIENCE,
        first: Callable[[Frame], None] | None = None,
        **fields: Any,
    ) -> Frame:
        """Send a command, and return the whole reply. `first` gets it before any later frame is read."""
        self._last_id += 1
        number = self._last_id
        reply = AsyncResult()
        self._replies[number] = (reply, first)
        try:
            self.post({"id": number, "type": command, **fields})
            frame: Frame = reply.get(timeout=patience)
        except gevent.Timeout:
            raise TimeoutError(f"no reply within {patience:g} s") from None
        finally:
            self._replies.pop(number, None)
        return frame

    def data(self, command: str, /, *, first: Callable[[Any], None] | None = None, **fields: Any) -> Any:
        """Send a command, and return the `data` of its reply. A refusal is a WrongAnswer."""
        frame = self.ask(
            command,
            first=None if first is None else lambda reply: first(reply["data"]) if reply.get("success") else None,
            **fields,
        )
        if frame.get("success") is not True:
            raise WrongAnswer(f"{command} was refused: {str(frame.get('error'))[:200]}")
        return frame["data"]

    def close(self) -> None:
        """Close as a client does that has finished."""
        if self.code is None:
            self.code = 1000
            self._reader.kill(block=False)
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.close(timeout=1)
            self._ended(1000)

    def drop(self) -> None:
        """Cut the connection without a close frame, as a lost network does."""
        self.code = 1006
        self._reader.kill(block=False)
        self._socket.shutdown()
        self._ended(1006)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        code = 1006
        try:
            while True:
                opcode, payload = self._socket.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
                    break
                if opcode == websocket.ABNF.OPCODE_TEXT:
                    self._take(json.loads(payload))
        except (OSError, websocket.WebSocketException):
            pass
        self._ended(code)

    def _take(self, frame: Frame) -> None:
        waiting = self._replies.get(frame["id"]) if isinstance(frame.get("id"), int) else None
        if frame.get("type") == "result" and waiting is not None:
            reply, first = waiting
            if first is not None:
                first(frame)
            reply.set(frame)
        elif frame.get("type") == "bye":
            self.reconnect_after = float(frame["reconnect_after_ms"]) / 1000
        else:
            self._on_frame(frame)

    def _ended(self, code: int) -> None:
        if self.code is None:
            self.code = code
        for reply, _ in list(self._replies.values()):
            reply.set_exception(SocketLost(self.code))
        self.ended.set()


def wait_before_reconnect(session: SocketSession | None, failures: int) -> float:
    """Return the seconds to wait: what a `bye` asked for, else a random time that grows with the failures."""
    if session is not None and session.reconnect_after is not None and not failures:
        return session.reconnect_after
    return random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**failures))
