"""Topic context: what a topic may know of the client that subscribes."""

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.live.channels.live_channels import LiveChannels
from hub.live.channels.subscriptions import Subscriptions
from hub.live.protocol import fields
from hub.live.protocol.device import Device
from hub.rules.venue import Venue
from hub.services import Services


class TopicContext:
    """Who is signed in, on which device, and where to subscribe. `device` changes when the client describes it anew."""

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
        """The venue of this login; refuses INVALID_REQUEST where it has none."""
        venue_id = self.identity.venue_id
        if not venue_id:
            fields.refuse("venue_id", "this login belongs to no venue")
        return venue_id

    def contact(self) -> str:
        """How much of a customer's e-mail and phone this client is shown."""
        if self._is_manager:
            return "full"
        venue = self.venue
        if venue is None:
            return "masked"
        # The policy may have changed since the client signed in; every scan keeps it fresh.
        return (self.services.venues.remembered(venue.org_id, venue.id) or venue).show_contact
