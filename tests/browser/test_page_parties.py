"""The page's models of a party: how many come in, what the list and this device know of it, and the offline decision."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.browser.model_page import module_page
from tests.browser.test_page_models import ask
from web.pages.static_files import STATIC

page = module_page()

MOMENT = 1_763_636_400_000
"""The list was written at this moment, 2025-11-20 at noon in Rome."""
LIST = {
    "whole": True, "gone": [], "date": "2025-11-20", "venue_id": 1, "timezone": "Europe/Rome", "salt": "00" * 16, "edition": "e",
    "generated_at": "2025-11-20T11:00:00Z",
    "policy": {"unreserved_entry": "deny", "late_entry_minutes": 0, "early_entry_minutes": None, "re_entry": "deny"},
    "slots": [{"slot_id": 7, "date": "2025-11-20", "start": "12:00:00", "end": "14:00:00", "starts_at": "2025-11-20T11:00:00Z",
               "ends_at": "2025-11-20T13:00:00Z", "opens_at": "2025-11-19T23:00:00Z", "closes_at": "2025-11-20T13:00:00Z"}],
}  # fmt: skip
ENTRY = {"verified_at": "2025-11-20T10:55:00Z", "operator_name": "", "gate": "A"}

DECIDE = """(async ([list, rows, code, known]) => {{
  const {{ DayList }} = await import('{day_list}');
  const day = new DayList({{ ...list, tickets: [] }});
  for (const [name, ...row] of rows) {{ const hash = await day.hashOf(name); day.tickets.set(hash, [hash, ...row]); }}
  return m.decideWithoutHub(code, {{ list: day, now: {now}, ...known }});
}})(given)"""


def booking(code: str, size: int, admitted: int = 0) -> list[Any]:
    entered = ENTRY["verified_at"] if admitted else None
    status = "VERIFIED" if admitted else "RESERVED"
    return [
        code,
        status,
        7,
        int(admitted > 0),
        None,
        "booking",
        entered,
        "A" if admitted else None,
        None,
        size,
        admitted,
    ]


def member(code: str, *, inside: bool = False, family: str = "f1") -> list[Any]:
    entered = ENTRY["verified_at"] if inside else None
    status = "VERIFIED" if inside else "RESERVED"
    return [
        code,
        status,
        7,
        int(inside),
        None,
        "direct",
        entered,
        "A" if inside else None,
        None,
        1,
        int(inside),
        family,
    ]


async def decide(page: Page, rows: list[list[Any]], code: str, **known: Any) -> dict[str, Any]:
    expression = DECIDE.format(day_list=STATIC.url("js/models/day_list.js"), now=MOMENT + 60_000)
    decision: dict[str, Any] = await ask(page, "offline_decision", expression, LIST, rows, code, known)
    return decision


async def known(page: Page, script: str) -> Any:
    return await ask(
        page, "known_parties", f"(() => {{ const k = new m.KnownParties(); const M = {MOMENT}; {script} }})()"
    )


def shown(decision: dict[str, Any]) -> tuple[str, str, int, int]:
    party = decision["party"]
    return decision["result"], decision["reason"], party["admitted"], party["remaining"]


async def test_the_number_is_between_one_and_all_that_remain(page: Page) -> None:
    chosen = "(() => { const c = new m.PartyCount(3); return given[0].map((n) => [c.choose(n), c.chosen]); })()"
    assert await ask(page, "party", chosen, [3, 2, 1, 0, 9]) == [
        [False, 3],
        [True, 2],
        [True, 1],
        [False, 1],
        [True, 3],
    ]


async def test_an_entry_says_how_many_and_of_a_family_that_it_is_one(page: Page) -> None:
    a_booking, family = ({"booking_id": name, "size": 5, "admitted": 2, "remaining": 3} for name in (9, None))
    said = "given.map(([party, count]) => m.admitting(party, count))"
    assert await ask(page, "party", said, [a_booking, 2], [a_booking, None], [family, 2], [family, None], [None, None],
                     [{**a_booking, "size": 1}, 1]) == [{"count": 2}, {}, {"count": 2, "party": True}, {"party": True}, {}, {}]  # fmt: skip


async def test_the_list_gives_the_size_of_a_booking_and_counts_a_family(page: Page) -> None:
    five = booking("BKG-5", 5, 2)
    assert shown(await decide(page, [five], "BKG-5")) == ("GREEN", "VALID", 2, 3)
    assert (await decide(page, [five], "BKG-5"))["detail"] == "2 of 5 in"
    assert "party" not in await decide(page, [booking("BKG-1", 1)], "BKG-1")
    family = [member("T1", inside=True), member("T2"), member("T3"), member("X", family="f2")]
    assert shown(await decide(page, family, "T2")) == ("GREEN", "VALID", 1, 2)
    # A ticket that was used brings up those who are still to come.
    again = await decide(page, family, "T1")
    assert shown(again) == ("YELLOW", "ALREADY_VERIFIED", 1, 2)
    assert again["verified"]["gate"] == "A"
    assert "party" not in await decide(page, family, "X")


async def test_a_whole_party_is_yellow_with_its_first_entry_and_one_too_early_or_cancelled_red(page: Page) -> None:
    whole = await decide(page, [booking("BKG-5", 5, 5)], "BKG-5")
    assert shown(whole) == ("YELLOW", "ALREADY_VERIFIED", 5, 0)
    assert whole["detail"] == "5 of 5 in, first at 11:55, gate A"
    over = [*booking("BKG-5", 5, 2)]
    over[1] = "CANCELLED"
    assert shown(await decide(page, [over], "BKG-5"))[:2] == ("RED", "TICKET_CANCELLED")


async def test_entries_made_here_add_up_and_more_than_were_booked_are_never_in(page: Page) -> None:
    rows = [booking("BKG-5", 5, 1)]
    for here, expected in (
        (2, ("GREEN", "VALID", 3, 2)),
        (4, ("YELLOW", "ALREADY_VERIFIED", 5, 0)),
        (9, ("YELLOW", "ALREADY_VERIFIED", 5, 0)),
    ):
        party = {"admitted": 1 + here, "sure": True, "entry": {**ENTRY, "operator_name": "Jane"}}
        assert shown(await decide(page, rows, "BKG-5", party=party, entry=party["entry"])) == expected


async def test_a_party_that_changed_since_the_list_is_never_green(page: Page) -> None:
    rows = [booking("BKG-5", 5, 2)]
    party = {"admitted": 2, "sure": False, "entry": None}
    assert shown(await decide(page, rows, "BKG-5", party=party)) == ("YELLOW", "CHANGED", 2, 3)
    # All were in, and an entry was taken back: at least one may come in again.
    party = {"admitted": 5, "sure": False, "entry": None}
    assert shown(await decide(page, [booking("BKG-5", 5, 5)], "BKG-5", party=party)) == ("YELLOW", "CHANGED", 4, 1)
    # Without being asked for, a change of another kind is answer as well.
    assert shown(await decide(page, rows, "BKG-5", changed=True))[:2] == ("YELLOW", "CHANGED")


async def test_an_offline_entry_of_a_part_says_how_many_are_in(page: Page) -> None:
    decision = await decide(page, [booking("BKG-5", 5, 1)], "BKG-5")
    after = await ask(page, "offline_decision", "m.admitted(given[0], given[1], 2)", decision, {**ENTRY, "gate": "B"})
    assert shown(after) == ("GREEN", "VERIFIED", 3, 2)
    assert (after["detail"], after["provisional"]) == ("3 of 5 in", True)
    # The first entry stays the first.
    assert after["verified"]["gate"] == "A"


ADD = "k.entered('p', 'one', 2, {}); k.entered('p', 'two', 1, {});"


async def test_a_device_adds_its_entries_to_the_list_until_the_list_contains_them(page: Page) -> None:
    assert await known(page, f"{ADD} return k.of('p', 1, M, null).admitted") == 4
    # The same scan again is the same entry.
    assert await known(page, f"{ADD} k.entered('p', 'one', 2, {{}}); return k.of('p', 1, M, null).admitted") == 4
    settled = f"{ADD} k.settled(new Set(['one']), M + 1000);"
    assert await known(page, f"{settled} return k.of('p', 1, M, null).admitted") == 4
    later = f"{settled} k.listed(M + 60_000);"
    # A list of a minute later contains the entry that the hub has answered, and not the other.
    assert await known(page, f"{later} return k.of('p', 3, M + 60_000, null).admitted") == 4
    assert await known(page, f"{later} return k.asData()[0][1].own.map((one) => one.scanId)") == ["two"]


async def test_the_hubs_last_word_counts_and_entries_here_after_it(page: Page) -> None:
    answer = "k.answered('p', 3, M + 5000);"
    assert await known(page, f"{answer} return k.of('p', 0, M, null).admitted") == 3
    assert await known(page, f"{answer} {ADD} return k.of('p', 0, M, null).admitted") == 6
    # A newer list is the newer word.
    assert await known(page, f"{answer} return k.of('p', 4, M + 60_000, null).admitted") == 4
    assert await known(page, f"{answer} return k.listed(M + 60_000)") is True
    # News of another gate, too.
    assert await known(page, f"{answer} return k.of('p', 0, M, {{ at: M + 9000, admitted: 4 }})") == {
        "admitted": 4,
        "sure": True,
        "entry": None,
    }
    assert (await known(page, f"{answer} return k.of('p', 0, M, {{ at: M + 9000, admitted: null }})"))["sure"] is False
    assert (await known(page, f"{answer} return k.of('p', 0, M, {{ at: M + 1000, admitted: null }})"))["sure"] is True


async def test_the_news_of_an_entry_made_here_does_not_count_it_twice(page: Page) -> None:
    for news, answer in ((5000, 5100), (5100, 5000)):
        script = f"{ADD} k.settled(new Set(['one', 'two']), M + {answer}); return k.of('p', 0, M, {{ at: M + {news}, admitted: 3 }}).admitted"
        assert await known(page, script) == 3


async def test_an_undo_and_a_reload_forget_no_entry_that_is_not_sent(page: Page) -> None:
    undone = f"k.answered('p', 3, M + 5000); {ADD} k.settled(new Set(['one']), M + 6000); k.undone('p');"
    assert await known(page, f"{undone} return k.of('p', 1, M, null).admitted") == 2
    again = f"{ADD} const two = new m.KnownParties(); two.load(JSON.parse(JSON.stringify(k.asData()))); return two.of('p', 1, M, null).admitted"
    assert await known(page, again) == 4
