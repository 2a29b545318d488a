"""`hub security` and `hub staff reset-second-factor`, from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.hub import Hub
from tests.support.second_factors import read_second_factor, read_staff_id, set_up
from tests.support.world import World


async def test_the_way_back_where_nobody_can_sign_in(
    hub: Hub, world: World, run: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    await world.staff("ADMIN", username="jane")
    jane = await read_staff_id(hub.database, "jane")
    await set_up(hub.services, world.org_id, jane)
    wanted = ("--require-second-factor", "everybody", "--issuer", "https://login.example.org", "--client-id", "hub")
    assert ask("security", "set", *wanted, "--dry-run")["issuer"] == "https://login.example.org"
    assert ask("security", "show")["issuer"] == ""
    assert ask("security", "set", *wanted, "--passwords", "nobody")["passwords"] == "nobody"
    assert ask("security", "set", "--passwords", "everybody")["passwords"] == "everybody"
    assert [one["username"] for one in ask("security", "people")["people"]] == ["jane"]
    wrong = run("security", "set", "--issuer", "nowhere")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "issuer: Give an address such as https://login.example.org" in wrong.stderr
    assert ask("staff", "reset-second-factor", "Jane") == {"staff_id": jane, "username": "jane", "removed": True}
    assert await read_second_factor(hub.database, staff_id=jane) is None
    assert run("staff", "reset-second-factor", "nobody").returncode == 1
