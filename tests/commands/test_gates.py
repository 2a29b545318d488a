"""`hub gates` from outside, with exit codes and pure JSON."""

from __future__ import annotations


def test_a_gate_is_added_renamed_retired_and_deleted(run, ask):
    gate = ask("gates", "add", "North")
    number = str(gate["gate_id"])
    assert ask("gates", "change", number, "--name", "South", "--dry-run")["name"] == "South"
    retired = ask("gates", "change", number, "--name", "South", "--retire", "--version", "1")
    assert (retired["name"], retired["version"], retired["retired_at"] is None) == ("South", 2, False)
    assert run("gates", "list").stdout == f"gate {number}: South at My venue, retired\n"
    assert ask("gates", "change", number, "--open")["retired_at"] is None
    taken = run("gates", "add", "South")
    assert (taken.returncode, "has a gate of that name already" in taken.stderr) == (1, True)
    assert ask("gates", "delete", number) == {"gate_id": gate["gate_id"], "deleted": True}
    assert run("gates", "delete", number).returncode == 1


def test_a_venue_is_deleted_once_nothing_belongs_to_it(run, ask):
    ask("gates", "add", "North")
    venue = str(ask("venue", "list")["venues"][0]["venue_id"])
    refused = run("venue", "delete", venue)
    assert (refused.returncode, "cannot be deleted" in refused.stderr) == (1, True)
    ask("gates", "delete", str(ask("gates", "list")["gates"][0]["gate_id"]))
    assert ask("venue", "delete", venue) == {"venue_id": int(venue), "deleted": True}
    assert run("venue", "delete", venue).returncode == 1
