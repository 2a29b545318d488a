"""Shares of a day: which slots one statement reads, so that none has too much to read, however many people a day has."""

from collections.abc import Iterable
from typing import NamedTuple


class Share(NamedTuple):
    """The slots of one statement. Of a slot with too many people each share has one of `parts` parts of its tickets."""

    slot_ids: list[int]
    parts: int = 1
    part: int = 0


def shares_of(slots: Iterable[tuple[int, int]], most: int) -> list[Share]:
    """Return shares of at most about `most` people. The slots are given by id and people, and keep their order."""
    shares: list[Share] = []
    together: list[int] = []
    people = 0
    for slot_id, booked in slots:
        if together and people + booked > most:
            shares.append(Share(together))
            together, people = [], 0
        if booked > most:
            parts = -(-booked // most)
            shares += [Share([slot_id], parts, part) for part in range(parts)]
        else:
            together.append(slot_id)
            people += booked
    return [*shares, Share(together)] if together else shares
