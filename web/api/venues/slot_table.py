"""The endpoints of slots, opening hours and closed days for administration: the rows of the table."""

from dataclasses import replace

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CHANGE, CURSOR_SCHEMA, DAY_SCHEMA, DRY_RUN, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.shows.admin_responses import DeletedAnswer
from web.api.venues import hours_endpoints as hours
from web.api.venues import slot_endpoints as slots
from web.api.venues import slot_requests as requests
from web.api.venues import slot_responses as responses

_TAG = "Slots and opening hours"
_VENUE = Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Only those of this venue.")
_OF_VENUE = Parameter("venue_id", "query", VENUE_ID_SCHEMA, "The default is the login's venue, or the first.")
_DAYS = (
    Parameter("date", "query", DAY_SCHEMA, "Only those of this day."), Parameter("from", "query", DAY_SCHEMA, "First day."),
    Parameter("to", "query", DAY_SCHEMA, "Last day, included."),
)  # fmt: skip
_NEW = (*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND)
_SLOT = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.SLOT_NOT_FOUND)
_CLOSED_DAY = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.CLOSED_DAY_NOT_FOUND)
_OVERLAP_ABOUT = "`SLOTS_OVERLAP` has the `overlaps`; a dry run tells them and refuses nothing."
_ONE, _DAY = "/api/admin/slots/{slot_id:[0-9]+}", "/api/admin/closed-days/{closed_day_id:[0-9]+}"

_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/slots", slots.show_slots, "List slots", _TAG, "operator", responses.AdminSlotPageAnswer, packed=True,
        parameters=(
            _VENUE, *_DAYS, Parameter("status", "query", {"enum": list(slots.STATUSES)}, "Only those."), LIMIT,
            Parameter("before", "query", CURSOR_SCHEMA, "The `next` of the previous page."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For managers, who also change spaces, close and open slots; administrators do the rest. Slots for tickets, the last one first. Performances have a list of their own.",
    ),
    Endpoint(
        "POST", "/api/admin/slots", slots.add_slot, "Add a slot", _TAG, "operator", responses.MadeSlotsAnswer,
        body=requests.NewSlot, parameters=(DRY_RUN,), refusals=(*_NEW, Reason.SLOTS_OVERLAP), status=201, about=_OVERLAP_ABOUT,
    ),
    Endpoint(
        "POST", "/api/admin/slots/generate", slots.generate_slots, "Make slots from opening hours", _TAG, "operator",
        responses.MadeSlotsAnswer, body=requests.GenerateSlots, parameters=(DRY_RUN,), refusals=(*_NEW, Reason.SLOTS_OVERLAP),
        status=201,
        about="At most 731 days and 50000 slots. Slots that stand already stay as they are, so it may be repeated. Closed days, slots"
        f" that are over, and those that begin in the hour that clocks skip are `skipped`. {_OVERLAP_ABOUT}",
    ),
    Endpoint(
        "POST", "/api/admin/slots/copy", slots.copy_slots, "Copy the slots of a day onto other days", _TAG, "operator",
        responses.MadeSlotsAnswer, body=requests.CopySlots, parameters=(DRY_RUN,), refusals=(*_NEW, Reason.SLOTS_OVERLAP), status=201,
        about=f"Without its closed slots, and not onto closed days. {_OVERLAP_ABOUT}",
    ),
    Endpoint(
        "POST", "/api/admin/slots/change", slots.change_many, "Give many slots another capacity", _TAG, "operator",
        responses.ChangedSlotsAnswer, body=requests.ChangedSlots, parameters=(DRY_RUN,),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SLOT_NOT_FOUND, Reason.VERSION_MISMATCH, Reason.CAPACITY_TAKEN),
        about="All of them or none. `CAPACITY_TAKEN` has the `slots` with more spaces booked and held; `VERSION_MISMATCH` those that"
        " somebody else changed.",
    ),
    Endpoint(
        "POST", "/api/admin/slots/delete", slots.delete_many, "Delete many slots", _TAG, "operator", responses.DeletedSlotsAnswer,
        body=requests.ChosenSlots, parameters=(DRY_RUN,),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.SLOT_NOT_FOUND, Reason.VERSION_MISMATCH, Reason.SLOT_IN_USE),
        about="All of them or none. `SLOT_IN_USE` has the `slots` that somebody has or had booked, or waits for.",
    ),
    Endpoint("GET", _ONE, slots.show_slot, "Show a slot", _TAG, "operator", responses.AdminSlotAnswer, refusals=_SLOT),
    Endpoint(
        "PATCH", _ONE, slots.change_slot, "Change the capacity of a slot", _TAG, "operator", responses.AdminSlotAnswer,
        body=requests.ChangedSlot, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_SLOT, Reason.VERSION_MISMATCH, Reason.CAPACITY_TAKEN),
        about="New spaces go to the waiting list first.",
    ),
    Endpoint(
        "DELETE", _ONE, slots.delete_slot, "Delete a slot", _TAG, "operator", DeletedAnswer, parameters=CHANGE,
        refusals=(*_SLOT, Reason.VERSION_MISMATCH, Reason.SLOT_IN_USE), about="Only one that nobody ever booked. Others are closed.",
    ),
    Endpoint(
        "POST", f"{_ONE}/close", slots.close_one, "Close a slot", _TAG, "operator", responses.ClosedSlotAnswer,
        body=requests.CloseSlot, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_SLOT, Reason.VERSION_MISMATCH, Reason.SLOT_PAST, Reason.SLOT_TOO_SMALL, Reason.SLOT_CLOSING),
        about="Nobody books it any more, and its waiting list is closed. Everybody booked gets one e-mail. `SLOT_TOO_SMALL` has how many"
        " `people` there are, and how many of them `fit`. A repeat writes to nobody twice.",
    ),
    Endpoint(
        "POST", f"{_ONE}/reopen", slots.reopen_one, "Open a closed slot", _TAG, "operator", responses.AdminSlotAnswer,
        parameters=CHANGE, refusals=(*_SLOT, Reason.VERSION_MISMATCH, Reason.SLOT_PAST, Reason.SLOT_CLOSING),
        about="Whoever was moved or notified stays where they are.",
    ),
    Endpoint(
        "POST", f"{_ONE}/release-no-shows", slots.release_no_shows, "Release the spaces of people who did not come", _TAG, "operator",
        responses.ReleasedAnswer, parameters=(DRY_RUN,), refusals=(*_SLOT, Reason.SLOT_NOT_BEGUN),
        about="For managers. While the slot runs, whoever booked before it began loses the space, which goes to the waiting list first."
        " Once it has ended, tickets that expired with it are good for another time again. Each party gets one e-mail.",
    ),
    Endpoint(
        "GET", "/api/admin/opening-hours", hours.show_hours, "Show the opening hours of a venue", _TAG, "operator",
        responses.OpeningHoursAnswer, parameters=(_OF_VENUE,), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
    ),
    Endpoint(
        "PATCH", "/api/admin/opening-hours", hours.change_hours, "Replace the opening hours of a venue", _TAG, "operator",
        responses.OpeningHoursAnswer, body=requests.ChangedHours, parameters=CHANGE, refusals=(*_NEW, Reason.VERSION_MISMATCH),
        about="Slots that exist stay as they are.",
    ),
    Endpoint(
        "GET", "/api/admin/closed-days", hours.show_closed_days, "List closed days and days with hours of their own", _TAG, "operator",
        responses.ClosedDayPageAnswer,
        parameters=(_VENUE, *_DAYS, LIMIT, Parameter("after", "query", CURSOR_SCHEMA, "The `next` of the previous page.")),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
    ),
    Endpoint(
        "POST", "/api/admin/closed-days", hours.add_closed_days, "Add closed days, or days with hours of their own", _TAG, "operator",
        responses.AddedDaysAnswer, body=requests.NewClosedDays, parameters=(DRY_RUN,), refusals=_NEW, status=201,
        about="Slots that exist stay as they are.",
    ),
    Endpoint(
        "POST", "/api/admin/closed-days/import", hours.import_closed_days, "Import closed days from a calendar file", _TAG, "operator",
        responses.AddedDaysAnswer, parameters=(DRY_RUN, _OF_VENUE), upload=("text/calendar",), refusals=_NEW, status=201,
        about="The body is an iCalendar file of at most 512 KB. Its events that last whole days, from today on and for two years, become"
        " closed days; repeated ones on each of their days. The others are `left_out` with the reason.",
    ),
    Endpoint("GET", _DAY, hours.show_closed_day, "Show a closed day", _TAG, "operator", responses.ClosedDayAnswer, refusals=_CLOSED_DAY),
    Endpoint(
        "PATCH", _DAY, hours.change_closed_day, "Change a closed day", _TAG, "operator", responses.ClosedDayAnswer,
        body=requests.ChangedClosedDay, parameters=CHANGE, refusals=(*BODY_REFUSALS, *_CLOSED_DAY, Reason.VERSION_MISMATCH),
    ),
    Endpoint(
        "DELETE", _DAY, hours.delete_closed_day, "Delete a closed day", _TAG, "operator", DeletedAnswer, parameters=CHANGE,
        refusals=(*_CLOSED_DAY, Reason.VERSION_MISMATCH), about="The regular week holds again.",
    ),
)  # fmt: skip

SLOT_ADMIN_ENDPOINTS = tuple(replace(endpoint, scope="slots") for endpoint in _ENDPOINTS)
"""Each of them may be asked with an API key that has the scope `slots`."""
