"""The table of jobs: what runs again and again, how often, and in which processes of a hub.

| rows | run in |
|---|---|
| `HUB_JOBS` | processes with the role `jobs` or `all`: once for the hub, however many of its processes serve |
| `SERVING_JOBS` | each process that serves, for what only it knows: its sockets and what it has counted |
| `PROCESS_JOBS` | each process |

Several processes may run `HUB_JOBS` at the same time. Each job claims what it works on by a lease, a lock or a guarded write,
so everything is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hub.access.tokens import Identity
from hub.actions.booking.expire import expire
from hub.actions.booking.finish_closures import finish_closures
from hub.actions.booking.release_no_shows import release_no_shows
from hub.actions.imports.expire import expire_imports
from hub.actions.messaging.remind_of_tickets import remind_of_tickets
from hub.actions.messaging.send_reminders import send_reminders
from hub.actions.messaging.send_texts import send_texts
from hub.actions.messaging.slot_messages import finish_messages
from hub.actions.orders.order_request import forget_old_requests
from hub.actions.privacy.retention import erase_old_contacts
from hub.actions.reporting.alerts import LOOK_EVERY
from hub.actions.reporting.days import COUNT_EVERY, count_days_over
from hub.actions.reporting.jobs_seen import SAY_EVERY, say_jobs_run
from hub.actions.reporting.portal_steps import PortalSteps, drop_old_steps
from hub.actions.reporting.reconcile import resync_seat_admission
from hub.actions.shows.expire_bookings import expire_bookings
from hub.actions.shows.finish_changes import finish_changes
from hub.actions.staff.sessions import WRITE_SEEN_EVERY, write_seen
from hub.actions.tickets.checked_tickets import WRITE_EVERY, CheckedTickets
from hub.actions.webhooks.retention import drop_old_events
from hub.jobs.alerts import ADD_EVERY, add_counts, watch_measures
from hub.jobs.duplicate_alarms import DuplicateAlarmJob
from hub.jobs.gauges import measure_pools, measure_waiting
from hub.jobs.imports import ImportJob
from hub.jobs.periodic_jobs import Job
from hub.jobs.reseal import reseal_everything
from hub.jobs.revocations import EVERY as REVOCATIONS_EVERY
from hub.jobs.revocations import drop_ended_access, refresh_revocations
from hub.jobs.table_statistics import GATHER_EVERY, gather_statistics
from hub.jobs.waitlist import WaitlistJob
from hub.observability import telemetry
from hub.services import Services


@dataclass(frozen=True, slots=True)
class Serving:
    """What only a process that serves has: the identities of its sockets, and what it has counted but not written yet."""

    services: Services
    identities: Callable[[], list[Identity]]
    duplicate_alarms: DuplicateAlarmJob
    checked: CheckedTickets
    steps: PortalSteps


HUB_JOBS: tuple[Job[Services], ...] = (
    Job("jobs seen", SAY_EVERY, say_jobs_run, first=0),
    Job("waitlist", None, lambda services: WaitlistJob(services).run()),
    Job("imports", None, lambda services: ImportJob(services).run()),
    Job("reminders", 30, send_reminders),
    Job("ticket reminders", 300, remind_of_tickets, first=60),
    Job("text messages", 15, send_texts),
    Job("no-shows", 20, release_no_shows),
    Job("expiry", 20, expire),
    Job("booking expiry", 20, expire_bookings),
    Job("performances", 20, finish_changes, first=2),
    Job("closed slots", 20, finish_closures, first=2),
    Job("slot messages", 15, finish_messages),
    Job("order requests", 600, forget_old_requests),
    Job("retention", 600, erase_old_contacts),
    Job("webhook retention", 600, drop_old_events),
    Job("files of imports", 600, expire_imports),
    Job("sealed secrets", 60, reseal_everything),
    Job("ended access", 60, drop_ended_access),
    Job("gate audit", 10, partial(resync_seat_admission, fix=True)),
    Job("alerts", LOOK_EVERY.total_seconds(), watch_measures),
    Job("old portal steps", 600, drop_old_steps),
    Job("days over", COUNT_EVERY, count_days_over),
    Job("statistics", GATHER_EVERY, gather_statistics),
    Job("waiting messages", 5, measure_waiting),
)
SERVING_JOBS: tuple[Job[Serving], ...] = (
    Job("two gates", None, lambda serving: serving.duplicate_alarms.run()),
    Job("revocations", REVOCATIONS_EVERY, lambda serving: refresh_revocations(serving.services)),
    Job("sessions seen", WRITE_SEEN_EVERY, lambda serving: write_seen(serving.services, serving.identities())),
    Job("checked tickets", WRITE_EVERY, lambda serving: serving.checked.write()),
    Job("portal steps", WRITE_EVERY, lambda serving: serving.steps.write()),
)
PROCESS_JOBS: tuple[Job[Services], ...] = (
    Job("loop watch", None, lambda _: telemetry.watch_loop()),
    Job("alert counts", ADD_EVERY, add_counts),
    Job("gauges", 5, measure_pools),
)
"""Periods are in seconds. The outbox and the webhooks, which end after what they are sending, are in `hub/jobs/hub_jobs.py`."""
