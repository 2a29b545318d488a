"""`hub venue`: list venues, make one, set its policies."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from hub.commands.open_services import visit
from hub.commands.outcome import Outcome

POLICIES = (
    "unreserved_entry", "late_entry_minutes", "early_entry_minutes", "change_cutoff_hours", "show_contact", "address",
    "language", "country", "contact_check", "reminder_hours", "waitlist_offer_minutes", "no_show_release_minutes", "re_entry",
    "duplicate_alarm_minutes", "alert_failure_percent", "alert_utilisation_percent", "alert_latency_ms",
    "alert_login_failures", "alert_emails", "alert_webhook_url",
)  # fmt: skip


async def show(args: Namespace) -> Outcome:
    del args
    async with visit(found_venue=False) as services:
        from hub.actions.venues.venues import list_venues

        venues = await list_venues(services)
    return Outcome({"venues": venues}, "\n".join(_line(venue) for venue in venues) or "there is no venue yet")


async def add(args: Namespace) -> Outcome:
    async with visit(found_venue=False) as services:
        from hub.actions.venues.venues import add_venue

        made = await add_venue(services, name=args.name, timezone=args.timezone, orq=args.organisation)
    return Outcome(made, f"venue {made['venue_id']}: {made['name']} ({made['timezone']})")


async def change(args: Namespace) -> Outcome:
    async with visit(found_venue=False) as services:
        from hub.actions.venues.venues import Policies, set_policies

        policies = Policies(
            name=args.name,
            timezone=args.timezone,
            unreserved_entry=args.unreserved_entry,
            late_entry_minutes=args.late_entry_minutes,
            early_entry_minutes=args.early_entry_minutes,
            change_cutoff_hours=args.change_cutoff_hours,
            show_contact=args.show_contact,
            address=args.address,
            language=args.language,
            country=args.country,
            contact_check=args.contact_check,
            reminder_hours=args.reminder_hours,
            waitlist_offer_minutes=args.waitlist_offer_minutes,
            no_show_release_minutes=args.no_show_release_minutes,
            re_entry=args.re_entry,
            duplicate_alarm_minutes=args.duplicate_alarm_minutes,
            alert_failure_percent=args.alert_failure_percent,
            alert_utilisation_percent=args.alert_utilisation_percent,
            alert_latency_ms=args.alert_latency_ms,
            alert_login_failures=args.alert_login_failures,
            alert_emails=args.alert_emails,
            alert_webhook_url=args.alert_webhook,
        )
        changed = await set_policies(services, args.venue, policies)
    made = changed.get("alert_webhook_secret")
    note = f"\nthe webhook's secret, shown this once: {made}" if made else ""
    return Outcome(changed, _line(changed) + note)


def _shown(value: Any) -> str:
    return "+".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _line(venue: dict[str, Any]) -> str:
    told = ", ".join(f"{name} {_shown(venue[name])}" for name in POLICIES if venue[name] not in (None, "", []))
    return f"venue {venue['venue_id']}: {venue['name']} ({venue['timezone']}); {told}"
