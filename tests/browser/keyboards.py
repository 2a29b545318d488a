"""Physical keys at the speed of a machine or a person, read by the keyboards of several languages.

A scanner that is set to one keyboard presses its keys; the computer reads each by its own keyboard.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from playwright.async_api import Page

SCANNER_MS = 8.0
"""Milliseconds for a key: a wired scanner takes 1 to 10, and one by Bluetooth up to 40."""
PERSON_MS = 90.0
SHIFT = 8
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"

Keyboard = dict[str, tuple[str, str]]
"""What each physical key writes, without and with Shift."""

US: Keyboard = {
    **{f"Key{letter}": (letter.lower(), letter) for letter in LETTERS},
    **{f"Digit{digit}": (digit, ")!@#$%^&*("[int(digit)]) for digit in DIGITS},
    "Minus": ("-", "_"), "Equal": ("=", "+"), "Slash": ("/", "?"), "Period": (".", ">"), "Semicolon": (";", ":"), "Comma": (",", "<"),
    "Quote": ("'", '"'), "BracketRight": ("]", "}"), "Backquote": ("`", "~"), "Space": (" ", " "),
}  # fmt: skip
GERMAN: Keyboard = {
    **US, "KeyY": ("z", "Z"), "KeyZ": ("y", "Y"), "Minus": ("ß", "?"), "Slash": ("-", "_"), "Period": (".", ":"), "Digit7": ("7", "/"),
}  # fmt: skip
FRENCH: Keyboard = {
    **US, "KeyA": ("q", "Q"), "KeyQ": ("a", "A"), "KeyZ": ("w", "W"), "KeyW": ("z", "Z"), "KeyM": (",", "?"), "Semicolon": ("m", "M"),
    **{f"Digit{digit}": (letter, digit) for digit, letter in zip("1234567890", "&é\"'(-è_çà", strict=True)},
    "Minus": (")", "°"),
}  # fmt: skip
ITALIAN: Keyboard = {**US, "Minus": ("'", "?"), "Slash": ("-", "_"), "BracketRight": ("+", "*")}
CZECH: Keyboard = {
    **US, "KeyY": ("z", "Z"), "KeyZ": ("y", "Y"), "Minus": ("=", "%"), "Slash": ("-", "_"),
    **{f"Digit{digit}": (letter, digit) for digit, letter in zip("1234567890", "+ěščřžýáíé", strict=True)},
}  # fmt: skip
RUSSIAN: Keyboard = {
    **US,
    **{
        f"Key{latin}": (letter, letter.upper())
        for latin, letter in zip("QWERTYUIOPASDFGHJKLZXCVBNM", "йцукенгшщзфывапролдячсмить", strict=True)
    },
}
CHINESE_INPUT: Keyboard = dict.fromkeys(US, ("Process", "Process"))
"""An input method has taken every key."""


def presses(text: str, keyboard: Keyboard = US) -> list[tuple[str, bool]]:
    """Return the keys, each with Shift or without, that a scanner set to this keyboard presses for a text."""
    keys: dict[str, tuple[str, bool]] = {}
    for code, written in keyboard.items():
        for shift in (True, False):
            keys[written[shift]] = code, shift
    return [keys[character] for character in text]


async def scan(
    page: Page,
    text: str,
    *,
    scanner: Keyboard = US,
    computer: Keyboard = US,
    end: str | None = "Enter",
    ms: float = SCANNER_MS,
    stall_ms: float = 0,
) -> None:
    """Press the keys of a text, `ms` apart by their own timestamps, however busy the machine is. `end` is the scanner's suffix.

    All keys go to the browser at once: while one after the other waited for its answer on a busy machine, the page would take
    the pause for the end of the code. `stall_ms`: the link stops for so long after the sixth key.
    """
    session = await page.context.new_cdp_session(page)
    # Each key is newer than all before it, and none is in the future.
    at = await _moment(page, ms * (len(text) + 1) + stall_ms)
    keys: list[dict[str, Any]] = []
    for n, (code, shift) in enumerate(presses(text, scanner)):
        at += stall_ms / 1000 if n == 6 else 0
        keys += _press(computer[code][shift], code, shift=shift, at=at)
        at += ms / 1000
    if end is not None:
        keys += _press("Enter" if end == "NumpadEnter" else end, end, shift=False, at=at)
    await asyncio.gather(*(session.send("Input.dispatchKeyEvent", key) for key in keys))
    await session.detach()


async def _moment(page: Page, takes_ms: float) -> float:
    """Return the moment of the first key, in seconds."""
    await page.wait_for_timeout(takes_ms)
    return time.time() - takes_ms / 1000


def _press(key: str, code: str, *, shift: bool, at: float) -> list[dict[str, Any]]:
    """Return the events of one key, down and up."""
    text = {"Enter": "\r", "Tab": "\t", "Process": ""}.get(key, key if len(key) == 1 else "")
    pressed = {
        "key": key, "code": code, "modifiers": SHIFT if shift else 0, "timestamp": at,
        "windowsVirtualKeyCode": {"Enter": 13, "Tab": 9}.get(key, ord(code[-1]) if len(code) in {4, 6} else 0),
    }  # fmt: skip
    return [{**pressed, "type": "keyDown" if text else "rawKeyDown", "text": text}, {**pressed, "type": "keyUp"}]
