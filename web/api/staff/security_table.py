"""The endpoints of an organisation's sign-in: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.staff import security_endpoints as endpoints
from web.api.staff import security_requests as requests
from web.api.staff import security_responses as responses

_TAG = "Staff"
_PERSON = "/api/admin/staff/{staff_id:[0-9]+}"
_HAS_ONE = Parameter(
    "second_factor", "query", {"enum": ["0", "1"]}, "Only those without (`0`) or with (`1`) a second factor."
)

SECURITY_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/security", endpoints.show_security, "Show how staff sign in", _TAG, "operator", responses.SecurityAnswer,
        refusals=STAFF_REFUSALS, about="For administrators. The client secret is never shown.",
    ),
    Endpoint(
        "PATCH", "/api/admin/security", endpoints.change_security, "Change how staff sign in", _TAG, "operator",
        responses.SecurityAnswer, body=requests.ChangedSecurity, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.VERSION_MISMATCH),
        about="Another issuer or client has to work once before `passwords` takes effect again.",
    ),
    Endpoint(
        "POST", "/api/admin/security/check", endpoints.check_security_provider, "Ask the provider for its document and keys", _TAG,
        "operator", responses.ProviderCheckedAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.PROVIDER_REFUSED, Reason.PROVIDER_UNAVAILABLE),
        about="The refusals have a `problem`: one word such as `issuer_differs` or `timeout`. `NOT_FOUND`: there is no provider.",
    ),
    Endpoint(
        "GET", "/api/admin/security/people", endpoints.list_security_people, "List who has a second factor", _TAG, "operator",
        responses.SecurityPeopleAnswer, parameters=(_HAS_ONE, LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="The newest comes first.",
    ),
    Endpoint(
        "DELETE", f"{_PERSON}/second-factor", endpoints.reset_second_factor, "Reset a second factor", _TAG, "operator",
        responses.RemovedAnswer, parameters=(DRY_RUN,),
        refusals=(*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.SECOND_FACTOR_NOT_FOUND),
        about="For somebody who lost the telephone. They receive an e-mail if their address is known. Nobody resets a higher role's.",
    ),
    Endpoint(
        "DELETE", f"{_PERSON}/provider-account", endpoints.disconnect_provider_account, "Disconnect a provider's account", _TAG,
        "operator", responses.RemovedAnswer, parameters=(DRY_RUN,),
        refusals=(*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND),
    ),
)  # fmt: skip
