"""The party: the people of one booking, or of tickets that were booked together, and how many of them are in."""

from typing import NamedTuple


class Party(NamedTuple):
    """`size` people, of whom `admitted` are in. `booking_id` None: a party of tickets."""

    booking_id: int | None
    size: int
    admitted: int

    @property
    def remaining(self) -> int:
        return max(0, self.size - self.admitted)

    @property
    def is_part_in(self) -> bool:
        """Whether some of the party are in, and others are still to come."""
        return 0 < self.admitted < self.size

    def after(self, people: int) -> "Party":
        """Return the party when so many more are in."""
        return self._replace(admitted=self.admitted + people)

    def as_dict(self) -> dict[str, int | None]:
        """Return the contract's party object."""
        booking_id, size, admitted = self
        return {"booking_id": booking_id, "size": size, "admitted": admitted, "remaining": self.remaining}


ONE_PERSON = Party(None, 1, 0)
"""The party of a ticket that admits one, before its entry."""


def people_in(admitted: int, size: int) -> str:
    return f"{admitted} of {size} in"
