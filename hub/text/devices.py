"""Devices in a few words: the browser and system that a User-Agent header names."""

from __future__ import annotations

LONGEST = 60
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def short_device(user_agent: str) -> str:
    """Return text such as `Firefox, Android`, or the beginning of a header that names neither."""
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)]
    named = ", ".join(part for part in found if part)
    plain = "".join(character if character.isprintable() else " " for character in user_agent)
    return named or " ".join(plain.split())[:LONGEST]
