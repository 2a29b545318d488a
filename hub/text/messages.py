"""Messages: one English sentence for each reason. The catalogues hold the translations."""

from collections.abc import Callable
from typing import Any

from hub.rules.reasons import Reason
from hub.text.languages import N_, sentence_gap, spoken, translator

MESSAGES: dict[Reason, str] = {
    Reason.VALID: "VALID TICKET",
    Reason.VERIFIED: "ENTRY RECORDED",
    Reason.ALREADY_VERIFIED: "This ticket was already verified",
    Reason.NO_RESERVATION: "Ticket is activated but has no reservation",
    Reason.WRONG_DATE: "Ticket reserved for {reservation_date}, not today",
    Reason.TOO_EARLY: "Entry for this reservation has not opened yet",
    Reason.WRONG_VENUE: "This ticket is for another venue",
    Reason.WRONG_GATE: "This ticket enters by another gate",
    Reason.QUESTION_UNANSWERED: "Ask the question of this ticket first, and give the answer",
    Reason.QUESTION_DENIED: "The question of this ticket was answered with no",
    Reason.PARTY_TOO_LARGE: "Only {remaining} more can come in with this code.",
    Reason.VENUE_FULL: "The venue is full. Somebody must leave first.",
    Reason.BOOKING_NOT_CONFIRMED: "This booking is not confirmed. The link in its email was not used.",
    Reason.UNDONE: "ENTRY TAKEN BACK",
    Reason.EXIT_RECORDED: "EXIT RECORDED",
    Reason.ALREADY_LEFT: "ALREADY LEFT",
    Reason.NOT_INSIDE: "NOT INSIDE",
    Reason.MAY_RETURN: "MAY COME BACK IN",
    Reason.RE_ENTRY: "RE-ENTRY RECORDED",
    Reason.EXIT_UNDONE: "EXIT TAKEN BACK",
    Reason.RETURN_UNDONE: "RE-ENTRY TAKEN BACK",
    Reason.TICKET_NOT_FOUND: "Invalid ticket code. Please check and try again.",
    Reason.TICKET_NOT_ACTIVATED: "This ticket is not activated yet. Please complete payment.",
    Reason.TICKET_EXPIRED: "This ticket has expired.",
    Reason.TICKET_CANCELLED: "This ticket was cancelled.",
    Reason.TICKET_ALREADY_RESERVED: "This ticket is already reserved for {reserved_date}",
    Reason.TICKET_ALREADY_USED: "This ticket has already been used.",
    Reason.TICKET_ALREADY_ACTIVATED: "This ticket is already active.",
    Reason.SLOT_NOT_FOUND: "Slot not found",
    Reason.SLOT_FULL: "This time slot is full. Please select another time.",
    Reason.SLOT_CLOSED: "This time slot is closed. Please select another time.",
    Reason.SLOT_PAST: "This time slot is over. Please select another time.",
    Reason.RESERVATION_NOT_FOUND: "Reservation not found",
    Reason.ORDER_NOT_FOUND: "No order with this ticket and email address",
    Reason.ORDER_EXISTS: "There is an order with this reference already",
    Reason.ORDER_CANCELLED: "This order was cancelled",
    Reason.API_KEY_NOT_FOUND: "There is no such API key",
    Reason.API_KEY_REVOKED: "This API key was revoked",
    Reason.CHANGE_TOO_LATE: "It is too late to change this reservation.",
    Reason.ORGANIZATION_MISMATCH: "Ticket and slot belong to different organisations",
    Reason.INVALID_CONTACT: "Please enter a valid email and phone number",
    Reason.IDEMPOTENCY_KEY_REUSED: "This Idempotency-Key was used with another request",
    Reason.CONTACT_NOT_VERIFIED: "Please confirm your contact details with the code we send you.",
    Reason.CODE_TOO_SOON: "A code is on its way. You can ask for another one in a minute.",
    Reason.CODE_TOO_MANY: "Too many codes were asked for. Please try again later.",
    Reason.CODE_WRONG: "This code is wrong. Please check it and try again.",
    Reason.CODE_LOCKED: "The code was wrong three times. Please ask for a new one.",
    Reason.CODE_EXPIRED: "This code has expired. Please ask for a new one.",
    Reason.CODE_USED: "This code has been used already. Please ask for a new one.",
    Reason.SLOT_NOT_FULL: "There is room in this time slot. You can book it now.",
    Reason.ALREADY_WAITING: "This ticket is on the waiting list of this time slot already.",
    Reason.WAITLIST_CLOSED: "There is no waiting list for this.",
    Reason.WAITLIST_NOT_FOUND: "This link belongs to no waiting list entry.",
    Reason.NO_OFFER: "No spot is held for you at the moment.",
    Reason.OFFER_LAPSED: "This offer has expired. The spot went to the next in line.",
    Reason.CAPACITY_TAKEN: "Spaces booked or held: {taken}. The slot cannot be smaller than that.",
    Reason.WAITING_ROOM: "Many people want to book this now. Please wait for your turn in the waiting room.",
    Reason.SHOW_NOT_FOUND: "We couldn't find this show.",
    Reason.PERFORMANCE_NOT_FOUND: "We couldn't find this performance.",
    Reason.BOOKING_CLOSED: "Booking for this performance is closed.",
    Reason.NO_CAPACITY: "There aren't enough seats left for your party.",
    Reason.TOO_MANY_PENDING: "You have asked for seats at this performance before. Please confirm with the link in the email first.",
    Reason.CONFIRMATION_NOT_FOUND: "This confirmation link is not valid. Please use the link in your email.",
    Reason.CONFIRMATION_EXPIRED: "This confirmation link has expired. Please book again.",
    Reason.CONFIRMATION_USED: "This booking is confirmed already.",
    Reason.BOOKING_NOT_FOUND: "We couldn't find this booking.",
    Reason.BOOKING_CANCELLED: "This booking was cancelled.",
    Reason.ALREADY_CHECKED_IN: "This booking was already checked in.",
    Reason.CHECK_IN_NOT_OPEN: "Check-in for this booking is not open now.",
    Reason.MAIL_SETTLED: "This message has gone out or was dropped already.",
    Reason.MAIL_ON_ITS_WAY: "This message is being sent at this moment.",
    Reason.MAIL_NOT_RETRYABLE: "This message cannot be sent again: its time is over, or what it opens is no longer kept.",
    Reason.IMPORT_NOT_FOUND: "We couldn't find this import.",
    Reason.IMPORT_NOT_READY: "This import is being checked, is running, or is over.",
    Reason.IMPORT_HAS_ERRORS: "Lines with errors: {refused}. Correct the file, or import without them.",
    Reason.IMPORTS_WAITING: "{most} files wait to be imported already. Import or delete one of them first.",
    Reason.ROOM_NOT_FOUND: "This venue has no such room.",
    Reason.VERSION_MISMATCH: "Somebody changed this in the meantime. Load it again, then make your change.",
    Reason.ROOM_IN_USE: "This room has performances, so it cannot be deleted.",
    Reason.VENUE_IN_USE: "This venue has gates, slots, staff or records, so it cannot be deleted.",
    Reason.GATE_IN_USE: "Scans or products name this gate, so it cannot be deleted. Retire it instead.",
    Reason.SHOW_IN_USE: "This show has performances, so it cannot be deleted. Archive it instead.",
    Reason.WEBHOOK_NOT_FOUND: "There is no such webhook.",
    Reason.PRODUCT_NOT_FOUND: "There is no such product.",
    Reason.PRODUCT_IN_USE: "There are tickets of this product, so it cannot be deleted. Archive it instead.",
    Reason.PRODUCT_ARCHIVED: "This product is archived. Bring it back first.",
    Reason.SHOW_ARCHIVED: "This show is archived. Publish it first.",
    Reason.SHOW_HAS_BOOKINGS: "People are booked for performances to come. Cancel or move these first.",
    Reason.PERFORMANCES_OVERLAP: "The room is taken at that time.",
    Reason.PERFORMANCE_IN_USE: "People have asked to book this performance, so it cannot be deleted. Cancel it instead.",
    Reason.PERFORMANCE_CANCELLED: "This performance is cancelled.",
    Reason.PERFORMANCE_OVER: "This performance is over.",
    Reason.PERFORMANCE_BEGUN: "Visitors are in already, so it stays on its day.",
    Reason.SLOTS_OVERLAP: "Other slots are open at that time.",
    Reason.SLOT_IN_USE: "People have booked, so it cannot be deleted. Close it instead.",
    Reason.SLOT_TOO_SMALL: "{fit} of {people} people can be moved to that slot.",
    Reason.SLOT_NOT_BEGUN: "This slot has not begun.",
    Reason.SLOT_CLOSING: "People of this slot are still being moved or told. Try again in a minute.",
    Reason.CLOSED_DAY_NOT_FOUND: "There is no such closed day.",
    Reason.GUEST_NOT_FOUND: "This guest is not on the list.",
    Reason.GUEST_IN: "People of this party are in already, so they stay on the list.",
    Reason.NOBODY_TO_WRITE_TO: "Nobody with an email address is booked here.",
    Reason.NOT_RESENDABLE: "This reservation has ended, or has no email address, so there is nothing to send.",
    Reason.PERSON_NOT_FOUND: "The hub knows nobody with this address or number.",
    Reason.PERSON_EXPECTED: "This person still has a visit to come. Cancel it first, or cancel it together with the data.",
    Reason.SCANNER_NOT_FOUND: "There is no such scanner.",
    Reason.SCANNER_NOT_ENROLLED: "Only scanners that an administrator has enrolled may scan here. Ask an administrator to enrol this device.",
    Reason.SCANNER_REVOKED: "This scanner was revoked. Ask an administrator to enrol it again.",
    Reason.SCANNER_WIPED: "An administrator has told this scanner to delete everything it keeps.",
    Reason.SCANNER_NOT_IN_USE: "This scanner is not enrolled, so there is nothing to wipe.",
    Reason.ENROLMENT_CODE_WRONG: "This code is wrong, was used already, or is older than 15 minutes. Ask for a new one.",
    Reason.SCAN_NOT_FOUND: "No such scan",
    Reason.SCAN_ID_REUSED: "This scan_id was used for another code",
    Reason.NOTHING_TO_UNDO: "This scan admitted nobody, or was undone before",
    Reason.UNDO_TOO_LATE: "An operator can undo an own scan for 15 minutes; ask a manager",
    Reason.LEFT_SINCE: "The visitor has left since. Undo the exit first.",
    Reason.MOVED_SINCE: "The visitor has come or gone since. Undo that first.",
    Reason.CONFLICT_DECIDED: "Somebody else has decided this conflict otherwise",
    Reason.NOTHING_TO_DISPUTE: "This ticket is admitted: there is nothing to ask a supervisor",
    Reason.DISPUTE_DECIDED: "A supervisor has decided this already",
    Reason.OPERATOR_MISMATCH: "operator_id is not the operator who is signed in",
    Reason.UNAUTHENTICATED: "Please sign in",
    Reason.FORBIDDEN: "Your role does not allow this",
    Reason.INVALID_CREDENTIALS: "Wrong user name, password or PIN",
    Reason.LOCKED_OUT: "Too many failed attempts. Try again later.",
    Reason.OUTSIDE_SHIFT: "You can work here during your shift only.",
    Reason.ADDRESS_NOT_ALLOWED: "You cannot work for this venue from here. Use the venue's own network.",
    Reason.STAFF_NOT_FOUND: "There is no such person.",
    Reason.LAST_ADMINISTRATOR: "This is the last administrator who may do everything. Make somebody else one first.",
    Reason.STAFF_DISABLED: "This account is disabled. Enable it first.",
    Reason.NO_EMAIL: "No email address of this person is known. Enter one first.",
    Reason.INVITATION_ACCEPTED: "This person has signed up already. Send a link to a new password instead.",
    Reason.LINK_NOT_FOUND: "This link is not valid. Please use the newest one you were sent.",
    Reason.LINK_EXPIRED: "This link has expired. Ask for a new one.",
    Reason.LINK_USED: "This link has been used already.",
    Reason.SESSION_NOT_FOUND: "This session has ended already.",
    Reason.ADDRESS_LOCKS_YOU_OUT: "Your own address {address} is not in the list, so you would be locked out.",
    Reason.SECOND_FACTOR_REQUIRED: "Enter the code from your authenticator app.",
    Reason.SECOND_FACTOR_WRONG: "This code is wrong or was used already. Wait for the next one, then try again.",
    Reason.SECOND_FACTOR_EXISTS: "This account has a second step already.",
    Reason.SECOND_FACTOR_NOT_FOUND: "This account has no second step.",
    Reason.SIGN_IN_STEP_EXPIRED: "That took too long. Please sign in again.",
    Reason.PROVIDER_REQUIRED: "Passwords are switched off here. Sign in with {label}.",
    Reason.PROVIDER_ACCOUNT_UNKNOWN: "No staff account belongs to this sign-in.",
    Reason.PROVIDER_ACCOUNT_TAKEN: "This staff account is connected with another account of the sign-in service.",
    Reason.PROVIDER_REFUSED: "The sign-in service did not confirm who you are. Please try again.",
    Reason.PROVIDER_UNAVAILABLE: "The sign-in service does not answer. Sign in with your password, or try again later.",
    Reason.INVALID_REQUEST: "Some details are missing or invalid.",
    Reason.INVALID_FRAME: "The frame is not a JSON object",
    Reason.UNKNOWN_COMMAND: "No such command",
    Reason.UNKNOWN_TOPIC: "No such topic",
    Reason.PAYLOAD_TOO_LARGE: "The request is larger than 10 KB",
    Reason.UNSUPPORTED_MEDIA_TYPE: "Send application/json",
    Reason.REQUEST_TIMEOUT: "The request did not arrive in time",
    Reason.NOT_FOUND: "We couldn't find that page",
    Reason.METHOD_NOT_ALLOWED: "This resource does not take that method",
    Reason.RATE_LIMITED: "Too many requests. Please wait a moment.",
    Reason.BUSY: "Too many requests under way on this socket",
    Reason.SERVICE_UNAVAILABLE: "The service cannot answer just now. Please try again.",
    Reason.INTERNAL: "Something went wrong on our side",
}


_ANOTHER_DAY = N_("another day")
OUTSIDE_SCOPE = (N_("You may not do this at that venue."), N_("You may not scan at this gate."))
"""What `hub/access/scope.py` says, for the catalogue."""


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return translator(spoken.get()).gettext(_ANOTHER_DAY) if key.endswith("date") else ""


def message(reason: Reason, details: dict[str, Any]) -> str:
    """Return the sentence for `reason` in the language of the request. A `message` in the details takes precedence."""
    say = translator(spoken.get()).gettext
    given = details.get("message")
    if given:
        return say(str(given))
    sentence = say(MESSAGES[reason])
    return sentence.format_map(_Blank(details)) if "{" in sentence else sentence


def said(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the problems with each `message` in the language of the request, if the catalogue has it, and what was probably meant."""
    say = translator(spoken.get()).gettext
    return [{**entry, "message": _said(entry, say)} if entry.get("message") else entry for entry in entries]


def _said(entry: dict[str, Any], say: Callable[[str], str]) -> str:
    sentence = say(entry["message"])
    if not entry.get("suggestion"):
        return sentence
    return f"{sentence}{sentence_gap(spoken.get())}{say(N_('Did you mean {address}?')).format(address=entry['suggestion'])}"
