"""The text-message carrier against a real HTTP server with Twilio's API, and the development mailbox."""

import asyncio
import base64
from types import SimpleNamespace

import pytest
from aiohttp import web

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from hub.confirmation.sms_carrier import DevelopmentSmsCarrier, TextMessage, TwilioCarrier, sms_carrier
from tests.support.mail_outbox import NOW

ACCOUNT, TOKEN = "AC0123456789abcdef", "to/k@en:1"
MESSAGE = TextMessage("+393331234567", "042137 是您的验证码 & more", "<1.5.abc@hub.example.org>")


class Twilio:
    """A server that answers only the address of Twilio's Messages resource. Every other request gets 404."""

    def __init__(self):
        self.forms = []
        self.authorizations = []
        self.status, self.body, self.headers = 201, {"sid": "SM1", "status": "queued"}, {}
        self.hangs_up = False
        self.elsewhere = 0

    async def messages(self, request):
        self.authorizations.append(request.headers["Authorization"])
        assert request.content_type == "application/x-www-form-urlencoded"
        self.forms.append(dict(await request.post()))
        if self.hangs_up:
            request.transport.abort()
            await asyncio.sleep(1)
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)

    async def other(self, request):
        self.elsewhere += 1
        return web.json_response({"code": 20404}, status=404)


@pytest.fixture
async def twilio(unused_tcp_port_factory=None):
    server = Twilio()
    app = web.Application()
    app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", server.messages)
    app.router.add_route("*", "/{tail:.*}", server.other)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = site._server.sockets[0].getsockname()[1]
    server.runner = runner
    yield server
    await runner.cleanup()


def url(port, sender="from=+12025550100"):
    return f"twilio+http://{ACCOUNT}:to%2Fk%40en%3A1@127.0.0.1:{port}/?{sender}"


@pytest.fixture
async def carrier(twilio):
    carrier = TwilioCarrier(url(twilio.port))
    yield carrier
    await carrier.rest()


async def test_a_message_is_handed_over_as_twilio_asks(twilio, carrier):
    await carrier.send(MESSAGE)
    await carrier.send(MESSAGE)
    assert twilio.forms == [{"From": "+12025550100", "To": "+393331234567", "Body": MESSAGE.text}] * 2
    expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert twilio.authorizations == [expected] * 2


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("from=%2B12025550100", {"From": "+12025550100"}),
        ("from=12025550100", {"From": "+12025550100"}),
        ("from=Museo", {"From": "Museo"}),
        ("from=12345", {"From": "12345"}),
        ("service=MG123", {"MessagingServiceSid": "MG123"}),
    ],
)
async def test_the_sender_is_a_number_a_name_or_a_service(twilio, query, sent):
    carrier = TwilioCarrier(url(twilio.port, query))
    await carrier.send(MESSAGE)
    await carrier.rest()
    (form,) = twilio.forms
    assert {name: form[name] for name in form if name not in ("To", "Body")} == sent


@pytest.mark.parametrize(
    ("status", "code", "error", "scope"),
    [
        (400, 21211, DeliveryRefused, None),
        (400, 21610, DeliveryRefused, None),
        (404, 20404, DeliveryRefused, None),
        (400, 21606, DeliveryDeferred, "all"),
        (401, 20003, DeliveryDeferred, "all"),
        (429, 20429, DeliveryDeferred, "all"),
        (500, None, DeliveryDeferred, "message"),
        (503, 20503, DeliveryDeferred, "message"),
    ],
)
async def test_a_refusal_is_final_or_not_as_its_code_says(twilio, carrier, status, code, error, scope):
    twilio.status, twilio.body = status, {"code": code, "message": f"no to {MESSAGE.recipient}", "status": status}
    with pytest.raises(error) as trouble:
        await carrier.send(MESSAGE)
    assert getattr(trouble.value, "scope", None) == scope
    assert str(trouble.value) == f"provider refused: {status}" + (f" {code}" if code else "")


@pytest.mark.parametrize("body", ["", "<html>bad gateway</html>", "[1]", '{"code": "x"}', '"odd"'])
async def test_an_answer_that_is_no_json_counts_by_its_status(twilio, carrier, body):
    twilio.status, twilio.body = 502, body
    with pytest.raises(DeliveryDeferred, match=r"^provider refused: 502$"):
        await carrier.send(MESSAGE)


async def test_an_answer_that_points_elsewhere_is_not_followed(twilio, carrier):
    twilio.status, twilio.headers = 307, {"Location": f"http://127.0.0.1:{twilio.port}/steal"}
    with pytest.raises(DeliveryDeferred):
        await carrier.send(MESSAGE)
    assert twilio.elsewhere == 0


async def test_an_unreachable_provider_is_another_failure_than_a_lost_connection(twilio, carrier):
    twilio.hangs_up = True
    with pytest.raises(DeliveryDeferred) as trouble:
        await carrier.send(MESSAGE)
    assert trouble.value.scope == "unsure"
    await twilio.runner.cleanup()
    with pytest.raises(DeliveryDeferred) as trouble:
        await carrier.send(MESSAGE)
    assert trouble.value.scope == "all"
    assert MESSAGE.recipient not in str(trouble.value)


def test_twilio_itself_is_spoken_to_over_tls_and_a_host_in_the_url_replaces_it():
    plain = TwilioCarrier("twilio://AC1:t@/?from=+12025550100")
    assert plain._address == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    region = TwilioCarrier("twilio://AC1:t@api.dublin.ie1.twilio.com/?from=+12025550100")
    assert region._address.startswith("https://api.dublin.ie1.twilio.com/2010-04-01/")


async def test_without_a_provider_messages_go_beside_the_development_mails(tmp_path):
    carrier = sms_carrier(SimpleNamespace(sms_url=None, data_dir=tmp_path, has_mailbox=True))
    assert isinstance(carrier, DevelopmentSmsCarrier)
    await carrier.send(MESSAGE)
    (found,) = list_development_mail(tmp_path)
    assert (found.channel, found.recipient, found.subject) == ("sms", MESSAGE.recipient, MESSAGE.text)
    assert read_development_mail(tmp_path, found.name).text == MESSAGE.text
    (tmp_path / "mail" / found.name).write_text("[]")
    assert read_development_mail(tmp_path, found.name) is None
    assert list_development_mail(tmp_path) == []


async def test_in_production_without_a_provider_messages_wait(tmp_path):
    carrier = sms_carrier(SimpleNamespace(sms_url=None, data_dir=tmp_path, has_mailbox=False))
    with pytest.raises(DeliveryDeferred, match=r"^not set: HUB_SMS_URL$") as deferred:
        await carrier.send(MESSAGE)
    await carrier.rest()
    assert deferred.value.scope == "all"
    assert list(tmp_path.iterdir()) == []


async def test_the_outbox_sends_codes_by_text_message(twilio, urgent, services, outbox_rows, mail_server):
    from hub.jobs.outbox import OutboxWorker

    services.settings.sms_url = url(twilio.port)
    worker = OutboxWorker(services, urgent=True, jitter=lambda: 0.5)
    until = NOW.replace(minute=5)
    payload = {"code": "042137", "minutes": 5}
    await outbox_rows.queue("contact.code", payload, to="+393331234567", channel="sms", not_after=until, language="en")
    assert await worker.send_due() == 1
    assert twilio.forms[0]["Body"] == (
        "042137 is your code for Arte Spa. It's valid for 5 minutes.\n\n@hub.example.org #042137"
    )
    (row,) = await outbox_rows.rows()
    assert (row["status"], row["payload"]) == ("SENT", "{}")
    await worker._rest()


async def test_a_provider_that_is_away_holds_up_no_mail(twilio, services, outbox_rows, mail_server, events):
    from hub.jobs.outbox import OutboxWorker

    services.settings.sms_url = url(twilio.port)
    await twilio.runner.cleanup()
    worker = OutboxWorker(services, urgent=True, jitter=lambda: 0.5)
    until = NOW.replace(minute=5)
    for channel, to in (("sms", "+393331234567"), ("sms", "+393331234568"), ("mail", "j@example.org")):
        await outbox_rows.queue(
            "contact.code", {"code": "042137", "minutes": 5}, to=to, channel=channel, not_after=until
        )
    assert await worker.send_due() == 1
    assert len(mail_server.messages) == 1
    rows = await outbox_rows.rows()
    assert [(row["status"], row["attempts"], row["lease_id"]) for row in rows] == [
        ("PENDING", 0, None),
        ("PENDING", 0, None),
        ("SENT", 1, None),
    ]
    assert all(row["last_error"].startswith("no connection: ") for row in rows[:2])
    await worker._rest()
