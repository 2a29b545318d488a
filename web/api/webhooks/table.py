"""The endpoints of webhooks: the rows of the table."""

from dataclasses import replace

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, FLAG_SCHEMA, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.shows.admin_responses import DeletedAnswer
from web.api.webhooks import endpoints, requests, responses

_TAG = "Webhooks"
_ALL = "/api/admin/webhooks"
_ONE = _ALL + "/{webhook_id:[0-9]+}"
_REFUSALS = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.WEBHOOK_NOT_FOUND)
_CHANGED = (*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.WEBHOOK_NOT_FOUND)

_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", _ALL, endpoints.list_webhooks, "List webhooks", _TAG, "operator", responses.WebhookPageAnswer,
        parameters=(LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators, as everything about webhooks. The newest comes first.",
    ),
    Endpoint(
        "POST", _ALL, endpoints.add_webhook, "Add a webhook", _TAG, "operator", responses.WebhookSecretAnswer,
        body=requests.NewWebhook, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS), status=201,
        about="It gets what happens from now on. The answer is the only one with the secret.",
    ),
    Endpoint("GET", _ONE, endpoints.show_webhook, "Show a webhook", _TAG, "operator", responses.WebhookAnswer, refusals=_REFUSALS),
    Endpoint(
        "PATCH", _ONE, endpoints.change_webhook, "Change or pause a webhook", _TAG, "operator", responses.WebhookAnswer,
        body=requests.ChangedWebhook, parameters=CHANGE, refusals=(*_CHANGED, Reason.VERSION_MISMATCH),
        about="While it is paused its events are kept, and delivered afterwards.",
    ),
    Endpoint(
        "DELETE", _ONE, endpoints.delete_webhook, "Delete a webhook", _TAG, "operator", DeletedAnswer, parameters=CHANGE,
        refusals=(*_REFUSALS, Reason.VERSION_MISMATCH),
    ),
    Endpoint(
        "POST", _ONE + "/rotate", endpoints.rotate_secret, "Make a new secret", _TAG, "operator", responses.WebhookSecretAnswer,
        parameters=CHANGE, refusals=(*_REFUSALS, Reason.VERSION_MISMATCH),
        about="For a day the secret until now signs too. The answer is the only one with the new one.",
    ),
    Endpoint(
        "POST", _ONE + "/test", endpoints.send_test, "Send a test", _TAG, "operator", responses.WebhookTestAnswer,
        refusals=_REFUSALS, about="Sends an event `webhook.test` at once, and answers with what the receiver said.",
    ),
    Endpoint(
        "GET", _ONE + "/deliveries", endpoints.list_deliveries, "List deliveries", _TAG, "operator", responses.DeliveryPageAnswer,
        parameters=(Parameter("failed", "query", FLAG_SCHEMA, "1 lists only those that failed."), LIMIT, BEFORE), refusals=_REFUSALS,
        about="The requests of the last seven days with their answers, newest first.",
    ),
    Endpoint(
        "POST", _ONE + "/replay", endpoints.replay, "Send events again", _TAG, "operator", responses.ReplayAnswer,
        body=requests.ReplayedEvents, parameters=(DRY_RUN,), refusals=_CHANGED,
        about="Sends every event from a number on again, in order, given up ones included. The log goes back 14 days.",
    ),
)  # fmt: skip

WEBHOOK_ENDPOINTS = tuple(replace(endpoint, scope="webhooks") for endpoint in _ENDPOINTS)
"""Each of them may be asked with an API key that has the scope `webhooks`."""
