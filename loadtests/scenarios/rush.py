"""An on-sale rush: at one moment everybody wants a place of the same slot, which has few. And a crowd of scanners at an even pace."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import gevent
from gevent.pool import Group
from locust import events, tag, task

from loadtests.framework import history, pools
from loadtests.framework.people import OK, Person, live
from loadtests.framework.users import ScheduledHttpUser
from loadtests.scenarios.booking_checks import booked_is
from loadtests.scenarios.operators import ScanningUser
from loadtests.scenarios.visits import Ticket

CLIENTS_OF_A_USER = 25
"""People of one user who press the button at the same moment; each tries one ticket after another until there are no more."""
OPENS_AFTER = 10.0
"""Seconds from the start of the test to the opening of the sale."""


class _Clock:
    """The moment of `time.perf_counter` at which the sale of this process opens."""

    opening = 0.0


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any) -> None:
    parser.add_argument(
        "--sale-after", type=float, default=OPENS_AFTER, metavar="SECONDS", help="When the on-sale rush begins"
    )


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def set_opening(environment: Any, **_: Any) -> None:
    _Clock.opening = time.perf_counter() + environment.parsed_options.sale_after


class Fan(Person):
    """Wants a place of the sale, with one ticket after another."""

    def try_all(self) -> None:
        while (found := pools.take_if_any("sale")) is not None:
            self._try(*found)

    def _try(self, code: str, ticket_id: int) -> None:
        ticket, slot = Ticket(code), pools.borrow("sale slot")
        body = {
            "ticket_id": ticket_id, "slot_id": slot, "customer_email": f"guest{ticket_id}@example.com",
            "customer_phone": f"+1202555{ticket_id % 10000:04d}",
        }  # fmt: skip
        ticket.is_changing()
        began = time.time()
        answer = self.call(
            "POST", "/api/reservations/create", "sale: take a place", body, expected=(OK, "SLOT_FULL"),
            check=booked_is(code, {"slot_id": slot}),
        )  # fmt: skip
        if answer.code not in (OK, "SLOT_FULL"):
            return
        ticket.is_in(slot if answer.ok else None)
        history.record("sale", {"began": began, "at": time.time(), "sold": answer.ok})


class Fans(ScheduledHttpUser):
    """Waits for the opening. Then all of its people come at once."""

    weight = 2
    concurrency = CLIENTS_OF_A_USER

    def on_start(self) -> None:
        self._people = Group()

    def on_stop(self) -> None:
        self._people.kill()

    def wait_time(self) -> float:
        return 5.0

    @tag("sale")
    @task
    def come_to_the_sale(self) -> None:
        gevent.sleep(max(0.0, _Clock.opening - time.perf_counter()))
        for _ in range(CLIENTS_OF_A_USER):
            self._people.spawn(live, Fan(self, time.perf_counter()), Fan.try_all)
        self._people.join()


class CrowdScanner(ScanningUser):
    """One of very many scanners, each with a scan every two seconds at planned moments: `--tags crowd -u 1000`."""

    weight = 2
    poisson: ClassVar[bool] = False
    arrivals_per_second: ClassVar[float] = 0.5

    @tag("crowd")
    @task
    def guest_of_today(self) -> None:
        code = pools.take("today")
        if code is not None:
            self.admit("verify in a crowd", code)
