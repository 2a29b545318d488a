"""Venue policies: the table of policies, one row for each setting that `hub venue set` can change.

A row has the column of `venues`, the allowed values, the default, one sentence, and who will notice it. The options of `hub venue set`, their checks,
the statement that changes a venue, the page and the API of policies, the line of `hub venue list` and the table in
docs/administration.md are made from these rows.
To add a policy, add a migration, a row here, and the code that obeys it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hub.rules.policy_types import (
    ADDRESSES,
    COUNTRY,
    DENY_OR_ALLOW,
    EMAIL,
    HOURS,
    HOURS_OF_DAY,
    NETWORKS,
    PHONE,
    TEXT,
    WEBHOOK,
    PolicyType,
    choice,
    number,
)

PolicyGroup = Literal["door", "bookings", "waitlist", "staff", "alerts", "venue"]


@dataclass(frozen=True, slots=True)
class VenuePolicy:
    """A policy. `default` equals the column's default, which a test compares.

    `label` and `sentence` say what it is, and `noticed_by` who will notice another value. `choices` are the words of the
    choices, in their order, and `off` that of no limit. `name` is the name of the option if it differs from the column.
    """

    column: str
    group: PolicyGroup
    type: PolicyType
    default: Any
    label: str
    sentence: str
    noticed_by: str
    choices: tuple[str, ...] = ()
    off: str = ""
    name: str = ""

    @property
    def option(self) -> str:
        """Return the option of `hub venue set`, such as `--late-entry-minutes`."""
        return "--" + (self.name or self.column).replace("_", "-")

    @property
    def default_text(self) -> str:
        """Return the default as a user would type it; "" if it is an empty text."""
        return self.text_of(self.default)

    def text_of(self, value: Any) -> str:
        """Return a value as a user would type it."""
        if value is None:
            return self.type.off or ""
        if isinstance(value, tuple | list):
            return ",".join(str(one) for one in value) or "none"
        return str(value)

    def parse(self, given: Any) -> Any:
        """Return the column's value of a text, a number, a list or None. Raises ValueError with what to type instead."""
        if given is None:
            text = self.type.off or self.type.empty
        elif isinstance(given, list | tuple):
            if self.type.metavar is None or "," not in self.type.metavar:
                raise ValueError(self.type.wrong)
            text = ",".join(str(one) for one in given) or "none"
        else:
            text = str(given)
        if self.type.choices and text not in self.type.choices:
            raise ValueError(self.type.wrong)
        try:
            return self.type.parse(text)
        except ValueError:
            raise ValueError(self.type.wrong) from None


_OPERATORS = "Operators at the gates"
_VISITORS = "Visitors at the gates, and operators"
_CUSTOMERS = "Customers who book"
_MANAGERS = "Managers in the control room, and whoever gets alerts by mail or webhook"

POLICIES: tuple[VenuePolicy, ...] = (
    VenuePolicy(
        "unreserved_entry", "door", DENY_OR_ALLOW, "deny", "Entry without a reservation",
        "whether an activated ticket without a reservation opens the entrance", _VISITORS, ("Turn away", "Let in"),
    ),
    VenuePolicy(
        "late_entry_minutes", "door", number(0, 1440, "M"), 0, "Late entry",
        "how long after the end of a slot its visitors are still admitted", _VISITORS,
    ),
    VenuePolicy(
        "early_entry_minutes", "door", number(0, 1440, "M", off="midnight"), None, "Early entry",
        "how long before the start of a slot its visitors are admitted; midnight: the whole day", _VISITORS, off="the whole day",
    ),
    VenuePolicy(
        "change_cutoff_hours", "bookings", number(0, 8760, "H"), 24, "Last change by customers",
        "how long before the start customers may move and cancel", _CUSTOMERS,
    ),
    VenuePolicy(
        "show_contact", "door", choice("masked", "full"), "masked", "Contact details at the gates",
        "how much of a customer's contact details the staff at the entrances see", _OPERATORS, ("Mostly hidden", "In full"),
    ),
    VenuePolicy(
        "address", "venue", TEXT, "", "Address", "where the venue is: on the booking page, in emails with a map, and in calendars",
        "Customers, on the booking page, in their emails and calendars",
    ),
    VenuePolicy(
        "contact_email", "venue", EMAIL, "", "Email for visitors", "where visitors write when the hub cannot help them",
        "Customers, on the booking page and in their emails",
    ),
    VenuePolicy(
        "contact_phone", "venue", PHONE, "", "Phone number for visitors", "where visitors call when the hub cannot help them",
        "Customers, on the booking page and in their emails",
    ),
    VenuePolicy(
        "language", "venue", choice("en", "zh_Hans"), "en", "Language of emails",
        "the language of mails to customers who chose none", "Customers who get emails", ("English", "Simplified Chinese"),
    ),
    VenuePolicy(
        "country", "venue", COUNTRY, "US", "Country", "whose phone numbers need no country code, e.g. IT", _CUSTOMERS,
    ),
    VenuePolicy(
        "contact_check", "bookings", choice("format", "email", "sms", "both"), "format", "Proof of contact details",
        "which contact must be proved by a one-time code (6 digits, 5 minutes, 3 tries) before a booking; format: none, only the"
        " format is checked", _CUSTOMERS, ("None, only the format", "Email", "Text message", "Email and text message"),
    ),
    VenuePolicy(
        "reminder_hours", "bookings", HOURS, (24, 2), "Reminders",
        "how many hours before the start a visit is reminded of; none: never", "Customers, by email", off="never",
    ),
    VenuePolicy(
        "unbooked_reminder_days", "bookings", number(1, 365, "D", off="never"), 7, "Reminder of tickets without a visit",
        "how many days after the payment the buyer of a ticket that has no reservation is reminded, once; never: no reminder", "Customers, by email", off="never",
    ),
    VenuePolicy(
        "text_messages", "bookings", choice("off", "confirmations", "reminders", "both"), "off", "Text messages to customers",
        "what customers who gave a phone number get by text message, besides the email; each message costs what the provider of"
        " HUB_SMS_URL asks", "Customers, by text message", ("None", "Confirmations", "Reminders", "Confirmations and reminders"),
    ),
    VenuePolicy(
        "text_quiet_hours", "bookings", HOURS_OF_DAY, "22:00-08:00", "Hours without text messages",
        "between which times of the venue no text message about a visit goes out; it is sent afterwards if it still helps; none: at any"
        " hour", "Customers, by text message", off="at any hour",
    ),
    VenuePolicy(
        "waitlist_offer_minutes", "waitlist", number(1, 1440, "M", off="off"), 30, "Time to accept an offer",
        "how long an offer of the waiting list stands; off: no waiting list", "Customers on the waiting list", off="no waiting list",
    ),
    VenuePolicy(
        "no_show_release_minutes", "bookings", number(0, 1440, "M", off="never"), None, "Spaces of people who do not come",
        "how long after the start an unused space is given back; never: it is kept",
        "Visitors who come late, and customers who find a space", off="never given back",
    ),
    VenuePolicy(
        "booking_expiry_hours", "bookings", number(1, 168, "H"), 24, "Time to confirm a booking of seats",
        "how long a request for seats stands before its link in the email must have been opened", "Customers who book seats",
    ),
    VenuePolicy(
        "pending_per_address", "bookings", number(1, 100, "N"), 3, "Unconfirmed requests of one address",
        "how many unconfirmed requests one email address may have for one performance", "Customers who book seats",
    ),
    VenuePolicy(
        "waiting_room", "bookings", choice("off", "slots", "days", "shows", "all"), "off", "Waiting room",
        "what visitors queue for, in fair order, when more come than are admitted a minute or than spaces are left", _CUSTOMERS,
        ("None", "Each time slot", "Each day", "Each performance of a show", "Each time slot and each performance"),
    ),
    VenuePolicy(
        "waiting_room_per_minute", "bookings", number(0, 6000, "N"), 300, "Visitors admitted a minute",
        "how many visitors a waiting room lets in to book in any minute; 0: it is paused", _CUSTOMERS,
    ),
    VenuePolicy(
        "waiting_room_turn_minutes", "bookings", number(2, 30, "M"), 10, "Time to book after waiting",
        "for how long a visitor who was let in may book before the turn ends", _CUSTOMERS,
    ),
    VenuePolicy(
        "re_entry", "door", DENY_OR_ALLOW, "deny", "Coming back in",
        "whether a visitor who has left (an exit scan) may come in again with the same ticket on the day of their entry", _VISITORS,
        ("Turn away", "Let in"),
    ),
    VenuePolicy(
        "inside_limit", "door", number(1, 1_000_000, "N", off="off"), None, "People inside",
        "how many people may be inside at the same time; it needs exit scans, and off: no limit",
        "Managers in the control room, and by the next policy visitors at the gates", off="no limit",
    ),
    VenuePolicy(
        "when_full", "door", choice("warn", "stop"), "warn", "When as many people are inside",
        "whether the control room is warned, or the gates also admit nobody until somebody leaves", _VISITORS,
        ("Warn the control room", "Stop at the gates: one out, one in"),
    ),
    VenuePolicy(
        "door_sales", "door", choice("off", "managers", "operators"), "off", "Tickets sold at the entrance",
        "who may sell a ticket on a scanner to a visitor without one, and let them in at once", _OPERATORS,
        ("Nobody", "Managers", "All operators"),
    ),
    VenuePolicy(
        "door_booking", "door", choice("off", "managers", "operators"), "operators", "Booking at the door",
        "who may book a space of today for a visitor with a ticket and admit them, while there is room", _VISITORS,
        ("Nobody", "Managers", "All operators"),
    ),
    VenuePolicy(
        "duplicate_alarm_minutes", "door", number(1, 1440, "M", off="off"), 5, "Alarm for one code at two gates",
        "within how many minutes a code that was admitted at one gate and shown at another raises an alarm at both and in the control room; off: never",
        "Operators at both gates, and managers in the control room", off="never",
    ),
    VenuePolicy(
        "unenrolled_scanners", "door", DENY_OR_ALLOW, "allow", "Devices that are not enrolled",
        "whether devices that no administrator has enrolled may scan here", "Operators with other devices",
        ("Only enrolled scanners may scan", "Any device may scan"),
    ),
    VenuePolicy(
        "scanner_key_hours", "door", number(1, 8, "H"), 8, "Scanners without contact",
        "after how many hours without contact an enrolled scanner can no longer read what it keeps offline",
        "Operators during a long outage, and whoever finds a lost scanner",
    ),
    VenuePolicy(
        "alert_failure_percent", "alerts", number(1, 100, "P", off="off"), 10, "Bookings that fail",
        "alert when this share of the venue's bookings of the last 15 minutes fails; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_utilisation_percent", "alerts", number(1, 100, "P", off="off"), 90, "Slots that fill up",
        "alert when a slot of the next days is booked to this share; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_latency_ms", "alerts", number(10, 60_000, "MS", off="off"), 1000, "Slow responses",
        "alert when 95 of 100 answers of the whole hub no longer come within this time; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_login_failures", "alerts", number(1, 100_000, "N", off="off"), 20, "Refused sign-ins",
        "alert when this many sign-ins of the venue's staff are refused in 15 minutes; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_check_percent", "alerts", number(1, 100, "P", off="off"), 20, "Ticket codes that are refused",
        "alert when this share of the organisation's ticket codes checked in 15 minutes is refused; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_slot_full_percent", "alerts", number(1, 100, "P", off="off"), 15, "Bookings that find no space",
        "alert when this share of the venue's bookings of the last hour meets a full slot; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_booking_ms", "alerts", number(10, 60_000, "MS", off="off"), 2000, "Slow bookings",
        "alert when 95 of 100 bookings of the whole hub are no longer made within this time; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_booking_errors", "alerts", number(1, 100_000, "N", off="off"), 5, "Bookings that end with an error",
        "alert when this many of the venue's bookings end with an error of the hub in 15 minutes; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_activation_percent", "alerts", number(1, 100, "P", off="off"), 20, "Activations that fail",
        "alert when this share of the activations of the venue's tickets in 15 minutes is refused; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_rejection_percent", "alerts", number(1, 100, "P", off="off"), 30, "Visitors who are turned away",
        "alert when this share of the visitors scanned in 15 minutes is turned away; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_scan_timeouts", "alerts", number(1, 100_000, "N", off="off"), 5, "Scans without an answer",
        "alert when this many scans have no answer within 3 seconds, in 15 minutes; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_mail_percent", "alerts", number(1, 100, "P", off="off"), 5, "Emails that cannot be sent",
        "alert when this share of the tries to send the organisation's emails in 15 minutes fails; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "alert_rollback_percent", "alerts", number(1, 100, "P", off="off"), 5, "Failed database transactions",
        "alert when this share of the transactions of the hub's database in 15 minutes fails; off: not watched", _MANAGERS, off="not watched",
    ),
    VenuePolicy(
        "ip_allow_list", "staff", NETWORKS, (), "Where staff may work from",
        "the networks from which the venue's staff may sign in and work, e.g. 192.0.2.0/24; none: from everywhere",
        "Staff who work from elsewhere", off="everywhere",
    ),
    VenuePolicy(
        "alert_emails", "alerts", ADDRESSES, (), "Alerts by email", "who gets alerts by mail; none: nobody", "These people",
        off="nobody",
    ),
    VenuePolicy(
        "alert_webhook_url", "alerts", WEBHOOK, None, "Alerts by webhook",
        "the address called with every alert, signed with a secret that is shown when it is set; none: no call",
        "Whoever runs the system behind this address", off="no call", name="alert_webhook",
    ),
)  # fmt: skip

DOOR = frozenset({"unreserved_entry", "late_entry_minutes", "early_entry_minutes", "re_entry"})
"""The policies by which a scan is decided: what the scans of a day would have been under another one can be told."""

_BY_COLUMN = {policy.column: policy for policy in POLICIES}


def known_policies(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes (column to value) in the order of `POLICIES`. Raises ValueError for an unknown policy."""
    unknown = sorted(set(changes) - set(_BY_COLUMN))
    if unknown:
        raise ValueError(f"no such policy: {', '.join(unknown)}")
    return {policy.column: changes[policy.column] for policy in POLICIES if policy.column in changes}


def policy_of(column: str) -> VenuePolicy:
    """Return the policy of a column. Raises KeyError."""
    return _BY_COLUMN[column]


def policies_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policies of a row of `venues` by column, in the order of `POLICIES`."""
    return {policy.column: row[policy.column] for policy in POLICIES}


def policies_in_words(policies: Mapping[str, Any]) -> str:
    """Return the text of `hub venue list`: `late_entry_minutes 15, reminder_hours 24+2, ...` without empty ones."""
    set_policies = {name: value for name, value in policies_of(policies).items() if value not in (None, "", [], ())}
    return ", ".join(f"{name} {_in_words(value)}" for name, value in set_policies.items())


def _in_words(value: Any) -> str:
    return "+".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def policies_table() -> str:
    """Return the Markdown table of docs/administration.md, one line per policy."""
    lines = ["| option of `hub venue set` | default | what it says | who will notice |", "|---|---|---|---|"]
    for policy in POLICIES:
        values = ", ".join(policy.type.choices) if policy.type.choices else policy.type.metavar
        default = f"`{policy.default_text}`" if policy.default_text else ""
        lines.append(f"| `{policy.option}` {values} | {default} | {policy.sentence} | {policy.noticed_by} |")
    return "\n".join(lines)
