"""`hub staff` from outside: added, invited, limited, disabled, with exit codes and pure JSON."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ["staff"],
        ["staff", "add", "ann"],
        ["staff", "change", "ann", "--role", "chief"],
        ["staff", "change", "ann", "--shifts", "tomorrow"],
        ["staff", "list", "--status", "gone"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub staff" in done.stderr


def test_somebody_is_invited_limited_disabled_and_gets_a_pin(run, ask):
    invited = ask("staff", "invite", "ann", "--name", "Ann Lee", "--role", "operator", "--email", "ann@example.org")
    assert (invited["status"], invited["role"], invited["version"]) == ("INVITED", "OPERATOR", 1)
    changed = ask(
        "staff",
        "change",
        "ann",
        "--venues",
        "1",
        "--shifts",
        "2026-11-21/22:00-02:00",
        "--until",
        "2026-12-31T18:00+01:00",
    )
    assert (changed["venue_ids"], len(changed["shifts"]), changed["valid_until"]) == ([1], 1, "2026-12-31T17:00:00Z")
    assert (
        "ann (id 1): Ann Lee, operator, invited, venues 1; until 2026-12-31T17:00:00Z; 1 shifts"
        in run("staff", "list").stdout
    )
    freed = ask("staff", "change", "ann", "--venues", "", "--shifts", "", "--until", "never", "--version", "2")
    assert (freed["venue_ids"], freed["shifts"], freed["valid_until"]) == ([], [], None)
    pin = ask("staff", "reset", "ann", "--pin")["pin"]
    assert len(pin) == 6
    again = run("staff", "invite", "ann", "--again")
    assert (again.returncode, "has signed up already" in again.stderr) == (1, True)
    assert ask("staff", "reset", "ann")["sent_to"] == "ann@example.org"
    assert ask("staff", "sessions", "ann") == {"sessions": []}
    assert ask("staff", "disable", "ann", "--dry-run")["status"] == "DISABLED"
    assert ask("staff", "disable", "ann")["status"] == "DISABLED"
    assert [one["username"] for one in ask("staff", "list", "--search", "lee", "--status", "disabled")["staff"]] == [
        "ann"
    ]
    assert ask("staff", "enable", "ann")["status"] == "ACTIVE"
    unknown = run("staff", "disable", "bob")
    assert (unknown.returncode, unknown.stderr) == (1, "hub: There is no such person.\n")


def test_a_secret_is_set_from_standard_input_and_never_from_the_command_line(run, ask):
    ask("staff", "invite", "ann", "--name", "Ann Lee", "--role", "manager", "--email", "ann@example.org")
    done = run("staff", "secret", "ann", "--password-stdin", stdin="correct horse battery\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the password of ann set, their sessions ended\n"
    assert ask("staff", "list")["staff"][0]["status"] == "ACTIVE"
    easy = run("staff", "secret", "ann", "--pin-stdin", stdin="111111\n")
    assert (easy.returncode, "too easy to guess" in easy.stderr, "111111" in easy.stderr) == (1, True, False)
    assert run("staff", "secret", "ann", "--pin-stdin").stderr == "hub: standard input held no PIN\n"
    assert run("staff", "secret", "ann", "correct horse").returncode == 2
