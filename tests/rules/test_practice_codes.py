"""Practice codes: read like ours, and of no ticket."""

from __future__ import annotations

import random

from hub.rules.practice_codes import PARTIES, VISITORS, practice_codes
from hub.rules.ticket_code import check, new_booking_code, new_code, normalise


def test_every_visitor_has_a_code_that_is_read_like_ours() -> None:
    codes = practice_codes()
    assert tuple(codes) == VISITORS
    assert len(set(codes.values())) == len(VISITORS)
    for name, code in codes.items():
        assert check(code)
        assert normalise(f"Ticket: {code.lower()}") == code
        assert code.startswith("BKG-" if name in PARTIES else "TKT-0000-")


def test_no_ticket_has_a_practice_code() -> None:
    dice = random.Random(5)
    # The year of a ticket's code is that of its making.
    assert all(new_code(year, dice.randrange)[4:8] != "0000" for year in range(2020, 2100))
    # 18 letters of a booking's code are as here by chance once in 31 ** 18.
    begins = {code[:22] for code in practice_codes().values() if code.startswith("BKG-")}
    assert len(begins) == 1
    assert all(new_booking_code(dice.randrange)[:22] not in begins for _ in range(100))
