"""The pages of the staff beside administration."""

import pytest

from tests.support.hub import Hub
from tests.support.world import World


@pytest.mark.parametrize(("address", "form"), [("/manager?wall=1", "control-room wall"), ("/manager", "control-room")])
async def test_a_wall_screen_that_is_opened_by_its_address_never_has_another_form(
    hub: Hub, world: World, address: str, form: str
) -> None:
    session = {"Cookie": f"hub_session={await world.staff('MANAGER')}"}
    async with hub.client.get(address, headers=session) as sent:
        assert f'<body class="{form}"' in await sent.text()
