"""Venue policies of the portal: set by the command, stored in the table, and obeyed by the hub."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.venues.venues import add_venue, change_venue, list_venues, venue_update
from hub.cli import _parser
from hub.rules.venue_policies import POLICIES
from tests.support.hub import Hub
from tests.support.world import World


def given(*words: str) -> Any:
    return _parser().parse_args(["venue", "set", "1", *words])


async def test_policies_are_kept_and_followed(hub: Hub, world: World) -> None:
    policies = {
        "address": "Via Garibaldi 1", "language": "zh_Hans", "country": "IT", "contact_check": "both",
        "reminder_hours": (48, 3), "waitlist_offer_minutes": 15, "no_show_release_minutes": 20,
    }  # fmt: skip
    await change_venue(hub.services, world.venue_id, policies)
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
    await change_venue(hub.services, world.venue_id, {"no_show_release_minutes": 20, "country": "IT"})
    off: dict[str, Any] = {"waitlist_offer_minutes": None, "no_show_release_minutes": None, "reminder_hours": ()}
    changed = await change_venue(hub.services, world.venue_id, off)
    assert (changed["waitlist_offer_minutes"], changed["no_show_release_minutes"]) == (None, None)
    assert (changed["reminder_hours"], changed["country"]) == ([], "IT")


async def test_re_entry_is_denied_until_the_venue_allows_it(hub: Hub, world: World) -> None:
    assert (await hub.services.venues.read(world.org_id, world.venue_id)).policy.re_entry == "deny"
    await change_venue(hub.services, world.venue_id, {"re_entry": given("--re-entry", "allow").re_entry})
    assert (await hub.services.venues.read(world.org_id, world.venue_id)).policy.re_entry == "allow"
    await change_venue(hub.services, world.venue_id, {"country": "IT"})
    (listed,) = await list_venues(hub.services)
    assert listed["re_entry"] == "allow"


async def test_a_new_venue_has_the_defaults_of_the_table(hub: Hub, world: World) -> None:
    made = await add_venue(hub.services, name="New", timezone="UTC", orq=world.org_id)
    listed = next(one for one in await list_venues(hub.services) if one["venue_id"] == made["venue_id"])
    found = {policy.column: listed[policy.column] for policy in POLICIES}
    assert found == {
        policy.column: list(policy.default) if isinstance(policy.default, tuple) else policy.default
        for policy in POLICIES
    }


async def test_a_change_of_nothing_shows_the_venue_and_one_of_an_unknown_policy_is_an_error(
    hub: Hub, world: World
) -> None:
    unchanged = await change_venue(hub.services, world.venue_id, {})
    assert unchanged["venue_id"] == world.venue_id
    assert set(unchanged) == {
        "org_id",
        "venue_id",
        "name",
        "timezone",
        "version",
        *(policy.column for policy in POLICIES),
    }
    with pytest.raises(ValueError, match="colour"):
        await change_venue(hub.services, world.venue_id, {"colour": "red"})


async def test_the_composed_statement_prepares_against_the_schema(hub: Hub) -> None:
    columns = ["name", "timezone", "alert_webhook_secret", *(policy.column for policy in POLICIES)]
    async with hub.services.database.transaction() as connection:
        await connection.prepare(venue_update(columns))


def test_an_option_that_is_not_given_is_not_there() -> None:
    assert not {policy.column for policy in POLICIES} & set(vars(given("--name", "New")))
    assert given("--alert-webhook", "none").alert_webhook_url is None
    assert given("--late-entry-minutes", "15").late_entry_minutes == 15


def test_the_command_reads_them_as_people_write_them() -> None:
    args = given(
        "--country", "it", "--reminder-hours", "2, 24,2", "--waitlist-offer-minutes", "off", "--no-show-release-minutes", "never",
        "--early-entry-minutes", "midnight", "--contact-check", "sms", "--language", "zh_Hans", "--address", "Via Roma 1",
    )  # fmt: skip
    assert (args.country, args.reminder_hours) == ("IT", (24, 2))
    assert (args.waitlist_offer_minutes, args.no_show_release_minutes, args.early_entry_minutes) == (None, None, None)
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
