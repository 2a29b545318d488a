"""The endpoints of API keys: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint
from web.api.integration import key_endpoints as keys
from web.api.integration import requests, responses
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS

_TAG = "Integration"
_KEY = "/api/admin/api-keys/{api_key_id:[0-9]+}"
_ONE = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.API_KEY_NOT_FOUND)
_CHANGE = (*_ONE, Reason.VERSION_MISMATCH)

API_KEY_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/api-keys", keys.list_all, "List API keys", _TAG, "operator", responses.ApiKeyPageAnswer,
        parameters=(LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators, within their own organisation. The newest comes first; revoked ones stay in the list.",
    ),
    Endpoint(
        "POST", "/api/admin/api-keys", keys.add, "Make an API key", _TAG, "operator", responses.AddedApiKeyAnswer,
        body=requests.NewApiKeyFields, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS), status=201,
        about="The key is in this answer alone. It is sent as `Authorization: Bearer vh_...`.",
    ),
    Endpoint("GET", _KEY, keys.show_one, "Show an API key", _TAG, "operator", responses.ApiKeyAnswer, refusals=_ONE),
    Endpoint(
        "PATCH", _KEY, keys.change_one, "Change an API key", _TAG, "operator", responses.ApiKeyAnswer, body=requests.ChangedApiKey,
        parameters=CHANGE, refusals=(*BODY_REFUSALS, *_CHANGE, Reason.API_KEY_REVOKED), about="It holds from the key's next request on.",
    ),
    Endpoint(
        "DELETE", _KEY, keys.revoke_one, "Revoke an API key", _TAG, "operator", responses.ApiKeyAnswer, parameters=CHANGE, refusals=_CHANGE,
        about="Its next request is refused, in every process of the hub. Repeating it changes nothing.",
    ),
)  # fmt: skip
