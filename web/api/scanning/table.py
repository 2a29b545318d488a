"""The endpoints of scanning: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.booking.admin_requests import CorrectedContact
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CURSOR_SCHEMA, DAY_SCHEMA, IF_NONE_MATCH
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.scanning import (
    box_office_endpoints,
    check_in_endpoints,
    conflict_endpoints,
    decision_responses,
    device_key_endpoints,
    dispute_endpoints,
    endpoints,
    manifest_endpoints,
    manifest_responses,
    requests,
    responses,
    sync_endpoints,
)
from web.api.scanning.decision_query import DECISION_PARAMETERS
from web.statuses import CODE_CHECK_STATUSES

_SCAN_REFUSALS = (
    Reason.TICKET_NOT_FOUND,
    Reason.TICKET_NOT_ACTIVATED,
    Reason.TICKET_EXPIRED,
    Reason.TICKET_CANCELLED,
    Reason.WRONG_DATE,
    Reason.WRONG_VENUE,
    Reason.WRONG_GATE,
    Reason.QUESTION_UNANSWERED,
    Reason.QUESTION_DENIED,
    Reason.TOO_EARLY,
    Reason.NO_RESERVATION,
    Reason.PARTY_TOO_LARGE,
    Reason.VENUE_FULL,
    Reason.BOOKING_NOT_CONFIRMED,
    Reason.SCAN_ID_REUSED,
    Reason.BUSY,
)

SCAN_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/operator/validate-ticket", endpoints.validate_ticket, "Check a ticket for entry", "Operators",
        "operator", responses.ValidAtDoorAnswer, body=requests.ValidateAtDoor, statuses=CODE_CHECK_STATUSES,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCANNER_NOT_ENROLLED, *_SCAN_REFUSALS, Reason.ALREADY_VERIFIED),
        about="Changes only the scan log.",
    ),
    Endpoint(
        "POST", "/api/operator/verify-ticket", endpoints.verify_ticket, "Record an entry", "Operators", "operator",
        responses.VerifiedAtDoorAnswer, body=requests.VerifyAtDoor, statuses=CODE_CHECK_STATUSES,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCANNER_NOT_ENROLLED, Reason.OPERATOR_MISMATCH, *_SCAN_REFUSALS),
        about="A ticket that has entered already gets 200 with `already_verified: true` and its first entry.",
    ),
    Endpoint(
        "POST", "/venue/scan", endpoints.scan_ticket, "Scan a ticket", "Operators", "operator",
        responses.DecisionAnswer, body=requests.Scan,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCANNER_NOT_ENROLLED, Reason.SCAN_ID_REUSED, Reason.BUSY),
        about="Always 200 with the decision, whatever its colour is.",
    ),
    Endpoint(
        "POST", "/api/check-in", check_in_endpoints.check_in_booking, "Check in a booking", "Operators", "operator",
        responses.CheckedInAnswer, body=requests.CheckIn, statuses={Reason.WRONG_VENUE: 409},
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCANNER_NOT_ENROLLED, Reason.BOOKING_NOT_FOUND, Reason.BOOKING_NOT_CONFIRMED, Reason.BOOKING_CANCELLED,
                  Reason.ALREADY_CHECKED_IN, Reason.PARTY_TOO_LARGE, Reason.CHECK_IN_NOT_OPEN, Reason.WRONG_VENUE, Reason.VENUE_FULL,
                  Reason.SCAN_ID_REUSED, Reason.BUSY),
        about="Admits `count` people of the party; the default is all that remain. A party may come in parts. The code of a ticket"
        " that is no booking is 404 `BOOKING_NOT_FOUND`: scan it with `/venue/scan`.",
    ),
    Endpoint(
        "POST", "/api/operator/exit", endpoints.scan_exit, "Record an exit", "Operators", "operator",
        responses.DecisionAnswer, body=requests.ExitAtDoor,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCANNER_NOT_ENROLLED, Reason.SCAN_ID_REUSED, Reason.BUSY),
        about="Always 200 with the decision: `EXIT_RECORDED`, or a reason that says that nobody is inside with this ticket.",
    ),
    Endpoint(
        "POST", "/api/operator/sync", sync_endpoints.sync_scans, "Sync the scans that a scanner decided offline", "Operators",
        "operator", responses.SyncedAnswer, body=requests.SyncScans,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCANNER_NOT_ENROLLED, Reason.NOT_FOUND, Reason.BUSY),
        about="At most 200 scans and 64 KB. Each scan is decided as of its own time. Repeating them in any order changes nothing."
        " If a scanner admitted somebody whom the hub would have refused, a `conflict` is recorded.",
    ),
    Endpoint(
        "GET", "/api/operator/conflicts", conflict_endpoints.show_conflicts, "List conflicts: visitors whom offline scanners admitted wrongly",
        "Operators", "operator", decision_responses.ConflictPageAnswer,
        parameters=DECISION_PARAMETERS,
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="Newest first: a manager's whole organisation, an operator's own.",
    ),
    Endpoint(
        "POST", "/api/operator/conflicts/{conflict_id:[0-9]+}/decision", conflict_endpoints.decide_on_conflict, "Decide a conflict", "Operators",
        "operator", decision_responses.ConflictAnswer, body=requests.DecideConflict,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.CONFLICT_DECIDED),
        about="For managers. The first decision stands. Repeating the same one changes nothing.",
    ),
)  # fmt: skip

BOX_OFFICE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/operator/tickets/{ticket_id:[0-9]+}/send", box_office_endpoints.send_again, "Send a visitor's ticket again", "Operators",
        "operator", responses.SentTicketAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.TICKET_NOT_FOUND, Reason.RESERVATION_NOT_FOUND, Reason.NOT_RESENDABLE),
        about="To the address on file: the confirmation of its reservation, or else the ticket itself. A ticket is sent twice in a"
        " minute at most.",
    ),
    Endpoint(
        "PATCH", "/api/operator/tickets/{ticket_id:[0-9]+}", box_office_endpoints.correct_one, "Correct the contact of a ticket", "Operators",
        "operator", responses.TicketContactAnswer, body=CorrectedContact,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.TICKET_NOT_FOUND, Reason.RESERVATION_NOT_FOUND, Reason.INVALID_CONTACT,
                  Reason.NOT_RESENDABLE, Reason.BUSY),
        about="For managers. A ticket with a reservation is corrected as `PATCH /api/admin/reservations/{reservation_id}` does it.",
    ),
)  # fmt: skip

MANIFEST_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operator/manifest", manifest_endpoints.show_manifest, "Get the day's list for offline scanners", "Operators",
        "operator", manifest_responses.DayListAnswer, not_modified=True,
        parameters=(
            Parameter("date", "query", DAY_SCHEMA, "At most 31 days from today. The default is today at the login's venue."),
            IF_NONE_MATCH,
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="The slots with their entry windows, the venue's policy, and the tickets with a reservation by the hash of their code."
        " The list has no codes and no personal data.",
    ),
    Endpoint(
        "GET", "/api/operator/manifest/changes", manifest_endpoints.show_manifest_changes, "Get the changes of the day's list", "Operators",
        "operator", manifest_responses.DayListAnswer,
        parameters=(
            Parameter("since", "query", CURSOR_SCHEMA, "The `edition` that the scanner has.", required=True),
            Parameter("date", "query", DAY_SCHEMA, "As for the list."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="New and changed tickets, and the hashes that are `gone`. Slots and policy are always complete. If the edition is no"
        " longer known, the whole list is returned with `whole`.",
    ),
    Endpoint(
    "GET", "/api/operator/device-key", device_key_endpoints.show_device_key, "Get the key for a scanner's stored data", "Operators", "operator",
    manifest_responses.DeviceKeyAnswer,
    refusals=STAFF_REFUSALS,
    about="A scanner encrypts the day's list and its unsent scans with this key. It must drop the key at the end of the session, so"
    " that nobody can read the data on the device. The same login gets the same key after the next sign-in.",
),
)  # fmt: skip

DISPUTE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/disputes", dispute_endpoints.open_dispute, "Ask a supervisor", "Disputes", "operator", decision_responses.DisputeAnswer, body=requests.AskSupervisor,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_NOT_FOUND, Reason.NOTHING_TO_DISPUTE),
        about="Opens a dispute about one's own scan that admitted nobody. Repeating it returns the dispute as it is.",
    ),
    Endpoint(
        "GET", "/api/disputes", dispute_endpoints.show_disputes, "List disputes", "Disputes", "operator", decision_responses.DisputePageAnswer,
        parameters=DECISION_PARAMETERS,
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="Newest first: a manager's whole organisation, an operator's own.",
    ),
    Endpoint(
        "POST", "/api/disputes/decision", dispute_endpoints.decide_on_dispute, "Decide a dispute or a scan", "Disputes", "operator", decision_responses.DisputeAnswer,
        body=requests.DecideDispute,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_NOT_FOUND, Reason.NOTHING_TO_DISPUTE, Reason.DISPUTE_DECIDED,
                  Reason.TICKET_NOT_FOUND, Reason.TICKET_CANCELLED, Reason.TICKET_NOT_ACTIVATED, Reason.ALREADY_VERIFIED,
                  Reason.PARTY_TOO_LARGE, Reason.BUSY),
        statuses={Reason.ALREADY_VERIFIED: 409},
        about="For managers, with or without a dispute. `admit` records the entry despite the refusal, in the log with mode `override`."
        " If the holder has left and not come back, it records their return."
        " The first decision stands. Repeating the same one changes nothing.",
    ),
    Endpoint(
        "POST", "/api/disputes/withdrawal", dispute_endpoints.withdraw_dispute, "Withdraw a dispute", "Disputes", "operator", decision_responses.DisputeAnswer,
        body=requests.WithdrawDispute,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_NOT_FOUND, Reason.DISPUTE_DECIDED),
    ),
)  # fmt: skip
