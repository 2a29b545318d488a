"""The endpoints of policies: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CHANGE, FLAG_SCHEMA, VENUE_ID_SCHEMA
from web.api.policies import endpoints, requests, responses
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS

_TAG = "Policies"
_LOCK_OUT = Parameter(
    "lock_out",
    "query",
    FLAG_SCHEMA,
    "1 also stores an `ip_allow_list` that leaves out the sender's address.",
)

POLICY_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/policies", endpoints.show_policies, "Show the policies of a venue", _TAG, "operator",
        responses.VenuePoliciesAnswer,
        parameters=(Parameter("venue_id", "query", VENUE_ID_SCHEMA, "The default is the login's venue."),),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For administrators. Each policy with what it changes, who will notice, its default and its value.",
    ),
    Endpoint(
        "PATCH", "/api/admin/policies/{venue_id:[0-9]+}", endpoints.patch_policies, "Change the policies of a venue", _TAG, "operator",
        responses.ChangedPoliciesAnswer, body=requests.ChangedPolicies, parameters=(*CHANGE, _LOCK_OUT),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.VERSION_MISMATCH, Reason.ADDRESS_LOCKS_YOU_OUT),
        about="A dry run that changes how scans are decided also has the `effects`: what the scans of today and yesterday would have"
        " been, read from the log.",
    ),
)  # fmt: skip
