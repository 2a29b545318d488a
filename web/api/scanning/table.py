"""The endpoints of scanning: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CURSOR_SCHEMA, DAY_SCHEMA, IF_NONE_MATCH
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.scanning import (
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
    Reason.TOO_EARLY,
    Reason.NO_RESERVATION,
    Reason.SCAN_ID_REUSED,
    Reason.BUSY,
)

SCAN_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/operator/validate-ticket", endpoints.validate_ticket, "Judge a ticket for entry", "Operators",
        "operator", responses.ValidAtDoorAnswer, body=requests.ValidateAtDoor, statuses=CODE_CHECK_STATUSES,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, *_SCAN_REFUSALS, Reason.ALREADY_VERIFIED, Reason.RATE_LIMITED),
        about="Changes nothing but the scan log.",
    ),
    Endpoint(
        "POST", "/api/operator/verify-ticket", endpoints.verify_ticket, "Record an entry", "Operators", "operator",
        responses.VerifiedAtDoorAnswer, body=requests.VerifyAtDoor, statuses=CODE_CHECK_STATUSES,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.OPERATOR_MISMATCH, *_SCAN_REFUSALS, Reason.RATE_LIMITED),
        about="A ticket that is in already answers 200 with `already_verified: true` and its first entry.",
    ),
    Endpoint(
        "POST", "/venue/scan", endpoints.scan_ticket, "Scan a ticket", "Operators", "operator",
        responses.DecisionAnswer, body=requests.Scan,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_ID_REUSED, Reason.RATE_LIMITED, Reason.BUSY),
        about="Always 200 with the decision, whatever its colour.",
    ),
    Endpoint(
        "POST", "/api/operator/exit", endpoints.scan_exit, "Record an exit", "Operators", "operator",
        responses.DecisionAnswer, body=requests.ExitAtDoor,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_ID_REUSED, Reason.RATE_LIMITED, Reason.BUSY),
        about="Always 200 with the decision: `EXIT_RECORDED`, or that nobody is inside with this ticket.",
    ),
    Endpoint(
        "POST", "/api/operator/sync", sync_endpoints.sync_scans, "Take over what a scanner decided without a line", "Operators",
        "operator", responses.SyncedAnswer, body=requests.SyncScans,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.RATE_LIMITED, Reason.BUSY),
        about="Up to 200 scans and 64 KB, judged as of the moment of each scan. Sent again, in whatever order, nothing is done"
        " twice. A `conflict` is written down for whoever was let in and should not have been.",
    ),
    Endpoint(
        "GET", "/api/operator/conflicts", conflict_endpoints.show_conflicts, "Whom scanners without a line let in against the hub's word",
        "Operators", "operator", decision_responses.ConflictPageAnswer,
        parameters=DECISION_PARAMETERS,
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="Newest first: a manager's whole organisation, an operator's own.",
    ),
    Endpoint(
        "POST", "/api/operator/conflicts/{conflict_id:[0-9]+}/decision", conflict_endpoints.decide_on_conflict, "Decide a conflict", "Operators",
        "operator", decision_responses.ConflictAnswer, body=requests.DecideConflict,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.CONFLICT_DECIDED),
        about="For managers. The first decision stands; the same one again changes nothing.",
    ),
)  # fmt: skip

MANIFEST_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operator/manifest", manifest_endpoints.show_manifest, "The day's list for scanners without a line", "Operators",
        "operator", manifest_responses.DayListAnswer, not_modified=True,
        parameters=(
            Parameter("date", "query", DAY_SCHEMA, "Within 31 days; today at the login's venue unless given."),
            IF_NONE_MATCH,
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="Slots with their windows, the venue's policy, and the tickets that have a place, by the hash of their code. No"
        " code and no personal data.",
    ),
    Endpoint(
        "GET", "/api/operator/manifest/changes", manifest_endpoints.show_manifest_changes, "What has changed in the day's list", "Operators",
        "operator", manifest_responses.DayListAnswer,
        parameters=(
            Parameter("since", "query", CURSOR_SCHEMA, "The `edition` one has.", required=True),
            Parameter("date", "query", DAY_SCHEMA, "As of the list."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="Tickets that are new or changed, whole, and the hashes that are `gone`; slots and policy always whole. Where the"
        " edition is not known any more, all of it, with `whole`.",
    ),
    Endpoint(
    "GET", "/api/operator/device-key", device_key_endpoints.show_device_key, "The key of what a scanner keeps", "Operators", "operator",
    manifest_responses.DeviceKeyAnswer,
    refusals=STAFF_REFUSALS,
    about="A scanner seals the day's list and the scans it has yet to send with it. It is not to be kept beyond the session: without"
    " it nobody reads what the device holds, and the same person gets it again with the next sign-in.",
),
)  # fmt: skip

DISPUTE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/disputes", dispute_endpoints.open_dispute, "Ask a supervisor", "Disputes", "operator", decision_responses.DisputeAnswer, body=requests.AskSupervisor,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_NOT_FOUND, Reason.NOTHING_TO_DISPUTE, Reason.RATE_LIMITED),
        about="About an own scan that let nobody in. Asked again, the dispute is told as it stands.",
    ),
    Endpoint(
        "GET", "/api/disputes", dispute_endpoints.show_disputes, "What supervisors were asked", "Disputes", "operator", decision_responses.DisputePageAnswer,
        parameters=DECISION_PARAMETERS,
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="Newest first: a manager's whole organisation, an operator's own.",
    ),
    Endpoint(
        "POST", "/api/disputes/decision", dispute_endpoints.decide_on_dispute, "Answer as a supervisor", "Disputes", "operator", decision_responses.DisputeAnswer,
        body=requests.DecideDispute,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_NOT_FOUND, Reason.NOTHING_TO_DISPUTE, Reason.DISPUTE_DECIDED,
                  Reason.TICKET_NOT_FOUND, Reason.TICKET_CANCELLED, Reason.TICKET_NOT_ACTIVATED, Reason.ALREADY_VERIFIED,
                  Reason.BUSY),
        statuses={Reason.ALREADY_VERIFIED: 409},
        about="For managers, asked or not. `admit` records the entry against the door's word, in the log with mode `override`; where"
        " the holder has left and not come back, their return."
        " The first decision stands; the same one again changes nothing.",
    ),
    Endpoint(
        "POST", "/api/disputes/withdrawal", dispute_endpoints.withdraw_dispute, "Need no answer any more", "Disputes", "operator", decision_responses.DisputeAnswer,
        body=requests.WithdrawDispute,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SCAN_NOT_FOUND, Reason.DISPUTE_DECIDED, Reason.RATE_LIMITED),
    ),
)  # fmt: skip
