"""The maker of the table of policies: `python -m tests.support.policy_table` writes it into docs/administration.md."""

import re
from pathlib import Path

from hub.rules.venue_policies import policies_table

TARGET = Path(__file__).resolve().parents[2] / "docs" / "administration.md"
_TABLE = re.compile(r"^\| option of `hub venue set` .*?(?=\n\n)", re.MULTILINE | re.DOTALL)


def with_table(page: str) -> str:
    """Return the page with the table as it is today in the place of its own. Raises ValueError for a page without one."""
    written, times = _TABLE.subn(lambda _: policies_table(), page)
    if times != 1:
        raise ValueError(f"one table of policies expected, {times} found")
    return written


if __name__ == "__main__":
    TARGET.write_text(with_table(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
