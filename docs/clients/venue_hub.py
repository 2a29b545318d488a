"""A client of Venue Hub for shops, in one file without dependencies: copy it into your shop. Python 3.11 or newer.

    shop = Shop("https://tickets.example.org", os.environ["HUB_API_KEY"])
    order = shop.create_order([{"product_id": 1, "quantity": 2}], reference="WEB-1001")
    order = shop.pay_order("WEB-1001")

A change that gets no answer is sent again with the same Idempotency-Key, so it is carried out once. To repeat one after a restart
of the shop, store your own `key` first and pass it. `Refused` is a refusal that a repeat does not change, `Unanswered` the end of all
repeats. A `Shop` may be used by several threads.
"""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict, cast
from urllib.parse import quote, urlsplit

OrderStatus = Literal["PENDING_PAYMENT", "PAID", "CANCELLED"]
TicketStatus = Literal["PENDING_PAYMENT", "INACTIVE", "ACTIVATED", "RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]
Channel = Literal["direct", "mini_program", "ota"]
Language = Literal["en", "zh_Hans"]


class NewItem(TypedDict):
    """So many tickets of a product: one, unless `quantity` says otherwise."""

    product_id: int
    quantity: NotRequired[int]
    channel: NotRequired[Channel]


class NewCustomer(TypedDict, total=False):
    """Who buys. The address gets the tickets and opens the whole order."""

    name: str | None
    email: str | None
    language: Language | None


class Product(TypedDict):
    """What can be sold. The hub may send more fields than these."""

    product_id: int
    venue_id: int | None
    name: str
    name_zh: str
    activation_mode: Literal["immediate", "deferred"]
    valid_days: int | None
    valid_until: str | None


class Ticket(TypedDict):
    """A ticket of an order. Timestamps are in UTC, such as `2026-11-20T11:00:00Z`; `reserved_date` is the day of its visit."""

    ticket_id: int
    ticket_code: str
    status: TicketStatus
    channel: Channel
    product_id: int
    product: str
    valid_until: str | None
    reserved_date: str | None
    qr_url: str
    booking_url: str


class Customer(TypedDict):
    """Who bought."""

    name: str | None
    email: str | None
    language: str | None


class Order(TypedDict):
    """An order with its tickets, as it is now."""

    order_id: int
    reference: str
    status: OrderStatus
    created_at: str
    paid_at: str | None
    cancelled_at: str | None
    customer: Customer
    tickets: list[Ticket]


class Refused(Exception):
    """The hub refused a request. `code` is for programs, the message for people, `details` has every other field."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(error.get("code", ""))
        self.details = {name: value for name, value in error.items() if name not in ("code", "message")}
        super().__init__(f"{status} {self.code}: {error.get('message', '')}")


class Unanswered(Exception):
    """No usable answer, also after every repeat. The change may have been carried out: send it again with the same `key`."""

    def __init__(self, key: str | None, last: BaseException) -> None:
        self.key = key
        super().__init__(f"no answer: {last}")


class Shop:
    """The orders of one shop. `tries`: how often a request is sent at most; `timeout`: seconds to wait for each answer."""

    def __init__(self, url: str, api_key: str, *, tries: int = 8, timeout: float = 30.0) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("the address of a hub begins with https://")
        self._url, self._api_key, self._tries, self._timeout = url.rstrip("/"), api_key, max(tries, 1), timeout
        self._opener = urllib.request.build_opener(_NoRedirects)

    def products(self) -> Iterator[Product]:
        """Yield every product that is not archived, the newest first."""
        before: int | None = None
        while True:
            page = self._ask("GET", "/api/admin/products" + (f"?before={before}" if before else ""))
            yield from cast("list[Product]", page["products"])
            before = page["next"]
            if before is None:
                return

    def create_order(
        self,
        items: Sequence[NewItem],
        *,
        reference: str | None = None,
        customer: NewCustomer | None = None,
        paid: bool = False,
        mail: bool = True,
        key: str | None = None,
    ) -> Order:
        """Make an order with all of its tickets. Without `mail` the hub writes nothing to the customer."""
        body: dict[str, Any] = {"items": list(items), "paid": paid, "mail": mail}
        if reference is not None:
            body["reference"] = reference
        if customer is not None:
            body["customer"] = dict(customer)
        return self._change("/api/orders", body, key)

    def read_order(self, reference: str) -> Order:
        """Return an order as it is now."""
        return cast("Order", self._ask("GET", f"/api/orders/{quote(reference, safe='')}"))

    def pay_order(self, reference: str, *, mail: bool = True, key: str | None = None) -> Order:
        """Mark an order as paid. Paying it again changes nothing."""
        return self._change(f"/api/orders/{quote(reference, safe='')}/pay", {"mail": mail}, key)

    def cancel_order(self, reference: str, reason: str, *, key: str | None = None) -> Order:
        """Cancel an order with all of its tickets. `reason` is for staff; the customer never sees it."""
        return self._change(f"/api/orders/{quote(reference, safe='')}/cancel", {"reason": reason}, key)

    def refund_tickets(
        self, reference: str, ticket_codes: Sequence[str], reason: str, *, key: str | None = None
    ) -> Order:
        """Cancel some tickets of an order, and the order with its last one."""
        body = {"reason": reason, "ticket_codes": list(ticket_codes)}
        return self._change(f"/api/orders/{quote(reference, safe='')}/refund", body, key)

    def _change(self, path: str, body: Mapping[str, Any], key: str | None) -> Order:
        return cast("Order", self._ask("POST", path, body, key or str(uuid.uuid4())))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None) -> Any:
        """Send a request until it is answered, and return the `data` of the answer."""
        for number in range(self._tries):
            request = urllib.request.Request(f"{self._url}{path}", method=method)
            request.add_header("Authorization", f"Bearer {self._api_key}")
            if body is not None:
                request.data = json.dumps(body).encode()
                request.add_header("Content-Type", "application/json")
            if key is not None:
                request.add_header("Idempotency-Key", key)
            pause = min(0.25 * 2**number, 10.0) * random.uniform(0.5, 1.0)
            try:
                with self._opener.open(request, timeout=self._timeout) as answer:
                    return json.load(answer)["data"]
            except urllib.error.HTTPError as refusal:
                with refusal:
                    if refusal.code not in (429, 502, 503, 504):
                        raise Refused(refusal.code, _error_of(refusal)) from None
                    pause = max(pause, _seconds(refusal.headers.get("Retry-After")))
                last: Exception = refusal
            except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as lost:
                last = lost
            if number + 1 < self._tries:
                time.sleep(pause)
        raise Unanswered(key, last) from last


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: it would carry the API key to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _error_of(refusal: urllib.error.HTTPError) -> Mapping[str, Any]:
    try:
        error = json.load(refusal)["error"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return {"message": refusal.reason}
    return error if isinstance(error, Mapping) else {"message": str(error)}


def _seconds(text: str | None) -> float:
    return min(float(text), 120.0) if text is not None and text.isascii() and text.isdigit() else 0.0
