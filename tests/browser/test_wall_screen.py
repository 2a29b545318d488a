"""The wall screen: whatever comes, nothing overlaps, nothing is cut, and the grid stays where it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open
from tests.support.world import NOON, TODAY, World

AFTERNOON = NOON + timedelta(hours=1, minutes=12)
SIZES = ((1366, 768), (1920, 1080), (3840, 2160))
GATES = (1, 4, 8, 12)
ALERTS = (0, 1, 3, 20)

pytestmark = pytest.mark.one_hub(moment=AFTERNOON)

# Keeps the page's socket and the answer to each subscription, so that a test can send events as the hub does.
LISTEN = """
  window.topics = {};
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...how) {
      super(...how);
      window.line = this;
      const asked = {};
      const send = this.send.bind(this);
      this.send = (text) => { const { type, id, topic } = JSON.parse(text); if (type === 'subscribe') asked[id] = topic; send(text); };
      this.addEventListener('message', ({ data }) => { const { id, success, data: given } = JSON.parse(data); if (success && asked[id]) topics[asked[id]] = given; });
    }
  };
"""

# Tells the page of so many gates, alerts and alarms, and of a day's counts. What it knows already it is not told again.
SHOW = """([gates, alerts, minute, now, long]) => {
  window.told = (window.told ?? 1e9) + 1;
  const tell = (topic, data) => line.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(
    { type: 'event', topic, subscription: topics[topic].subscription, revision: told, data }) }));
  const whole = (topic) => topics[topic].snapshot ?? topics[topic];
  const names = ['Main entrance', 'Side door', 'Garden', 'North', 'South', 'Box office', 'Loading dock', 'Balcony', 'Stalls left', 'Stalls right', 'Staff door', 'Courtyard'];
  const nameOf = (n) => (long ? `${names[n % 12]} on the far side of the old building ${n}` : names[n]);
  const minutes = Array.from({ length: 300 }, (_, n) => [minute - n, 28, 3, 5, 25, n % 7]);
  const { date, venue_id, starts_at } = whole('figures');
  const known = `${gates} ${long}` === window.known;
  window.known = `${gates} ${long}`;
  if (!known) tell('figures', { date, venue_id, starts_at, gates: Array.from({ length: gates }, (_, n) => ({ gate: nameOf(n), minutes, reasons: [['RED', 'WRONG_DATE', 12]], median_ms: 2100 })) });
  const { slots, ...day } = whole('counts');
  if (!known) tell('counts', { ...day, date, verified: 12345, inside: 10234, exited: 2111, booked: 13456, capacity: 15000,
    slots: slots.map((slot, n) => ({ ...slot, booked: 1500, capacity: 1600, verified: 1234, revision: told, ...(n % 2 && { show: long ? 'The Merchant of Venice, for the last time' : 'Turandot', room: 'Sala Grande' }) })) });
  const side = (gate, entered) => ({ gate, at: now, operator: { id: 1, name: 'Jane Smith' }, result: entered ? 'GREEN' : 'YELLOW', reason: entered ? 'VERIFIED' : 'ALREADY_VERIFIED' });
  const before = window.alertsTold ?? 0;
  window.alertsTold = alerts;
  for (let n = 1; n <= 20; n += 1) {
    const shown = n <= alerts;
    if (shown === (n <= before)) continue;
    if (n % 2) tell('alerts', { alert: { alert_id: n, venue_id, venue_name: 'Museum', kind: ['failure_rate', 'login_failures', 'latency'][n % 3], subject: '', value: 2345, threshold: 20,
      details: {}, raised_at: now, cleared_at: shown ? null : now } });
    else tell('alarms', { alarm: { alarm_id: n, venue_id, raised_at: shown ? now : '2020-01-01T00:00:00Z', code_tail: `F${100 + n}`, ticket_id: n,
      first: side('Main entrance', true), second: side('Side door', false), acknowledged: null } });
  }
}"""

# The boxes of all that is shown: cut texts, overlaps between neighbours, what is beyond the screen, and the frame's rows.
MEASURE = """() => {
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const boxOf = (e) => { const { left, top, right, bottom } = e.getBoundingClientRect(); return { left, top, right, bottom }; };
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''}.${[...e.classList].join('.')} "${e.textContent.trim().slice(0, 40)}"`;
  const hit = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  // The frame of an element that cuts what is beyond it, found once for all texts inside.
  const cuts = new Map();
  const cutOf = (around) => {
    if (!cuts.has(around)) {
      const style = getComputedStyle(around);
      cuts.set(around, style.overflowX === 'visible' ? null : { frame: boxOf(around), ellipsis: style.textOverflow === 'ellipsis', empty: around.scrollWidth === 0 });
    }
    return cuts.get(around);
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.textContent.trim() || !shown(element) || element.closest('.unseen, .skip, script, #wall-off')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = parseFloat(getComputedStyle(element).fontSize);
    const box = boxOf(range);
    // A font's box is higher than its letters.
    box.top += size * 0.15;
    box.bottom -= size * 0.15;
    if (box.right - box.left < 2) continue;
    texts.push({ element, box, size });
  }
  const troubles = [];
  for (const { element, box } of texts) {
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const cut = cutOf(around);
      if (!cut || cut.empty) continue;
      const { frame } = cut;
      if (box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1) {
        if (cut.ellipsis) troubles.push(`ellipsis: ${name(element)}`);
        else troubles.push(`cut by ${name(around)}: ${name(element)}`);
        break;
      }
    }
  }
  const clipped = ({ element, box }) => {
    const out = { ...box };
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const frame = cutOf(around)?.frame;
      if (!frame) continue;
      out.left = Math.max(out.left, frame.left); out.right = Math.min(out.right, frame.right);
      out.top = Math.max(out.top, frame.top); out.bottom = Math.min(out.bottom, frame.bottom);
    }
    return out;
  };
  const seen = texts.map((text) => ({ ...text, box: clipped(text) }));
  for (const { element, box } of seen) if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) troubles.push(`beyond the screen: ${name(element)}`);
  seen.forEach((one, n) => seen.slice(n + 1).forEach((other) => {
    if (hit(one.box, other.box)) troubles.push(`overlap: ${name(one.element)} and ${name(other.element)}`);
  }));
  const frames = [...document.querySelectorAll('.masthead, .alerts, .totals, .slots-card, .arrivals-card, .gates-card')].filter(shown);
  frames.forEach((one, n) => frames.slice(n + 1).forEach((other) => { if (hit(boxOf(one), boxOf(other))) troubles.push(`overlap: ${name(one)} and ${name(other)}`); }));
  const skip = document.querySelector('.skip');
  if (boxOf(skip).bottom > 0) troubles.push(`seen at the edge: ${name(skip)}`);
  const marks = [...document.querySelectorAll('.key li, .link-state')].filter(shown).map((one) => parseFloat(getComputedStyle(one, '::before').width) / parseFloat(getComputedStyle(one).fontSize));
  const chart = document.querySelector('#arrivals-chart canvas');
  return {
    troubles: [...new Set(troubles)],
    smallest: Math.min(...texts.map(({ size }) => size)) / innerWidth,
    marks: Math.min(...marks),
    frames: frames.map((one) => Object.values(boxOf(one)).map((at) => Math.round((1000 * at) / innerWidth))),
    chart: chart ? chart.getBoundingClientRect().height / innerWidth : 0,
    gates: [...document.querySelectorAll('#gates tr')].filter(shown).length,
    more: [...document.querySelectorAll('#gates-more, .alerts-all')].filter(shown).map((e) => e.textContent),
    briefs: [...document.querySelectorAll('.alert-brief')].filter(shown).length,
  };
}"""

SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))"


async def wall(world: World, open_page: Open, locale: str = "en-GB") -> Page:
    for hour in range(9, 19):
        await world.slot(TODAY, f"{hour:02}:00", f"{hour + 1:02}:00", 200)
    page = await open_page("/operator/login", token=await world.staff("MANAGER"), locale=locale)
    await page.add_init_script(LISTEN)
    await page.goto(f"{world.hub.url}/manager?wall=1")
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    await page.wait_for_function("() => topics.figures && topics.alerts && topics.alarms && topics.counts")
    await expect(page.locator("#slots tr.now")).to_be_visible()
    return page


async def show(page: Page, gates: int, *alerts: int, long: bool = False) -> list[dict[str, Any]]:
    """Return what is measured with each number of alerts."""
    midnight = AFTERNOON.replace(hour=0, minute=0) - timedelta(hours=1)
    minute = int((AFTERNOON - midnight).total_seconds() // 60)
    found: list[dict[str, Any]] = await page.evaluate(
        f"async ([gates, alerts, ...rest]) => {{ const show = {SHOW}; const measure = {MEASURE}; const settled = {SETTLED};"
        " show([gates, 0, ...rest]); await settled(); return alerts.map((n) => { show([gates, n, ...rest]); return measure(); }); }",
        [gates, alerts, minute, AFTERNOON.isoformat(), long],
    )
    return found


async def test_nothing_overlaps_or_is_cut_at_any_size_with_any_number_of_gates_and_alerts(
    world: World, open_page: Open
) -> None:
    page = await wall(world, open_page)
    for gates in GATES:
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            measured = await show(page, gates, *ALERTS)
            for alerts, found in zip(ALERTS, measured, strict=True):
                here = f"{width}x{height}, {gates} gates, {alerts} alerts"
                assert found["troubles"] == [], here
                assert found["gates"] == gates, here
                assert found["briefs"] == min(alerts, 2), here
                assert found["more"] == ([] if not alerts else ["One alert" if alerts == 1 else f"{alerts} alerts"]), (
                    here
                )
                # 1.6 % of the width: capitals of 14 mm on a screen 1.2 m wide. The chart keeps its height.
                assert found["smallest"] >= 0.016, here
                assert found["chart"] > 0.12, here
                assert found["marks"] > 0.4, f"{here}: the marks of the keys are as large as their words"
                assert found["frames"] == measured[0]["frames"], f"{here}: alerts move nothing"


async def test_in_chinese_the_figures_are_as_narrow_and_nothing_is_cut(world: World, open_page: Open) -> None:
    page = await wall(world, open_page, "zh-CN")
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        (found,) = await show(page, 8, 3)
        assert found["troubles"] == [], f"{width}x{height}"


async def test_long_names_end_in_dots_and_of_many_gates_the_busiest_are_shown(world: World, open_page: Open) -> None:
    page = await wall(world, open_page)
    await page.set_viewport_size({"width": 1920, "height": 1080})
    (found,) = await show(page, 15, 20, long=True)
    assert found["gates"] == 11
    assert "4 more gates" in found["more"]
    assert [trouble for trouble in found["troubles"] if not trouble.startswith("ellipsis")] == []


async def test_the_measure_sees_what_is_cut_and_what_overlaps(world: World, open_page: Open) -> None:
    """Control: with the grid's rules taken away the same measure finds both."""
    page = await wall(world, open_page)
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await page.evaluate(
        """() => { const rules = new CSSStyleSheet();
        rules.replaceSync('.wall .totals { height: 4vw; } .wall .gates tbody tr { grid-template-columns: repeat(5, 2vw) !important; }');
        document.adoptedStyleSheets = [rules]; }"""
    )
    (found,) = await show(page, 8, 3)
    assert any(trouble.startswith("cut by section.totals") for trouble in found["troubles"])
    assert any(trouble.startswith("overlap") for trouble in found["troubles"])
