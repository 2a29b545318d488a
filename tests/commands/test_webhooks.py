"""`hub webhooks` from outside, with exit codes and pure JSON."""

from __future__ import annotations


def test_a_webhook_is_added_changed_rotated_and_deleted(run, ask):
    made = ask("webhooks", "add", "https://shop.example/hook", "--name", "Shop", "--events", "order.paid,order.created")
    assert made["secret"].startswith("whsec_")
    number = str(made["webhook"]["webhook_id"])
    paused = ask("webhooks", "change", number, "--pause", "--batch", "10", "--version", "1")
    assert (paused["paused_at"] is None, paused["batch"], paused["version"]) == (False, 10, 2)
    assert "paused" in run("webhooks", "list").stdout
    assert ask("webhooks", "rotate", number)["secret"] != made["secret"]
    assert ask("webhooks", "deliveries", number) == {"deliveries": []}
    refused = run("webhooks", "add", "http://10.0.0.1/", "--name", "Shop")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert run("webhooks", "replay", number, "--from", "7").returncode == 1
    assert ask("webhooks", "delete", number) == {"webhook_id": int(number), "deleted": True}
    assert run("webhooks", "delete", number).returncode == 1
