"""The scan order: what the scans of one ticket are when they are decided in the order of their moments.

The people of a ticket come in first, by as many scans as they like. Whoever has left may come back when all of them are in.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Way = Literal["in", "out"]
Kind = Literal["VERIFIED", "RE_ENTRY", "EXIT_RECORDED"]


class Passage(NamedTuple):
    """One scan by which people came in or left.

    `wanted` is how many passed, as the scanner says; 0: all that could. `kind` and `people` are what the hub has recorded. A
    `fixed` one was recorded while its scanner was online: what the operator was told does not change.
    """

    way: Way
    wanted: int
    kind: Kind | None = None
    people: int = 0
    fixed: bool = False


class Outcome(NamedTuple):
    """What a scan is: its kind and its people, or nothing."""

    kind: Kind | None
    people: int


def better_order(passages: Sequence[Passage], places: int, *, re_entry: bool) -> tuple[int, list[Outcome]] | None:
    """Return the number of the first passage that changes, and what all are in the order of their moments.

    None if this agrees no better with what the scanners say than what the hub has recorded.
    """
    recorded = [Outcome(one.kind, one.people) for one in passages]
    for keep in (False, True):
        outcomes = _in_order(passages, places, re_entry=re_entry, keep=keep)
        if outcomes is not None and _miscounted(passages, outcomes, places) < _miscounted(passages, recorded, places):
            first = next(n for n, outcome in enumerate(outcomes) if outcome != recorded[n])
            if re_entry or all(outcome.kind != "RE_ENTRY" for outcome in outcomes[first:]):
                return first, outcomes
    return None


def _in_order(passages: Sequence[Passage], places: int, *, re_entry: bool, keep: bool) -> list[Outcome] | None:
    """Return what each passage is; None if a fixed one had fewer people. With `keep` the places of fixed entries are kept free."""
    kept = sum(one.people for one in passages if keep and one.fixed and one.kind == "VERIFIED")
    admitted = out = 0
    outcomes = []
    for one in passages:
        if keep and one.fixed and one.kind == "VERIFIED":
            kept -= one.people
        kind: Kind = "EXIT_RECORDED"
        most = admitted - out
        if one.way == "in" and admitted < places:
            kind, most = "VERIFIED", max(0, places - admitted - kept)
        elif one.way == "in":
            kind, most = "RE_ENTRY", out if re_entry or one.kind == "RE_ENTRY" else 0
        people = min(one.wanted or most, most)
        if one.fixed and people < one.people:
            return None
        outcomes.append(Outcome(kind, people) if people else Outcome(None, 0))
        admitted, out = _after(outcomes[-1], admitted, out)
    return outcomes


def _miscounted(passages: Sequence[Passage], outcomes: Sequence[Outcome], places: int) -> int:
    """Return by how many people the outcomes differ from what the scanners say."""
    admitted = out = people = 0
    for one, outcome in zip(passages, outcomes, strict=True):
        could = admitted - out if one.way == "out" else places - admitted or out
        if one.wanted:
            people += one.wanted - outcome.people
        elif one.way == "in" and not outcome.people:
            people += max(1, could)
        else:
            people += abs(could - outcome.people)
        admitted, out = _after(outcome, admitted, out)
    return people


def _after(outcome: Outcome, admitted: int, out: int) -> tuple[int, int]:
    """Return how many were admitted and how many are out after a passage."""
    kind, people = outcome
    if kind == "VERIFIED":
        return admitted + people, out
    if kind == "EXIT_RECORDED":
        return admitted, out + people
    return admitted, out - people if kind == "RE_ENTRY" else out
