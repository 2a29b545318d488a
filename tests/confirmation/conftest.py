"""Fixtures of the confirmation tests: outbox rows, a real SMTP server, and the two outbox workers."""

from tests.support.outbox_workers import database, events, mail_server, outbox_rows, services, urgent, worker

__all__ = ["database", "events", "mail_server", "outbox_rows", "services", "urgent", "worker"]
