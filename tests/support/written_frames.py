"""The protocol of a socket in tests of its send queue: it is full until a test says otherwise, and keeps the texts that are written."""

from __future__ import annotations


class WrittenFrames:
    """Stands for the protocol and for its transport. `sent` has the payload of each short text frame."""

    writing_paused = True
    connected = True

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.transport = self

    def is_closing(self) -> bool:
        return False

    def write(self, frame: bytes) -> None:
        self.sent.append(frame[2:] if frame[1] < 126 else frame[4:])
