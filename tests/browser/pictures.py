"""Pictures: `make pictures` writes every state of the pages to docs/pictures, at the width of a phone and of a desktop.

It starts its own servers, and a hub for each area with the same venue, clock and ticket codes every time. Every QR code in a picture is
read back from the file, once as it is and once as dark as a screen at its lowest brightness.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image, ImageEnhance
from playwright.async_api import Browser, Page, async_playwright

from hub.clock import Clock
from hub.embedded.supervisor import EmbeddedServers, ServerUrls
from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.browser.hands_and_eyes import device_in_use
from tests.browser.open_pages import PATIENCE
from tests.browser.scene_hub import only_people_change_pages
from tests.browser.seen_before import SETTLED
from tests.browser.staff_states import ALL_STATES as STATES
from tests.browser.states import Scene, State
from tests.support import world as world_module
from tests.support.databases import copied_database, make_template
from tests.support.emptied_hub import empty_redis
from tests.support.hub import Hub, settings_for
from tests.support.rows import change_rows
from tests.support.season import write_coming_days
from tests.support.world import NOON, World

TARGET = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDTHS = {390: 844, 1280: 800}
LARGEST = 120_000
"""The largest size of one picture in bytes."""
EXACT, MIXED = 24, 72
"""Colours of a picture: the most common ones exactly, and those on the edges of letters and shadows merged."""
DIM = 0.2
PORTAL = ("ticket", "contact", "code", "time", "confirm", "visit", "waiting", "plain", "shows")
DOOR = ("door", "door sales", "offline", "control", "records")
STAFF = (
    "login",
    "staff",
    "staff-person",
    "account",
    "mail-admin",
    "shows",
    "show-by-months",
    "show-form",
    "performances-preview",
    "performance",
    "performance-cancelling",
    "bookings",
    "booking-confirmed",
    "bookings-print",
)
SEATS = ("seats-form", "seats-to-confirm", "seats-short", "seats-booked", "seats-partly-in", "seats-printed")
ROOM = ("waiting-room-in-line", "waiting-room-turn", "waiting-room-before-the-opening", "manager-waiting-room")
EXTRAS = {"booked": ("dark", "chinese"), "times": ("dark", "chinese"), "visit": ("dark",), "landing": ("chinese",)}
"""States that are also photographed in the dark or in Chinese."""


def photographed() -> list[State]:
    return [one for one in STATES.values() if one.area in (*PORTAL, *DOOR) or one.name in (*STAFF, *SEATS, *ROOM)]


def pictures_of(one: State) -> list[str]:
    """The file names of a state's pictures."""
    looks = ["", *(f"-{look}" for look in EXTRAS.get(one.name, ()))]
    return [f"{one.name}{look}-{width}.webp" for look in looks for width in WIDTHS]


def index() -> str:
    """Return the page with all pictures, by the steps of a visit."""
    lines = [
        "# Pictures",
        "",
        "Every state of the portal, of the scanner and of the control room, and the main pages of the organiser. `make pictures` takes them anew.",
        "",
    ]
    for area in (*PORTAL, "waiting room", "seats", *DOOR, "staff", "organiser"):
        lines += [f"## {area.capitalize()}", "", "| state | phone | desk |", "|---|---|---|"]
        for one in (one for one in photographed() if one.area == area):
            for phone, outbox_rows in zip(*[iter(pictures_of(one))] * 2, strict=True):
                name = phone.removesuffix("-390.webp")
                lines.append(
                    f'| {name} | <img src="{phone}" width="180" alt=""> | <img src="{outbox_rows}" width="480" alt=""> |'
                )
        lines.append("")
    return "\n".join(lines)


def codes_in(picture: Image.Image) -> list[str]:
    return sorted(found.text for found in zxingcpp.read_barcodes(picture))


async def make(names: Sequence[str], target: Path, servers: ServerUrls) -> list[Path]:
    """Photograph these states, or all, into `target`. Return the files. Raise if a code cannot be read back."""
    target.mkdir(parents=True, exist_ok=True)
    by_area: dict[str, list[State]] = {}
    for one in photographed():
        if not names or one.name in names:
            by_area.setdefault(one.area, []).append(one)
    written: list[Path] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        # Each area has a scene of its own, as in the tests: what one furnishes can stand in the way of another.
        for states in by_area.values():
            async with _hub(servers) as hub:
                scene = await _furnished(hub)
                for one in states:
                    written += await _photograph_in_all_looks(browser, hub, scene, one, target)
        await browser.close()
    return written


async def make_on_own_servers(names: Sequence[str], target: Path) -> list[Path]:
    """Photograph as `make` does, with servers that are started for it."""
    with tempfile.TemporaryDirectory(prefix="venue-hub-pictures-", ignore_cleanup_errors=True) as folder:
        embedded = EmbeddedServers(Path(folder))
        try:
            servers = await embedded.start()
            await make_template(servers.database_url)
            return await make(names, target, servers)
        finally:
            await embedded.stop()


async def _photograph_in_all_looks(browser: Browser, hub: Hub, scene: Scene, one: State, target: Path) -> list[Path]:
    written: list[Path] = []
    for look in ("", *EXTRAS.get(one.name, ())):
        context = await browser.new_context(
            locale="zh-CN" if look == "chinese" else "en-GB",
            timezone_id="Europe/Rome",
            color_scheme="dark" if look == "dark" else "light",
            reduced_motion="reduce",
            viewport={"width": 1280, "height": WIDTHS[1280]},
        )

        async def open_one(
            path: str, *, token: str = "", gate: str = "", context=context, works_offline: bool = True, clock: bool = False,
        ) -> Page:  # fmt: skip
            if token:
                session = {"name": "hub_session", "value": token, "url": hub.url, "httpOnly": True}
                await context.add_cookies([session])
            if gate:
                await context.add_init_script(device_in_use(gate))
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            if clock:
                await page.clock.install()
            await page.goto(hub.url + path)
            return page

        scene.open = open_one
        page = await one.reach(scene)
        for width, height in WIDTHS.items():
            file = target / f"{one.name}{f'-{look}' if look else ''}-{width}.webp"
            await page.set_viewport_size({"width": width, "height": height})
            await photograph(page, file, one)
            written.append(file)
        await context.close()
    return written


async def photograph(page: Page, file: Path, one: State) -> None:
    await page.evaluate("() => scrollTo(0, 0)")
    await page.evaluate(SETTLED)
    # No picture shows a hovered or focused element.
    await page.mouse.move(0, 0)
    # Only the window's area is dimmed below a dialog.
    whole = not await page.locator("dialog[open]").count()
    shot = Image.open(BytesIO(await page.screenshot(full_page=whole, caret="hide"))).convert("RGB")
    # The methods 5 and 6 take two seconds more and save one byte in a hundred.
    fewer_colours(shot).convert("RGB").save(file, lossless=True, method=4, quality=100)
    size = file.stat().st_size
    if size > LARGEST:
        raise RuntimeError(f"{file.name} has {size} bytes, at most {LARGEST} are wanted")
    if one.shows_code:
        read_back(file)


def fewer_colours(shot: Image.Image) -> Image.Image:
    counted = shot.getcolors(shot.width * shot.height) or []
    ranked = [colour for _, colour in sorted(counted, key=lambda one: -one[0])]
    palette = [part for colour in ranked[:EXACT] for part in colour]
    if rest := ranked[EXACT:]:
        line = Image.new("RGB", (len(rest), 1))
        line.putdata(rest)
        mixed = line.quantize(MIXED, method=Image.Quantize.MEDIANCUT).getpalette() or []
        palette += mixed[: MIXED * 3]
    pot = Image.new("P", (1, 1))
    pot.putpalette(palette)
    return shot.quantize(palette=pot, dither=Image.Dither.NONE)


def read_back(file: Path) -> list[str]:
    """Return the codes in a picture, read from its file as it is and dimmed. Raise if there is none or they differ."""
    picture = Image.open(file).convert("RGB")
    codes = codes_in(picture)
    if not codes or codes_in(ImageEnhance.Brightness(picture).enhance(DIM)) != codes:
        raise RuntimeError(f"{file.name}: the QR code cannot be read back ({codes})")
    return codes


@contextlib.asynccontextmanager
async def _hub(servers: ServerUrls) -> AsyncIterator[Hub]:
    """A hub with its own database at noon of the test day."""
    # The pictures have the same ticket codes every time.
    steady = random.Random(20_261_120)
    world_module.secrets.randbelow = steady.randrange  # type: ignore[attr-defined]
    clock = Clock()
    clock.set(NOON)
    # Slots of another database have the same ids.
    await empty_redis(servers.redis_url)
    with tempfile.TemporaryDirectory(prefix="venue-hub-pictures-", ignore_cleanup_errors=True) as folder:
        async with copied_database(servers.database_url, "pictures") as database_url:
            settings = settings_for(database_url, servers.redis_url, Path(folder), _port())
            with only_people_change_pages():
                hub = await Hub(settings, clock).open()
                try:
                    yield hub
                finally:
                    await hub.close()


def _port() -> int:
    """Return the usual port, or a free one if it is taken."""
    for query in (8080, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", query))
            return int(probe.getsockname()[1])
    raise RuntimeError("no port is free")


async def _furnished(hub: Hub) -> Scene:
    """Fill the scene that every state needs: a venue with a name, and three months to look at."""
    world = await World(hub).found()
    await change_rows(hub.database, "organisations", {"id": world.org_id}, name="Teatro Aurora")
    await world.policy(name="Teatro Aurora", address="Via dell'Arco 7, 00184 Roma", country="IT")
    scene = await Scene(hub, world, None).furnish()  # type: ignore[arg-type]
    await write_coming_days(world)
    return scene


def main() -> None:
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("states", nargs="*", help="only these, such as booked or times")
    parser.add_argument("--to", type=Path, default=TARGET, help="another folder")
    parser.add_argument(
        "--servers", nargs=2, metavar=("DATABASE_URL", "REDIS_URL"),
        help="servers of the tests, instead of new ones: a database is copied from their template, and Redis is emptied",
    )  # fmt: skip
    options = parser.parse_args()
    if options.servers:
        written = asyncio.run(make(options.states, options.to, ServerUrls(*options.servers)))
    else:
        written = asyncio.run(make_on_own_servers(options.states, options.to))
    if not options.states:
        for file in set(options.to.glob("*.webp")) - set(written):
            file.unlink()
        (options.to / "README.md").write_text(index(), encoding="utf-8")
    total = sum(file.stat().st_size for file in written)
    print(f"{len(written)} pictures, {total / 1e6:.1f} MB, in {options.to}")


if __name__ == "__main__":
    main()
