"""`hub shows` from outside: rooms, shows and their posters, with exit codes and pure JSON."""

from __future__ import annotations

import io

import pytest
from PIL import Image


@pytest.mark.parametrize(
    "words",
    [
        ["shows"],
        ["shows", "rooms"],
        ["shows", "rooms", "add", "Studio"],
        ["shows", "rooms", "add", "Studio", "--capacity", "-1"],
        ["shows", "change"],
        ["shows", "change", "1", "--version", "0"],
        ["shows", "list", "--status", "OPEN"],
        ["shows", "publish", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub shows" in done.stderr


def test_a_room_is_added_changed_listed_and_deleted(run, ask):
    room = ask("shows", "rooms", "add", "Studio", "--capacity", "40", "--accessibility", "Step-free")
    assert (room["name"], room["capacity"], room["accessibility"], room["version"]) == ("Studio", 40, "Step-free", 1)
    number = str(room["room_id"])
    assert ask("shows", "rooms", "change", number, "--capacity", "50", "--dry-run")["room"]["capacity"] == 50
    changed = ask("shows", "rooms", "change", number, "--name", "Black box", "--version", "1")
    assert (changed["room"]["name"], changed["room"]["capacity"], changed["dry_run"]) == ("Black box", 40, False)
    refused = run("shows", "rooms", "change", number, "--capacity", "60", "--version", "1")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert "changed this in the meantime" in refused.stderr
    assert [one["name"] for one in ask("shows", "rooms", "list")["rooms"]] == ["Black box"]
    assert (
        f"room {number}: Black box at My venue, 40 seats, 0 performances to come"
        in run("shows", "rooms", "list").stdout
    )
    assert ask("shows", "rooms", "delete", number) == {"room_id": room["room_id"], "deleted": True}
    gone = run("shows", "rooms", "delete", number)
    assert (gone.returncode, gone.stderr) == (1, "hub: This venue has no such room.\n")


def test_a_show_is_added_changed_published_archived_and_deleted(run, ask, tmp_path):
    text, poster = tmp_path / "text.md", tmp_path / "poster.png"
    text.write_text("**Storm**\n\nand magic", encoding="utf-8")
    stream = io.BytesIO()
    Image.new("RGB", (300, 400), "red").save(stream, "PNG")
    poster.write_bytes(stream.getvalue())
    show = ask(
        "shows",
        "add",
        "The Tempest",
        "--description",
        str(text),
        "--minutes",
        "120",
        "--minimum-age",
        "8",
        "--largest-party",
        "6",
    )
    assert (show["title"], show["description"], show["status"]) == ("The Tempest", "**Storm**\n\nand magic", "DRAFT")
    assert (show["duration_minutes"], show["minimum_age"], show["largest_party"]) == (120, 8, 6)
    number = str(show["show_id"])
    changed = ask("shows", "change", number, "--subtitle", "A play", "--poster", str(poster))
    assert (changed["subtitle"], changed["title"], changed["poster_width"]) == ("A play", "The Tempest", 300)
    assert ask("shows", "publish", number)["status"] == "PUBLISHED"
    assert "The Tempest (PUBLISHED)" in run("shows", "list").stdout
    assert ask("shows", "archive", number)["status"] == "ARCHIVED"
    assert [one["show_id"] for one in ask("shows", "list", "--status", "PUBLISHED")["shows"]] == []
    assert ask("shows", "delete", number)["deleted"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["change", "1"], "say what changes"),
        (["change", "1", "--title", "x"], "couldn't find this show"),
        (["add", " "], "title: Must not be blank"),
        (["add", "x", "--description", "/no/such/file.md"], "/no/such/file.md"),
        (["rooms", "add", "x" * 101, "--capacity", "1"], "name: At most 100 characters"),
        (["list", "--organisation", "4711"], "organisation"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else None,
)
def test_a_refusal_is_exit_code_1_and_one_line(run, words, said):
    done = run("shows", *words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), done.stderr
    assert said in done.stderr
