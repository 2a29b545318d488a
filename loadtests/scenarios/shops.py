"""Shops with API keys: they make orders, pay, repeat, refund, cancel and read them. Every answer is checked.

The last fact of each order says how it stands and which webhook events it must have had, in their order.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from locust import tag, task

from loadtests.framework import history, pools
from loadtests.framework.people import ArrivalsUser, Checks, Person

MOST_TICKETS = 4
REPEATS = 0.1
"""Share of the changes whose answer counts as lost, so that the shop sends them again."""


class Buyer(Person):
    """Somebody who buys in a shop, which asks the hub."""

    def buy(self) -> None:
        """Make an order and pay it. Then some customers return one ticket or all of them."""
        order = Order(self, paid=False)
        self.think(2)
        dice = random.random()
        if dice < 0.1:
            order.cancel("Not paid in time")
            return
        if dice < 0.2:
            return  # the order stays unpaid
        order.pay()
        self.think()
        if dice > 0.92:
            order.cancel("The customer is ill")
            order.refuses_payment()
        elif dice > 0.8:
            order.refund_one()
        order.read()

    def buy_at_once(self) -> None:
        """Make an order that is paid already."""
        order = Order(self, paid=True)
        self.think()
        order.read()

    def reuse_key(self) -> None:
        """Use a key for another order, as a shop with an error in its program does."""
        order = Order(self, paid=True)
        other = {**order.body, "reference": f"LOAD-{uuid.uuid4().hex}"}
        self.call(
            "POST",
            "/api/orders",
            "order with a used key",
            other,
            headers=order.headers,
            expected=("IDEMPOTENCY_KEY_REUSED",),
        )


class Order:
    """An order of a shop, made at once. `tickets` has the status that each code must have."""

    def __init__(self, buyer: Buyer, *, paid: bool) -> None:
        self.buyer = buyer
        self.key = pools.borrow("shop keys")
        self.reference = f"LOAD-{uuid.uuid4().hex}"
        self.status = "PAID" if paid else "PENDING_PAYMENT"
        self.events = ["order.created", *(["order.paid"] if paid else [])]
        self.tickets: dict[str, str] = {}
        self.id = 0
        count = random.randint(1, MOST_TICKETS)
        self.headers = self._new_headers()
        self.body = {
            "reference": self.reference, "items": [{"product_id": pools.borrow("product"), "quantity": count}], "paid": paid,
            "customer": {"name": "Ada Load", "email": f"buyer-{self.reference[5:21]}@example.com"},
        }  # fmt: skip
        self._record(certain=False)
        made = self._change("/api/orders", "make an order", self.body, self.headers, self._is_new(count))
        self.id = int(made["order_id"])
        self.tickets = {one["ticket_code"]: "ACTIVATED" if paid else "PENDING_PAYMENT" for one in made["tickets"]}
        self._record()

    def pay(self) -> None:
        self._record(certain=False)
        self.tickets, self.status = dict.fromkeys(self.tickets, "ACTIVATED"), "PAID"
        self.events.append("order.paid")
        self._change(f"{self._path}/pay", "pay an order", {})
        self._record()

    def cancel(self, reason: str) -> None:
        self._record(certain=False)
        self.tickets, self.status = dict.fromkeys(self.tickets, "CANCELLED"), "CANCELLED"
        self.events.append("order.cancelled")
        self._change(f"{self._path}/cancel", "cancel an order", {"reason": reason})
        self._record()

    def refund_one(self) -> None:
        """Take one ticket back. With its last ticket the order is cancelled."""
        self._record(certain=False)
        code = next(iter(self.tickets))
        self.tickets[code] = "CANCELLED"
        if set(self.tickets.values()) == {"CANCELLED"}:
            self.status = "CANCELLED"
            self.events.append("order.cancelled")
        body = {"reason": "Returned", "ticket_codes": [code]}
        self._change(f"{self._path}/refund", "refund a ticket", body)
        self._record()

    def read(self) -> None:
        self.buyer.must("GET", self._path, "read an order", headers=self._key_header, check=self._as_expected())

    def refuses_payment(self) -> None:
        headers = self._new_headers()
        self.buyer.call(
            "POST", f"{self._path}/pay", "pay a cancelled order", {}, headers=headers, expected=("ORDER_CANCELLED",)
        )

    # -- requests and checks ---------------------------------------------------------------------------------------------

    def _change(
        self,
        path: str,
        name: str,
        body: Mapping[str, Any],
        headers: dict[str, str] | None = None,
        check: Checks | None = None,
    ) -> Any:
        """Send a change. Some are sent twice with the same key, and must be answered by the same order."""
        headers, check = headers or self._new_headers(), check or self._as_expected()
        answer = self.buyer.must("POST", path, name, body, headers=headers, check=check)
        if random.random() < REPEATS:
            self.buyer.must("POST", path, f"{name}, repeated", body, headers=headers, check=check)
        return answer.data

    def _is_new(self, count: int) -> Checks:
        status = "ACTIVATED" if self.status == "PAID" else "PENDING_PAYMENT"

        def check(data: Mapping[str, Any]) -> str | None:
            codes = {one["ticket_code"] for one in data["tickets"] if one["status"] == status}
            if len(codes) != count or data["reference"] != self.reference or data["status"] != self.status:
                return f"{len(codes)} tickets {status} of {count}, {data['status']} {data['reference']}"
            return None

        return check

    def _as_expected(self) -> Checks:
        def check(data: Mapping[str, Any]) -> str | None:
            tickets = {one["ticket_code"]: one["status"] for one in data["tickets"]}
            if (data["reference"], data["status"], tickets) == (self.reference, self.status, self.tickets):
                return None
            return f"{data['status']} {tickets}, not {self.status} {self.tickets}"

        return check

    def _record(self, *, certain: bool = True) -> None:
        fact = {
            "reference": self.reference, "order_id": self.id, "status": self.status, "tickets": dict(self.tickets),
            "events": list(self.events), "certain": certain,
        }  # fmt: skip
        history.record("orders", fact)

    def _new_headers(self) -> dict[str, str]:
        return {**self._key_header, "Idempotency-Key": str(uuid.uuid4())}

    @property
    def _key_header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def _path(self) -> str:
        return f"/api/orders/{self.reference}"


class ShopUser(ArrivalsUser):
    """The buyers of a shop, one in two seconds on average."""

    weight = 2
    arrivals_per_second: ClassVar[float] = 0.5

    @tag("shops")
    @task(8)
    def buy(self) -> None:
        self.arrive(Buyer, Buyer.buy)

    @tag("shops")
    @task(3)
    def buy_at_once(self) -> None:
        self.arrive(Buyer, Buyer.buy_at_once)

    @tag("shops")
    @task(1)
    def reuse_key(self) -> None:
        self.arrive(Buyer, Buyer.reuse_key)
