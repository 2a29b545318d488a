"""The endpoints of the organiser: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import (
    BEFORE,
    CHANGE,
    CURSOR_SCHEMA,
    DAY_SCHEMA,
    DRY_RUN,
    ID_SCHEMA,
    IF_MATCH,
    IF_NONE_MATCH,
    LIMIT,
    VENUE_ID_SCHEMA,
)
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.shows import admin_performance_endpoints as performances
from web.api.shows import admin_requests as requests
from web.api.shows import admin_responses as responses
from web.api.shows import admin_room_endpoints as rooms
from web.api.shows import admin_show_endpoints as shows

_TAG = "Organising shows"
_VENUE = Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Only those of this venue.")
_ROOM, _SHOW, _PERFORMANCE = (
    (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, reason)
    for reason in (Reason.ROOM_NOT_FOUND, Reason.SHOW_NOT_FOUND, Reason.PERFORMANCE_NOT_FOUND)
)
_NEW_PERFORMANCES = (*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SHOW_NOT_FOUND, Reason.ROOM_NOT_FOUND, Reason.SHOW_ARCHIVED,
                     Reason.PERFORMANCES_OVERLAP)  # fmt: skip
_OVERLAP_ABOUT = "`PERFORMANCES_OVERLAP` has `overlaps`: what is in the room at that time."

ORGANISER_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/rooms", rooms.list_rooms, "List rooms", _TAG, "operator", responses.RoomPageAnswer,
        parameters=(_VENUE, LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For managers, within their own organisation. The newest comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/rooms", rooms.add_room, "Add a room", _TAG, "operator", responses.RoomAnswer,
        body=requests.NewRoom, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND), status=201,
    ),
    Endpoint(
        "GET", "/api/admin/rooms/{room_id:[0-9]+}", rooms.show_room, "Show a room", _TAG, "operator", responses.RoomAnswer,
        refusals=_ROOM,
    ),
    Endpoint(
        "PATCH", "/api/admin/rooms/{room_id:[0-9]+}", rooms.change_room, "Change a room", _TAG, "operator",
        responses.ChangedRoomAnswer, body=requests.ChangedRoomFields, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_ROOM, Reason.VERSION_MISMATCH, Reason.CAPACITY_TAKEN),
        about="Another capacity changes that of its performances to come; new seats go to the waiting list first."
        " `CAPACITY_TAKEN` has the `performances` that have more seats booked and held.",
    ),
    Endpoint(
        "DELETE", "/api/admin/rooms/{room_id:[0-9]+}", rooms.delete_room, "Delete a room", _TAG, "operator", responses.DeletedAnswer,
        parameters=CHANGE, refusals=(*_ROOM, Reason.VERSION_MISMATCH, Reason.ROOM_IN_USE),
        about="Only one that never had a performance.",
    ),
    Endpoint(
        "GET", "/api/admin/shows", shows.list_shows, "List shows with drafts and archived ones", _TAG, "operator",
        responses.ShowPageAnswer,
        parameters=(_VENUE, Parameter("status", "query", {"enum": ["DRAFT", "PUBLISHED", "ARCHIVED"]}, "Only those."), LIMIT, BEFORE),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS), about="The newest comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/shows", shows.add_show, "Add a show", _TAG, "operator", responses.OrganiserShowAnswer,
        body=requests.NewShow, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND), status=201,
        about="It is a draft until its `status` is changed to `PUBLISHED`. The body has at most 256 KB.",
    ),
    Endpoint(
        "GET", "/api/admin/shows/{show_id:[0-9]+}", shows.show_show, "Show a show to its organiser", _TAG, "operator",
        responses.OrganiserShowAnswer, refusals=_SHOW,
    ),
    Endpoint(
        "PATCH", "/api/admin/shows/{show_id:[0-9]+}", shows.change_show, "Change, publish or archive a show", _TAG, "operator",
        responses.OrganiserShowAnswer, body=requests.ChangedShowFields, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_SHOW, Reason.VERSION_MISMATCH, Reason.SHOW_HAS_BOOKINGS),
        about="`status` publishes (`PUBLISHED`) or hides it (`DRAFT`, `ARCHIVED`). `SHOW_HAS_BOOKINGS` has the `performances` to come"
        " that people are booked for or have asked to book.",
    ),
    Endpoint(
        "DELETE", "/api/admin/shows/{show_id:[0-9]+}", shows.delete_show, "Delete a show", _TAG, "operator", responses.DeletedAnswer,
        parameters=CHANGE, refusals=(*_SHOW, Reason.VERSION_MISMATCH, Reason.SHOW_IN_USE),
        about="Only one that never had a performance. Others are archived.",
    ),
    Endpoint(
        "PUT", "/api/admin/shows/{show_id:[0-9]+}/poster", shows.put_poster, "Upload a poster", _TAG, "operator",
        responses.OrganiserShowAnswer, parameters=(IF_MATCH,), upload=("image/png", "image/jpeg", "image/webp"),
        refusals=(*BODY_REFUSALS, *_SHOW, Reason.VERSION_MISMATCH, Reason.BUSY),
        about="The body is the image, of at most 4 MB and 100 to 6000 pixels on each side.",
    ),
    Endpoint(
        "DELETE", "/api/admin/shows/{show_id:[0-9]+}/poster", shows.delete_poster, "Take a poster away", _TAG, "operator",
        responses.OrganiserShowAnswer, parameters=(IF_MATCH,), refusals=(*_SHOW, Reason.VERSION_MISMATCH, Reason.BUSY),
    ),
    Endpoint(
        "GET", "/api/admin/performances", performances.show_performances, "List performances", _TAG, "operator",
        responses.PerformancePageAnswer, packed=True,
        parameters=(
            _VENUE, Parameter("show_id", "query", ID_SCHEMA, "Only those of this show."),
            Parameter("room_id", "query", ID_SCHEMA, "Only those in this room."),
            Parameter("date", "query", DAY_SCHEMA, "Only those of this day."),
            Parameter("from", "query", DAY_SCHEMA, "First day."), Parameter("to", "query", DAY_SCHEMA, "Last day, included."),
            Parameter("status", "query", {"enum": list(performances.STATUSES)}, "Only those."), LIMIT,
            Parameter("before", "query", CURSOR_SCHEMA, "The `next` of the previous page."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS), about="The last one to be played comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/performances", performances.add_one_performance, "Make a performance", _TAG, "operator",
        responses.MadePerformancesAnswer, body=requests.NewPerformance, parameters=(DRY_RUN,), refusals=_NEW_PERFORMANCES,
        status=201, about=_OVERLAP_ABOUT,
    ),
    Endpoint(
        "POST", "/api/admin/performances/run", performances.add_performances, "Make a run of performances", _TAG, "operator",
        responses.MadePerformancesAnswer, body=requests.NewRun, parameters=(DRY_RUN,), refusals=_NEW_PERFORMANCES, status=201,
        about="Every wanted day at every time, at most 500 performances. Those that exist already, are past, or begin in the hour that"
        f" clocks skip are `skipped`, so a run may be repeated. {_OVERLAP_ABOUT}",
    ),
    Endpoint(
        "GET", "/api/admin/performances/{performance_id:[0-9]+}", performances.show_performance, "Show a performance", _TAG, "operator",
        responses.PerformanceAnswer, refusals=_PERFORMANCE,
    ),
    Endpoint(
        "PATCH", "/api/admin/performances/{performance_id:[0-9]+}", performances.change_performance,
        "Change the seats, the booking or the check-in of a performance", _TAG, "operator", responses.PerformanceAnswer,
        body=requests.ChangedPerformanceFields, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_PERFORMANCE, Reason.VERSION_MISMATCH, Reason.CAPACITY_TAKEN, Reason.PERFORMANCE_CANCELLED,
                  Reason.PERFORMANCE_OVER),
        about="`CAPACITY_TAKEN` has the seats that are `taken`: booked, or held for the waiting list. New seats go there first.",
    ),
    Endpoint(
        "DELETE", "/api/admin/performances/{performance_id:[0-9]+}", performances.delete_performance, "Delete a performance", _TAG,
        "operator", responses.DeletedAnswer, parameters=CHANGE,
        refusals=(*_PERFORMANCE, Reason.VERSION_MISMATCH, Reason.PERFORMANCE_IN_USE, Reason.BUSY),
        about="Only one that nobody ever asked to book. Others are cancelled.",
    ),
    Endpoint(
        "POST", "/api/admin/performances/{performance_id:[0-9]+}/cancel", performances.cancel_one_performance, "Cancel a performance",
        _TAG, "operator", responses.CancelledPerformanceAnswer, body=requests.CancelPerformance, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_PERFORMANCE, Reason.VERSION_MISMATCH, Reason.PERFORMANCE_OVER, Reason.BUSY),
        about="Every booking and request ends with one e-mail that has alternatives, and the waiting list is closed. Parties that are in"
        " stay. A repeat changes nothing and writes to nobody twice.",
    ),
    Endpoint(
        "POST", "/api/admin/performances/{performance_id:[0-9]+}/move", performances.move_one_performance, "Move a performance", _TAG,
        "operator", responses.MovedPerformanceAnswer, body=requests.MovePerformance, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_PERFORMANCE, Reason.ROOM_NOT_FOUND, Reason.VERSION_MISMATCH, Reason.CAPACITY_TAKEN,
                  Reason.PERFORMANCES_OVERLAP, Reason.PERFORMANCE_CANCELLED, Reason.PERFORMANCE_OVER, Reason.PERFORMANCE_BEGUN, Reason.BUSY),
        about=f"Everybody booked stays booked and gets one e-mail with a link that can cancel. {_OVERLAP_ABOUT}",
    ),
)  # fmt: skip

POSTER_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/posters/{hash:[0-9a-f]+}", shows.send_poster, "Get a poster", "Shows", "anyone",
        ("image/png", "image/jpeg", "image/webp"), parameters=(IF_NONE_MATCH,),
        refusals=(Reason.INVALID_REQUEST, Reason.NOT_FOUND), not_modified=True,
        about="The address has the hash of the image, so it may be kept for ever.",
    ),
)  # fmt: skip
