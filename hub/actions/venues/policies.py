"""The policies of a venue for administrators: read with their version, and changed by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import refuse_fields
from hub.actions.venues.venues import VENUES, change_venue
from hub.rules.address_list import Address
from hub.rules.entry_decision import EntryPolicy
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_policies import policies_of, policy_of
from hub.services import Services


@dataclass(frozen=True, slots=True)
class VenuePolicies:
    """The policies of one venue, by column. `webhook_secret` is set only after a webhook was set."""

    venue_id: int
    venue: str
    timezone: str
    version: int
    values: dict[str, Any]
    webhook_secret: str | None = None

    @property
    def entry(self) -> EntryPolicy:
        """Return those by which a scan is decided."""
        values = self.values
        return EntryPolicy(
            values["unreserved_entry"], values["late_entry_minutes"], values["early_entry_minutes"], values["re_entry"]
        )


async def read_policies(services: Services, by: Actor, venue_id: int) -> VenuePolicies:
    """Return the policies of a venue. Refuses NOT_FOUND if the organisation has no such venue."""
    row = await services.database.fetchrow(VENUES.read_venue, by.org_id, venue_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    refuse_other_venue(by, venue_id)
    return VenuePolicies(row["id"], row["name"], row["timezone"], row["version"], policies_of(row))


async def change_policies(
    services: Services, by: Actor, venue_id: int, given: Mapping[str, Any], *, version: int | None = None,
    dry_run: bool = False, address: Address | None = None,
) -> VenuePolicies:  # fmt: skip
    """Change policies by their column. A value is a text as `hub venue set` takes it, a number, a list, or None for no limit.

    `address` is that of whoever changes them, unless they confirmed that it may be locked out. Refuses NOT_FOUND,
    VERSION_MISMATCH, ADDRESS_LOCKS_YOU_OUT, and INVALID_REQUEST with every wrong value.
    """
    changes: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for column, value in given.items():
        try:
            changes[column] = policy_of(column).parse(value)
        except ValueError as wrong:
            errors[column] = str(wrong)
    refuse_fields(errors)
    row = await change_venue(services, venue_id, changes, by=by, version=version, dry_run=dry_run, address=address)
    return VenuePolicies(
        venue_id, row["name"], row["timezone"], row["version"], policies_of(row), row.get("alert_webhook_secret")
    )
