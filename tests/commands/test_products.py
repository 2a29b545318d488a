"""`hub products`, and `hub tickets list` and `cancel`, from outside: with exit codes and pure JSON."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ["products"],
        ["products", "add"],
        ["products", "add", "Student", "--valid-days", "30", "--valid-until", "2026-12-31"],
        ["products", "change", "--name", "x"],
        ["tickets", "cancel", "TKT-2026-AAAAAA-AAAAAA"],
        ["tickets", "list", "--status", "OPEN"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub" in done.stderr


def test_a_product_is_added_changed_and_its_tickets_are_issued_listed_and_cancelled(run, ask):
    product = ask("products", "add", "Student", "--name-zh", "学生票", "--valid-days", "30", "--attention")
    assert (product["name"], product["name_zh"], product["attention"], product["version"]) == (
        "Student",
        "学生票",
        True,
        1,
    )
    number = str(product["product_id"])
    assert ask("products", "change", number, "--for-ever", "--no-attention", "--dry-run")["valid_days"] is None
    changed = ask(
        "products",
        "change",
        number,
        "--valid-until",
        "2099-12-31",
        "--question",
        "Card?",
        "--version",
        "1",
        "--no-sold-at-door",
    )
    assert (changed["valid_days"], changed["valid_until"], changed["question"]) == (None, "2099-12-31", "Card?")
    assert (product["sold_at_door"], changed["sold_at_door"]) == (True, False)
    refused = run("products", "change", number, "--name", "x", "--version", "1")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    code = ask("tickets", "issue", "--count", "2", "--product", number)["tickets"][0]["ticket_code"]
    listed = ask("tickets", "list", "--product", number)["tickets"]
    assert (len(listed), {one["valid_until"] for one in listed}) == (2, {"2100-01-01T00:00:00Z"})
    assert ask("tickets", "cancel", code, "--reason", "Refunded")["status"] == "CANCELLED"
    assert [one["ticket_code"] for one in ask("tickets", "list", "--status", "CANCELLED")["tickets"]] == [code]
    unknown = run("tickets", "cancel", "TKT-2026-AAAAAA-AAAAAA", "--reason", "x")
    assert (unknown.returncode, unknown.stderr) == (1, "hub: no ticket TKT-2026-AAAAAA-AAAAAA\n")
    assert "Archive it instead" in run("products", "delete", number).stderr
    assert ask("products", "archive", number)["archived_at"] is not None
    assert [one["name"] for one in ask("products", "list", "--archived")["products"]] == ["Student"]
