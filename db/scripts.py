"""Lua scripts: loads `db/lua/*.lua`. Each file begins with a legend of its KEYS, ARGV and return values."""

from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parent / "lua"


@cache
def lua(name: str) -> str:
    """Return the text of `db/lua/<name>.lua`."""
    return (SCRIPTS / f"{name}.lua").read_text(encoding="utf-8")
