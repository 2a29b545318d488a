"""`hub slots`: a venue's hours and closed days, its slots, and what happens to them."""

from __future__ import annotations

from pathlib import Path


def test_a_museum_from_its_hours_to_a_closed_slot(run, ask, tmp_path: Path) -> None:
    assert ask("slots", "hours")["hours"] == []
    week = ask("slots", "hours", "--set", "tue-sun,10:00-12:00,30,50", "--set", "sat,sun,14:00-16:00,60,20")
    assert (len(week["hours"]), week["version"]) == (8, 1)
    assert "sun 14:00-16:00, every 60 minutes, 20 spaces" in run("slots", "hours").stdout
    file = tmp_path / "days.ics"
    file.write_bytes(
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20301225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    out = run("slots", "closed-days", "import", str(file))
    assert "left out: Christmas is over, or not within two years" in out.stdout
    assert len(ask("slots", "closed-days", "add", "2030-12-25", "--name", "Christmas")["added"]) == 1
    assert ask("slots", "closed-days", "list")["closed_days"][0]["name"] == "Christmas"
    preview = ask("slots", "generate", "--from", "2030-12-24", "--to", "2030-12-29", "--dry-run")
    assert (preview["created"], preview["slot_ids"], len(preview["skipped"])) == (5 * 4 + 2 * 2, [], 1)
    made = ask("slots", "generate", "--from", "2030-12-24", "--to", "2030-12-29")
    assert ask("slots", "generate", "--from", "2030-12-24", "--days", "6")["existing"] == 24
    clash = run("slots", "generate", "--from", "2030-12-24", "--days", "1", "--open", "10:15", "--close", "11:15", "--minutes",
                "30", "--capacity", "5")  # fmt: skip
    assert (clash.returncode, clash.stderr.count("2030-12-24 10:00-")) == (1, 1), "one slot is in the way of both"
    hour = ("slots", "generate", "--from", "2030-12-24", "--days", "1", "--open", "10:00", "--close", "11:00", "--minutes", "60",
            "--capacity", "5")  # fmt: skip
    longer = run(*hour)
    assert (longer.returncode, "2030-12-24 10:00" in longer.stderr, "--overlap" in longer.stderr) == (1, True, True)
    answer = ask(*hour, "--overlap")  # no two slots begin at the same minute
    assert (answer["created"], answer["existing"], len(answer["overlapping"])) == (0, 0, 1)
    first, second, *_ = made["slot_ids"]
    closed = ask("slots", "close", str(first), "--move-to", str(second))
    assert (closed["slot"]["status"], closed["concerned"]["people"]) == ("CLOSED", 0)
    assert [one["slot_id"] for one in ask("slots", "list", "--status", "CLOSED")["slots"]] == [first]
    assert ask("slots", "reopen", str(first))["status"] == "ACTIVE"
    assert ask("slots", "copy", "--from", "2030-12-24", "--to", "2030-12-30")["created"] == 4
    added = ask("slots", "add", "--date", "2030-12-30", "--start", "20:00", "--end", "21:00", "--capacity", "9")
    assert ask("slots", "delete", str(first), str(added["slot_ids"][0]))["deleted"] == 2
    assert run("slots", "delete", str(first)).returncode == 1
    assert run("slots", "hours", "--clear").stdout.strip().endswith("has no opening hours")


def test_half_given_hours_and_wrong_rows_are_refused(run) -> None:
    half = run("slots", "generate", "--from", "2030-12-24", "--days", "1", "--open", "10:00")
    assert (half.returncode, "--open, --close, --minutes and --capacity together" in half.stderr) == (1, True)
    for row in ("tue-sun", "tue,10:00,30,50", "xyz,10:00-18:00,30,50", "tue,10:00-18:00,30,many"):
        assert run("slots", "hours", "--set", row).returncode == 2
    assert run("slots", "hours", "--set", "10:00-18:00,30,50").returncode == 1
    assert run("slots", "generate", "--from", "9999-12-31", "--days", "5").returncode == 1
