"""The pages' models against the rules of the hub: codes, phone numbers, addresses."""

from __future__ import annotations

import json
import random
import unicodedata
from typing import Any

import phonenumbers
import pytest
from playwright.async_api import Page

from hub.rules.code_slips import likely_codes
from hub.rules.digits import ascii_digits
from hub.rules.entry_decision import MISTYPED
from hub.rules.ticket_code import ALPHABET, check, new_booking_code, new_code, normalise
from hub.text.phone_countries import spaced
from tests.browser.model_page import module_page
from tests.rules.test_ticket_code import CASES
from web.pages.static_files import STATIC
from web.static_sources import dialling_codes


async def ask(page: Page, model: str, expression: str, *given: Any) -> Any:
    """Return the value of `expression`. In it `m` is the model's module, and `given` has the arguments."""
    script = (
        f"async (given) => {{ const m = await import('{STATIC.url(f'js/models/{model}.js')}'); return {expression}; }}"
    )
    return await page.evaluate(script, list(given))


page = module_page()


async def test_page_and_hub_agree_on_every_check_character(page: Page) -> None:
    dice = random.Random(31)
    codes = []
    for _ in range(300):
        code = new_code(dice.randrange(2020, 2040), dice.randrange)
        place = dice.choice([9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21])
        codes += [code, code[:place] + dice.choice(ALPHABET + "01OIL") + code[place + 1 :]]
        booking = new_booking_code(dice.randrange)
        place = dice.randrange(4, len(booking))
        codes += [booking, booking[:place] + dice.choice(ALPHABET + "01OIL") + booking[place + 1 :]]
    assert await ask(page, "ticket_code", "given[0].map(m.check)", codes) == [check(code) for code in codes]


async def test_page_and_hub_read_the_same_code_out_of_what_was_typed(page: Page) -> None:
    code = new_code(2026, random.Random(7).randrange)
    spelt = [
        code.lower(), code.replace("-", ""), code.replace("-", " "), f"  {code}\t", code.replace("-", "\u2013"),
        f"https://venue.example/reserve?ticket={code}", f"https://venue.example/reserve?orq=2&ticket={code.lower()}",
        f"https://shop.example/t/{code}", code.translate(str.maketrans("TK0123456789-", "\uff34\uff2b\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0d")),
        "DT-77-4711", "DT-2025-abc_def", "https://venue.example/b/pA5tQ_3Zk-9xYw0VbN7uLg_pA5tQ3Zk9xYw0Vb", *(case["text"] for case in CASES),
    ]  # fmt: skip
    for text in spelt:
        assert await ask(page, "ticket_code", "m.tidyCode(given[0])", text) == normalise(text), text


async def test_page_and_hub_read_the_same_out_of_any_text(page: Page) -> None:
    dice = random.Random(11)
    pieces = [
        new_code(2026, dice.randrange), new_code(2026, dice.randrange)[:-1], new_booking_code(dice.randrange), "DT_1", "票-12", "tkt",
        "2026", "]Q1", "~", "*", '"', "“", "”", "(", ")", "Ticket", ": ", "：", ".", ",", "!", " ", "\u00a0", "\u3000", "\t", "\r\n", "\x1d",
        "\x00", "\u200b", "\u00ad", "-", "–", "_", "/", "ß", "https://", "www.", "hub.example/", "/r/", "?ticket=", "&code=", "#", "%2D",
        "%zz", "+", "٢", "۲", "２", "é", "e\u0301", "'", "=", "<", ">", "\ud800", "\U0001f39f",
    ]  # fmt: skip
    texts = ["".join(dice.choices(pieces, k=dice.randrange(1, 9))) for _ in range(4_000)]
    read = await ask(page, "ticket_code", "given[0].map(m.tidyCode)", texts)
    differ = [
        (text, page_reads, normalise(text))
        for text, page_reads in zip(texts, read, strict=True)
        if page_reads != normalise(text)
    ]
    assert differ == []
    again = [text for text in texts if normalise(normalise(text)) != normalise(text)]
    assert again == []


async def test_page_and_hub_read_the_digits_of_every_script(page: Page) -> None:
    digits = [chr(point) for point in range(0x110000) if unicodedata.decimal(chr(point), None) is not None]
    read = await ask(page, "digits", "given[0].map((digit) => m.asciiDigits(digit.normalize('NFKC')))", digits)
    assert read == [ascii_digits(unicodedata.normalize("NFKC", digit)) for digit in digits]
    assert len(digits) > 600
    assert ascii_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ०१२ abc²") == "0123456789 0123456789 012 abc²"


async def test_the_page_reads_what_the_table_of_cases_says(page: Page) -> None:
    read = await ask(page, "ticket_code", "given[0].map(m.tidyCode)", [case["text"] for case in CASES])
    assert read == [case["code"] for case in CASES]


async def test_a_repeated_scan_that_was_undone_admits_nobody(page: Page) -> None:
    undone = {"undone_at": "2026-11-20T12:05:00Z", "undone_by": 3, "operator_name": "Sue Lee"}
    for reason in ("VERIFIED", "RE_ENTRY", "EXIT_RECORDED"):
        answer = {"result": "GREEN", "reason": reason, "can_verify": True, "scan_id": "1"}
        assert await ask(page, "scan_session", "m.asItStands(given[0])", answer) == answer
        shown = await ask(page, "scan_session", "m.asItStands(given[0])", answer | {"undone": undone})
        assert (shown["result"], shown["reason"], shown["can_verify"]) == ("YELLOW", "TAKEN_BACK", False)
        assert shown["undone"] == undone


async def test_a_list_is_taken_apart(page: Page) -> None:
    dice = random.Random(3)
    a, b, c = (new_code(2026, dice.randrange) for _ in range(3))
    for text in (
        f"{a}\n{b}\n{c}",
        f"{a}, {b} ;{c}",
        f"{a} {b} {c}",
        f"{a}{b}{c}",
        f"\n{a.lower()}\r\n\r\n{b}\u3001{c}\n{a}",
    ):
        assert await ask(page, "ticket_code", "m.codesIn(given[0])", text) == [a, b, c], text
    assert await ask(page, "ticket_code", "m.codesIn(given[0])", f"DT-1 MP-22, {a}") == ["DT-1", "MP-22", a]
    assert await ask(page, "ticket_code", "m.codesIn(given[0])", "DT-1_a, DT_2 MP_3") == ["DT-1_a", "DT_2", "MP_3"]
    assert await ask(page, "ticket_code", "m.codesIn(given[0])", f"{a[:-1]} {b}") == [b, a[:-1]]
    assert await ask(page, "ticket_code", "m.codesIn('  ,;\\n ')") == []
    booking = "BKG-22222222TKT2026ABC234DEF567"
    assert await ask(page, "ticket_code", "m.codesIn(given[0])", f"{booking}, {a}") == [booking, a]


async def test_a_single_slip_is_found_and_a_right_code_is_never_doubted(page: Page) -> None:
    dice = random.Random(5)
    found = 0
    for _ in range(60):
        code = new_code(2026, dice.randrange)
        assert await ask(page, "code_slips", "m.diagnose(given[0])", code) is None
        places = [place for place in range(9, 22) if code[place] in "8B5S2Z6GUVMN4A7T"]
        if not places:
            continue
        place = dice.choice(places)
        twin = dict(zip("8B5S2Z6GUVMN4A7T", "B8S5Z2G6VUNMA4T7", strict=True))[code[place]]
        slip = code[:place] + twin + code[place + 1 :]
        said = await ask(page, "code_slips", "m.diagnose(given[0])", slip)
        assert said == {"kind": "characters", "marks": []}, "the check character cannot tell which one is wrong"
        likely = await ask(page, "code_slips", "m.likelyCodes(given[0])", slip)
        assert likely == likely_codes(slip)
        found += code in likely
    assert found > 30


async def test_page_and_hub_know_the_same_likely_codes_and_the_right_one_is_among_them(page: Page) -> None:
    dice = random.Random(6)
    slips, meant = [], []
    for _ in range(300):
        code = new_code(2026, dice.randrange)
        place = dice.choice([*range(9, 15), *range(16, 22)])
        slips.append(
            code[:place] + dice.choice([one for one in ALPHABET + "01OIL" if one != code[place]]) + code[place + 1 :]
        )
        meant.append(code)
    assert await ask(page, "code_slips", "given[0].map(m.likelyCodes)", slips) == [likely_codes(slip) for slip in slips]
    assert all(code in likely_codes(slip) for code, slip in zip(meant, slips, strict=True))
    assert max(len(likely_codes(slip)) for slip in slips) < 20
    assert likely_codes(meant[0]) == likely_codes("DT-1") == likely_codes(meant[0][:-1]) == []


async def test_a_list_finds_a_code_from_elsewhere_in_the_other_case_where_one_matches(page: Page) -> None:
    hashed = "Object.fromEntries(await Promise.all(given[1].map(async (code) => [code, await day.hashOf(code)])))"
    script = (
        "await (async () => { const day = new m.DayList({ salt: btoa('salt'), slots: [], products: [], tickets: [] });"
        f" const known = {hashed}; for (const code of given[1]) day.tickets.set(known[code], []);"
        " return Promise.all(given[0].map((code) => day.spelt(code))); })()"
    )
    asked = ["dt-1", "DT-1", "MP-A", "mp-a", "Mp-A", "DT-2"]
    stored = ["DT-1", "MP-A", "mp-a"]
    assert await ask(page, "day_list", script, asked, stored) == ["DT-1", "DT-1", "MP-A", "mp-a", "Mp-A", "DT-2"]


async def test_an_impossible_code_is_mistyped_without_a_link_too(page: Page) -> None:
    code = new_code(2026, random.Random(4).randrange)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    decide = "await m.decideWithoutHub(given[0], { list: null, now: Date.now() })"
    said = await ask(page, "offline_decision", decide, wrong)
    assert (said["result"], said["message"], said["can_verify"]) == ("RED", "INVALID TICKET", False)
    assert said["detail"] == MISTYPED.detail
    for other in (code, "DT-2026-1", "TKT-2025-ABC123"):
        assert (await ask(page, "offline_decision", decide, other))["reason"] == "NO_LIST"


AS_DIALLED = [
    ("(020) 7946-0958", "GB", "+442079460958"),
    ("0151 2345 6789", "DE", "+4915123456789"),
    ("138 1234 5678", "CN", "+8613812345678"),
]
"""What people type, beside the library's own examples."""


async def test_national_numbers_of_every_country_become_what_the_library_says(page: Page) -> None:
    """The cases are each country's example mobile number, written as in that country."""
    cases = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if number is None:
            continue
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        wanted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        cases.append((national, region, wanted))
        cases.append((phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL), "US", wanted))
    arabic, persian = (
        str.maketrans("0123456789", "".join(chr(zero + n) for n in range(10))) for zero in (0x660, 0x6F0)
    )
    cases += [
        (typed.translate(digits), country, wanted)
        for typed, country, wanted in cases[:40]
        for digits in (arabic, persian)
    ]
    cases += AS_DIALLED
    read = await ask(page, "phone", "given[0].map(([typed, country]) => m.readPhone(typed, country).e164)", cases)
    wrong = [(case, got) for case, got in zip(cases, read, strict=True) if got != case[2]]
    assert wrong == []
    assert len(cases) > 400


async def test_a_number_is_shown_with_every_digit_in_every_country_and_length(page: Page) -> None:
    codes = await ask(page, "phone", "m.COUNTRIES.map((country) => [country, m.dialCode(country)])")
    cases = [
        (f"+{code}{'1234567890123'[:length]}", country) for country, code in codes for length in range(1, 14)
    ]  # fmt: skip
    shown = await ask(page, "digits", "given[0].map(([number]) => m.spaced(number))", cases)
    assert shown == [spaced(number) for number, _ in cases]
    assert [words.replace(" ", "") for words in shown] == [number for number, _ in cases]
    assert all(words.startswith(f"+{dict(codes)[country]} ") for words, (_, country) in zip(shown, cases, strict=True))
    assert max(len(group) for words in shown for group in words.split()[1:]) == 4
    assert len(codes) > 200


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613812345678", "+86 138 1234 5678"), ("+4915112345678", "+49 151 1234 5678"), ("+85251234567", "+852 5123 4567"),
        ("+6581234567", "+65 8123 4567"), ("+4520123456", "+45 2012 3456"), ("+393312345678", "+39 331 234 5678"),
        ("+5511961234567", "+55 119 6123 4567"), ("***34", "***34"), ("06 1234567", "06 1234567"), ("", ""),
    ],
)  # fmt: skip
async def test_a_number_is_grouped_for_reading(page: Page, number: str, shown: str) -> None:
    assert await ask(page, "digits", "m.spaced(...given)", number) == spaced(number) == shown


def test_the_table_of_dialling_codes_is_what_the_library_says_today() -> None:
    assert dialling_codes.TARGET.read_text(encoding="utf-8") == dialling_codes.table(), (
        "python -m web.static_sources.dialling_codes"
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ann@gmial.com", "ann@gmail.com"), ("ann@gmail.con", "ann@gmail.com"), ("ann@gmail,com", "ann@gmail.com"),
        ("ann@hotmial.com", "ann@hotmail.com"), ("ann@outlok.com", "ann@outlook.com"), ("ann@iclod.com", "ann@icloud.com"),
        ("ann@example.cmo", "ann@example.com"), ("ann@Yaho.com", "ann@yahoo.com"),
        ("ann@gmail.com", None), ("ann@ymail.com", None), ("ann@mail.com", None), ("ann@qq.com", None), ("ann@q.com", None),
        ("ann@example.com", None), ("ann@live.it", None), ("ann@gmx.at", None), ("ann@", None), ("", None),
        ("o\u2019connor@example.com", "o'connor@example.com"), ("j\u00fcrgen@gmail.con", "juergen@gmail.com"),
        ("jos\u00e9@gmail.com", "jose@gmail.com"), ("jose\u0301@gmail.com", "jose@gmail.com"), ("anna@m\u00fcnchen.de", None),
        ("\u7528\u6237@example.com", None),
    ],
)  # fmt: skip
async def test_likely_slips_in_addresses(page: Page, typed: str, meant: str | None) -> None:
    assert await ask(page, "email", "m.probablyMeant(given[0])", typed) == meant


async def test_an_attempt_keeps_its_key_for_the_same_request_only(page: Page) -> None:
    same = "new m.BookingAttempt('/api/x', {slot_id: 1}).key === new m.BookingAttempt('/api/x', {slot_id: 1}, 'newer proof').key"
    other = "new m.BookingAttempt('/api/x', {slot_id: 1}).key !== new m.BookingAttempt('/api/x', {slot_id: 2}).key"
    assert await ask(page, "booking_attempt", same)
    assert await ask(page, "booking_attempt", other)
    kept = json.loads(await page.evaluate("sessionStorage.getItem('venue-hub.booking-attempt')"))
    assert set(kept) == {"wish", "key"}


async def test_a_slot_over_midnight_runs_on_its_own_day_until_it_ends(page: Page) -> None:
    night, evening = ("22:30:00", "02:30:00"), ("18:00:00", "20:00:00")
    cases = [
        (night, "2026-11-20", "22:00:00", False, False), (night, "2026-11-20", "23:59:59", True, False),
        (night, "2026-11-21", "00:30:00", True, False), (night, "2026-11-21", "02:30:00", False, True),
        (night, "2026-11-22", "00:30:00", False, True), (evening, "2026-11-20", "19:00:00", True, False),
        (evening, "2026-11-20", "20:00:00", False, True), (evening, "2026-11-21", "00:30:00", False, True),
    ]  # fmt: skip
    asked = [
        [{"start_time": start, "end_time": end}, {"date": date, "time": time}]
        for (start, end), date, time, _, _ in cases
    ]
    slots = "given.map(([slot, now]) => [m.standingOf(slot, '2026-11-20', now), m.runsOn([slot], '2026-11-20', now)])"
    for case, (standing, runs) in zip(cases, await ask(page, "running_day", slots, *asked), strict=True):
        assert (standing["on"], standing["over"]) == case[3:], case
        assert runs is (case[3] and case[1] != "2026-11-20"), case


async def test_the_alarms_of_one_ticket_go_by_their_scans_and_not_by_their_numbers(page: Page) -> None:
    """Two alarms of a ticket may be written in the other order. The gate to call is that of the latest scan."""

    def alarm(number: int, at: str, ticket: int = 1, acknowledged: bool = False) -> dict[str, Any]:
        second = {"at": f"2026-11-20T11:{at}Z", "gate": f"{ticket}-{at}"}
        return {"alarm_id": number, "raised_at": "2026-11-20T11:05:00Z", "ticket_id": ticket, "code_tail": "F456",
                "second": second, "acknowledged": {} if acknowledged else None}  # fmt: skip

    given = [alarm(1, "04:00"), alarm(2, "03:00"), alarm(3, "03:30", 2), alarm(4, "01:00", acknowledged=True)]
    grouped = "m.groupAlarms(given[0], given[1]).map((group) => group.map((one) => one.alarm_id))"
    assert await ask(page, "alarm_groups", grouped, given, 0) == [[1, 2], [3], [4]]
    assert await ask(page, "alarm_groups", grouped, given, 4_000_000_000_000) == [], "older ones are left out"


@pytest.mark.parametrize(
    ("code", "offer"),
    [("TKT-2026-ABC234-DEF567", "swap"), (f"GST-{'A' * 27}", "ticket"), (f"BKG-{'A' * 27}", "ticket")],
)
async def test_a_swap_is_offered_for_what_the_hub_swaps(page: Page, code: str, offer: str) -> None:
    decision = {"ticket": {"ticket_id": 1, "ticket_code": code}, "reservation": {"is_today": True}, "reason": "TOO_EARLY",
                "party": {"size": 1, "admitted": 0, "remaining": 1}}  # fmt: skip
    assert await ask(page, "box_office", "m.boxOfficeOffer(given[0], { books: true, found: true })", decision) == offer
