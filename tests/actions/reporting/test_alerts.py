"""The alerts: each is raised and cleared once, and sent by socket, e-mail and signed webhook."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
from collections import Counter
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default as default_policy
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.actions.reporting.alert_readings import LEAST
from hub.actions.reporting.alerts import LOOK_EVERY, look_at, measure
from hub.actions.venues.venues import change_venue
from hub.cli import _parser
from hub.confirmation.alert_words import ALERT_WORDS
from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.confirmation.webhook_carrier import Call, WebhookCarrier
from hub.jobs.outbox import OutboxJob, OutboxWorker
from hub.observability import logs
from hub.observability.alert_metrics import AlertMetrics, at, percentile
from hub.text.languages import translator
from tests.support.alerts import count_alerts, read_alerts
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox, read_outbox_row
from tests.support.rows import count_rows
from tests.support.world import TODAY, World

OWN = (ipaddress.ip_network("127.0.0.0/8"),)


async def looks_once(hub: Hub, world: World, alert_metrics: AlertMetrics) -> int:
    return await look_at(hub.services, world.org_id, await measure(hub.services, alert_metrics))


async def looks(hub: Hub, world: World, alert_metrics: AlertMetrics, count: int) -> int:
    done = 0
    for _ in range(count):
        done += await looks_once(hub, world, alert_metrics)
        hub.clock.advance(LOOK_EVERY.total_seconds())
    return done


def count(alert_metrics: AlertMetrics, world: World, name: str, by: int, venue_id: int | None = None) -> None:
    alert_metrics.count(at(name, world.org_id, world.venue_id if venue_id is None else venue_id), by)


async def manager(hub: Hub, world: World) -> Any:
    socket = await hub.socket(await world.staff("MANAGER"))
    reply = await socket.command("subscribe", topic="alerts")
    assert reply["success"], reply
    socket.answer = reply["data"]["alerts"]
    return socket


async def received(socket: Any) -> dict[str, Any]:
    alert: dict[str, Any] = (await socket.event(3))["data"]["alert"]
    return alert


async def test_bookings_that_fail_raise_one_alert_and_clear_it(hub: Hub, world: World) -> None:
    watch, alert_metrics = await manager(hub, world), AlertMetrics()
    count(alert_metrics, world, "booked", 10 * LEAST)
    assert await looks(hub, world, alert_metrics, 3) == 0
    count(alert_metrics, world, "not_booked", 2 * LEAST)
    assert await looks(hub, world, alert_metrics, 1) == 0, "once is chance"
    assert await looks(hub, world, alert_metrics, 3) == 1
    alert = await received(watch)
    assert (alert["kind"], alert["threshold"], alert["cleared_at"]) == ("failure_rate", 10.0, None)
    assert alert["value"] == pytest.approx(100 / 6, abs=0.1)
    assert (await manager(hub, world)).answer == [alert]
    assert await looks(hub, world, AlertMetrics(), 3) == 1
    over = await received(watch)
    assert (over["alert_id"], over["cleared_at"] is None) == (alert["alert_id"], False)
    assert await count_rows(hub.database, "alert_states") == 0


async def test_a_raised_alert_says_what_is_measured_now_without_another_mail(hub: Hub, world: World) -> None:
    await world.policy(alert_emails=["chief@example.com"])
    watch, alert_metrics = await manager(hub, world), AlertMetrics()
    count(alert_metrics, world, "not_booked", LEAST)
    count(alert_metrics, world, "booked", LEAST)
    assert await looks(hub, world, alert_metrics, 2) == 1
    raised = await received(watch)
    assert (raised["value"], raised["raised_value"]) == (50.0, 50.0)
    count(alert_metrics, world, "booked", 2 * LEAST)
    assert await looks(hub, world, alert_metrics, 3) == 0
    now = await received(watch)
    assert now == {**raised, "value": 25.0}
    assert (await manager(hub, world)).answer == [now]
    assert len(await read_outbox(hub.database)) == 1, "no further mail"
    # Too few cases say nothing, so the last value stays. Then there are enough, and they are well below the threshold.
    assert await looks(hub, world, AlertMetrics(), 1) == 0
    calm = AlertMetrics()
    count(calm, world, "not_booked", 1)
    count(calm, world, "booked", 24)
    with logs.captured() as lines:
        assert await looks(hub, world, calm, 2) == 1
    assert (await received(watch))["value"] == 4.0, "one event, as nothing changed before"
    over = await received(watch)
    assert (over["value"], over["raised_value"], over["cleared_at"] is None) == (4.0, 50.0, False)
    assert [line["value"] for line in lines if line["event"] == "alert.cleared"] == [4.0]
    worker = OutboxWorker(hub.services, urgent=True)
    await worker.send_due()
    await worker._rest()
    mails = [
        str(message_from_bytes(path.read_bytes(), policy=default_policy).get_body(("plain",)).get_content())
        for path in (hub.settings.data_dir / "mail").rglob("*.eml")
    ]
    texts = [" ".join(mail.replace("\xa0", " ").split()) for mail in mails]
    assert sum("50 % of the bookings of the last 15 minutes have failed" in text for text in texts) == 1
    assert sum("4 % of the bookings of the last 15 minutes have failed" in text for text in texts) == 1


async def test_a_full_venue_raises_an_alert_and_clears_it_when_enough_have_left(hub: Hub, world: World) -> None:
    watch, gate, metrics = await manager(hub, world), await hub.socket(await world.staff(), gate="A"), AlertMetrics()
    tickets = await world.fill(await world.slot(), 4)
    await world.policy(inside_limit=4)
    for ticket in tickets[:3]:
        await gate.verify(ticket.code)
    assert await looks(hub, world, metrics, 3) == 0
    await gate.verify(tickets[3].code)
    assert await looks(hub, world, metrics, 2) == 1
    alert = await received(watch)
    assert (alert["kind"], alert["value"], alert["threshold"]) == ("people_inside", 4.0, 4.0)
    await gate.leave(tickets[0].code)
    assert await looks(hub, world, metrics, 3) == 1
    now, over = await received(watch), await received(watch)
    assert (now["value"], now["cleared_at"]) == (3.0, None)
    assert (over["value"], over["raised_value"], over["cleared_at"] is None) == (3.0, 4.0, False)


NEW = ("check_failures", "slot_full", "booking_latency", "booking_errors", "activation_failures", "rejections", "scan_timeouts",
       "mail_failures", "rollbacks")  # fmt: skip


async def test_each_alert_is_raised_with_what_to_do_in_the_mails_of_both_languages_and_clears(
    hub: Hub, world: World
) -> None:
    await world.policy(alert_emails=["chief@example.com"], alert_failure_percent=None, alert_latency_ms=None)
    alert_metrics, worker = AlertMetrics(), OutboxWorker(hub.services, urgent=True)
    for name in ("not_booked", "slot_full", "booking_error", "not_activated", "turned_away", "scan_late"):
        count(alert_metrics, world, name, LEAST)
    for name in ("check_refused", "mail_failed"):
        count(alert_metrics, world, name, LEAST, venue_id=0)
    alert_metrics.count("failed.bookings", LEAST)
    for _ in range(LEAST):
        alert_metrics.took(4.0, "booking")
    assert await looks(hub, world, alert_metrics, 4) == len(NEW)
    rows = await read_alerts(hub.database, "kind", cleared_at=None)
    assert {row["kind"] for row in rows} == set(NEW)
    await worker.send_due()
    await world.policy(language="zh_Hans")
    assert await looks(hub, world, AlertMetrics(), 3) == len(NEW)
    assert await looks(hub, world, alert_metrics, 2) == len(NEW)
    await worker.send_due()
    await worker._rest()
    mails = [
        str(message_from_bytes(path.read_bytes(), policy=default_policy).get_body(("plain",)).get_content())
        for path in (hub.settings.data_dir / "mail").rglob("*.eml")
    ]
    for kind in NEW:
        advice = ALERT_WORDS[kind].advice
        for language in ("en", "zh_Hans"):
            text = translator(language).gettext(advice)
            assert any(text in " ".join(mail.split()) or text in "".join(mail.split()) for mail in mails), (
                kind,
                language,
            )


async def test_too_few_requests_raise_nothing_and_a_disabled_alert_is_not_watched(hub: Hub, world: World) -> None:
    few, many = AlertMetrics(), AlertMetrics()
    count(few, world, "not_booked", LEAST - 1)
    assert await looks(hub, world, few, 3) == 0
    count(many, world, "not_booked", LEAST)
    await world.policy(alert_failure_percent=None)
    assert await looks(hub, world, many, 3) == 0
    await world.policy(alert_failure_percent=100)
    assert await looks(hub, world, many, 2) == 1
    await world.policy(alert_failure_percent=None)
    assert await looks(hub, world, many, 3) == 1, "what is no longer watched does not stand for ever"


async def test_slow_answers_and_refused_sign_ins(hub: Hub, world: World) -> None:
    watch, alert_metrics = await manager(hub, world), AlertMetrics()
    for _ in range(95):
        alert_metrics.took(0.01)
    for _ in range(8):
        alert_metrics.took(1.8)
    count(alert_metrics, world, "login_failed", 20)
    assert await looks(hub, world, alert_metrics, 2) == 2
    alerts = {alert["kind"]: alert for alert in (await received(watch), await received(watch))}
    assert alerts["latency"]["value"] > 1000
    assert alerts["login_failures"]["value"] == 20


async def test_one_name_locked_again_and_again_raises_an_alert_that_clears_without_a_mail(
    hub: Hub, world: World
) -> None:
    await world.policy(alert_emails=["chief@example.com"])
    watch, alert_metrics = await manager(hub, world), AlertMetrics()
    count(alert_metrics, world, "names_locked", 1, venue_id=0)
    assert await looks(hub, world, alert_metrics, 2) == 1
    alert = await received(watch)
    assert (alert["kind"], alert["value"], alert["threshold"]) == ("names_locked", 1.0, 1.0)
    assert await looks(hub, world, AlertMetrics(), 3) == 1
    assert [row["kind"] for row in await read_outbox(hub.database, "kind")] == ["alert.raised"]
    await world.policy(alert_login_failures=None)
    assert await looks(hub, world, alert_metrics, 3) == 0, "a venue that does not watch sign-ins"


async def test_the_hub_counts_the_measures_of_the_alerts(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_metrics = AlertMetrics()
    monkeypatch.setattr("hub.observability.telemetry.alert_metrics", alert_metrics)
    slot = await world.slot(capacity=1)
    for n in range(2):
        ticket = await world.ticket()
        body = {
            "ticket_id": ticket.id,
            "slot_id": slot,
            "customer_email": "j@example.com",
            "customer_phone": "+12025551234",
        }
        status, _ = await hub.post("/api/reservations/create", body)
        assert status == (200 if n == 0 else 409)
    await hub.post("/api/operator/login", {"username": "nobody", "password": "wrong"})
    gate = await hub.socket(await world.staff())
    await gate.validate("TKT-2026-NOSUCH-TICKET")
    here = ("booked", "not_booked")
    names = [*(at(name, world.org_id, world.venue_id) for name in here), at("login_failed", world.org_id, 0)]
    assert (await alert_metrics.gather(hub.services.redis, 15))[names[0]] == 1, "also before it is added"
    assert not await AlertMetrics().gather(hub.services.redis, 15)
    await alert_metrics.add(hub.services.redis)
    counted = await AlertMetrics().gather(hub.services.redis, 15)
    assert [counted[name] for name in names] == [1, 1, 1]
    assert percentile(counted, 0.95)[1] >= 4


async def test_without_redis_a_process_uses_its_own_counts(hub: Hub) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise ConnectionError

    alert_metrics = AlertMetrics()
    alert_metrics.count("login_failed", 3)
    with pytest.raises(ConnectionError):
        await alert_metrics.add(Away())  # type: ignore[arg-type]
    assert (await alert_metrics.gather(Away(), 15))["login_failed"] == 3  # type: ignore[arg-type]
    await alert_metrics.add(hub.services.redis)
    await alert_metrics.add(hub.services.redis)
    assert (await AlertMetrics().gather(hub.services.redis, 15))["login_failed"] == 3, (
        "once, though it was tried before"
    )


def test_a_percentile_of_known_numbers_is_right() -> None:
    alert_metrics = AlertMetrics()
    for n in range(1000):
        alert_metrics.took(n / 1000)
    value, count = percentile(Counter(next(iter(alert_metrics._to_add.values()))), 0.95)
    assert count == 1000
    assert value == pytest.approx(0.95, abs=0.05)
    assert percentile(Counter(), 0.95) == (0.0, 0)


async def test_a_nearly_full_day_is_reported_once_with_its_slots_the_fullest_first(hub: Hub, world: World) -> None:
    """The fullest is the one that the page and the mail name beside the measured value."""
    await world.policy(alert_emails=["chief@example.com"])
    watch, alert_metrics = await manager(hub, world), AlertMetrics()
    await world.slot(start="12:00", end="14:00", capacity=100, booked=93)
    await world.slot(start="14:00", end="16:00", capacity=100, booked=99)
    await world.slot(start="16:00", end="18:00", capacity=10, booked=1)
    assert await looks(hub, world, alert_metrics, 5) == 1
    alert = await received(watch)
    assert (alert["kind"], alert["subject"], alert["value"]) == ("utilisation", TODAY.isoformat(), 99.0)
    assert alert["details"] == {"slots": ["14:00-16:00", "12:00-14:00"]}
    worker = OutboxWorker(hub.services, urgent=True)
    await worker.send_due()
    await worker._rest()
    (mail,) = (hub.settings.data_dir / "mail").rglob("*.eml")
    said = message_from_bytes(mail.read_bytes(), policy=default_policy).get_body(("plain",)).get_content()
    assert "14:00-16:00 is 99\u00a0% booked (alert at 90\u00a0%)." in said
    assert "Nearly full: 14:00-16:00, 12:00-14:00" in said


async def test_of_many_processes_that_check_at_once_one_does(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_metrics = AlertMetrics()
    count(alert_metrics, world, "not_booked", LEAST)
    for _ in range(2):
        await asyncio.gather(*(looks_once(hub, world, alert_metrics) for _ in range(8)))
        hub.clock.advance(LOOK_EVERY.total_seconds())
    assert await count_alerts(hub.database) == 1
    # Control: without the claim, checks at one moment count separately, and one event raises the alert at once.
    monkeypatch.setattr("hub.actions.reporting.alerts.LOOK_EVERY", -LOOK_EVERY)
    other = AlertMetrics()
    count(other, world, "login_failed", 1000)
    await asyncio.gather(*(looks_once(hub, world, other) for _ in range(8)))
    kinds = await read_alerts(hub.database, "kind")
    assert "login_failures" in {row["kind"] for row in kinds}


# ---- Mail and webhook


class Receiver:
    """A webhook receiver that keeps the requests it gets and answers as the test sets."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[web.Response] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture(autouse=True)
def own_outbox_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's own job would send what the worker of a test is to send."""

    async def nothing(_self: OutboxJob) -> None:
        return

    monkeypatch.setattr(OutboxJob, "run", nothing)


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        yield receiver, str(server.make_url("/hook"))


async def test_mail_and_webhook_go_out_once_signed_and_again_until_taken(
    hub: Hub, world: World, receiver: tuple[Receiver, str]
) -> None:
    server, url = receiver
    changed = await change_venue(
        hub.services,
        world.venue_id,
        {"alert_emails": ("ann@example.com", "tom@example.com"), "alert_webhook_url": url},
    )
    secret = changed["alert_webhook_secret"]
    alert_metrics = AlertMetrics()
    count(alert_metrics, world, "login_failed", 50)
    assert await looks(hub, world, alert_metrics, 2) == 1
    rows = await read_outbox(hub.database, "channel", "recipient", "payload", order_by="id")
    assert [row["recipient"] for row in rows] == [url, "ann@example.com", "tom@example.com"]
    assert secret not in str(rows), "the outbox does not keep the secret"

    worker = OutboxWorker(hub.services, urgent=True)
    worker._webhooks = WebhookCarrier(OWN)
    server.answers.append(web.Response(status=503))
    await worker.send_due()
    await worker.send_due()
    assert len(server.got) == 1, "it waits before it tries again"
    hub.clock.advance(30)
    await worker.send_due()
    await worker._rest()
    (first, body), (second, again) = server.got
    assert body == again
    assert first["X-Hub-Delivery"] == second["X-Hub-Delivery"]
    assert first["X-Hub-Event"] == "alert.raised"
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert first["X-Hub-Signature-256"] == wanted
    assert json.loads(body)["alert"]["kind"] == "login_failures"
    statuses = await read_outbox(hub.database, "status")
    assert {row["status"] for row in statuses} == {"SENT"}
    mails = [path.read_text() for path in (hub.settings.data_dir / "mail").rglob("*.eml")]
    mine = [mail for mail in mails if "ann@example.com" in mail]
    assert len(mine) == 1
    assert "Many failed sign-ins" in mine[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/hook", "https://127.0.0.1/hook", "https://10.1.2.3/", "https://[::1]/", "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/", "https://[fe80::1]/", "https://localhost/", "http://example.org/", "https://0.0.0.0/",
        "file:///etc/passwd", "https://224.0.0.1/", "gopher://example.org/",
        "https://127。0。0。1/hook", "https://2130706433/", "https://127.1/", "https://[64:ff9b::a9fe:a9fe]/", "https://[fec0::1]/",
    ],
)  # fmt: skip
async def test_a_webhook_at_a_private_address_is_never_called(url: str) -> None:
    carrier = WebhookCarrier()
    with pytest.raises(DeliveryRefused, match="webhook forbidden"):
        await carrier.send(Call(url, "alert.raised", "1", b"{}", "secret"))
    await carrier.rest()


async def test_a_redirect_is_not_followed_and_410_ends_the_retries(receiver: tuple[Receiver, str]) -> None:
    server, url = receiver
    carrier = WebhookCarrier(OWN)
    call = Call(url, "alert.raised", "1", b"{}", "secret")
    server.answers = [
        web.Response(status=302, headers={"Location": url}),
        web.Response(status=410),
        web.Response(status=204),
    ]
    with pytest.raises(DeliveryDeferred, match="302"):
        await carrier.send(call)
    with pytest.raises(DeliveryRefused, match="410"):
        await carrier.send(call)
    await carrier.send(call)
    assert len(server.got) == 3
    await carrier.rest()


async def test_a_webhook_that_is_no_longer_named_is_not_called(
    hub: Hub, world: World, receiver: tuple[Receiver, str]
) -> None:
    server, url = receiver
    await change_venue(hub.services, world.venue_id, {"alert_webhook_url": url})
    alert_metrics = AlertMetrics()
    count(alert_metrics, world, "login_failed", 50)
    await looks(hub, world, alert_metrics, 2)
    await change_venue(hub.services, world.venue_id, {"alert_webhook_url": None})
    worker = OutboxWorker(hub.services, urgent=True)
    worker._webhooks = WebhookCarrier(OWN)
    await worker.send_due()
    assert server.got == []
    assert (await read_outbox_row(hub.database))["last_error"] == "webhook gone"
    status, answer = await hub.get("/api/admin/mail?status=dead", token=await world.staff("ADMIN"))
    assert status == 200, answer
    (line,) = answer["data"]["mails"]
    assert (line["channel"], line["recipient"]) == ("webhook", "http://127.0.0.1/***"), "an address may hold a key"
    assert line["trouble"] == "The venue no longer names this webhook."


def test_the_command_reads_the_policies_as_people_write_them() -> None:
    args = _parser().parse_args([
        "venue", "set", "1", "--alert-failure-percent", "25", "--alert-latency-ms", "off", "--alert-emails",
        "ann@example.com, tom@example.com", "--alert-webhook", "https://example.org/hook",
    ])  # fmt: skip
    assert (args.alert_failure_percent, args.alert_latency_ms) == (25, None)
    assert args.alert_emails == ("ann@example.com", "tom@example.com")
    for wrong in (
        ["--alert-emails", "ann"],
        ["--alert-webhook", "ftp://example.org"],
        ["--alert-failure-percent", "101"],
    ):
        with pytest.raises(SystemExit):
            _parser().parse_args(["venue", "set", "1", *wrong])


async def test_a_check_by_a_process_whose_clock_was_ahead_stops_no_later_check(hub, world, monkeypatch):
    await world.policy(alert_login_failures=1)
    alert_metrics = AlertMetrics()
    hub.clock.advance(7200)
    await looks_once(hub, world, alert_metrics)
    hub.clock.advance(-7200)
    count(alert_metrics, world, "login_failed", 5)
    assert await looks(hub, world, alert_metrics, 3) == 1
