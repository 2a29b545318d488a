"""Sign-in by an OpenID Connect provider, against a real one, in a browser without scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.sign_in_settings import SignInChange, change_settings
from hub.clock import Clock
from hub.openid import providers
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.openid_provider import OpenIDProvider
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.second_factors import read_sign_in_settings, read_staff_id, set_up
from tests.support.staff import change_staff
from tests.support.world import World

# The hub has the present time, because it is the provider's.
pytestmark = pytest.mark.own_hub

ALICE = "alice@example.com"


@pytest.fixture
def clock() -> Clock:
    """The present time, because it is the provider's."""
    return Clock()


async def offer(world: World, provider: OpenIDProvider, **changes: str) -> None:
    """Connect the organisation with the provider."""
    wanted = {
        "issuer": provider.issuer,
        "client_id": "venue-hub",
        "client_secret": "s3cret",
        "label": "Museum ID",
        **changes,
    }
    await change_settings(world.hub.services, Actor(world.org_id), SignInChange(**wanted))


async def alice(world: World, provider: OpenIDProvider, role: str = "MANAGER", subject: str = "a-1") -> int:
    await world.staff(role, username="alice", name="Alice Lee")
    staff_id = await read_staff_id(world.hub.database, "alice")
    await change_staff(world.hub.database, staff_id, email="Alice@Example.com")
    await provider.add_account(subject, email=ALICE, email_verified=True, preferred_username="alice")
    return staff_id


async def at_provider(browser: PlainBrowser, path: str = "/operator/login") -> PlainPage:
    page = await browser.open(path)
    await page.follow("Sign in with")
    assert "Authorize Client" in page.text
    return page


async def authorise(page: PlainPage, subject: str) -> PlainPage:
    next(one for one in page.tree.all("input") if one["name"] == "sub").fill(subject)
    return await page.press("Authorize")


async def test_a_verified_address_signs_in_its_member_of_staff_and_nobody_else(
    world: World, provider: OpenIDProvider, anybody: PlainBrowser
) -> None:
    await offer(world, provider)
    await alice(world, provider)
    page = await at_provider(anybody, "/operator/login?next=/admin/bookings")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge", "redirect_uri"} <= set(asked)
    await authorise(page, "a-1")
    assert urlsplit(page.url).path == "/admin/bookings"
    assert page.status == 200
    # A second sign-in goes by the connection, even after the address has changed at the provider.
    await provider.add_account("a-1", email="new@example.com", email_verified=True)
    page = await authorise(await at_provider(PlainBrowser(world.hub.url)), "a-1")
    assert urlsplit(page.url).path == "/manager"
    logged = [(row["action"], row["staff_name"]) for row in await read_audit_log(world.hub.database)]
    assert logged == [("sign_in.changed", ""), ("provider_account.linked", "Alice Lee")]


async def test_who_has_no_account_here_learns_what_to_do_and_none_is_made(
    world: World, provider: OpenIDProvider, anybody: PlainBrowser
) -> None:
    await offer(world, provider)
    await alice(world, provider)
    await provider.add_account("b-1", email=ALICE, email_verified=False)
    await provider.add_account("c-1", email="carol@example.com", email_verified=True)
    for subject, shown in (("b-1", "b-1"), ("c-1", "carol@example.com")):
        page = await authorise(await at_provider(anybody), subject)
        assert page.status == 403
        assert page.heading == "No staff account for you yet"
        assert f"Museum ID knows you as {shown}" in page.text
    assert urlsplit((await page.goto("/manager")).url).path == "/operator/login"


async def test_a_disabled_account_and_a_second_account_of_one_person_are_refused(
    world: World, provider: OpenIDProvider, anybody: PlainBrowser
) -> None:
    await offer(world, provider)
    staff_id = await alice(world, provider)
    await authorise(await at_provider(anybody), "a-1")
    await provider.add_account("other", email=ALICE, email_verified=True)
    page = await authorise(await at_provider(PlainBrowser(world.hub.url)), "other")
    assert (page.status, page.heading) == (403, "Your staff account is connected with another account")
    await change_staff(world.hub.database, staff_id, disabled_at=world.hub.clock.now())
    page = await authorise(await at_provider(PlainBrowser(world.hub.url)), "a-1")
    assert page.status == 403


async def test_by_username(world: World, provider: OpenIDProvider, anybody: PlainBrowser) -> None:
    await offer(world, provider, match="username")
    await alice(world, provider)
    page = await authorise(await at_provider(anybody), "a-1")
    assert urlsplit(page.url).path == "/manager"


async def test_by_one_sign_in_with_the_password(world: World, provider: OpenIDProvider, anybody: PlainBrowser) -> None:
    await offer(world, provider, match="linked")
    await alice(world, provider)
    page = await authorise(await at_provider(anybody), "a-1")
    assert "Sign in once with your username and password." in page.words_of("service-words")
    assert page.find("login-form")["data-next"] == "/account/sign-in-service"
    anybody.sign_in(await world.staff("OPERATOR", username="alan", name="Alan Oak"))
    await page.goto("/account/sign-in-service")
    assert f"You signed in at Museum ID as {ALICE}. Connect it with the staff account of Alan Oak?" in page.text
    await page.press("Connect")
    assert "Your account is connected." in page.words_of("done")
    page = await authorise(await at_provider(PlainBrowser(world.hub.url)), "a-1")
    assert urlsplit(page.url).path == "/operator/scan"
    page = await anybody.open("/account/sign-in-service")
    assert page.status == 410, "the connection is made once"


async def test_another_browser_cannot_finish_what_this_one_began(
    world: World, provider: OpenIDProvider, anybody: PlainBrowser
) -> None:
    await offer(world, provider)
    await alice(world, provider)
    callback = await callback_of(world, provider, anybody, "a-1")
    other = PlainBrowser(world.hub.url)
    page = await other.open(callback)
    assert "begun in another window" in page.words_of("service-words")
    # A browser that began its own sign-in refuses the answer to another one too.
    await at_provider(other)
    assert "begun in another window" in (await other.open(callback)).words_of("service-words")
    assert urlsplit((await anybody.open(callback)).url).path == "/manager"
    assert "begun in another window" in (await anybody.open(callback)).words_of("service-words")


async def callback_of(world: World, provider: OpenIDProvider, browser: PlainBrowser, subject: str) -> str:
    """Return the address of an answer of the provider, which nobody has opened yet."""
    page = await at_provider(browser)
    async with (
        aiohttp.ClientSession() as client,
        client.post(page.url, data={"sub": subject}, allow_redirects=False) as response,
    ):
        return response.headers["Location"]


async def test_a_cancelled_sign_in_says_so(world: World, provider: OpenIDProvider, anybody: PlainBrowser) -> None:
    await offer(world, provider)
    page = await (await at_provider(anybody)).press("Deny")
    assert "The sign-in was cancelled." in page.words_of("service-words")


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=" + "y" * 6000, "?state=%ff&code=%ff"])
async def test_nonsense_at_the_callback_is_a_plain_sentence(
    world: World, provider: OpenIDProvider, anybody: PlainBrowser, query: str
) -> None:
    await offer(world, provider)
    await at_provider(anybody)
    page = await anybody.open(f"/operator/oidc/callback{query}")
    assert page.status == 200
    assert "Please try again." in page.words_of("service-words")
    page = await anybody.open("/operator/oidc/callback?error=%00")
    assert "did not confirm who you are" in page.words_of("service-words")


async def test_changed_keys_of_the_provider_are_read_again(
    world: World, provider: OpenIDProvider, provider_process: OpenIDProvider, anybody: PlainBrowser
) -> None:
    await offer(world, provider)
    await alice(world, provider)
    await authorise(await at_provider(anybody), "a-1")
    provider_process.stop()
    await provider_process.start().ready()
    await provider.add_account("a-1", email=ALICE, email_verified=True)
    page = await authorise(await at_provider(PlainBrowser(world.hub.url)), "a-1")
    assert urlsplit(page.url).path == "/manager"


async def test_without_reading_the_keys_again_nobody_would_get_in(
    world: World,
    provider: OpenIDProvider,
    provider_process: OpenIDProvider,
    anybody: PlainBrowser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Control: the same change with cached keys alone."""
    await offer(world, provider)
    await alice(world, provider)
    await authorise(await at_provider(anybody), "a-1")
    provider_process.stop()
    await provider_process.start().ready()
    await provider.add_account("a-1", email=ALICE, email_verified=True)
    keys = providers.OpenIDProviders._keys
    monkeypatch.setattr(
        providers.OpenIDProviders, "_keys", lambda self, metadata, fresh: keys(self, metadata, fresh=False)
    )
    page = await authorise(await at_provider(PlainBrowser(world.hub.url)), "a-1")
    assert "did not confirm who you are" in page.words_of("service-words")


async def test_a_provider_that_is_down_or_silent_leaves_the_password(
    world: World, provider_process: OpenIDProvider, provider: OpenIDProvider, anybody: PlainBrowser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await offer(world, provider)
    await alice(world, provider, role="OPERATOR")
    monkeypatch.setattr(providers, "WHOLE_SECONDS", 0.2)
    provider_process.freeze()
    try:
        page = await (await anybody.open("/operator/login?next=/operator/scan")).follow("Sign in with")
    finally:
        provider_process.thaw()
    assert "The sign-in service does not answer." in page.words_of("service-words")
    assert page.find("login-form")["data-next"] == "/operator/scan"
    await offer(world, provider, issuer="http://localhost:1")
    page = await (await anybody.open("/operator/login")).follow("Sign in with")
    assert "The sign-in service does not answer." in page.words_of("service-words")
    status, answer = await world.hub.post("/api/operator/login", {"username": "alice", "password": "correct horse"})
    assert (status, answer["data"]["operator"]["name"]) == (200, "Alice Lee")


async def test_passwords_go_only_after_an_administrator_has_signed_in_by_the_provider(
    world: World, provider: OpenIDProvider, anybody: PlainBrowser
) -> None:
    await offer(world, provider, passwords="nobody")
    staff_id = await alice(world, provider, role="ADMIN")
    body = {"username": "alice", "password": "correct horse"}
    status, answer = await world.hub.post("/api/operator/login", body)
    assert status == 200
    before = answer["data"]["token"]
    assert (await world.hub.get("/api/operators/scan-history", token=before))[0] == 200
    # The provider is trusted with the second factor, so a person who has one types no code after it.
    await set_up(world.hub.services, world.org_id, staff_id)
    page = await authorise(await at_provider(anybody), "a-1")
    assert urlsplit(page.url).path == "/manager"
    assert (await read_sign_in_settings(world.hub.database))["oidc_worked_at"] is not None
    assert (await world.hub.get("/api/operators/scan-history", token=before))[0] == 401, "it began with a password"
    status, answer = await world.hub.post("/api/operator/login", body)
    assert (status, answer["error"]["code"]) == (403, "PROVIDER_REQUIRED")
    assert answer["error"]["message"] == "Passwords are switched off here. Sign in with Museum ID."
    # Another client has not worked yet.
    await offer(world, provider, client_id="another")
    assert (await world.hub.post("/api/operator/login", body))[1]["error"]["code"] == "SECOND_FACTOR_REQUIRED"


async def test_in_production_no_private_address_is_called_unless_a_setting_allows_it(
    open_hub: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await open_hub(development=False)
    world = await World(hub).found()
    by = Actor(world.org_id)
    await change_settings(hub.services, by, SignInChange(issuer="https://localhost:9", client_id="x", label="Here"))
    browser = PlainBrowser(hub.url)
    page = await (await browser.open("/operator/login")).follow("Sign in with")
    assert "did not confirm who you are" in page.words_of("service-words")
    for literal in ("https://127.0.0.1:9", "https://[::ffff:10.0.0.1]", "https://169.254.169.254"):
        await change_settings(hub.services, by, SignInChange(issuer=literal))
        page = await (await browser.open("/operator/login")).follow("Sign in with")
        assert "did not confirm who you are" in page.words_of("service-words")
    allowing = await open_hub(development=False, oidc_networks=(ip_network("127.0.0.0/8"),))
    await change_settings(hub.services, by, SignInChange(issuer="https://localhost:9"))
    page = await (await PlainBrowser(allowing.url).open("/operator/login")).follow("Sign in with")
    assert "does not answer" in page.words_of("service-words"), "it was called, and nobody listens there"


async def test_an_organisation_without_a_provider_has_no_button_and_no_way(world: World, anybody: PlainBrowser) -> None:
    page = await anybody.open("/operator/login")
    assert page.by_id("provider") is None
    for path in (f"/operator/oidc/{world.org_id}", "/operator/oidc/999999999", "/operator/oidc/nobody"):
        assert (await anybody.open(path)).status == 404
