"""`hub devices` from outside: a scanner enrolled, listed, changed, wiped and revoked, with exit codes and pure JSON."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "words",
    [["devices"], ["devices", "enrol"], ["devices", "enrol", "x", "--mode", "door"], ["devices", "revoke"]],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub devices" in done.stderr


def test_a_scanner_is_enrolled_changed_and_revoked(run, ask):
    opened = ask("devices", "enrol", "North 1", "--mode", "entry")
    number = str(opened["device"]["scanner_id"])
    assert opened["url"].endswith(f"/operator/enrol#{opened['code']}")
    assert ask("devices", "change", number, "--mode", "exit", "--dry-run")["device"]["mode"] == "exit"
    changed = ask("devices", "change", number, "--name", "North 2", "--version", "1")
    assert (changed["device"]["name"], changed["device"]["mode"], changed["device"]["version"]) == (
        "North 2",
        "entry",
        2,
    )
    refused = run("devices", "change", number, "--gate", "Nowhere")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "gate: This venue has no such gate" in refused.stderr
    assert run("devices", "wipe", number).stderr == "hub: This scanner is not enrolled, so there is nothing to wipe.\n"
    assert f"device {number}: North 2 at My venue, no gate, entry, waiting" in run("devices", "list").stdout
    assert ask("devices", "code", number)["code"] != opened["code"]
    assert ask("devices", "revoke", number)["device"]["state"] == "revoked"
    assert ask("devices", "list") == {"devices": []}
    assert [one["name"] for one in ask("devices", "list", "--revoked")["devices"]] == ["North 2"]
