"""`hub shows performances` from outside: a run, its overlaps, a change, a move and a cancellation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.support.mail_outbox import count_outbox
from tests.support.shows import add_booking

ADD = ("shows", "performances", "add", "--date", "2031-03-08", "--start", "20:00")


@pytest.fixture
def stage(ask: Callable[..., Any]) -> tuple[str, str]:
    """The ids of a show of two hours and of a room with 40 places."""
    show = ask("shows", "add", "The Tempest", "--minutes", "120")
    ask("shows", "publish", str(show["show_id"]))
    room = ask("shows", "rooms", "add", "Studio", "--capacity", "40")
    return str(show["show_id"]), str(room["room_id"])


@pytest.mark.parametrize(
    "words",
    [
        ["add", "--show", "1", "--room", "1", "--date", "2031-02-30", "--start", "20:00"],
        ["add", "--show", "1", "--room", "1", "--date", "2031-02-28", "--start", "25:00"],
        ["run", "--show", "1", "--room", "1"],
        ["run", "--show", "1", "--room", "1", "--times", "20:00", "--weekdays", "someday"],
        ["change", "1", "--booking", "maybe"],
        ["change", "1", "--booking-opens", "2031-02-28T09:00"],
        ["cancel"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(run, words):
    done = run("shows", "performances", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub shows performances" in done.stderr


def test_a_run_is_made_repeated_and_refused_where_it_overlaps(run, ask, stage):
    show, room = stage
    words = ("shows", "performances", "run", "--show", show, "--room", room, "--times", "15:00,20:00", "--from", "2031-03-03",
             "--to", "2031-03-09", "--weekdays", "sat,sun", "--except", "2031-03-09", "--dates", "2031-03-05")  # fmt: skip
    assert len(ask(*words, "--dry-run")["performances"]) == 4
    made = ask(*words)
    assert [(one["date"], one["start_time"], one["capacity"]) for one in made["performances"]] == [
        ("2031-03-05", "15:00:00", 40), ("2031-03-05", "20:00:00", 40), ("2031-03-08", "15:00:00", 40), ("2031-03-08", "20:00:00", 40),
    ]  # fmt: skip
    again = run(*words)
    assert (again.returncode, again.stdout) == (1, "")
    assert "exists already" in again.stderr
    overlapping = run(
        "shows", "performances", "add", "--show", show, "--room", room, "--date", "2031-03-08", "--start", "21:00"
    )
    assert overlapping.returncode == 1
    assert overlapping.stderr == "hub: The room is taken at that time; 2031-03-08 20:00 The Tempest\n"
    meant = run(
        "shows",
        "performances",
        "add",
        "--show",
        show,
        "--room",
        room,
        "--date",
        "2031-03-08",
        "--start",
        "21:00",
        "--overlap",
    )
    assert "1 performances made, 0 skipped" in meant.stdout
    assert "overlaps: 2031-03-08 21:00 with The Tempest at 20:00" in meant.stdout
    listed = ask("shows", "performances", "list", "--show", show, "--from", "2031-03-06")["performances"]
    assert [one["start_time"] for one in listed] == ["15:00:00", "20:00:00", "21:00:00"]


class Rows:
    """What `add_booking` needs of a world: a database and an organisation."""

    def __init__(self, database: Any, org_id: int, venue_id: int) -> None:
        self.hub = self
        self.database = database
        self.org_id = org_id
        self.venue_id = venue_id


async def test_a_performance_is_changed_moved_and_cancelled_and_everybody_gets_an_email(run, ask, stage, database_url):
    show, room = stage
    (made,) = ask(*ADD, "--show", show, "--room", room, "--occupied-seats", "4")["performances"]
    number = str(made["performance_id"])
    changed = ask(
        "shows", "performances", "change", number, "--additional-seats", "2", "--booking", "closed", "--version", "1"
    )
    assert (changed["capacity"], changed["booking"], changed["version"]) == (38, "CLOSED", 2)
    assert changed["starts_at"] == "2031-03-08T20:00:00Z", "the first venue is in UTC"
    database = await asyncpg.connect(database_url)
    world: Any = Rows(database, 1, changed["venue_id"])
    await add_booking(world, made["performance_id"], 3, name="Ada")
    await add_booking(world, made["performance_id"], 2, "PENDING")
    refused = run("shows", "rooms", "change", room, "--capacity", "4")
    assert refused.returncode == 1
    assert refused.stderr.endswith("; 2031-03-08 20:00 The Tempest\n")
    seen = ask("shows", "performances", "move", number, "--date", "2031-03-15", "--dry-run")
    assert (seen["concerned"]["people"], seen["remaining"], seen["performance"]["date"]) == (3, 1, "2031-03-15")
    moved = ask(
        "shows", "performances", "move", number, "--date", "2031-03-15", "--start", "19:00", "--message", "Sorry"
    )
    assert (moved["notified"], moved["performance"]["start_time"], moved["remaining"]) == (1, "19:00:00", 0)
    would = run("shows", "performances", "cancel", number, "--dry-run")
    assert "dry run: performance" in would.stdout
    assert "2 bookings to end; 1 booking for 3 people, 1 request" in would.stdout
    done = ask("shows", "performances", "cancel", number, "--message", "Sorry again")
    assert (done["ended"], done["remaining"], done["performance"]["status"]) == (2, 0, "CANCELLED")
    assert ask("shows", "performances", "cancel", number)["ended"] == 0
    assert [await count_outbox(database, kind=kind) for kind in ("booking.moved", "booking.cancelled")] == [1, 2]
    await database.close()
    assert run("shows", "performances", "delete", number).returncode == 1
    assert (
        run("shows", "performances", "change", number, "--occupied-seats", "1").stderr
        == "hub: This performance is cancelled.\n"
    )
