"""Command context: the data and actions that a command handler may use."""

from dataclasses import dataclass

from hub.access.scanners import Scanner
from hub.access.tokens import Identity
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.offline_sync import OfflineSync
from hub.live.channels.live_channels import LiveChannels
from hub.live.channels.subscriptions import Subscriptions
from hub.live.protocol.device import Device
from hub.live.topics.context import TopicContext
from hub.rules.venue import Venue
from hub.services import Services


@dataclass(slots=True)
class ScanActions:
    """The batched actions of the gates, which all sockets of a process share."""

    entry_scans: EntryScans
    exit_scans: ExitScans
    offline_sync: OfflineSync


class CommandContext(TopicContext):
    """The context of a topic, and the actions on scans. No handler has access to the socket, its session or the server."""

    __slots__ = ("scans",)

    def __init__(
        self,
        services: Services,
        channels: LiveChannels,
        scans: ScanActions,
        subscriptions: Subscriptions,
        *,
        identity: Identity,
        venue: Venue | None,
        device: Device,
        scanner: Scanner | None = None,
        scanner_token: str | None = None,
    ) -> None:
        super().__init__(
            services, channels, subscriptions, identity=identity, venue=venue, device=device, scanner=scanner,
            scanner_token=scanner_token,
        )  # fmt: skip
        self.scans = scans
