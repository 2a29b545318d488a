"""Venue policies: the table of policies, one row for each setting that `hub venue set` can change.

A row has the column of `venues`, the allowed values, the default and one sentence. The options of `hub venue set`, their checks,
the statement that changes a venue, the line of `hub venue list` and the table in docs/operations.md are made from these rows.
To add a policy, add a migration, a row here, and the code that obeys it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hub.rules.address_list import parse_networks

Parse = Callable[[str], Any]
"""Converts the text of an option to the column's value. Raises ValueError with a message for the user."""


@dataclass(frozen=True, slots=True)
class PolicyType:
    """The values that a policy may have. `metavar` stands for the value in the help; None if there are `choices`."""

    parse: Parse
    metavar: str | None
    choices: tuple[str, ...] | None = None
    off: str | None = None
    """The word that removes the limit. The column is NULL then."""


@dataclass(frozen=True, slots=True)
class VenuePolicy:
    """A policy. `default` equals the column's default, which a test compares.

    `name` is the name of the option if it differs from the column.
    """

    column: str
    type: PolicyType
    default: Any
    sentence: str
    name: str = ""

    @property
    def option(self) -> str:
        """Return the option of `hub venue set`, such as `--late-entry-minutes`."""
        return "--" + (self.name or self.column).replace("_", "-")

    @property
    def default_text(self) -> str:
        """Return the default as a user would type it; "" if it is an empty text."""
        if self.default is None:
            return self.type.off or ""
        if isinstance(self.default, tuple):
            return ",".join(str(one) for one in self.default) or "none"
        return str(self.default)


def whole_number(least: int, most: int) -> Parse:
    """Return a parser of whole numbers from `least` to `most`, both included, in ASCII digits."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 19 or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _number(least: int, most: int, metavar: str, *, off: str | None = None) -> PolicyType:
    count = whole_number(least, most)

    def parse(text: str) -> int | None:
        return None if off is not None and text in (off, "-1") else count(text)

    return PolicyType(parse, metavar, off=off)


def _choice(*choices: str) -> PolicyType:
    return PolicyType(str, None, choices)


def _country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise ValueError(f"{text!r} is not a country code of two letters such as IT")
    return text.upper()


def _hours(text: str) -> tuple[int, ...]:
    """Parse hours before a slot; `none` is no reminder. Duplicates are removed, and the largest comes first."""
    hour = whole_number(1, 720)
    return () if text == "none" else tuple(sorted({hour(part.strip()) for part in text.split(",")}, reverse=True))


def _addresses(text: str) -> tuple[str, ...]:
    """Parse e-mail addresses in the order given, without duplicates; `none` is no address."""
    found = () if text == "none" else tuple(dict.fromkeys(part for part in re.split(r"[,\s]+", text) if part))
    for address in found:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise ValueError(f"{address!r} is no address of mail")
    return found


def _webhook(text: str) -> str | None:
    """Parse a webhook URL; `none` is None."""
    if text == "none":
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise ValueError("give an address such as https://example.org/hook, or none")
    return text


_TEXT = PolicyType(str, "TEXT")
_DENY_OR_ALLOW = _choice("deny", "allow")

POLICIES: tuple[VenuePolicy, ...] = (
    VenuePolicy("unreserved_entry", _DENY_OR_ALLOW, "deny", "whether an activated ticket without a reservation opens the entrance"),
    VenuePolicy("late_entry_minutes", _number(0, 1440, "M"), 0, "how long after the end of a slot its visitors are still let in"),
    VenuePolicy("early_entry_minutes", _number(0, 1440, "M", off="midnight"), None, "how long before the start of a slot its visitors are let in; midnight: the whole day"),
    VenuePolicy("change_cutoff_hours", _number(0, 8760, "H"), 24, "how long before the start customers may move and cancel"),
    VenuePolicy("show_contact", _choice("masked", "full"), "masked", "how much of a customer's contact details the staff at the entrances see"),
    VenuePolicy("address", _TEXT, "", "where the venue is, for calendar entries"),
    VenuePolicy("language", _choice("en", "zh_Hans"), "en", "the language of mails to customers who chose none"),
    VenuePolicy("country", PolicyType(_country, "XX"), "US", "whose phone numbers need no country code, e.g. IT"),
    VenuePolicy("contact_check", _choice("format", "email", "sms", "both"), "format", "which contact must be proved by a one-time code (6 digits, 5 minutes, 3 tries) before a booking; format: none, only the spelling is checked"),
    VenuePolicy("reminder_hours", PolicyType(_hours, "H,H"), (24, 2), "how many hours before the start a visit is reminded of; none: never"),
    VenuePolicy("waitlist_offer_minutes", _number(1, 1440, "M", off="off"), 30, "how long an offer of the waiting list stands; off: no waiting list"),
    VenuePolicy("no_show_release_minutes", _number(0, 1440, "M", off="never"), None, "how long after the start an unused place is given back; never: it is kept"),
    VenuePolicy("booking_expiry_hours", _number(1, 168, "H"), 24, "how long a request for seats stands before its link in the e-mail must have been opened"),
    VenuePolicy("pending_per_address", _number(1, 100, "N"), 3, "how many unconfirmed requests one e-mail address may have for one performance"),
    VenuePolicy("re_entry", _DENY_OR_ALLOW, "deny", "whether a visitor who has left (an exit scan) may come in again with the same ticket on the day of their entry"),
    VenuePolicy("duplicate_alarm_minutes", _number(1, 1440, "M", off="off"), 5, "within how many minutes a code shown at two gates raises an alarm at both and in the control room; off: never"),
    VenuePolicy("alert_failure_percent", _number(1, 100, "P", off="off"), 10, "alert when this share of the venue's bookings of the last 15 minutes fails; off: not watched"),
    VenuePolicy("alert_utilisation_percent", _number(1, 100, "P", off="off"), 90, "alert when a slot of the next days is booked to this share; off: not watched"),
    VenuePolicy("alert_latency_ms", _number(1, 60_000, "MS", off="off"), 1000, "alert when 95 of 100 answers of the whole hub no longer come within this time; off: not watched"),
    VenuePolicy("alert_login_failures", _number(1, 100_000, "N", off="off"), 20, "alert when this many sign-ins of the venue's staff are refused in 15 minutes; off: not watched"),
    VenuePolicy("ip_allow_list", PolicyType(parse_networks, "N,N"), (), "the networks from which the venue's staff may sign in and work, e.g. 192.0.2.0/24; none: from everywhere"),
    VenuePolicy("alert_emails", PolicyType(_addresses, "A,A"), (), "who gets alerts by mail; none: nobody"),
    VenuePolicy("alert_webhook_url", PolicyType(_webhook, "URL", off="none"), None, "the address called with every alert, signed with a secret that is shown when it is set; none: no call", name="alert_webhook"),
)  # fmt: skip

_BY_COLUMN = {policy.column: policy for policy in POLICIES}


def known_policies(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes (column to value) in the order of `POLICIES`. Raises ValueError for an unknown policy."""
    unknown = sorted(set(changes) - set(_BY_COLUMN))
    if unknown:
        raise ValueError(f"no such policy: {', '.join(unknown)}")
    return {policy.column: changes[policy.column] for policy in POLICIES if policy.column in changes}


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
    """Return the Markdown table of docs/operations.md, one line per policy."""
    lines = ["| option of `hub venue set` | default | what it says |", "|---|---|---|"]
    for policy in POLICIES:
        values = ", ".join(policy.type.choices) if policy.type.choices else policy.type.metavar
        default = f"`{policy.default_text}`" if policy.default_text else ""
        lines.append(f"| `{policy.option}` {values} | {default} | {policy.sentence} |")
    return "\n".join(lines)
