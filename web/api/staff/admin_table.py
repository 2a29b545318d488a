"""The endpoints of staff and of one's own account: the rows of the table."""

from hub.actions.staff.people import ROLES, STATUSES
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.staff import account_endpoints as account
from web.api.staff import admin_endpoints as admin
from web.api.staff import admin_requests as requests
from web.api.staff import admin_responses as responses
from web.limits import LONGEST_SEARCH

_TAG, _OWN = "Staff", "Operators"
_PERSON = "/api/admin/staff/{staff_id:[0-9]+}"
_FILTERS = (
    Parameter("q", "query", {"type": "string", "maxLength": LONGEST_SEARCH},
              "Beginnings of words of the name, the user name and the e-mail address."),
    Parameter("role", "query", {"enum": list(ROLES)}, "Only those of this role."),
    Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Only those who may work at this venue."),
    Parameter("status", "query", {"enum": list(STATUSES)}, "Only those of this status."),
)  # fmt: skip
_FOUND = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.STAFF_NOT_FOUND)
_CHANGED = (*_FOUND, Reason.VERSION_MISMATCH, Reason.LAST_ADMINISTRATOR)
_LINK = (*_FOUND, Reason.STAFF_DISABLED, Reason.NO_EMAIL)

STAFF_ADMIN_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/staff", admin.list_people, "List staff", _TAG, "operator", responses.StaffPageAnswer,
        parameters=(*_FILTERS, LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators, within their own organisation. The newest comes first. An administrator of some venues sees"
        " those who work at none but these.",
    ),
    Endpoint(
        "POST", "/api/admin/staff", admin.add_person, "Add or invite somebody", _TAG, "operator", responses.StaffMemberAnswer,
        body=requests.NewStaffMember, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS), status=201,
        about="With `invite` they get an e-mail with a link that is good for seven days.",
    ),
    Endpoint(
        "GET", _PERSON, admin.show_person, "Show somebody", _TAG, "operator", responses.StaffMemberAnswer, refusals=_FOUND,
    ),
    Endpoint(
        "PATCH", _PERSON, admin.change_person, "Change somebody", _TAG, "operator", responses.StaffMemberAnswer,
        body=requests.ChangedStaffMember, parameters=CHANGE, refusals=(*BODY_REFUSALS, *_CHANGED),
        about="Another role, scope or shift ends their sessions at once. `shifts` replaces those that are not over.",
    ),
    Endpoint(
        "POST", f"{_PERSON}/disable", admin.disable_person, "Disable somebody", _TAG, "operator", responses.StaffMemberAnswer,
        parameters=CHANGE, refusals=_CHANGED,
        about="Their sessions and sockets end at once, and their invitation and links are no longer good.",
    ),
    Endpoint(
        "POST", f"{_PERSON}/enable", admin.enable_person, "Enable somebody again", _TAG, "operator", responses.StaffMemberAnswer,
        parameters=CHANGE, refusals=_CHANGED,
    ),
    Endpoint(
        "POST", f"{_PERSON}/invitation", admin.invite_again, "Send the invitation again", _TAG, "operator",
        responses.ResetSecretAnswer, parameters=(DRY_RUN,), refusals=(*_LINK, Reason.INVITATION_ACCEPTED),
        about="The earlier link is no longer good.",
    ),
    Endpoint(
        "DELETE", f"{_PERSON}/invitation", admin.revoke_invitation, "Take an invitation back", _TAG, "operator",
        responses.StaffMemberAnswer, parameters=(DRY_RUN,), refusals=_FOUND,
        about="Also a link to a new password.",
    ),
    Endpoint(
        "POST", f"{_PERSON}/reset", admin.reset_secret, "Reset a password or PIN", _TAG, "operator",
        responses.ResetSecretAnswer, body=requests.ResetStaffSecret, refusals=(*BODY_REFUSALS, *_LINK),
    ),
    Endpoint(
        "GET", f"{_PERSON}/sessions", admin.list_sessions, "List somebody's sessions", _TAG, "operator",
        responses.OpenSessionsAnswer, refusals=_FOUND,
    ),
    Endpoint(
        "DELETE", f"{_PERSON}/sessions/{{session_id:[0-9]+}}", admin.end_session, "End somebody's session", _TAG, "operator",
        responses.EndedSessionsAnswer, refusals=(*_FOUND, Reason.SESSION_NOT_FOUND),
    ),
)  # fmt: skip

ACCOUNT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operator/account", account.show_account, "Show one's own account", _OWN, "operator",
        responses.OwnAccountAnswer, refusals=(*STAFF_REFUSALS, Reason.STAFF_NOT_FOUND),
    ),
    Endpoint(
        "PATCH", "/api/operator/account", account.rename_account, "Change one's own name", _OWN, "operator",
        responses.OwnAccountAnswer, body=requests.RenameOwn,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.STAFF_NOT_FOUND),
    ),
    Endpoint(
        "POST", "/api/operator/password", account.change_password, "Change one's own password or PIN", _OWN, "operator",
        responses.OwnAccountAnswer, body=requests.OwnSecret,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.INVALID_CREDENTIALS, Reason.LOCKED_OUT,
                  Reason.STAFF_NOT_FOUND),
        about="All other sessions end. A wrong present password counts as a failed sign-in.",
    ),
    Endpoint(
        "GET", "/api/operator/sessions", account.list_own_sessions, "List one's own sessions", _OWN, "operator",
        responses.OpenSessionsAnswer, refusals=STAFF_REFUSALS,
    ),
    Endpoint(
        "DELETE", "/api/operator/sessions", account.end_other_sessions, "End all other sessions", _OWN, "operator",
        responses.EndedSessionsAnswer, refusals=STAFF_REFUSALS,
    ),
    Endpoint(
        "DELETE", "/api/operator/sessions/{session_id:[0-9]+}", account.end_own_session, "End one of one's own sessions", _OWN,
        "operator", responses.EndedSessionsAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.SESSION_NOT_FOUND),
    ),
)  # fmt: skip
