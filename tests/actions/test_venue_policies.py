"""The portal's policies of a venue: set by the command, kept in the table, read by the hub."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.venues.venues import Policies, list_venues, set_policies
from hub.cli import _parser
from tests.support.hub import Hub
from tests.support.world import World


def given(*words: str) -> Any:
    return _parser().parse_args(["venue", "set", "1", *words])


async def test_policies_are_kept_and_followed(hub: Hub, world: World) -> None:
    policies = Policies(
        address="Via Garibaldi 1", language="zh_Hans", country="IT", contact_check="both", reminder_hours=(48, 3),
        waitlist_offer_minutes=15, no_show_release_minutes=20,
    )  # fmt: skip
    await set_policies(hub.services, world.venue_id, policies)
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    assert (venue.address, venue.language, venue.country, venue.contact_check) == (
        "Via Garibaldi 1",
        "zh_Hans",
        "IT",
        "both",
    )
    assert (venue.reminder_hours, venue.waitlist_offer_minutes, venue.no_show_release_minutes) == ((48, 3), 15, 20)
    (listed,) = await list_venues(hub.services)
    assert listed["reminder_hours"] == [48, 3]


async def test_a_limit_can_be_taken_away_and_what_is_not_named_stays(hub: Hub, world: World) -> None:
    await set_policies(hub.services, world.venue_id, Policies(no_show_release_minutes=20, country="IT"))
    changed = await set_policies(
        hub.services, world.venue_id, Policies(waitlist_offer_minutes=-1, no_show_release_minutes=-1, reminder_hours=())
    )
    assert (changed["waitlist_offer_minutes"], changed["no_show_release_minutes"]) == (None, None)
    assert (changed["reminder_hours"], changed["country"]) == ([], "IT")


async def test_re_entry_is_denied_until_the_venue_allows_it(hub: Hub, world: World) -> None:
    assert (await hub.services.venues.read(world.org_id, world.venue_id)).policy.re_entry == "deny"
    await set_policies(hub.services, world.venue_id, Policies(re_entry=given("--re-entry", "allow").re_entry))
    assert (await hub.services.venues.read(world.org_id, world.venue_id)).policy.re_entry == "allow"
    await set_policies(hub.services, world.venue_id, Policies(country="IT"))
    (listed,) = await list_venues(hub.services)
    assert listed["re_entry"] == "allow"


def test_the_command_reads_them_as_people_write_them() -> None:
    args = given(
        "--country", "it", "--reminder-hours", "2, 24,2", "--waitlist-offer-minutes", "off", "--no-show-release-minutes", "never",
        "--early-entry-minutes", "midnight", "--contact-check", "sms", "--language", "zh_Hans", "--address", "Via Roma 1",
    )  # fmt: skip
    assert (args.country, args.reminder_hours) == ("IT", (24, 2))
    assert (args.waitlist_offer_minutes, args.no_show_release_minutes, args.early_entry_minutes) == (-1, -1, -1)
    assert given("--reminder-hours", "none").reminder_hours == ()
    assert given("--waitlist-offer-minutes", "45").waitlist_offer_minutes == 45


@pytest.mark.parametrize(
    "words",
    [("--country", "Italy"), ("--country", "1T"), ("--reminder-hours", "soon"), ("--reminder-hours", "0"),
     ("--waitlist-offer-minutes", "0"), ("--waitlist-offer-minutes", "1441"), ("--no-show-release-minutes", "-2"),
     ("--contact-check", "fax"), ("--language", "fr")],
)  # fmt: skip
def test_what_makes_no_sense_is_wrong_usage(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        given(*words)
    assert caught.value.code == 2
    assert words[0] in capsys.readouterr().err
