"""Every page in every state: axe-core finds nothing in light or dark, nothing sticks out, in Chinese no word is English.

A state is reached once, and everything is looked at there: first in English at a desk, then in Chinese on a phone. Only a state
that a reload would end is reached a second time, in Chinese from the start. The states of one area share a hub and a venue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from hub.embedded.supervisor import ServerUrls
from hub.jobs.outbox import OutboxJob
from tests.browser.axe import Judged, assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import NARROW, PHONE, WIDE, Looks, assert_nothing_sticks_out, hold_as_phone, reload_in
from tests.browser.pictures import WIDTHS, photograph
from tests.browser.scene_hub import scene_hub
from tests.browser.staff_states import ALL_STATES as STATES
from tests.browser.states import Scene, State
from tests.browser.test_chinese import CHINESE, assert_chinese
from tests.support.hub import Hub

ALL = sorted(STATES.values(), key=lambda one: one.area)


@pytest.fixture
def _function_scoped_runner(_session_scoped_runner: asyncio.Runner) -> asyncio.Runner:
    """The loop of the whole session, without an end to what runs on it after a test: the hub of the scene does."""
    return _session_scoped_runner


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(
    request: pytest.FixtureRequest, servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """The scene of one area, on a hub that sends nothing: one-time codes can be read where they wait."""

    async def nothing(_self: OutboxJob) -> None:
        return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OutboxJob, "run", nothing)
        async with scene_hub(servers, tmp_path_factory.mktemp("scene")) as world:
            yield await Scene(world.hub, world, _nowhere).furnish()


async def _nowhere(*_: object, **__: object) -> Page:
    raise AssertionError("the test says where pages are opened")


@pytest.fixture
def hub(scene: Scene) -> Hub:
    """The hub that pages are opened on: the scene's."""
    return scene.hub


@pytest.fixture(scope="module")
def state(request: pytest.FixtureRequest) -> State:
    return STATES[request.param]


# Of the module, both: where no scope is named, the narrowest counts, and every state would have a scene of its own.
@pytest.mark.parametrize(
    ("scene", "state"),
    [(one.area, one.name) for one in ALL],
    ids=[one.name for one in ALL],
    indirect=True,
    scope="module",
)
async def test_a_state_has_no_barrier_at_any_width_and_in_chinese_no_english_word(
    state: State, scene: Scene, open_page: Open, tmp_path: Path
) -> None:
    scene.open = partial(open_page, locale="en-GB")
    page = await state.reach(scene)
    judged = Judged()
    async with Looks() as looks:
        await looks.look("barriers, English, desk", assert_accessible(page, judged=judged))
        for name, size in (("desk", WIDE), ("phone", PHONE), ("narrow", NARROW)):
            await page.set_viewport_size(size)
            await looks.look(f"width, English, {name}", assert_nothing_sticks_out(page))
        if state.shows_code:
            for width, height in WIDTHS.items():
                await page.set_viewport_size({"width": width, "height": height})
                await looks.look(f"code in its photograph, {width}", photograph(page, tmp_path / f"{width}.png", state))
        if state.reloads:
            await hold_as_phone(page, PHONE)
            await looks.look("reload", reload_in(page, "zh-Hans"))
        else:
            await page.context.close()
            scene.open = partial(open_page, locale=CHINESE, phone=True)
            page = await state.reach(scene)
        await looks.look("words, Chinese, phone", assert_chinese(page))
        await looks.look("barriers, Chinese, phone", assert_accessible(page, judged=judged))
        for name, size in (("phone", PHONE), ("narrow", NARROW)):
            await (hold_as_phone(page, size) if state.reloads else page.set_viewport_size(size))
            await looks.look(f"width, Chinese, {name}", assert_nothing_sticks_out(page))
