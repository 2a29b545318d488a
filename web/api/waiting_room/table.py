"""The endpoints of the waiting room: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.refusal_groups import BODY_REFUSALS
from web.api.waiting_room import endpoints, requests, responses
from web.limits import LONGEST_ROOM_KEY

_TAG, _PATH = "Waiting room", "/api/waiting-room"
_FOR = Parameter(
    "for",
    "query",
    {"type": "string", "maxLength": LONGEST_ROOM_KEY},
    "What is sold, as in the request that joins.",
    required=True,
)

WAITING_ROOM_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", _PATH, endpoints.join_room, "Join a waiting room", _TAG, "anyone", responses.WaitingRoomAnswer,
        body=requests.JoinWaitingRoom, refusals=(*BODY_REFUSALS, Reason.NOT_FOUND, Reason.RATE_LIMITED),
        about="A venue may put a waiting room in front of a slot, a day or a performance. While few come, everybody has a `turn` at once."
        " The place belongs to the browser, by the cookie `waiting`: joining again, or in other tabs, changes nothing. A place is kept"
        " for two minutes after the last request or socket of its visitor. A booking uses the turn up.",
    ),
    Endpoint(
        "GET", _PATH, endpoints.show_place, "Show the place in a waiting room", _TAG, "anyone", responses.WaitingRoomAnswer,
        parameters=(_FOR,), refusals=(Reason.INVALID_REQUEST, Reason.NOT_FOUND),
        about="Whoever asks keeps the place. `GET /ws/waiting-room?for=...` sends the same over a socket, whenever it changes.",
    ),
    Endpoint(
        "DELETE", _PATH, endpoints.leave_room, "Leave a waiting room", _TAG, "anyone", responses.WaitingRoomAnswer,
        parameters=(_FOR,), refusals=(Reason.INVALID_REQUEST, Reason.NOT_FOUND),
        about="Gives up the place or the turn. Repeating it changes nothing.",
    ),
)  # fmt: skip
