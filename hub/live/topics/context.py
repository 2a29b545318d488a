"""Topic context: the data of a subscribing client that a topic may use."""

from hub.access.roles import Role, at_least
from hub.access.scanners import Scanner
from hub.access.scope import contact_venues
from hub.access.tokens import Identity
from hub.actions.staff.enrol_scanner import check_scanner
from hub.live.channels.live_channels import LiveChannels
from hub.live.channels.subscriptions import Subscriptions
from hub.live.protocol import fields
from hub.live.protocol.device import Device
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.services import Services


class TopicContext:
    """The identity, the device and the channels. `device` changes when the client describes it again.

    `scanner` is the enrolled scanner of `scanner_token`; it changes when an administrator changes it. With `scanner_changed` it
    must be read again before the next scan. `contact_venues` are those of whose visitors contact details may be seen; empty: all.
    """

    __slots__ = (
        "_is_manager", "channels", "contact_venues", "device", "identity", "scanner", "scanner_changed", "scanner_token", "services", "subscriptions", "venue",
    )  # fmt: skip

    def __init__(
        self,
        services: Services,
        channels: LiveChannels,
        subscriptions: Subscriptions,
        *,
        identity: Identity,
        venue: Venue | None,
        device: Device,
        scanner: Scanner | None = None,
        scanner_token: str | None = None,
    ) -> None:
        self.scanner = scanner
        self.scanner_token = scanner_token
        self.scanner_changed = False
        self.services = services
        self.channels = channels
        self.subscriptions = subscriptions
        self.identity = identity
        self.venue = venue
        self.device = device
        self._is_manager = at_least(identity.role, Role.MANAGER)
        self.contact_venues = contact_venues(identity)

    def device_is_admitted(self) -> bool | None:
        """Return whether this device may scan; None if the venue's policy must be read first (`check_device`)."""
        scanner, identity = self.scanner, self.identity
        if scanner is not None and scanner.venue_id == identity.venue_id:
            return None if scanner.wipe or self.scanner_changed else True
        venue = self.services.venues.remembered(identity.org_id, identity.venue_id)
        return None if venue is None else venue.unenrolled_scanners == "allow"

    async def check_device(self, *, syncing: bool = False) -> None:
        """Refuse SCANNER_NOT_ENROLLED where only enrolled scanners may scan, and this is none of this venue.

        A scanner that must delete what it keeps may only sync its scans: for anything else it gets SCANNER_WIPED.
        """
        if self.scanner_changed:
            await self.find_scanner()
        scanner = self.scanner
        if scanner is not None and scanner.wipe and not syncing:
            raise Refused(Reason.SCANNER_WIPED)
        if scanner is not None and scanner.venue_id == self.identity.venue_id:
            return
        admitted = self.device_is_admitted()
        if admitted is None and self.identity.venue_id:
            venue = await self.services.venues.read(self.identity.org_id, self.identity.venue_id)
            admitted = venue.unenrolled_scanners == "allow"
        if admitted is False:
            raise Refused(Reason.SCANNER_NOT_ENROLLED)

    async def find_scanner(self) -> None:
        """Read the scanner of this socket's token. Refuses a revoked one, and UNAUTHENTICATED for a kiosk that is none any more."""
        if self.scanner_token is not None:
            scanner = await self.services.scanners.find(self.scanner_token)
            check_scanner(self.identity, scanner)
            self.scanner = scanner
        self.scanner_changed = False

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
