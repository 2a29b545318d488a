"""Personal data: a class for every column of the schema, and how each personal one is erased.

A test compares these tables with the migrated schema, and fails for a column without a class. The statements that erase and export are
made from them, so a column that is listed here as personal is erased and exported. To add a column, add it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple


class Erase(StrEnum):
    """How a personal column is erased."""

    NULL = "NULL"
    BLANK = "''"
    NAMELESS = "'–'"
    """For a name that may not be empty."""
    EMPTY = "'{}'"
    """For JSON."""
    RANDOM = "sha256(convert_to(gen_random_uuid()::text, 'UTF8'))"
    """For a hash of an address, in a row that still counts."""
    ROW = "ROW"
    """The whole row is deleted."""


class Kind(StrEnum):
    """Why a column that is not erased may stay."""

    PLAIN = "plain"
    """Says nothing about a visitor."""
    PSEUDONYM = "pseudonym"
    """A number or code that leads to a person only through columns that are erased. Counts and the scan log need it."""
    SECRET = "secret"  # noqa: S105
    """A random token or its hash. It is never exported."""
    PASSING = "passing"
    """What somebody uploaded, kept for a day at most. Nobody can be found in it, so it is deleted as a whole."""
    STAFF = "staff"
    """About the people who work here, who are no visitors."""


class Key(NamedTuple):
    """The column that names a row within its organisation, and its type."""

    column: str = "id"
    type: str = "bigint"


PERSONAL: Mapping[str, Mapping[str, Erase]] = {
    "tickets": {
        "customer_name": Erase.NULL, "customer_email": Erase.NULL, "customer_phone": Erase.NULL, "imported_email": Erase.NULL,
        "imported_phone": Erase.NULL, "cancel_reason": Erase.NULL,
    },
    "bookings": {
        "name": Erase.NAMELESS, "email": Erase.BLANK, "phone": Erase.NULL, "notes": Erase.BLANK, "key_hash": Erase.NULL,
        "body_hash": Erase.NULL,
    },
    "guests": {"name": Erase.NAMELESS, "note": Erase.BLANK, "email": Erase.NULL},
    "waitlist_entries": {
        "customer_email": Erase.BLANK, "customer_phone": Erase.BLANK, "key_hash": Erase.NULL, "body_hash": Erase.NULL,
    },
    "ticket_reservations": {"customer_email": Erase.BLANK, "customer_phone": Erase.BLANK},
    "orders": {"customer_name": Erase.NULL, "customer_email": Erase.NULL, "cancel_reason": Erase.NULL},
    "mail_outbox": {"recipient": Erase.BLANK, "payload": Erase.EMPTY, "last_error": Erase.NULL},
    "idempotency_keys": {"key_hash": Erase.ROW, "body_hash": Erase.ROW, "manage_token": Erase.ROW},
    "contact_codes": {"address_hash": Erase.ROW, "code_hash": Erase.ROW},
    "slot_message_recipients": {"address_hash": Erase.RANDOM},
    "notices": {"data": Erase.ROW},
    "scans": {"note": Erase.NULL},
    "scan_conflicts": {"note": Erase.NULL},
    "disputes": {"note": Erase.NULL, "decision_reason": Erase.NULL},
}  # fmt: skip
"""Every personal column with the way it is erased, in the order of locking: tickets first (db/schema.md)."""

KEYS: Mapping[str, Key] = {
    "idempotency_keys": Key("key_hash", "bytea"),
    "contact_codes": Key("id", "uuid"),
    "slot_message_recipients": Key("outbox_id"),
    "scans": Key("scan_id", "uuid"),
}
"""The keys that are not `id bigint`."""

BESIDE: Mapping[str, str] = {
    "mail_outbox": "status = CASE status WHEN 'PENDING' THEN 'DROPPED' ELSE status END, leased_until = NULL, lease_id = NULL",
}
"""What an erasure changes besides the personal columns: a message without its address is not sent any more."""

NOT_EXPORTED = frozenset({"payload", "key_hash", "body_hash", "manage_token", "address_hash", "code_hash"})
"""Personal columns that hold links, codes and hashes. An export shows what the hub knows, not what opens it."""

_CLASSES: Mapping[str, Mapping[Kind, str]] = {
    "alarm_acknowledgements": {Kind.PLAIN: "org_id alarm_id acknowledged_at", Kind.STAFF: "acknowledged_by"},
    "alert_looks": {Kind.PLAIN: "org_id looked_at"},
    "alert_states": {Kind.PLAIN: "org_id venue_id kind subject over under"},
    "alerts": {Kind.PLAIN: "org_id id venue_id kind subject value raised_value threshold details raised_at cleared_at"},
    "api_keys": {
        Kind.PLAIN: "org_id id name hint scopes venue_ids requests_per_minute created_at last_used_at revoked_at version",
        Kind.STAFF: "created_by",
        Kind.SECRET: "key_hash",
    },
    "audit_log": {
        Kind.PLAIN: "org_id id at source action subject venue_id before after",
        Kind.PSEUDONYM: "subject_id",
        Kind.STAFF: "staff_id staff_name client_ip",
    },
    "bookings": {
        Kind.PLAIN: "org_id slot_id venue_id status party_size language consent requested_at expires_at confirmed_at ended_at end_cause",
        Kind.PSEUDONYM: "id",
        Kind.SECRET: "confirm_hash",
    },
    "closed_days": {Kind.PLAIN: "org_id id venue_id date name hours source version created_at"},
    "closed_slot_notices": {Kind.PLAIN: "org_id reservation_id slot_id"},
    "contact_checks": {Kind.PLAIN: "org_id date venue_id checked_at", Kind.PSEUDONYM: "ticket_id"},
    "contact_codes": {Kind.PLAIN: "org_id id channel tries created_at expires_at voided_at confirmed_at outbox_id"},
    "disputes": {
        Kind.PLAIN: "org_id id scan_id venue_id gate device result reason scanned_at asked_at decision decided_at day",
        Kind.PSEUDONYM: "code ticket_id",
        Kind.STAFF: "operator_id decided_by",
    },
    "duplicate_alarms": {
        Kind.PLAIN: "org_id id venue_id first_scan_id first_gate first_result first_reason first_at second_scan_id second_gate"
        " second_result second_reason second_at raised_at",
        Kind.PSEUDONYM: "code ticket_id",
        Kind.STAFF: "first_by second_by",
    },
    "first_setup": {Kind.PLAIN: "id org_id finished_at", Kind.SECRET: "code_hash", Kind.STAFF: "draft"},
    "gates": {Kind.PLAIN: "org_id id venue_id name created_at version retired_at"},
    "guests": {
        Kind.PLAIN: "org_id venue_id slot_id language created_at version",
        Kind.PSEUDONYM: "id",
        Kind.STAFF: "added_by",
    },
    "idempotency_keys": {Kind.PLAIN: "org_id slot_id reservation_id reservation_ids created_at expires_at"},
    "import_lines": {
        Kind.PLAIN: "org_id import_id line kind field message",
        Kind.PSEUDONYM: "code",
        Kind.PASSING: "before after",
    },
    "import_parts": {Kind.PLAIN: "org_id import_id part", Kind.PASSING: "content"},
    "imports": {
        Kind.PLAIN: "org_id id status size_bytes digest encoding sheet mapping skip_errors problem lines last_line lines_done added changed"
        " cancelled unchanged refused new_products unused source venue_ids created_at changed_at finished_at lease leased_until version",
        Kind.PASSING: "reading",
        Kind.STAFF: "file_name staff_id staff_name client_ip",
    },
    "mail_outbox": {
        Kind.PLAIN: "org_id id kind reservation_id status attempts next_attempt_at leased_until lease_id created_at sent_at channel"
        " language not_after",
    },
    "manage_links": {Kind.PLAIN: "org_id created_at", Kind.SECRET: "token_hash stands_for"},
    "moved_bookings": {Kind.PLAIN: "org_id reservation_id slot_id was message moved_at"},
    "notices": {Kind.PLAIN: "org_id id venue_id gate kind told_at device", Kind.STAFF: "staff_id"},
    "gate_messages": {Kind.PLAIN: "org_id id venue_id gate sent_at", Kind.STAFF: "text sent_by"},
    "gate_message_readers": {Kind.PLAIN: "org_id message_id gate read_at", Kind.STAFF: "staff_id"},
    "orders": {
        Kind.PLAIN: "org_id id status created_at paid_at language api_key_id cancelled_at mails",
        Kind.PSEUDONYM: "reference",
        Kind.STAFF: "cancelled_by",
    },
    "order_requests": {Kind.PLAIN: "org_id created_at expires_at order_id", Kind.PSEUDONYM: "key_hash body_hash"},
    "opening_hours": {Kind.PLAIN: "org_id id venue_id weekday opens closes minutes capacity"},
    "opening_weeks": {Kind.PLAIN: "org_id id version updated_at"},
    "organisations": {Kind.PLAIN: "id name created_at retention_days slug version"},
    "portal_refusals": {Kind.PLAIN: "org_id venue_id date step reason process refusals"},
    "practice_tickets": {Kind.PLAIN: "org_id id venue_id ticket_id date created_at"},
    "product_gates": {Kind.PLAIN: "org_id product_id gate_id"},
    "products": {
        Kind.PLAIN: "org_id id venue_id name name_zh activation_mode valid_days valid_until note note_zh attention question question_zh"
        " sold_at_door version archived_at created_at",
    },
    "provider_accounts": {Kind.PLAIN: "org_id id linked_at signed_in_at", Kind.STAFF: "staff_id issuer subject"},
    "recovery_codes": {Kind.PLAIN: "org_id id used_at", Kind.STAFF: "staff_id", Kind.SECRET: "code_hash"},
    "reminders": {Kind.PLAIN: "org_id reservation_id slot_id hours reminded_at"},
    "reservation_slots": {
        Kind.PLAIN: "org_id id venue_id date start_time end_time starts_at ends_at total_capacity booked_count verified_count revision"
        " status expired_at created_at updated_at held_count has_waitlist show_id room_id additional_seats occupied_seats booking_opens_at"
        " booking_closes_at booking_closed check_in_opens_minutes check_in_closes_minutes largest_party version cancelled_at entered_apart"
        " cancel_message bookings_ended_at moved_at for_guests contacts_erased_at",
    },
    "revoked_sessions": {Kind.PLAIN: "org_id id issued_before expires_at", Kind.STAFF: "staff_id", Kind.SECRET: "jti"},
    "rooms": {Kind.PLAIN: "org_id id venue_id name capacity accessibility version created_at"},
    "scan_conflicts": {
        Kind.PLAIN: "org_id id scan_id venue_id kind offline_result result reason gate device scanned_at logged_at first_at first_gate"
        " decision decided_at people",
        Kind.PSEUDONYM: "code ticket_id",
        Kind.STAFF: "operator_id first_by decided_by",
    },
    "scan_tallies": {Kind.PLAIN: "org_id venue_id starts_at ends_at tallies"},
    "scanners": {
        Kind.PLAIN: "org_id id venue_id gate_id name mode code_expires_at enrolled_at last_seen_at revoked_at wipe wiped_at wiped_lost"
        " created_at changed_at version",
        Kind.SECRET: "code_hash token_hash",
    },
    "scans": {
        Kind.PLAIN: "org_id scan_id venue_id mode source gate device slot_id result reason entered undoes scanned_at logged_at people"
        " admitted day wanted",
        Kind.PSEUDONYM: "code ticket_id reservation_id",
        Kind.STAFF: "operator_id answer",
    },
    "schema_migrations": {Kind.PLAIN: "name sha256 applied_at"},
    "second_factors": {Kind.PLAIN: "org_id last_step used_at made_at", Kind.STAFF: "staff_id", Kind.SECRET: "secret"},
    "venue_logos": {Kind.PLAIN: "org_id venue_id hash width height image created_at"},
    "show_posters": {Kind.PLAIN: "org_id hash media_type width height image created_at"},
    "shows": {
        Kind.PLAIN: "org_id id venue_id title subtitle description translations duration_minutes spoken_language minimum_age"
        " accessibility consent largest_party status poster_hash version created_at updated_at",
    },
    "sign_in_settings": {
        Kind.PLAIN: "org_id version require_second_factor passwords oidc_issuer oidc_client_id oidc_label oidc_match oidc_worked_at",
        Kind.SECRET: "oidc_client_secret",
    },
    "sign_in_attempts": {Kind.PLAIN: "failures window_ends locked_until locks", Kind.STAFF: "bucket"},
    "slot_closures": {Kind.PLAIN: "org_id slot_id way move_to kept message closed_at finished_at"},
    "slot_message_recipients": {Kind.PLAIN: "org_id message_id outbox_id"},
    "slot_messages": {Kind.PLAIN: "org_id id slot_id key message created_at finished_at", Kind.STAFF: "staff_id"},
    "staff": {
        Kind.PLAIN: "org_id id venue_id role disabled_at created_at venue_ids gate_ids valid_from valid_until version",
        Kind.STAFF: "username name email last_signed_in_at",
        Kind.SECRET: "password_hash pin_hash",
    },
    "staff_links": {
        Kind.PLAIN: "org_id id kind created_at expires_at used_at revoked_at outbox_id",
        Kind.STAFF: "staff_id",
        Kind.SECRET: "token_hash",
    },
    "staff_sessions": {
        Kind.PLAIN: "org_id id issued_at expires_at last_seen_at began_with",
        Kind.STAFF: "staff_id device client_ip",
        Kind.SECRET: "jti",
    },
    "staff_shifts": {Kind.PLAIN: "org_id id date start_time end_time starts_at ends_at", Kind.STAFF: "staff_id"},
    "ticket_absences": {
        Kind.PLAIN: "org_id exit_scan venue_id date left_at left_gate returned_at return_scan person",
        Kind.PSEUDONYM: "ticket_id",
    },
    "ticket_checks": {Kind.PLAIN: "org_id date venue_id checked_at", Kind.PSEUDONYM: "ticket_id"},
    "ticket_reminders": {Kind.PLAIN: "org_id venue_id paid_until order_id", Kind.PSEUDONYM: "ticket_id"},
    "ticket_reservations": {
        Kind.PLAIN: "org_id id slot_id venue_id status holds_place reserved_at verified_at cancelled_at created_at language"
        " calendar_sequence moved_at cancel_cause places admitted booked_together added_places gate_scan_id gate_from_slot_id",
        Kind.PSEUDONYM: "ticket_id",
        Kind.SECRET: "manage_token_hash",
    },
    "tickets": {
        Kind.PLAIN: "org_id order_id product_id channel status activation_mode valid_until created_at activated_at reserved_at verified_at"
        " verified_gate version cancelled_at",
        Kind.PSEUDONYM: "id code",
        Kind.STAFF: "verified_by cancelled_by",
    },
    "venue_movements": {Kind.PLAIN: "org_id venue_id date exited reentered revision"},
    "venues": {
        Kind.PLAIN: "org_id id name timezone unreserved_entry late_entry_minutes early_entry_minutes change_cutoff_hours show_contact"
        " created_at address language country contact_check reminder_hours waitlist_offer_minutes no_show_release_minutes re_entry"
        " duplicate_alarm_minutes alert_failure_percent alert_utilisation_percent alert_latency_ms alert_login_failures"
        " alert_check_percent alert_slot_full_percent alert_booking_ms alert_booking_errors alert_activation_percent"
        " alert_rejection_percent alert_scan_timeouts alert_mail_percent alert_rollback_percent"
        " alert_webhook_url booking_expiry_hours pending_per_address version ip_allow_list unenrolled_scanners"
        " scanner_key_hours inside_limit when_full door_sales door_booking slug contact_email contact_phone unbooked_reminder_days text_messages"
        " text_quiet_hours waiting_room waiting_room_per_minute waiting_room_turn_minutes",
        Kind.STAFF: "alert_emails",
        Kind.SECRET: "alert_webhook_secret",
    },
    "visit_texts": {Kind.PLAIN: "org_id reservation_id slot_id kind texted_at"},
    "waitlist_entries": {
        Kind.PLAIN: "org_id id slot_id venue_id places status language joined_at gathers_until offered_at offer_ends_at ended_at end_cause",
    },
    "waitlist_lines": {Kind.PLAIN: "org_id slot_id"},
    "waitlist_links": {Kind.PLAIN: "org_id entry_id created_at", Kind.SECRET: "token_hash"},
    "waitlist_tickets": {Kind.PLAIN: "org_id entry_id slot_id waits", Kind.PSEUDONYM: "ticket_id"},
    "walk_ins": {Kind.PLAIN: "org_id venue_id date entered revision"},
    "webhook_counters": {Kind.PLAIN: "org_id last"},
    "webhook_deliveries": {
        Kind.PLAIN: "org_id id webhook_id event_id kind sequences attempt sent_at milliseconds request status answer error",
    },
    "webhook_events": {Kind.PLAIN: "org_id sequence event_id kind venue_id at", Kind.PSEUDONYM: "object data"},
    "webhook_inbox": {Kind.PLAIN: "org_id id kind venue_id at scan_ids modes", Kind.PSEUDONYM: "object data"},
    "webhook_retries": {
        Kind.PLAIN: "org_id webhook_id sequence attempts first_failed_at next_attempt_at last_error dead_at",
        Kind.PSEUDONYM: "object",
    },
    "webhooks": {
        Kind.PLAIN: "org_id id version name url events venue_id batch previous_until paused_at created_at position failures failing_since"
        " next_attempt_at last_success_at leased_until lease_id",
        Kind.SECRET: "secret previous_secret",
    },
}
"""Every other column, by table and kind."""


def classes() -> Iterator[tuple[str, str, Erase | Kind]]:
    """Yield table, column and class of every classified column."""
    for table, columns in PERSONAL.items():
        for column, erase in columns.items():
            yield table, column, erase
    for table, kinds in _CLASSES.items():
        for kind, names in kinds.items():
            for column in names.split():
                yield table, column, kind


def key_of(table: str) -> Key:
    return KEYS.get(table, Key())


def erase_statement(table: str) -> str:
    """Return the statement that erases the personal data of the rows with the keys $2 of organisation $1. All names are constants."""
    key, columns = key_of(table), PERSONAL[table]
    where = f"WHERE org_id = $1 AND {key.column} = ANY ($2::{key.type}[])"
    if Erase.ROW in columns.values():
        return f"DELETE FROM {table} {where}"  # noqa: S608
    changes = [f"{column} = {erase.value}" for column, erase in columns.items()]
    changes += [BESIDE[table]] if table in BESIDE else []
    return f"UPDATE {table} SET {', '.join(changes)} {where}"  # noqa: S608


def export_statement(table: str) -> str:
    """Return the statement that reads the rows with the keys $2 of organisation $1 as JSON, without secrets."""
    key = key_of(table)
    hidden = [column for column, _ in PERSONAL[table].items() if column in NOT_EXPORTED]
    hidden += _CLASSES[table].get(Kind.SECRET, "").split()
    minus = "".join(f" - '{column}'" for column in hidden)
    return (
        f"SELECT (to_jsonb(t){minus})::text AS line FROM {table} t"  # noqa: S608
        f" WHERE t.org_id = $1 AND t.{key.column} = ANY ($2::{key.type}[]) ORDER BY t.{key.column}"
    )
