"""The endpoints of personal data: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint
from web.api.parameters import DRY_RUN
from web.api.privacy import endpoints, requests, responses
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS

_TAG = "Administration"
_PERSON = (*BODY_REFUSALS, *STAFF_REFUSALS, Reason.PERSON_NOT_FOUND)

PRIVACY_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/privacy", endpoints.show_retention, "Show how long personal data is kept", _TAG, "operator",
        responses.RetentionAnswer, refusals=STAFF_REFUSALS, about="For administrators of every venue of their organisation.",
    ),
    Endpoint(
        "PATCH", "/api/admin/privacy", endpoints.change_retention, "Change how long personal data is kept", _TAG, "operator",
        responses.RetentionAnswer, body=requests.ChangedRetention, parameters=(DRY_RUN,),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS),
        about="Contact data is replaced so many days after the visit, in every table. `due` says whose data goes at once.",
    ),
    Endpoint(
        "POST", "/api/admin/privacy/find", endpoints.find_one_person, "Find a person's data", _TAG, "operator", responses.PersonAnswer,
        body=requests.PersonAddress, refusals=_PERSON, about="A POST, so that no address stands in a log of requests.",
    ),
    Endpoint(
        "POST", "/api/admin/privacy/export", endpoints.export_one_person, "Export a person's data", _TAG, "operator",
        responses.ExportAnswer, body=requests.PersonAddress, refusals=_PERSON,
        about="The audit log records it without the address.",
    ),
    Endpoint(
        "POST", "/api/admin/privacy/erase", endpoints.erase_one_person, "Erase a person's data", _TAG, "operator",
        responses.ErasedAnswer, body=requests.ErasedAddress, parameters=(DRY_RUN,),
        refusals=(*_PERSON, Reason.PERSON_EXPECTED, Reason.BUSY),
        about="From every table. Counts and the scan log stay true. `PERSON_EXPECTED` has the `visits` to come, which `cancel` ends first.",
    ),
)  # fmt: skip
