"""Closed days and exceptions: entered or imported, each day once."""

from __future__ import annotations

from datetime import date, time

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues import closed_days
from hub.rules.opening_hours import Hours
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.world import World

CHRISTMAS = [date(2026, 12, day) for day in (24, 25, 26)]
FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20201225\r\n"
    b"RRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Staff party\r\nDTSTART:20261211T190000\r\n"
    b"DTEND:20261211T230000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


async def dates(hub: Hub, by: Actor) -> list[date]:
    return [one.date for one in (await closed_days.list_closed_days(hub.services, by)).closed_days]


async def test_days_are_added_once_and_pages_follow_each_other(hub: Hub, world: World, by: Actor):
    added = await closed_days.add_closed_days(hub.services, by, CHRISTMAS[:2], name="  Christmas ")
    assert [one.name for one in added.added] == ["Christmas"] * 2
    again = await closed_days.add_closed_days(hub.services, by, CHRISTMAS, name="Holidays")
    assert ([one.date for one in again.added], [one.date for one in again.existing]) == (CHRISTMAS[2:], CHRISTMAS[:2])
    page = await closed_days.list_closed_days(hub.services, by, limit=2)
    rest = await closed_days.list_closed_days(hub.services, by, after=page.next, limit=2)
    assert [one.date for one in (*page.closed_days, *rest.closed_days)] == CHRISTMAS
    assert rest.next is None
    assert {one["action"] for one in await read_audit_log(hub.database)} == {"closed_day.added"}


async def test_a_calendar_file_adds_its_whole_days_and_names_the_rest(hub: Hub, world: World, by: Actor):
    seen = await closed_days.import_closed_days(hub.services, by, FILE, dry_run=True)
    assert ([one.date for one in seen.added], await dates(hub, by)) == ([date(2026, 12, 25), date(2027, 12, 25)], [])
    done = await closed_days.import_closed_days(hub.services, by, FILE)
    assert [(one.name, one.reason) for one in done.left_out] == [("Staff party", "does not last whole days")]
    assert await dates(hub, by) == [date(2026, 12, 25), date(2027, 12, 25)]
    again = await closed_days.import_closed_days(hub.services, by, FILE)
    assert (again.added, len(again.existing)) == ((), 2)
    (logged,) = await read_audit_log(hub.database)
    assert (logged["action"], logged["after"]["days"]) == ("venue.closed_days_imported", 2)


async def test_a_wrong_file_is_refused_beside_its_field(hub: Hub, world: World, by: Actor):
    with pytest.raises(Refused) as caught:
        await closed_days.import_closed_days(hub.services, by, b"%PDF")
    assert caught.value.details["errors"][0]["field"] == "file"


async def test_a_day_may_get_hours_of_its_own_and_go_again(hub: Hub, world: World, by: Actor):
    await closed_days.add_closed_days(hub.services, by, CHRISTMAS)
    (first, second, _) = (await closed_days.list_closed_days(hub.services, by)).closed_days
    short = (Hours(time(10), time(14), 30, 50),)
    changed = await closed_days.change_closed_day(
        hub.services, by, first.closed_day_id, name="Christmas Eve", hours=short, version=1
    )
    assert (changed.name, changed.hours, changed.version) == ("Christmas Eve", short, 2)
    with pytest.raises(Refused) as caught:
        await closed_days.change_closed_day(hub.services, by, first.closed_day_id, name="X", version=1)
    assert caught.value.reason is Reason.VERSION_MISMATCH
    with pytest.raises(Refused) as caught:
        await closed_days.change_closed_day(hub.services, by, first.closed_day_id, day=second.date)
    assert caught.value.details["errors"][0]["field"] == "date"
    await closed_days.delete_closed_day(hub.services, by, first.closed_day_id, version=2)
    assert await dates(hub, by) == CHRISTMAS[1:]
    with pytest.raises(Refused) as caught:
        await closed_days.delete_closed_day(hub.services, by, first.closed_day_id)
    assert caught.value.reason is Reason.CLOSED_DAY_NOT_FOUND


async def test_another_organisation_sees_none_of_them(hub: Hub, world: World, by: Actor):
    await closed_days.add_closed_days(hub.services, by, CHRISTMAS)
    ((first, *_),) = [(await closed_days.list_closed_days(hub.services, by)).closed_days]
    other = Actor((await World(hub).found()).org_id)
    assert await dates(hub, other) == []
    with pytest.raises(Refused) as caught:
        await closed_days.read_closed_day(hub.services, other, first.closed_day_id)
    assert caught.value.reason is Reason.CLOSED_DAY_NOT_FOUND
