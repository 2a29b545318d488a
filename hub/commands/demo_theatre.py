"""The theatre of the demo: three shows in three rooms of the demo venue, a run of performances, and parties for today.

Texts and posters are in `demo_shows/`. The posters are drawn in SVG; the PNG files beside them are these pictures at 900 pixels.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.booking.availability import Availability
from hub.actions.booking.reserve import Bookings
from hub.actions.scanning.check_in import check_in
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.shows.add_performances import PerformanceSettings, RunDraft, add_run
from hub.actions.shows.alternatives import Alternatives
from hub.actions.shows.confirm_booking import Confirmations, ConfirmRequest
from hub.actions.shows.posters import set_poster
from hub.actions.shows.request_booking import BookingRequest, BookingRequests
from hub.actions.shows.rooms import RoomDraft, add_room
from hub.actions.shows.shows import ShowDraft, add_show, change_show
from hub.actions.shows.visitor import read_visitor
from hub.actions.waitlist.join_booking import join_with_booking
from hub.rules.performance_plan import Run
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.services import Services

DEMO = load("venues/demo")
FILES = Path(__file__).resolve().parent / "demo_shows"
DAYS = 42
"""Days that a run is long. It goes on when less than `LEAST_DAYS` are left."""
LEAST_DAYS = 14
QUARTER = timedelta(minutes=15)
ANY_TIME = 24 * 60
"""Minutes before its start at which the performance of today is open for check-in, so that it can be tried at any hour."""

log = logging.getLogger(__name__)


class Stage(NamedTuple):
    """The demo's venue, and who organises and scans there."""

    org_id: int
    venue_id: int
    zone: Any
    operator_id: int
    operator_name: str

    @property
    def organiser(self) -> Actor:
        return Actor(self.org_id, self.venue_id)


async def fill_theatre(services: Services, org_id: int, venue_id: int) -> None:
    """Make the shows once, lengthen their runs, and see that there are parties to check in today."""
    operator = await services.database.fetchrow(DEMO.demo_operator, org_id)
    if operator is None:
        return
    zone = (await services.venues.read(org_id, venue_id)).zone
    stage = Stage(org_id, venue_id, zone, operator["id"], operator["name"])
    shows = await services.database.fetch(DEMO.demo_shows, org_id)
    if not shows:
        await _add_shows(services, stage)
        shows = await services.database.fetch(DEMO.demo_shows, org_id)
    made = {row["title"]: row for row in shows}
    longer = False
    for show in _texts()["shows"]:
        if show["title"] in made:
            longer |= await _lengthen_run(services, stage, show, made[show["title"]])
    if longer:
        await _sell_out(services, stage)
    await _prepare_evening(services, stage, made)


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((FILES / "shows.json").read_text(encoding="utf-8"))
    return texts


async def _add_shows(services: Services, stage: Stage) -> None:
    for room in _texts()["rooms"]:
        await add_room(services, stage.organiser, RoomDraft(**room))
    for show in _texts()["shows"]:
        texts = ("title", "subtitle", "description", "duration_minutes", "spoken_language", "minimum_age", "accessibility",
                 "consent", "largest_party")  # fmt: skip
        draft = ShowDraft(**{name: show[name] for name in texts}, translations={"zh_Hans": show["zh_Hans"]})
        added = await add_show(services, stage.organiser, draft)
        await set_poster(services, stage.organiser, added.show_id, (FILES / show["poster"]).read_bytes())
        await change_show(services, stage.organiser, added.show_id, {"status": "PUBLISHED"})


async def _lengthen_run(services: Services, stage: Stage, show: Mapping[str, Any], row: Any) -> bool:
    """Make the performances of the next weeks, after those that there are. Return whether any was made."""
    room_id = await services.database.fetchval(DEMO.demo_room, stage.org_id, show["room"])
    today = _local(services, stage).date()
    last: date | None = row["last_date"]
    if room_id is None or (last is not None and last >= today + timedelta(days=LEAST_DAYS)):
        return False
    first = today if last is None else max(today, last + timedelta(days=1))
    times = tuple(time.fromisoformat(at) for at in show["times"])
    run = Run(times, first, today + timedelta(days=DAYS), tuple(show["weekdays"]))
    try:
        await add_run(services, stage.organiser, RunDraft(row["id"], room_id, run), overlap=True)
    except Refused as refused:
        log.warning("demo.not_played", extra={"reason": refused.reason.value})
        return False
    return True


async def _sell_out(services: Services, stage: Stage) -> None:
    """Book every seat of the first performance in the Studio from tomorrow on, and let two parties wait for it.

    These ask while there are seats, and find them taken when they open their links.
    """
    tomorrow = _local(services, stage).date() + timedelta(days=1)
    slot_id = await services.database.fetchval(DEMO.empty_performance, stage.org_id, "Studio", tomorrow)
    if slot_id is None:
        return
    links = [await _request(services, stage, slot_id, party) for party in _texts()["waiting"]]
    await _book(services, stage, slot_id, _texts()["sold_out"])
    for token in filter(None, links):
        try:
            await join_with_booking(services, token, "en")
        except Refused as refused:
            log.warning("demo.not_waiting", extra={"reason": refused.reason.value})


async def _prepare_evening(services: Services, stage: Stage, shows: Mapping[str, Any]) -> None:
    """Book parties for a performance of today, one of them partly in already, unless somebody is still expected today.

    If no performance is left today, one begins within half an hour.
    """
    now = services.clock.now()
    today = _local(services, stage).date()
    if await services.database.fetchval(DEMO.parties_expected, stage.org_id, today, now):
        return
    slot_id = await services.database.fetchval(
        DEMO.performance_of_today, stage.org_id, "Main stage", today, now + QUARTER
    )
    if slot_id is None:
        slot_id = await _add_performance(services, stage, shows)
    if slot_id is None:
        return
    parties = _texts()["parties"]
    codes = await _book(services, stage, slot_id, parties)
    scans = EntryScans(services)
    for party in parties:
        if party["admitted"] and party["name"] in codes:
            scan = ScanRequest(stage.org_id, stage.venue_id, stage.operator_id, stage.operator_name, "verify",
                               codes[party["name"]], gate="A", source="http", count=party["admitted"])  # fmt: skip
            try:
                await check_in(services, scans, scan)
            except Refused as refused:
                log.warning("demo.not_checked_in", extra={"reason": refused.reason.value})
    await scans.drain()
    # One visitor has not opened the link yet.
    await _request(services, stage, slot_id, {"name": "Paolo Neri", "people": 2})


async def _add_performance(services: Services, stage: Stage, shows: Mapping[str, Any]) -> int | None:
    show = _texts()["shows"][0]
    room_id = await services.database.fetchval(DEMO.demo_room, stage.org_id, show["room"])
    if show["title"] not in shows or room_id is None:
        return None
    quarters = _local(services, stage).timestamp() // QUARTER.total_seconds() + 2
    starts = datetime.fromtimestamp(quarters * QUARTER.total_seconds(), UTC).astimezone(stage.zone)
    draft = RunDraft(
        shows[show["title"]]["id"],
        room_id,
        Run((starts.time(),), dates=(starts.date(),)),
        settings=PerformanceSettings(check_in_opens_minutes=ANY_TIME),
    )
    try:
        made = await add_run(services, stage.organiser, draft, overlap=True)
    except Refused as refused:
        log.warning("demo.not_played", extra={"reason": refused.reason.value})
        return None
    return made.performances[0].performance_id


async def _book(services: Services, stage: Stage, slot_id: int, parties: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Request and confirm a booking for each party. Return the codes by name."""
    bookings = Bookings(services, Availability(services))
    confirmations = Confirmations(services, bookings, Alternatives(services))
    codes = {}
    for party in parties:
        if token := await _request(services, stage, slot_id, party):
            try:
                codes[party["name"]] = (await confirmations.confirm(ConfirmRequest(token))).code
            except Refused as refused:
                log.warning("demo.not_confirmed", extra={"reason": refused.reason.value})
    return codes


async def _request(services: Services, stage: Stage, slot_id: int, party: Mapping[str, Any]) -> str | None:
    """Request seats, and return the secret of the link. It is in the e-mail alone, so it is gone once that was sent."""
    requests = BookingRequests(services, Alternatives(services))
    email = f"{'.'.join(party['name'].lower().split())}@example.org"
    visitor = read_visitor(party["name"], email)
    asked = BookingRequest(stage.org_id, slot_id, visitor, party["people"], consent=True)
    try:
        pending = await requests.request(asked)
    except Refused as refused:
        log.warning("demo.not_requested", extra={"reason": refused.reason.value})
        return None
    token: str | None = await services.database.fetchval(DEMO.link_of_request, stage.org_id, pending.booking_id)
    return token


def _local(services: Services, stage: Stage) -> datetime:
    return services.clock.now().astimezone(stage.zone)
