"""The receiver of the load tests takes signed events once, and names what is wrong with others."""

from __future__ import annotations

import time

import orjson

from hub.confirmation.webhook_message import signature
from loadtests.receivers.webhook_receiver import WebhookReceiver

SECRET = "a secret of the run"


def request(*events, secret=SECRET, at=None, span=None):
    """Return the headers and the body of a request, as the hub sends it."""
    numbers = [event["sequence"] for event in events]
    body = orjson.dumps({"events": events}) if len(events) > 1 else orjson.dumps(events[0])
    headers = {
        "Hub-Event-Id": events[0]["id"],
        "Hub-Sequence": span or (str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"),
        "Hub-Signature": signature([secret], int(time.time() if at is None else at), body),
    }
    return headers, body


def event(number, subject="order:1", kind="order.created"):
    return {"id": f"id-{number}", "sequence": number, "type": kind, "object": subject, "data": {}}


def receiver():
    made = WebhookReceiver(refuses_one_in=0)
    made.expect(SECRET, 0.0)
    return made


def test_events_are_taken_once_however_often_they_come():
    hook = receiver()
    assert hook.receive(*request(event(1), event(2))) == 204
    assert hook.receive(*request(event(2))) == 204
    document = hook.document()
    assert document["events"] == {"id-1": [1, "order.created", "order:1"], "id-2": [2, "order.created", "order:1"]}
    assert (document["repeated"], document["problems"]) == (1, [])


def test_a_wrong_signature_and_an_old_one_are_refused():
    hook = receiver()
    assert hook.receive(*request(event(1), secret="another")) == 401
    assert hook.receive(*request(event(1), at=time.time() - 3600)) == 401
    assert len(hook.problems) == 2
    assert not hook.events


def test_events_of_an_object_out_of_order_are_a_problem_and_those_of_others_are_not():
    hook = receiver()
    for number, subject in ((5, "order:1"), (4, "order:2")):
        hook.receive(*request(event(number, subject)))
    assert not hook.problems
    hook.receive(*request(event(3, "order:1")))
    assert hook.problems == ["order.created 3 of order:1 came after 5"]


def test_headers_that_do_not_fit_the_body_are_a_problem():
    hook = receiver()
    hook.receive(*request(event(1), event(2), span="1-3"))
    assert hook.problems == ["headers id-1 1-3 on events 1-2"]


def test_some_requests_are_refused_at_first_as_by_a_busy_shop():
    hook = WebhookReceiver(refuses_one_in=1)
    hook.expect(SECRET, 0.0)
    assert hook.receive(*request(event(1))) == 503
    assert (hook.refused, hook.events) == (1, {})
