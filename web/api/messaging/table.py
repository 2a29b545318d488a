"""The endpoints of messaging: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.messaging import endpoints, responses, slot_message_endpoints
from web.api.parameters import BEFORE, DRY_RUN, ID_SCHEMA, LIMIT, idempotency_key_parameter
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS

MAIL_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/mail", endpoints.show_mails, "List messages that were not sent", "Administration", "operator",
        responses.MailPageAnswer,
        parameters=(
            Parameter("status", "query", {"enum": list(endpoints.MAIL_STATUSES), "default": "stuck"},
                      "`stuck`: given up, or overdue by five minutes."),
            Parameter("before", "query", ID_SCHEMA,
                      "The `next` of the previous page."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For managers who may act at every venue, within their own organisation. Recipients are masked.",
    ),
    Endpoint(
        "POST", "/api/admin/mail/{mail_id:[0-9]+}/retry", endpoints.retry_one_mail, "Send a message again", "Administration",
        "operator", responses.MailAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.MAIL_SETTLED, Reason.MAIL_ON_ITS_WAY,
                  Reason.MAIL_NOT_RETRYABLE),
        about="The message is due at once and has all its tries again.",
    ),
    Endpoint(
        "POST", "/api/admin/mail/{mail_id:[0-9]+}/discard", endpoints.discard_one_mail, "Discard a message", "Administration",
        "operator", responses.MailAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.MAIL_SETTLED, Reason.MAIL_ON_ITS_WAY),
        about="The message becomes `DROPPED`, and its content is deleted.",
    ),
    Endpoint(
        "GET", "/api/admin/messages", slot_message_endpoints.list_messages, "List the messages to a slot", "Administration",
        "operator", responses.SlotMessageListAnswer,
        parameters=(Parameter("slot_id", "query", ID_SCHEMA, "The slot or performance.", required=True), LIMIT, BEFORE),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.SLOT_NOT_FOUND),
        about="For managers. `reach` says whom a new message would reach.",
    ),
    Endpoint(
        "POST", "/api/admin/messages", slot_message_endpoints.send_message, "Write to everybody of a slot", "Administration",
        "operator", responses.SlotMessageAnswer, body=slot_message_endpoints.NewSlotMessage, status=201,
        parameters=(DRY_RUN, idempotency_key_parameter("A repeat with the same key is the same message, and goes on with it.")),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SLOT_NOT_FOUND, Reason.SLOT_PAST, Reason.PERFORMANCE_OVER,
                  Reason.NOBODY_TO_WRITE_TO, Reason.IDEMPOTENCY_KEY_REUSED),
        about="Each address gets one e-mail. They are queued in batches; what is not queued with the request follows by itself.",
    ),
    Endpoint(
        "GET", "/api/admin/messages/{message_id:[0-9]+}", slot_message_endpoints.show_message, "Show what has become of a message",
        "Administration", "operator", responses.SlotMessageAnswer, refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND),
    ),
)  # fmt: skip
