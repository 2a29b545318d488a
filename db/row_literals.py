"""Rows as one text parameter: `$1::text::some_type[]` reads what `rows` wrote.

asyncpg encodes an array element by element and asks of each whether it is itself a list; for a batch of scans with
seventeen columns that was the dearest thing the process did. One text costs a third of it, and Postgres reads it no slower.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_PLAIN = re.compile(r"[\w .:+-]+").fullmatch


def rows(records: Iterable[str]) -> str:
    """The array literal of what `record` or a caller's own format wrote."""
    quoted = [
        f'"({record})"' if '"' not in record and "\\" not in record else f'"({_escaped(record)})"' for record in records
    ]
    return "{" + ",".join(quoted) + "}"


def text(value: str | None) -> str:
    """A text as a field of a record. Nothing stands for NULL."""
    if value is None:
        return ""
    if _PLAIN(value):
        return value
    doubled = value.replace("\\", "\\\\").replace('"', '""')
    return f'"{doubled}"'


known_text = lru_cache(maxsize=4096)(text)
"""`text` for what comes again and again: gates, devices, words of our own."""


def _escaped(record: str) -> str:
    return record.replace("\\", "\\\\").replace('"', '\\"')
