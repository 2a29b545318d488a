"""Codes of tickets and bookings: the check character catches typing errors, and every spelling of a code is recognised."""

import json
import secrets
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.ticket_code import (
    ALPHABET,
    check,
    is_booking_code,
    looks_mistyped,
    new_booking_code,
    new_code,
    normalise,
)

CASES = json.loads((Path(__file__).parent / "code_cases.json").read_text(encoding="utf-8"))["cases"]

indices = st.lists(st.integers(0, 30), min_size=11, max_size=11)
booking_indices = st.lists(st.integers(0, 30), min_size=26, max_size=26)
years = st.integers(2020, 2099)


def code_from(year, chosen):
    left = iter(chosen)
    return new_code(year, lambda _: next(left))


def test_a_new_code_has_the_documented_form_and_proves_itself():
    for _ in range(500):
        code = new_code(2026, secrets.randbelow)
        assert code.startswith("TKT-2026-")
        assert len(code) == len("TKT-2026-ABC234-DEF567")
        assert set(code[9:].replace("-", "")) <= set(ALPHABET)
        assert check(code)


def test_the_alphabet_holds_nothing_that_people_confuse():
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("01OIL")


@given(years, indices)
def test_every_single_substitution_is_caught(year, chosen):
    code = code_from(year, chosen)
    for place in [*range(4, 8), *range(9, 15), *range(16, 22)]:
        for other in "0123456789" if place < 8 else ALPHABET:
            if other != code[place]:
                assert not check(code[:place] + other + code[place + 1 :])


@given(years, indices)
def test_every_adjacent_transposition_is_caught(year, chosen):
    code = code_from(year, chosen)
    places = [*range(4, 8), *range(9, 15), *range(16, 22)]
    for first, second in pairwise(places):
        swapped = list(code)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        if "".join(swapped) != code:
            assert not check("".join(swapped))


@given(years, indices, st.integers(0, 11), st.integers(0, 11))
def test_any_two_characters_that_changed_places_are_caught(year, chosen, one, other):
    code = code_from(year, chosen)
    body = list(code[9:15] + code[16:])
    body[one], body[other] = body[other], body[one]
    swapped = f"{code[:9]}{''.join(body[:6])}-{''.join(body[6:])}"
    assert check(swapped) == (swapped == code)


def booking_code_from(chosen):
    left = iter(chosen)
    return new_booking_code(lambda _: next(left))


def test_a_bookings_code_has_128_random_bits_and_proves_itself():
    seen = set()
    for _ in range(500):
        code = new_booking_code(secrets.randbelow)
        assert code.startswith("BKG-")
        assert len(code) == len("BKG-") + 27
        assert set(code[4:]) <= set(ALPHABET)
        assert check(code)
        assert is_booking_code(code)
        assert normalise(code) == code
        seen.add(code)
    assert len(seen) == 500
    assert 31**26 > 2**128


@given(booking_indices)
def test_every_slip_in_a_bookings_code_is_caught(chosen):
    code = booking_code_from(chosen)
    for place in range(4, len(code)):
        for other in ALPHABET:
            if other != code[place]:
                assert not check(code[:place] + other + code[place + 1 :])
    for first, second in combinations(range(4, len(code)), 2):
        swapped = list(code)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        assert check("".join(swapped)) == ("".join(swapped) == code)


def test_a_bookings_code_is_never_a_tickets():
    for _ in range(200):
        booking, ticket = new_booking_code(secrets.randbelow), new_code(2026, secrets.randbelow)
        assert not is_booking_code(ticket)
        assert not normalise(booking).startswith("TKT")
        assert not normalise(ticket).startswith("BKG")


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:40] for case in CASES])
def test_the_hub_reads_what_the_table_of_cases_says(case):
    assert normalise(case["text"]) == case["code"]
    assert normalise(normalise(case["text"])) == case["code"]


CODE = "TKT-2026-ABC234-DEF567"


@pytest.mark.parametrize(
    "written",
    [
        CODE,
        f"  {CODE}\r\n",
        CODE.lower(),
        "tkt2026abc234def567",
        "TKT 2026 ABC234 DEF567",
        "TKT - 2026 - ABC234 - DEF567",
        "TKT–2026—ABC234−DEF567",
        "TKT\u20112026\u2011ABC234\u2011DEF567",
        "ＴＫＴ－２０２６－ＡＢＣ２３４－ＤＥＦ５６７",
        f"\ufeff{CODE}\u200b",
        f"{CODE}\x00",
        f"https://hub.example.org/reserve?ticket={CODE}",
        f"https://hub.example.org/reserve?lang=en&ticket={CODE.lower()}#top",
        f"https://hub.example.org/t/{CODE}",
        f"/reserve?ticket={CODE}",
        f"HTTPS://HUB.EXAMPLE.ORG/RESERVE?ticket={CODE}",
    ],
)
def test_every_way_of_writing_it_means_the_code(written):
    assert normalise(written) == CODE


@pytest.mark.parametrize(
    "foreign", ["DT-2025-abc_def", "MP-99887", "TICKET_CODE_123", "票-12", "TKT-2025-ABC123", "a b  c"]
)
def test_a_code_from_elsewhere_is_only_trimmed(foreign):
    assert normalise(f"  {foreign}\n") == foreign


def test_a_foreign_code_and_a_token_come_out_of_a_url():
    assert normalise("https://hub.example.org/reserve?ticket=DT-2025-abc") == "DT-2025-abc"
    token = "pA5tQ-3Zk_9xYw0VbN7uLg"
    assert normalise(f"https://hub.example.org/b/{token}") == token


def test_mistyped_is_said_only_of_codes_that_look_like_ours():
    good = new_code(2026, secrets.randbelow)
    assert not looks_mistyped(good)
    assert looks_mistyped(good[:-1] + ("2" if good[-1] != "2" else "3"))
    assert looks_mistyped("TKT-2026-AB")
    assert not looks_mistyped("DT-2026-AB")
    booking = new_booking_code(secrets.randbelow)
    assert not looks_mistyped(booking)
    assert looks_mistyped(booking[:-1])
    assert looks_mistyped(booking[:-1] + ("2" if booking[-1] != "2" else "3"))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_and_reading_twice_changes_nothing_storable(text):
    code = normalise(text)
    assert "\x00" not in code
    code.encode("utf-8")


@given(st.text(alphabet="htps:/?#[]@!$&'()*+,;=%TKT-2026BKG ", max_size=80))
def test_no_url_breaks_the_reader(text):
    normalise("https://" + text)
