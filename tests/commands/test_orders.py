"""`hub orders` and `hub keys`, from outside: with exit codes and pure JSON."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ["orders"],
        ["orders", "add", "x:2"],
        ["orders", "cancel", "WEB-1"],
        ["keys", "add", "Shop", "--scopes", "everything"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub" in done.stderr


def test_an_order_is_made_found_paid_and_cancelled_in_part_and_whole(run, ask):
    product = ask("products", "add", "Student")["product_id"]
    order = ask("orders", "add", f"{product}:2", "--reference", "WEB-1", "--email", "jo@example.com", "--key", "a")
    assert (order["status"], len(order["tickets"])) == ("PENDING_PAYMENT", 2)
    assert (
        ask("orders", "add", f"{product}:2", "--reference", "WEB-1", "--email", "jo@example.com", "--key", "a") == order
    )
    assert [one["reference"] for one in ask("orders", "list", "--search", "jo@example.com")["orders"]] == ["WEB-1"]
    assert ask("orders", "pay", "WEB-1", "--dry-run")["status"] == "PAID"
    assert ask("orders", "pay", "WEB-1")["status"] == "PAID"
    assert ask("orders", "resend", "WEB-1")["customer_email"] == "jo@example.com"
    code = order["tickets"][0]["ticket_code"]
    assert ask("orders", "cancel", "WEB-1", "--reason", "Refunded", "--tickets", code)["status"] == "PAID"
    assert ask("orders", "cancel", "WEB-1", "--reason", "Refunded")["status"] == "CANCELLED"
    refused = run("orders", "pay", "WEB-1")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert run("orders", "show", "WEB-2").returncode == 1
    assert run("orders", "resend", "WEB-1").returncode == 1


def test_a_key_is_made_printed_once_changed_and_revoked(ask):
    made = ask("keys", "add", "Web shop", "--scopes", "orders,slots", "--rate", "60")
    assert made["key"].startswith(made["hint"])
    number = str(made["api_key_id"])
    assert ask("keys", "change", number, "--scopes", "orders")["scopes"] == ["orders"]
    assert ask("keys", "revoke", number)["revoked_at"] is not None
    [listed] = ask("keys", "list")["api_keys"]
    assert ("key" in listed, listed["requests_per_minute"]) == (False, 60)
