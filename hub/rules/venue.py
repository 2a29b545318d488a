"""The venue as a value: its name, time zone and policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.rules.address_list import Network, networks_of
from hub.rules.entry_decision import EntryPolicy
from hub.rules.venue_day import day_bounds
from hub.rules.venue_logo import VenueLogo
from hub.rules.venue_policies import policies_of


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue with the policies that the hub's code reads; hub/rules/venue_policies.py says what each means."""

    org_id: int
    id: int
    name: str
    slug: str
    """The name in its address on the hub, `/v/<slug>/reserve`."""
    timezone: str
    zone: ZoneInfo
    policy: EntryPolicy
    show_contact: str
    change_cutoff_hours: int
    address: str
    contact_email: str
    contact_phone: str
    language: str
    country: str
    contact_check: str
    reminder_hours: tuple[int, ...]
    waitlist_offer_minutes: int | None
    no_show_release_minutes: int | None
    duplicate_alarm_minutes: int | None
    booking_expiry_hours: int
    pending_per_address: int
    ip_allow_list: tuple[Network, ...]
    """The networks that the venue's staff may work from; none: everywhere."""
    unenrolled_scanners: str
    scanner_key_hours: int
    inside_limit: int | None
    when_full: str
    door_sales: str
    door_booking: str
    """Who may book at the gate: `off`, `managers` or `operators`."""
    waiting_room: str
    """What it has waiting rooms in front of: a key of `hub.rules.waiting_room.PROTECTS`."""
    waiting_room_per_minute: int
    waiting_room_turn_minutes: int
    logo: VenueLogo | None
    late_ends: Mapping[date, datetime]
    """The last end of the slots of a recent date, where it lies on a later date."""

    def business_day(self, moment: datetime) -> date:
        """Return the day that runs at the venue: the date there, or the date before until its last slot has ended."""
        day = moment.astimezone(self.zone).date()
        before = day - timedelta(days=1)
        ends = self.late_ends.get(before)
        return day if ends is None or moment >= ends else before

    def ends_of_day(self, day: date) -> datetime:
        """Return when the business day ends: at midnight, or with its last slot."""
        _, midnight = day_bounds(day, self.zone)
        return max(midnight, self.late_ends.get(day, midnight))

    @classmethod
    def of(cls, row: Any) -> "Venue":
        """Build a venue from a row of `venues`. The field of a policy has the name of its column."""
        policies = {name: value for name, value in policies_of(row).items() if name in cls.__slots__}
        return cls(
            row["org_id"],
            row["id"],
            row["name"],
            row["slug"],
            row["timezone"],
            ZoneInfo(row["timezone"]),
            EntryPolicy(
                row["unreserved_entry"], row["late_entry_minutes"], row["early_entry_minutes"], row["re_entry"]
            ),
            **policies
            | {
                "reminder_hours": tuple(row["reminder_hours"]),
                "ip_allow_list": networks_of(row["ip_allow_list"]),
                "logo": VenueLogo(row["logo"], row["logo_width"], row["logo_height"]) if row["logo"] else None,
                "late_ends": dict(zip(row["late_days"] or (), row["late_ends"] or (), strict=True)),
            },
        )
