"""Codes and names on the current page: a browser that translates the page must leave them as they are.

    await assert_names_kept(page, await read_written_names(database))

Every visible text with a name of a person, a venue, a gate or a scanner, or with a code, stands below `translate="no"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.async_api import Page

CODES = (r"[A-Z]{2,4}-\d{4}-[A-Z0-9]{3,6}(?:-[A-Z0-9]{2,6})*", r"…[A-Z0-9]{4}")
_SPECIAL = re.compile(r"[\\^$.*+?()[\]{}|/]")
_TRANSLATED = """(pattern) => {
  const names = new RegExp(pattern, 'u');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { data, parentElement: parent } = texts.currentNode;
    if (!names.test(data) || parent.closest('[translate=no], script, style, noscript, textarea, template')) continue;
    if (parent.checkVisibility({ visibilityProperty: true })) found.push(`${parent.localName}.${parent.className}: ${data.trim()}`);
  }
  return found;
}"""


async def assert_names_kept(page: Page, names: Iterable[str]) -> None:
    """Fail with every text that holds one of these names or a code and may be translated."""
    # A gate may be called 7. No translation changes a number, and pages are full of them.
    written = [name for name in names if not name.isdecimal()]
    words = sorted((_SPECIAL.sub(r"\\\g<0>", name) for name in written), key=len, reverse=True)
    pattern = rf"(?<![A-Za-z0-9])(?:{'|'.join([*words, *CODES])})(?![A-Za-z0-9])"
    found: list[str] = await page.evaluate(_TRANSLATED, pattern)
    assert found == [], f"names and codes that a browser would translate: {found}"
