"""Topic context: the data of a subscribing client that a topic may use."""

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.live.channels.live_channels import LiveChannels
from hub.live.channels.subscriptions import Subscriptions
from hub.live.protocol import fields
from hub.live.protocol.device import Device
from hub.rules.venue import Venue
from hub.services import Services


class TopicContext:
    """The identity, the device and the channels. `device` changes when the client describes it again."""

    __slots__ = ("_is_manager", "channels", "device", "identity", "services", "subscriptions", "venue")

    def __init__(
        self,
        services: Services,
        channels: LiveChannels,
        subscriptions: Subscriptions,
        *,
        identity: Identity,
        venue: Venue | None,
        device: Device,
    ) -> None:
        self.services = services
        self.channels = channels
        self.subscriptions = subscriptions
        self.identity = identity
        self.venue = venue
        self.device = device
        self._is_manager = at_least(identity.role, Role.MANAGER)

    def own_venue_id(self) -> int:
        """Return the venue of this login. Refuses INVALID_REQUEST if it has none."""
        venue_id = self.identity.venue_id
        if not venue_id:
            fields.refuse("venue_id", "this login belongs to no venue")
        return venue_id

    def contact(self) -> str:
        """Return how a customer's e-mail and phone are shown to this client: "masked" or "full"."""
        if self._is_manager:
            return "full"
        venue = self.venue
        if venue is None:
            return "masked"
        # The policy may have changed since the sign-in. Every scan refreshes the cached venue.
        return (self.services.venues.remembered(venue.org_id, venue.id) or venue).show_contact
