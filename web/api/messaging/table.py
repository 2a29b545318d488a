"""The endpoints of messaging: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.messaging import endpoints, responses
from web.api.parameters import ID_SCHEMA
from web.api.refusal_groups import STAFF_REFUSALS

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
        about="For managers, within their own organisation. Recipients are masked.",
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
)  # fmt: skip
