"""The entry decision of the scanner's page against the case table of the hub, and against the hub's rule itself."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page

from hub.rules.entry_decision import EntryPolicy, FirstEntry, ReservationFacts, TicketFacts, decide_entry
from hub.rules.venue_day import midnight
from tests.browser.model_page import module_page
from web.pages.static_files import STATIC

TABLE = json.loads((Path(__file__).parents[1] / "rules" / "entry_cases.json").read_text(encoding="utf-8"))
LEAVING = json.loads((Path(__file__).parents[1] / "rules" / "leaving_cases.json").read_text(encoding="utf-8"))
SAY_OF_LEAVING = """async ([address, exits, returns]) => {
  const { decideExit, decideReturn } = await import(address);
  const refused = { result: 'YELLOW', reason: 'ALREADY_VERIFIED', can_verify: true, message: 'ALREADY VERIFIED',
                    detail: 'Verified at 12:00', days_from_now: null };
  return [
    ...exits.map((c) => decideExit(c.left, c.inside_since, Date.parse(c.now), c.timezone)),
    ...returns.map((c) => decideReturn(refused, c.left, c.reservation, c.policy, Date.parse(c.now), c.timezone)),
  ];
}"""
SAY = """async ([address, venue, cases]) => {
  const { decideEntry } = await import(address);
  const { atGate } = await import(address.replace(/entry_decision[^/]*$/, 'product_at_gate.js'));
  return cases.map((c) => {
    const verdict = decideEntry(c.ticket, c.reservation, c.first_entry, c.policy, venue, Date.parse(c.now), c.timezone);
    return c.product ? atGate(verdict, { question_zh: "", ...c.product }, c.gate, c.answer) : verdict;
  });
}"""
ZONES = ("Europe/Rome", "UTC", "America/Los_Angeles", "America/Santiago", "Pacific/Auckland", "Asia/Kathmandu", "Asia/Shanghai",
         "Australia/Lord_Howe", "Africa/Cairo", "America/Havana")  # fmt: skip


page = module_page()


async def say(page: Page, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = await page.evaluate(
        SAY, [STATIC.url("js/models/rules/entry_decision.js"), TABLE["venue_id"], cases]
    )
    return said


async def test_the_page_says_what_the_table_says_in_every_case(page: Page) -> None:
    said = await say(page, TABLE["cases"])
    wrong = [row["case"] for row, got in zip(TABLE["cases"], said, strict=True) if got != row["expect"]]
    assert wrong == []
    assert len(said) > 60


async def test_a_rule_that_is_a_second_off_is_found_by_the_table(page: Page) -> None:
    """Control: with the page's clock one second ahead, the same table finds wrong decisions."""
    ahead = []
    for row in TABLE["cases"]:
        now = datetime.fromisoformat(row["now"]) + timedelta(seconds=1)
        ahead.append({**row, "now": now.isoformat().replace("+00:00", "Z")})
    said = await say(page, ahead)
    assert sum(got != row["expect"] for row, got in zip(TABLE["cases"], said, strict=True)) >= 10


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _drawn(dice: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a random case as the page takes it, and the decision of the hub's rule."""
    zone = dice.choice(ZONES)
    # Half of the days are near a change of the clocks.
    day = dice.choice(
        [
            date(2026, 3, 29),
            date(2026, 4, 5),
            date(2026, 9, 6),
            date(2026, 10, 25),
            date(2026, 11, 1),
            date(2026, 4, 24),
        ]
    )
    day += timedelta(days=dice.randrange(-2, 3))
    start, hours = time(dice.randrange(24), dice.choice([0, 15, 30])), dice.randrange(1, 7)
    starts = datetime.combine(day, start, ZoneInfo(zone)).astimezone(UTC)
    end = (datetime.combine(day, start) + timedelta(hours=hours)).time()
    ends = datetime.combine(day + timedelta(days=end <= start), end, ZoneInfo(zone)).astimezone(UTC)
    policy = EntryPolicy(dice.choice(["deny", "allow"]), dice.choice([0, 0, 15]), dice.choice([None, None, 0, 30, 240]))
    edge = dice.choice(
        [starts, ends, midnight(day, ZoneInfo(zone)), starts - timedelta(minutes=policy.early_entry_minutes or 0)]
    )
    now = edge + timedelta(seconds=dice.choice([-90_000, -3600, -60, -1, 0, 1, 60, 3600, 90_000]))
    ticket = dice.choice([None, *[TicketFacts(
        1, "C", status, channel, None, None, None, dice.choice([None, None, now, now + timedelta(seconds=1)]), dice.choice([None, 1, 2])
    ) for status in ("RESERVED", "RESERVED", "ACTIVATED", "EXPIRED", "VERIFIED", "CANCELLED", "INACTIVE", "PENDING_PAYMENT")
        for channel in ("direct", "ota")]])  # fmt: skip
    reservation = dice.choice(
        [None, *[ReservationFacts(1, 1, venue, day, start, end, starts, ends, 1, 2) for venue in (1, 1, 1, 2)]]
    )
    entry = dice.choice(
        [
            None,
            None,
            FirstEntry(
                now - timedelta(hours=dice.randrange(30)), 5, dice.choice(["", "Jane"]), dice.choice([None, "A"])
            ),
        ]
    )
    hub = decide_entry(ticket, reservation, entry, policy, 1, now, ZoneInfo(zone))
    case = {
        "timezone": zone, "now": _moment(now),
        "policy": {"unreserved_entry": policy.unreserved_entry, "late_entry_minutes": policy.late_entry_minutes,
                   "early_entry_minutes": policy.early_entry_minutes},
        "ticket": ticket and {"status": ticket.status, "channel": ticket.channel, "valid_until": _moment(ticket.valid_until),
                              "venue_id": ticket.venue_id},
        "reservation": reservation and {"venue_id": reservation.venue_id, "date": str(day), "start_time": str(start),
                                        "end_time": str(end), "starts_at": _moment(starts), "ends_at": _moment(ends)},
        "first_entry": entry and {"verified_at": _moment(entry.verified_at), "operator_name": entry.operator_name, "gate": entry.gate},
    }  # fmt: skip
    names = ("result", "reason", "can_verify", "message", "detail", "days_from_now")
    return case, {name: getattr(hub, name) for name in names}


async def test_page_and_hub_say_the_same_of_thousands_of_cases_drawn_by_lot(page: Page) -> None:
    dice = random.Random(20261121)
    drawn = [_drawn(dice) for _ in range(3_000)]
    said = await say(page, [case for case, _ in drawn])
    wrong = [(case, got, hub) for (case, hub), got in zip(drawn, said, strict=True) if got != hub]
    assert wrong[:2] == []
    assert len({(hub["result"], hub["reason"]) for _, hub in drawn}) == 11


def _later(rows: list[dict[str, Any]], seconds: int) -> list[dict[str, Any]]:
    return [{**row, "now": _moment(datetime.fromisoformat(row["now"]) + timedelta(seconds=seconds))} for row in rows]


@pytest.mark.parametrize("seconds", [0, 1, -1])
async def test_the_page_says_of_exits_and_returns_what_the_table_says(page: Page, seconds: int) -> None:
    """Control included: with a clock that is one second off, the table finds wrong decisions."""
    rows = [*LEAVING["exits"], *LEAVING["returns"]]
    exits, returns = (_later(LEAVING[name], seconds) for name in ("exits", "returns"))
    said = await page.evaluate(SAY_OF_LEAVING, [STATIC.url("js/models/rules/leaving.js"), exits, returns])
    wrong = [row["case"] for row, got in zip(rows, said, strict=True) if got != row["expect"]]
    assert bool(wrong) is bool(seconds), wrong
