"""The endpoints of sign-in and sign-out: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import ORQ
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.staff import endpoints, requests, responses

_LOGIN_ORQ = Parameter(
    "orq",
    "query",
    ORQ.schema,
    "The organisation by its id, if the body names none. Only needed if several have this user name.",
)

STAFF_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/operator/login", endpoints.log_in, "Sign in", "Operators", "anyone",
        responses.SignedInAnswer, body=requests.Login, parameters=(_LOGIN_ORQ,),
        refusals=(*BODY_REFUSALS, Reason.INVALID_CREDENTIALS, Reason.LOCKED_OUT, Reason.FORBIDDEN, Reason.SECOND_FACTOR_REQUIRED,
                  Reason.SECOND_FACTOR_WRONG, Reason.SECOND_FACTOR_EXISTS, Reason.SIGN_IN_STEP_EXPIRED, Reason.PROVIDER_REQUIRED,
                  Reason.OUTSIDE_SHIFT, Reason.ADDRESS_NOT_ALLOWED, Reason.RATE_LIMITED),
        about="Also sets the session cookie `hub_session`, and `hub_device`, which identifies this device at the next sign-in."
        " `OUTSIDE_SHIFT` has `next_at`, when the next shift begins, `ended_at`, and the `timezone` of the venue."
        " After the right password or PIN, `SECOND_FACTOR_REQUIRED` says that a code is missing. Its `challenge` is good for five"
        " minutes: send it back with `code` or `recovery_code`, or send `code` beside the password at once. If the account must set"
        " up a second factor first, the refusal has `enrolment` with `secret`, `url` (`otpauth://`) and `qr_code` (a `data:` URL),"
        " and the challenge is good for twenty minutes: the first code of the app sets it up and signs in. Wrong codes count like"
        " wrong passwords: five lock the name out. Failures also count against the network of a device that does not know the name, or"
        " against a device that does: `RATE_LIMITED`. `PROVIDER_REQUIRED`: this account signs in with the organisation's sign-in"
        " service, at `/operator/oidc/{organisation}`.",
    ),
    Endpoint(
        "POST", "/api/operator/logout", endpoints.log_out, "Sign out", "Operators", "operator",
        responses.SignedOutAnswer, refusals=STAFF_REFUSALS,
        about="The token is invalid at once, and sockets opened with it close.",
    ),
)  # fmt: skip
