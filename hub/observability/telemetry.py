"""The names of all log events, the Prometheus metrics, and the functions that count.

Events go through `hub.observability.logs.event`. A metric's labelled child is looked up once and then kept, because the
look-up costs more than counting. Several hub processes on one machine add up their metrics through files
(`PROMETHEUS_MULTIPROC_DIR`, set by `hub/serving/loop.py` before this module is imported).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from hub.observability.alert_metrics import AlertMetrics
from hub.observability.logs import event as event  # noqa: PLC0414 - telemetry.event(telemetry.TICKET_VERIFIED, ticket_id=7)
from hub.rules.reasons import Reason

# ---- Events named in the requirement documents (C: card, P: PRD-007, 5: US-015, 6: US-016). If two documents name the same
# fact, each name is a line, with the same fields. A start is logged with its outcome and the `seconds` between.

TICKET_VALIDATED: Final = "ticket.validated"  # P 5
VALIDATION_RESULT: Final = "validation.result"  # 5
TICKET_VERIFIED: Final = "ticket.verified"  # P 5
RESERVATION_CREATED: Final = "reservation.created"  # C P 5 6
RESERVATION_FAILED: Final = "reservation.failed"  # P 5
RESERVATION_MODIFIED: Final = "reservation.modified"  # 6
RESERVATION_CANCELLED: Final = "reservation.cancelled"  # 6
TICKET_ACTIVATED: Final = "ticket.activation.success"  # 6
SCAN_ALLOWED: Final = "scan.validation.success"  # 6
SCAN_DENIED: Final = "scan.validation.failure"  # 6
VALIDATION_REQUESTED: Final = "ticket.validation.requested"  # C
VALIDATION_FAILED: Final = "ticket.validation.failed"  # C
CONTACT_REQUESTED: Final = "contact.verification.requested"  # C
CONTACT_FAILED: Final = "contact.verification.failed"  # C
CREATION_STARTED: Final = "reservation.creation.started"  # C
CREATION_SUCCESS: Final = "reservation.creation.success"  # C
CREATION_FAILED: Final = "reservation.creation.failed"  # C
MAIL_SENT: Final = "email.confirmation.sent"  # C
MAIL_FAILED: Final = "email.confirmation.failed"  # C

# ---- Events: ours

TICKET_EXPIRED: Final = "ticket.expired"
CHECKS_LOST: Final = "ticket_checks.lost"
MAIL_DROPPED: Final = "mail.dropped"
MAIL_BROUGHT_BACK: Final = "mail.brought_back"
MAIL_RETRIED: Final = "mail.retried"
MAIL_DISCARDED: Final = "mail.discarded"
CODE_SENT: Final = "contact.code.sent"
CODE_CONFIRMED: Final = "contact.code.confirmed"
CODE_REFUSED: Final = "contact.code.refused"
BOOKING_CREATED: Final = "booking.created"
BOOKING_CONFIRMED: Final = "booking.confirmed"
BOOKING_REFUSED: Final = "booking.refused"
BOOKINGS_EXPIRED: Final = "bookings.expired"
WAITLIST_JOINED: Final = "waitlist.joined"
WAITLIST_LEFT: Final = "waitlist.left"
WAITLIST_SERVED: Final = "waitlist.served"
WAITLIST_ACCEPTED: Final = "waitlist.accepted"
REMINDERS_WRITTEN: Final = "reminders.written"
TICKET_REMINDERS_WRITTEN: Final = "ticket_reminders.written"
VISIT_TEXTS_WRITTEN: Final = "visit_texts.written"
NO_SHOWS_RELEASED: Final = "no_shows.released"
SLOT_RESIZED: Final = "slot.resized"
SLOTS_MADE: Final = "slots.made"
SLOTS_DELETED: Final = "slots.deleted"
SLOT_CLOSED: Final = "slot.closed"
SLOT_REOPENED: Final = "slot.reopened"
SLOT_CLOSURE_FINISHED: Final = "slot.closure_finished"
SCANNER_CHANGED: Final = "scanner.changed"
ROOM_CHANGED: Final = "room.changed"
SHOW_CHANGED: Final = "show.changed"
PERFORMANCES_ADDED: Final = "performances.added"
PERFORMANCE_CHANGED: Final = "performance.changed"
PERFORMANCE_DELETED: Final = "performance.deleted"
PERFORMANCE_CANCELLED: Final = "performance.cancelled"
PERFORMANCE_MOVED: Final = "performance.moved"
BOOKINGS_ENDED: Final = "performance.bookings_ended"
MOVE_ANNOUNCED: Final = "performance.move_announced"
SCAN_UNDONE: Final = "scan.undone"
EXIT_RECORDED: Final = "exit.recorded"
EXIT_REFUSED: Final = "exit.refused"
SCANS_EXPORTED: Final = "scans.exported"
BOOKINGS_EXPORTED: Final = "bookings.exported"
AUDIT_LOG_EXPORTED: Final = "audit_log.exported"
BOOKING_CANCELLED: Final = "booking.cancelled"
TICKET_CANCELLED: Final = "ticket.cancelled"
TICKETS_IMPORTED: Final = "tickets.imported"
ORDER_CREATED: Final = "order.created"
ORDER_PAID: Final = "order.paid"
ORDER_CANCELLED: Final = "order.cancelled"
API_KEY_CHANGED: Final = "api_key.changed"
PRODUCT_CHANGED: Final = "product.changed"
BOOKING_MOVED: Final = "booking.moved"
BOOKING_RESENT: Final = "booking.resent"
SLOT_MESSAGED: Final = "slot.messaged"
SLOT_MESSAGE_QUEUED: Final = "slot.message_queued"
RESERVATION_RESENT: Final = "reservation.resent"
RESERVATION_CONTACT_CHANGED: Final = "reservation.contact_changed"
RESERVATIONS_EXPORTED: Final = "reservations.exported"
GUESTS_ADDED: Final = "guests.added"
GUEST_REMOVED: Final = "guest.removed"
STATISTICS_GATHERED: Final = "statistics.gathered"
CONTACTS_ERASED: Final = "privacy.contacts_erased"
PERSON_ERASED: Final = "privacy.person_erased"
PERSON_EXPORTED: Final = "privacy.person_exported"
SCANS_SYNCED: Final = "scans.synced"
CONFLICT_DECIDED: Final = "scan_conflict.decided"
DISPUTE_ASKED: Final = "dispute.asked"
DISPUTE_DECIDED: Final = "dispute.decided"
ALERT_RAISED: Final = "alert.raised"
ALERT_CLEARED: Final = "alert.cleared"
TICKET_AT_TWO_GATES: Final = "ticket.at_two_gates"
SIGNED_IN: Final = "operator.login.success"
SIGN_IN_FAILED: Final = "operator.login.failed"
LOCKED_OUT: Final = "operator.login.locked_out"
LOCKED_AGAIN: Final = "operator.login.locked_again"
SECOND_FACTOR_REFUSED: Final = "operator.second_factor.refused"
SECOND_FACTOR_UNREADABLE: Final = "operator.second_factor.unreadable"
RECOVERY_CODE_USED: Final = "operator.recovery_code.used"
SECOND_FACTOR_CHANGED: Final = "second_factor.changed"
SIGN_IN_SETTINGS_CHANGED: Final = "sign_in.settings_changed"
SECRETS_RESEALED: Final = "secrets.resealed"
PROVIDER_REFUSED: Final = "provider.refused"
PROVIDER_UNAVAILABLE: Final = "provider.unavailable"
PROVIDER_SIGNED_IN: Final = "provider.signed_in"
SIGNED_OUT: Final = "operator.logout"
STAFF_CHANGED: Final = "staff.changed"
SOCKET_OPENED: Final = "socket.opened"
SOCKET_CLOSED: Final = "socket.closed"
SLOW_READER_PUT_OUT: Final = "socket.slow_reader_put_out"
GATE_HEALED: Final = "gate.healed"
COUNTS_HEALED: Final = "counts.healed"
SETUP_OPENED: Final = "setup.opened"
SETUP_FINISHED: Final = "setup.finished"
REQUEST_CRASHED: Final = "request.crashed"
HUB_READY: Final = "hub.ready"
HUB_STOPPING: Final = "hub.stopping"
STOP_OVERDUE: Final = "hub.stop_overdue"
LOOP_LAGGED: Final = "loop.lagged"
CONNECTIONS_BOUNDED: Final = "connections.bounded"
OPEN_FILES_FEW: Final = "open_files.few"
CONNECTIONS_FEW: Final = "database.connections_few"
REPLICA_AWAY: Final = "database.replica_away"
REPLICA_BACK: Final = "database.replica_back"
REDIS_EVICTS: Final = "redis.evicts"
PROXY_NOT_TRUSTED: Final = "proxy.not_trusted"
SERVER_DIED: Final = "embedded.server.died"
SERVER_RECOVERING: Final = "embedded.server.recovering"
SERVER_RESTARTED: Final = "embedded.server.restarted"

# ---- Measured for alerts (hub/actions/reporting/alerts.py)

alert_metrics = AlertMetrics()
MEASURED_ROUTES = ("/api/tickets", "/api/reservation", "/api/bookings", "/api/operator/", "/venue/")
LONGEST_ANSWER = 60.0
"""Longest measured response in seconds. A longer one is a table that the client reads slowly, and is left out."""

FULL = (Reason.SLOT_FULL, Reason.NO_CAPACITY)
OUR_FAULT = (Reason.BUSY, Reason.SERVICE_UNAVAILABLE, Reason.INTERNAL)
"""Refusals of a booking for which neither the visitor nor the number of places is the cause."""

# ---- Metrics

_FINE = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_scans = Counter("scan_decisions_total", "Presentations at the door", ["mode", "result", "reason"])
_scan_seconds = Histogram(
    "scan_decision_seconds", "From arrival to decision, of the slowest decided together", buckets=_FINE
)
_validations = Counter("ticket_validation_total", "POST /api/tickets/validate", ["result", "reason"])
_validation_seconds = Histogram("ticket_validation_seconds", "Time of a ticket validation", buckets=_FINE)
_creations = Counter("reservation_creation_total", "Reservations asked for", ["result"])
_creation_seconds = Histogram("reservation_creation_seconds", "Time of a reservation", buckets=_FINE)
_requests = Histogram("http_request_seconds", "Time of a request", ["method", "route", "status"], buckets=_FINE)
_admissions = Counter("gate_answers_total", "The seat gate's answers: go, full, contended, unknown", ["answer"])
_batch_sizes = Histogram("lane_batch_size", "Requests that left together", ["lane"], buckets=_SIZES)
_batch_seconds = Histogram("lane_flight_seconds", "Time of a batch", ["lane"], buckets=_FINE)
_login_failures = Counter("operator_login_failures_total", "Sign-ins refused", ["reason"])
_messages = Counter("socket_messages_total", "Frames received and sent", ["direction", "type"])
_connections_closed = Counter(
    "connections_closed_total",
    "Connections closed to stay within the open files: silent, waiting, unread, or crowding",
    ["kind"],
)
_pool = Gauge(
    "database_pool_connections", "Connections by pool and state", ["pool", "state"], multiprocess_mode="livesum"
)

sockets_open = Gauge("sockets_open", "Operator and manager sockets open now", multiprocess_mode="livesum")
waiting_sockets_open = Gauge(
    "waiting_sockets_open", "Sockets of visitors in waiting rooms open now", multiprocess_mode="livesum"
)
spectators_open = Gauge("spectators_open", "Calendar sockets of the public open now", multiprocess_mode="livesum")
connections_open = Gauge("connections_open", "TCP connections open now, sockets included", multiprocess_mode="livesum")
open_files_allowed = Gauge(
    "open_files_allowed", "Files that one process may have open, connections included", multiprocess_mode="livemin"
)
slow_readers_put_out = Counter("socket_slow_readers_put_out_total", "Connections closed with 4408")
outbox_pending = Gauge("outbox_pending", "Mails waiting to be sent", multiprocess_mode="livemax")
jobs_processes = Gauge("jobs_processes", "Processes that run the jobs of the hub", multiprocess_mode="livesum")
loop_lag = Histogram("loop_lag_seconds", "How late the event loop comes round", buckets=_FINE)
background_failures = Counter("background_failures_total", "Rounds that raised and were started again", ["round"])


proxies_not_trusted = Gauge(
    "proxies_not_trusted",
    "Private addresses that forward requests and are not in HUB_TRUSTED_PROXIES",
    multiprocess_mode="livemax",
)
_PROXIES_NAMED = 8
_named_proxies: set[str] = set()


@cache
def _scan_children(mode: str, result: str, reason: str) -> Counter:
    return _scans.labels(mode, result, reason)


def scan_decided(mode: str, result: str, reason: str, count: int = 1) -> None:
    _scan_children(mode, result, reason).inc(count)


def scans_took(seconds: float) -> None:
    """Record the longest wait in seconds among the scans of one batch, once for each batch."""
    _scan_seconds.observe(seconds)
    alert_metrics.took(seconds)


@cache
def _seconds_of(metric: Histogram, *labels: str) -> Histogram:
    return metric.labels(*labels)


@cache
def _count_of(metric: Counter, *labels: str) -> Counter:
    return metric.labels(*labels)


def ticket_validated(result: str, reason: str, seconds: float, org_id: int) -> None:
    """Count a ticket check. `result` is "valid" or "invalid"."""
    _count_of(_validations, result, reason).inc()
    _validation_seconds.observe(seconds)
    alert_metrics.count_at("check_passed" if result == "valid" else "check_refused", org_id, 0)


def reservation_tried(result: str, seconds: float, org_id: int, venue_id: int) -> None:
    """Count a booking. `result` is "success" or the reason in lower case, such as "slot_full". `venue_id` 0: not known."""
    _count_of(_creations, result.lower()).inc()
    _creation_seconds.observe(seconds)
    alert_metrics.count_at("booked" if result == "success" else "not_booked", org_id, venue_id)
    if result in FULL:
        alert_metrics.count_at("slot_full", org_id, venue_id)
    elif result in OUR_FAULT:
        alert_metrics.count_at("booking_error", org_id, venue_id)
    if result == "success" or result in OUR_FAULT:
        alert_metrics.took(seconds, "booking")


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a response. `route` is the pattern and never the path, because a path holds ids and tokens."""
    _seconds_of(_requests, method, route, str(status)).observe(seconds)
    if route.startswith(MEASURED_ROUTES) and seconds < LONGEST_ANSWER:
        alert_metrics.took(seconds)


def seat_admission_answered(answer: str, count: int = 1) -> None:
    """Count answers of seat admission. `answer` is the lower-case name of an `Admission`."""
    _count_of(_admissions, answer).inc(count)


def batch_observer(batcher: str) -> Callable[[int, float], None]:
    """Return the `observe` argument of a Batcher: a function of a batch's size and its seconds."""
    size_of, seconds_of = _seconds_of(_batch_sizes, batcher), _seconds_of(_batch_seconds, batcher)

    def observe(size: int, seconds: float) -> None:
        size_of.observe(size)
        seconds_of.observe(seconds)

    return observe


def login_failed(reason: str, org_id: int | None, venue_id: int) -> None:
    """Count a refused sign-in, also for the organisation's alerts unless `org_id` is None (not known)."""
    _count_of(_login_failures, reason).inc()
    if org_id is not None:
        alert_metrics.count_at("login_failed", org_id, venue_id)


def name_locked_again(org_id: int | None, venue_id: int) -> None:
    """Count a name that was locked again and again, for the organisation's alerts unless `org_id` is None (not known)."""
    if org_id is not None:
        alert_metrics.count_at("names_locked", org_id, venue_id)


def proxy_not_trusted(peer: str) -> None:
    """Log once that `peer` forwards requests and is not trusted. Of many such addresses only the first eight are named."""
    if peer in _named_proxies or len(_named_proxies) >= _PROXIES_NAMED:
        return
    _named_proxies.add(peer)
    proxies_not_trusted.set(len(_named_proxies))
    event(
        PROXY_NOT_TRUSTED, "WARNING", peer=peer,
        advice="If this is your proxy, name it in HUB_TRUSTED_PROXIES. Until then all its visitors share the limits of one.",
    )  # fmt: skip


def message_passed(direction: str, kind: str) -> None:
    """Count a socket message. `direction` is "in" or "out". `kind` must come from our tables, never from a client."""
    _count_of(_messages, direction, kind).inc()


def connections_closed(kind: str) -> None:
    """Count a connection that was closed. `kind` is "silent", "waiting" or "unread"."""
    _count_of(_connections_closed, kind).inc()


def pool_seen(pool: str, allowed: int, opened: int, idle: int) -> None:
    for state, number in (("allowed", allowed), ("open", opened), ("idle", idle)):
        _pool.labels(pool, state).set(number)


async def watch_loop(every: float = 0.25) -> None:
    """Measure how late the event loop wakes this coroutine, every `every` seconds until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        late = loop.time() - due
        loop_lag.observe(max(late, 0.0))
        if late > 0.25:
            event(LOOP_LAGGED, "WARNING", seconds=round(late, 3))
