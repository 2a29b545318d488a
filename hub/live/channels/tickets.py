"""Ticket channels: scanners learn that a ticket changed, so that no answer on a screen stays wrong (the topic `tickets`).

These are events and not state: they hold only the hash of a code, and the scanner requests the ticket again. An event about a
party also says how many of it are in. If events may
have been lost, the change is `missed`: any ticket may have changed.
"""

from collections.abc import Collection

from hub.events.announcements import TicketsChanged
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.events import TICK_SECONDS, EventLog
from hub.live.channels.subscription import Subscription
from hub.live.channels.tick import Tick
from hub.live.protocol.event_bodies import PartyBody, TicketsBody

HASHES_PER_EVENT = 200


class TicketChannel(Channel[int, EventLog]):
    """The events of one organisation (its key), collected by kind of change until the next tick."""

    __slots__ = ("_gathered", "_parties")

    def __init__(self, org_id: int) -> None:
        super().__init__(org_id, EventLog(TicketsBody(hashes=[], change="missed")))
        self._gathered: dict[str, dict[str, None]] = {}
        self._parties: list[TicketsBody] = []

    def gather(self, change: str, hashes: Collection[str], party: tuple[int, int] | None = None) -> None:
        if party is None:
            self._gathered.setdefault(change, {}).update(dict.fromkeys(hashes))
            return
        size, admitted = party
        body = PartyBody(size=size, admitted=admitted, remaining=size - admitted)
        self._parties.append(TicketsBody(hashes=list(hashes), change=change, party=body))

    def due_subscribers(self) -> Collection[Subscription]:
        for change, named in self._gathered.items():
            hashes = list(named)
            for start in range(0, max(len(hashes), 1), HASHES_PER_EVENT):
                self.state.add(TicketsBody(hashes=hashes[start : start + HASHES_PER_EVENT], change=change))
        self._gathered.clear()
        for body in self._parties:
            self.state.add(body)
        self._parties.clear()
        return self.subscribers


class TicketChannels(Channels[int, TicketChannel]):
    """The channels by organisation. They are never dropped, because their versions must only grow."""

    def __init__(self, *, tick: float = TICK_SECONDS) -> None:
        super().__init__(Tick(tick), kept_seconds=float("inf"))

    def channel(self, org_id: int) -> TicketChannel:
        return self._find_or_add(org_id, lambda: TicketChannel(org_id))

    def receive(self, changed: TicketsChanged) -> None:
        self._gather(self._channels.get(changed.org_id), changed.change, changed.hashes, changed.party)

    def announcements_missed(self) -> None:
        """Send `missed`, because announcements of other processes may have been lost."""
        for channel in self._channels.values():
            self._gather(channel, "missed", ())

    def _gather(
        self, channel: TicketChannel | None, change: str, hashes: Collection[str], party: tuple[int, int] | None = None
    ) -> None:
        if channel is not None and channel.subscribers:
            channel.gather(change, hashes, party)
            self.changed(channel)
