"""The page of a run: what grows with the tables, what each stage read, sizes, and who reads which index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from loadtests.growth.recorded import Recorded

LARGE_PAGES = 400
"""Pages of 8 kB, about 3 MB, that any statement may touch."""
FACTOR = 3.0
_DAY, _SLOT, _ERASED = (
    "the scans or bookings of one day",
    "the people of one slot",
    "what a batch of retention looks at",
)
ALLOWED: dict[str, str] = {
    "booking/found_reservations.reservations_of_slots": _SLOT,
    "booking/found_reservations.searched_reservations": "at most 2,000 of each kind that match",
    "booking/no_shows.slots_with_no_shows": _SLOT,
    "booking/reservations.lock_tickets": _SLOT,
    "messaging/outbox.orders": "a batch of messages, with their tickets",
    "messaging/outbox_admin.figures": "the messages that wait",
    "messaging/reminders.parties_to_remind": _SLOT,
    "messaging/reminders.remind": "a batch of 200 parties",
    "messaging/slot_messages.preview": _SLOT,
    "messaging/ticket_reminders.queue_reminders": "a batch of orders",
    "orders/orders.list_orders": "2,000 orders of a filtered page",
    "privacy/personal_data.mails_of_visits": _ERASED,
    "privacy/personal_data.orders_to_erase": _ERASED,
    "privacy/personal_data.rows_of_slot": _ERASED,
    "reporting/figures.days_of_slots": "what was given back in the slots of a week",
    "reporting/figures.figures_day": _DAY,
    "reporting/figures.further_of_day": _DAY,
    "reporting/figures.replay_further": _DAY,
    "reporting/figures.replay_logged": _DAY,
    "reporting/figures.scans_of_day": _DAY,
    "reporting/operator_figures.decisions_of_day": _DAY,
    "reporting/portal_figures.activations_of_day": _DAY,
    "reporting/portal_figures.first_bookings_of_day": _DAY,
    "reporting/portal_figures.funnel_of_day": _DAY,
    "reporting/portal_figures.reservations_of_day": _DAY,
    "reporting/scan_log.venue_scans": "a page of an export",
    "scanning/manifest.manifest_tickets": "the tickets of one day",
    "tickets/checks.checks_of_day": _DAY,
    "tickets/life.find_by_part": "the tickets of one day",
    "tickets/life.reservations_of": "without statistics only",
    "tickets/ticket_list.newest_tickets": "2,000 tickets of a filtered page",
}
"""Statements whose work follows what is asked for, with the reason; not the size of the tables."""


def grows(empty: Recorded | None, grown: Recorded) -> bool:
    """Return whether a statement touches many more pages in a large hub than in a small one."""
    return grown.middle > LARGE_PAGES and (empty is None or grown.middle > FACTOR * empty.middle)


def growing(stages: Mapping[str, Mapping[str, Recorded]]) -> dict[str, str]:
    """Return the statements that grow, with the reason where it is known."""
    empty, *later = stages.values()
    found = {name for stage in later for name, recorded in stage.items() if grows(empty.get(name), recorded)}
    return {name: ALLOWED.get(name, "") for name in sorted(found)}


def page(document: dict[str, Any]) -> str:
    return (
        "\n".join(
            [
                *_head(document),
                *_rates(document),
                *_growing(document),
                *_sizes(document),
                *_indexes(document),
                *_statements(document),
            ]
        )
        + "\n"
    )


def _head(document: dict[str, Any]) -> Iterator[str]:
    size = document["size"]
    yield "# Growth"
    yield ""
    yield (
        f"`python -m loadtests.growth`: {size['tickets']:,} tickets, {size['scans']:,} scans, 90 days of ten slots. "
        f"{document['began'][:16].replace('T', ' ')} UTC, commit {document['commit']}, {document['machine']}."
    )
    yield ""
    yield f"Loaded in {document['seconds']['load']:,.0f} s, vacuumed and analysed in {document['seconds']['settle']:,.0f} s."
    yield ""


def _rates(document: dict[str, Any]) -> Iterator[str]:
    yield "## A scan and a booking"
    yield ""
    yield "Microseconds of processor time, and bytes of Postgres's log."
    yield ""
    yield "| stage | scans | Postgres | hub | log | bookings | Postgres | hub | log |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for stage, rates in document["rates"].items():
        cells = [
            f"{rate['done']:,} | {rate['postgres']:.0f} | {rate['hub']:.0f} | {rate['wal_bytes']:,.0f}"
            for rate in (rates["scan"], rates["booking"])
        ]
        yield f"| {stage} | {' | '.join(cells)} |"
    yield ""
    yield _retention(document["retention"])
    yield ""


def _retention(kept: dict[str, Any] | None) -> str:
    if kept is None:
        return "Retention was not measured in this run."
    if kept["left"]:
        return (
            f"Retention was not measured in this run: {kept['left']} of {kept['slots']} slots were left when it ended."
        )
    return (
        f"Retention of {kept['days']} days ({kept['slots']} slots, {kept['people']:,} people): {kept['seconds']:.0f} s, of which Postgres worked "
        f"{kept['postgres_seconds']:.0f} s and the hub {kept['hub_seconds']:.0f} s."
    )


def _growing(document: dict[str, Any]) -> Iterator[str]:
    yield "## What grows"
    yield ""
    yield f"Statements that touch more than {LARGE_PAGES} pages, and over {FACTOR:.0f} times those of an empty hub."
    yield ""
    yield "| statement | " + " | ".join(document["stages"]) + " | reason |"
    yield "|---|" + "---|" * (len(document["stages"]) + 1)
    for name, reason in document["growing"].items():
        yield (
            f"| `{name}` | "
            + " | ".join(_pages(stage.get(name)) for stage in document["stages"].values())
            + f" | {reason or '**none**'} |"
        )
    yield ""
    yield from wrong_answers(document["wrong"])
    yield "The slowest questions, in milliseconds:"
    yield ""
    yield "| question | " + " | ".join(document["answers"]) + " |"
    yield "|---|" + "---|" * len(document["answers"])
    last = list(document["answers"].values())[-1]
    for name in sorted(last, key=lambda one: -last[one])[:15]:
        yield (
            f"| `{name}` | " + " | ".join(f"{taken.get(name, 0):,.0f}" for taken in document["answers"].values()) + " |"
        )
    yield ""


def wrong_answers(wrong: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield each answer that was not as expected once, with how often each stage had it."""
    if not wrong:
        yield "All answers were as expected."
        yield ""
        return
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for stage, lines in wrong.items():
        for line in lines:
            counts[line][stage] += 1
    yield "Answers that were not as expected, and how often in each stage:"
    yield ""
    yield "| question and answer | " + " | ".join(wrong) + " |"
    yield "|---|" + "---|" * len(wrong)
    for line, stages in sorted(counts.items()):
        yield f"| `{line}` | " + " | ".join(str(stages[stage]) for stage in wrong) + " |"
    yield ""


def _pages(recorded: dict[str, Any] | None) -> str:
    return "-" if recorded is None else f"{recorded['pages']:,}"


def _sizes(document: dict[str, Any]) -> Iterator[str]:
    yield "## Tables"
    yield ""
    yield "| table | rows | MB | indexes, MB |"
    yield "|---|---|---|---|"
    for table, facts in document["sizes"].items():
        yield f"| {table} | {facts['rows']:,} | {facts['bytes'] / 1e6:,.0f} | {sum(one['bytes'] for one in facts['indexes'].values()) / 1e6:,.0f} |"
    yield ""


def _indexes(document: dict[str, Any]) -> Iterator[str]:
    yield "## Who reads which index"
    yield ""
    yield "| index | MB | reads in this run | statements |"
    yield "|---|---|---|---|"
    for facts in document["sizes"].values():
        for index, one in facts["indexes"].items():
            readers = document["readers"].get(index, [])
            yield f"| {index} | {one['bytes'] / 1e6:,.0f} | {one['reads']:,} | {_listed(readers)} |"
    yield ""


def _listed(readers: list[str]) -> str:
    more = f" and {len(readers) - 4} more" if len(readers) > 4 else ""
    return ", ".join(f"`{name}`" for name in readers[:4]) + more if readers else "none by a fixed plan"


def _statements(document: dict[str, Any]) -> Iterator[str]:
    stages = document["stages"]
    yield "## Every statement that ran"
    yield ""
    yield "Pages of 8 kB that the middle run touched, and how the last stage read."
    yield ""
    yield "| statement | " + " | ".join(stages) + " | reads |"
    yield "|---|" + "---|" * (len(stages) + 1)
    for name in sorted({name for stage in stages.values() for name in stage}):
        last = next(stage[name] for stage in reversed(stages.values()) if name in stage)
        yield (
            f"| `{name}` | "
            + " | ".join(_pages(stage.get(name)) for stage in stages.values())
            + f" | {'; '.join(last['reads'])} |"
        )
