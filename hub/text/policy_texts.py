"""What is said on screen about the policies of a venue, for the catalogue: the texts of hub/rules/venue_policies.py, and its groups."""

from collections.abc import Mapping

from hub.rules.venue_policies import PolicyGroup
from hub.text.languages import N_

GROUPS: Mapping[PolicyGroup, str] = {
    "door": N_("At the door"),
    "bookings": N_("Bookings"),
    "waitlist": N_("Waiting list"),
    "staff": N_("Staff"),
    "alerts": N_("Alerts"),
    "venue": N_("The venue"),
}
"""The groups in the order of the page."""

UNITS: Mapping[str, str] = {
    "M": N_("minutes"),
    "H": N_("hours"),
    "H,H": N_("hours"),
    "D": N_("days"),
    "P": N_("percent"),
    "MS": N_("milliseconds"),
}
"""What a policy's number counts, by the metavar of its type."""

POLICY_TEXTS: tuple[str, ...] = (
    N_("everywhere"),
    N_("Staff who work from elsewhere"),
    N_("the networks from which the venue's staff may sign in and work, e.g. 192.0.2.0/24; none: from everywhere"),
    N_("Where staff may work from"),
    N_("Address"),
    N_("after how many hours without contact an enrolled scanner can no longer read what it keeps offline"),
    N_("Alarm for one code at two gates"),
    N_("alert when 95 of 100 answers of the whole hub no longer come within this time; off: not watched"),
    N_("alert when a slot of the next days is booked to this share; off: not watched"),
    N_("alert when this many sign-ins of the venue's staff are refused in 15 minutes; off: not watched"),
    N_("alert when this share of the venue's bookings of the last 15 minutes fails; off: not watched"),
    N_("Alerts by email"),
    N_("Alerts by webhook"),
    N_("Any device may scan"),
    N_("Bookings that fail"),
    N_("Coming back in"),
    N_("Contact details at the gates"),
    N_("Country"),
    N_("Customers on the waiting list"),
    N_("Customers who book"),
    N_("Customers who book seats"),
    N_("Customers who get emails"),
    N_("Customers, by email"),
    N_("Customers, on the booking page, in their emails and calendars"),
    N_("Devices that are not enrolled"),
    N_("Early entry"),
    N_("Email"),
    N_("Email and text message"),
    N_("English"),
    N_("Entry without a reservation"),
    N_("how long a request for seats stands before its link in the e-mail must have been opened"),
    N_("how long after the end of a slot its visitors are still let in"),
    N_("how long after the start an unused place is given back; never: it is kept"),
    N_("how long an offer of the waiting list stands; off: no waiting list"),
    N_("how long before the start customers may move and cancel"),
    N_("how long before the start of a slot its visitors are let in; midnight: the whole day"),
    N_("how many hours before the start a visit is reminded of; none: never"),
    N_("how many unconfirmed requests one e-mail address may have for one performance"),
    N_("how much of a customer's contact details the staff at the entrances see"),
    N_("In full"),
    N_("Language of emails"),
    N_("Last change by customers"),
    N_("Late entry"),
    N_("Let in"),
    N_("Managers in the control room, and whoever gets alerts by mail or webhook"),
    N_("Mostly hidden"),
    N_("never"),
    N_("never given back"),
    N_("no call"),
    N_("no waiting list"),
    N_("nobody"),
    N_("None, only the format"),
    N_("not watched"),
    N_("Only enrolled scanners may scan"),
    N_("Operators at both gates, and managers in the control room"),
    N_("Operators at the gates"),
    N_("Operators during a long outage, and whoever finds a lost scanner"),
    N_("Operators with other devices"),
    N_("Places of people who do not come"),
    N_("Proof of contact details"),
    N_("Refused sign-ins"),
    N_("Reminders"),
    N_("People inside"),
    N_("how many people may be inside at the same time; it needs exit scans, and off: no limit"),
    N_("Managers in the control room, and by the next policy visitors at the gates"),
    N_("no limit"),
    N_("When as many people are inside"),
    N_("whether the control room is warned, or the gates also admit nobody until somebody leaves"),
    N_("Warn the control room"),
    N_("Stop at the gates: one out, one in"),
    N_("Scanners without contact"),
    N_("Simplified Chinese"),
    N_("Slots that fill up"),
    N_("Slow responses"),
    N_("Text message"),
    N_("the address called with every alert, signed with a secret that is shown when it is set; none: no call"),
    N_("the language of mails to customers who chose none"),
    N_("the whole day"),
    N_("Reminder of tickets without a visit"),
    N_(
        "how many days after the payment the buyer of a ticket that has no reservation is reminded, once; never: no reminder"
    ),
    N_("Text messages to customers"),
    N_(
        "what customers who gave a phone number get by text message, besides the email; each message costs what the provider of HUB_SMS_URL asks"
    ),
    N_("Customers, by text message"),
    N_("None"),
    N_("Confirmations"),
    N_("Confirmations and reminders"),
    N_("Hours without text messages"),
    N_(
        "between which times of the venue no text message about a visit goes out; it is sent afterwards if it still helps; none: at any hour"
    ),
    N_("at any hour"),
    N_("These people"),
    N_("Time to accept an offer"),
    N_("Time to confirm a booking of seats"),
    N_("Turn away"),
    N_("Unconfirmed requests of one address"),
    N_("Visitors at the gates, and operators"),
    N_("Visitors who come late, and customers who find a place"),
    N_("where the venue is: on the booking page, in emails with a map, and in calendars"),
    N_("where visitors call when the hub cannot help them"),
    N_("where visitors write when the hub cannot help them"),
    N_("Phone number for visitors"),
    N_("Email for visitors"),
    N_("Customers, on the booking page and in their emails"),
    N_(
        "whether a visitor who has left (an exit scan) may come in again with the same ticket on the day of their entry"
    ),
    N_("whether an activated ticket without a reservation opens the entrance"),
    N_("whether devices that no administrator has enrolled may scan here"),
    N_(
        "which contact must be proved by a one-time code (6 digits, 5 minutes, 3 tries) before a booking; format: none, only the format is checked"
    ),
    N_("who gets alerts by mail; none: nobody"),
    N_("Whoever runs the system behind this address"),
    N_("whose phone numbers need no country code, e.g. IT"),
    N_(
        "within how many minutes a code that was let in at one gate and shown at another raises an alarm at both and in the control room; off: never"
    ),
)
"""The texts of the table. A test compares them with it."""
