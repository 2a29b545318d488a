"""The scans of one ticket in the order of their moments."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hub.rules.scan_order import Outcome, Passage, better_order

ENTRY, EXIT = Passage("in", 1), Passage("out", 1)


def recorded(passage: Passage, kind: str, people: int = 1, *, fixed: bool = False) -> Passage:
    return passage._replace(kind=kind, people=people, fixed=fixed)


def test_an_exit_between_two_entries_makes_the_second_a_return():
    scans = [recorded(ENTRY, "VERIFIED"), EXIT, ENTRY]
    assert better_order(scans, 1, re_entry=True) == (
        1, [Outcome("VERIFIED", 1), Outcome("EXIT_RECORDED", 1), Outcome("RE_ENTRY", 1)],
    )  # fmt: skip


def test_what_counts_everybody_stays_as_it_is():
    assert better_order([recorded(ENTRY, "VERIFIED"), recorded(EXIT, "EXIT_RECORDED")], 1, re_entry=True) is None
    assert better_order([recorded(ENTRY, "VERIFIED"), ENTRY], 1, re_entry=True) is None, "nobody left between them"


def test_without_re_entry_the_later_of_two_entries_is_the_one_too_many():
    scans = [ENTRY, EXIT, recorded(ENTRY, "VERIFIED")]
    assert better_order(scans, 1, re_entry=False) == (
        0, [Outcome("VERIFIED", 1), Outcome("EXIT_RECORDED", 1), Outcome(None, 0)],
    )  # fmt: skip
    online = [*scans[:2], recorded(ENTRY, "VERIFIED", fixed=True)]
    assert better_order(online, 1, re_entry=False) is None, "what an operator was told does not change"


def test_an_exit_of_more_people_than_were_known_inside_lets_out_the_others_too():
    scans = [
        recorded(Passage("in", 2), "VERIFIED", 2), Passage("in", 2, "VERIFIED", 2),
        recorded(Passage("out", 3), "EXIT_RECORDED", 2),
    ]  # fmt: skip
    assert better_order(scans, 5, re_entry=False) == (
        2, [Outcome("VERIFIED", 2), Outcome("VERIFIED", 2), Outcome("EXIT_RECORDED", 3)],
    )  # fmt: skip


def test_whoever_admits_all_leaves_the_earlier_scan_its_people():
    scans = [Passage("in", 2), Passage("in", 0, "VERIFIED", 5)]
    assert better_order(scans, 5, re_entry=False) == (0, [Outcome("VERIFIED", 2), Outcome("VERIFIED", 3)])


def test_an_exit_of_all_lets_out_nobody_who_came_later():
    scans = [Passage("in", 2, "VERIFIED", 2), Passage("out", 0, "EXIT_RECORDED", 4), Passage("in", 2, "VERIFIED", 2)]
    assert better_order(scans, 5, re_entry=False) == (
        1, [Outcome("VERIFIED", 2), Outcome("EXIT_RECORDED", 2), Outcome("VERIFIED", 2)],
    )  # fmt: skip


def test_people_whom_an_online_scanner_admitted_keep_their_places():
    scans = [Passage("in", 3), Passage("out", 3), recorded(Passage("in", 3), "VERIFIED", 3, fixed=True)]
    assert better_order(scans, 5, re_entry=False) == (
        0, [Outcome("VERIFIED", 2), Outcome("EXIT_RECORDED", 2), Outcome("VERIFIED", 3)],
    )  # fmt: skip


@given(st.integers(1, 6), st.integers(0, 10**9))
def test_whatever_could_have_happened_counts_everybody(places: int, seed: int):
    dice, admitted, out, scans = random.Random(seed), 0, 0, []
    for _ in range(dice.randint(1, 10)):
        inside, most = admitted - out, places - admitted or out
        way = "out" if inside and dice.random() < 0.5 else "in"
        most = inside if way == "out" else most
        if not most:
            continue
        people = dice.randint(1, most)
        scans.append(Passage(way, dice.choice((people, 0)) if people == most else people))
        if way == "out":
            out += people
        elif admitted < places:
            admitted += people
        else:
            out -= people
    better = better_order(scans, places, re_entry=True)
    assert better is not None or not scans
    if better is None:
        return
    first, outcomes = better
    moved = {"VERIFIED": 0, "RE_ENTRY": 0, "EXIT_RECORDED": 0, None: 0}
    for outcome in outcomes:
        moved[outcome.kind] += outcome.people
    assert (first, moved[None]) == (0, 0)
    assert moved["VERIFIED"] == admitted
    assert moved["EXIT_RECORDED"] - moved["RE_ENTRY"] == out
