"""The endpoints of enrolled scanners: the rows of the table."""

from hub.access.scanners import LONGEST_TOKEN as LONGEST_SCANNER_TOKEN
from hub.access.scanners import SCANNER_HEADER
from hub.rules.reasons import Reason
from web.api.devices import endpoints, requests, responses, scanner_endpoints
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.limits import LONGEST_TOKEN

_TAG = "Scanners"
_PATH = "/api/admin/devices/{device_id:[0-9]+}"
_ONE = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.SCANNER_NOT_FOUND)
_CHANGE = (*_ONE, Reason.VERSION_MISMATCH)
_TOKEN = Parameter(
    SCANNER_HEADER, "header", {"type": "string", "maxLength": LONGEST_SCANNER_TOKEN},
    "The scanner's token. A browser sends it as the cookie `hub_scanner`.",
)  # fmt: skip

DEVICE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/devices", endpoints.list_devices, "List scanners", _TAG, "operator", responses.DevicePageAnswer,
        parameters=(
            Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Only those of this venue."),
            Parameter("show", "query", {"enum": list(endpoints.SHOWN), "default": "current"}, "`ended`: those that were revoked."),
            Parameter("search", "query", {"type": "string", "minLength": 1, "maxLength": LONGEST_TOKEN}, "Part of a name, or of a gate's."),
            LIMIT, BEFORE,
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators, within their own organisation. The newest comes first, each with its presence now.",
    ),
    Endpoint(
        "POST", "/api/admin/devices", endpoints.add_device, "Enrol a scanner", _TAG, "operator", responses.OpenEnrolmentAnswer,
        body=requests.NewDevice, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND), status=201,
        about="Answers a code, also as QR, which the scanner exchanges with `POST /api/devices/enrol`. It works once, for 15 minutes.",
    ),
    Endpoint("GET", _PATH, endpoints.show_device, "Show a scanner", _TAG, "operator", responses.DeviceAnswer, refusals=_ONE),
    Endpoint(
        "PATCH", _PATH, endpoints.change_device, "Change a scanner", _TAG, "operator", responses.DeviceAnswer,
        body=requests.ChangedDevice, parameters=CHANGE, refusals=(*BODY_REFUSALS, *_CHANGE),
        about="Its name, gate and mode reach its open socket at once (topic `scanner`).",
    ),
    Endpoint(
        "DELETE", _PATH, endpoints.revoke_device, "Revoke a scanner", _TAG, "operator", responses.DeviceAnswer, parameters=CHANGE,
        refusals=_CHANGE,
        about="Its sockets close at once, and its token and code are refused. The row stays, because the scan log names it.",
    ),
    Endpoint(
        "POST", f"{_PATH}/code", endpoints.renew_code, "Make a new enrolment code", _TAG, "operator", responses.OpenEnrolmentAnswer,
        parameters=CHANGE, refusals=_CHANGE, about="For another device, or because the code ran out. It replaces the old token when it is used.",
    ),
    Endpoint(
        "POST", f"{_PATH}/wipe", endpoints.wipe_device, "Wipe a scanner", _TAG, "operator", responses.DeviceAnswer,
        body=requests.WipeDevice, parameters=CHANGE, refusals=(*BODY_REFUSALS, *_CHANGE, Reason.SCANNER_NOT_IN_USE),
        about="It deletes what it keeps off line, at once or at its next contact, and reports it: `state` is `wiped` then. A revoked"
        " scanner is wiped `now`.",
    ),
    Endpoint(
        "POST", "/api/devices/enrol", scanner_endpoints.enrol_device, "Exchange a code for a scanner's token", _TAG, "anyone",
        responses.EnrolledAnswer, body=requests.EnrolDevice, refusals=(*BODY_REFUSALS, Reason.ENROLMENT_CODE_WRONG, Reason.RATE_LIMITED),
        about="Also sets the cookie `hub_scanner`. A code that is wrong, used or expired is refused alike.",
    ),
    Endpoint(
        "POST", "/api/devices/wiped", scanner_endpoints.report_wiped, "Report that this scanner was wiped", _TAG, "anyone",
        responses.WipedAnswer, body=requests.DeviceWiped, parameters=(_TOKEN,), refusals=(*BODY_REFUSALS, Reason.SCANNER_REVOKED),
        about="Sent by the scanner itself, with its token.",
    ),
)  # fmt: skip
