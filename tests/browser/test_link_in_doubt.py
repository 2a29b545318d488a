"""The page's one socket in doubt: it proves itself in two seconds, whoever else asks it meanwhile."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.model_page import module_page
from web.pages.static_files import STATIC

pytestmark = pytest.mark.one_hub

page = module_page()

# A link over a socket that never answers. The result is the delay of each timer that still runs.
IN_DOUBT = """async (address) => {
  const { VenueSocket } = await import(address);
  const running = new Map();
  const { setTimeout: wait, clearTimeout: forget } = window;
  window.setTimeout = (what, ms) => { const id = wait(() => {}, 0) + 1e6; running.set(id, { what, ms }); return id; };
  window.clearTimeout = (id) => running.delete(id);
  const timers = () => [...running.values()].map(({ ms }) => ms);
  let made = null;
  class Silent { readyState = 1; sent = []; constructor() { made = this; } send(text) { this.sent.push(JSON.parse(text).type); } close() {} }
  const states = [];
  const link = new VenueSocket({ url: 'ws://nobody', Socket: Silent, onState: (state) => states.push(state) });
  try {
    link.open();
    made.onmessage({ data: JSON.stringify({ type: 'ready' }) });
    running.clear();
    dispatchEvent(new Event('online'));
    const asked = timers();
    link.doubt();
    const doubted = timers();
    dispatchEvent(new Event('online'));
    const askedAgain = timers();
    for (const { what, ms } of [...running.values()]) if (ms === 2000) what();
    return { asked, doubted, askedAgain, pings: made.sent.length, states };
  } finally {
    link.close();
    Object.assign(window, { setTimeout: wait, clearTimeout: forget });
  }
}"""


async def test_a_link_in_doubt_gets_no_more_time_because_it_is_asked_again(page: Page) -> None:
    seen = await page.evaluate(IN_DOUBT, STATIC.url("js/lib/socket.js"))
    assert seen["asked"] == [6_000]
    assert seen["doubted"] == [2_000]
    assert seen["askedAgain"] == [2_000]
    assert seen["pings"] == 3
    assert seen["states"] == ["connecting", "live", "reconnecting"]
