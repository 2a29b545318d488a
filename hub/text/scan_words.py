"""Reasons of scans, kinds of conflicts and decisions in words, as the scripts have them in `words/`. A test compares both."""

from collections.abc import Mapping

from hub.text.languages import N_

REASONS: Mapping[str, str] = {
    "VALID": N_("Valid, not admitted yet"),
    "VERIFIED": N_("Admitted"),
    "ALREADY_VERIFIED": N_("Already verified"),
    "NO_RESERVATION": N_("No reservation"),
    "WRONG_DATE": N_("Wrong date"),
    "TOO_EARLY": N_("Too early"),
    "WRONG_VENUE": N_("Wrong venue"),
    "WRONG_GATE": N_("Wrong gate"),
    "QUESTION_UNANSWERED": N_("Asked, not admitted yet"),
    "QUESTION_DENIED": N_("Question answered with no"),
    "TICKET_NOT_FOUND": N_("Invalid ticket"),
    "TICKET_NOT_ACTIVATED": N_("Not activated"),
    "TICKET_EXPIRED": N_("Expired"),
    "TICKET_CANCELLED": N_("Cancelled"),
    "UNDONE": N_("Entry undone"),
    "PARTY_TOO_LARGE": N_("Too many people"),
    "VENUE_FULL": N_("Venue full"),
    "BOOKING_NOT_CONFIRMED": N_("Booking not confirmed"),
    "EXIT_RECORDED": N_("Left"),
    "ALREADY_LEFT": N_("Already exited"),
    "NOT_INSIDE": N_("Not inside"),
    "MAY_RETURN": N_("May come back in"),
    "RE_ENTRY": N_("Came back in"),
    "EXIT_UNDONE": N_("Exit undone"),
    "RETURN_UNDONE": N_("Return undone"),
}
CONFLICT_KINDS: Mapping[str, str] = {
    "already_verified": N_("Ticket used twice"),
    "cancelled": N_("Cancelled ticket admitted"),
    "unknown": N_("Unknown code admitted"),
    "wrong_date": N_("Admitted on the wrong day"),
    "wrong_venue": N_("Admitted at the wrong venue"),
    "wrong_gate": N_("Admitted at the wrong gate"),
    "not_asked": N_("Admitted without asking the question"),
    "question_denied": N_("Admitted although the answer was no"),
    "too_early": N_("Admitted too early"),
    "expired": N_("Expired ticket admitted"),
    "not_activated": N_("Ticket not activated, admitted"),
    "no_reservation": N_("Admitted without a reservation"),
    "not_confirmed": N_("Booking not confirmed, admitted"),
    "party_too_large": N_("More people admitted than were booked"),
}
CONFLICT_DECISIONS: Mapping[str, str] = {
    "stays": N_("May stay"),
    "leaves": N_("Asked to leave"),
    "mistake": N_("Nobody went in"),
    "settled": N_("No conflict: they had left and come back"),
}
DISPUTE_DECISIONS: Mapping[str, str] = {
    "admitted": N_("Admitted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Taken back"),
}
