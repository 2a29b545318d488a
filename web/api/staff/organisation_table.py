"""The endpoints of organisations: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.staff import organisation_endpoints as endpoints
from web.api.staff import organisation_requests as requests
from web.api.staff import organisation_responses as responses

_TAG = "Organisations"
_ONE = "/api/admin/organisations/{organisation_id:[0-9]+}"

ORGANISATION_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/organisations", endpoints.list_organisations, "List organisations", _TAG, "operator",
        responses.OrganisationPageAnswer, parameters=(LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For the owner, who runs the installation. The newest comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/organisations", endpoints.add_organisation, "Add an organisation with its first administrator", _TAG,
        "operator", responses.AddedOrganisationAnswer, body=requests.NewOrganisation, parameters=(DRY_RUN,),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SERVICE_UNAVAILABLE), status=201,
    ),
    Endpoint(
        "GET", _ONE, endpoints.show_organisation, "Show an organisation", _TAG, "operator", responses.OrganisationAnswer,
        refusals=(*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND),
    ),
    Endpoint(
        "PATCH", _ONE, endpoints.change_organisation, "Rename an organisation", _TAG, "operator", responses.OrganisationAnswer,
        body=requests.ChangedOrganisation, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.VERSION_MISMATCH),
        about="Links to the sign-in with an older short name lead nowhere.",
    ),
)  # fmt: skip
