"""Examples of requests where more than the required fields, or better values than a schema can give, say what a request is for."""

from collections.abc import Mapping
from typing import Any

_CODE = "TKT-2026-7BC3KM-9RT4WT"
_SECOND_CODE = "TKT-2026-9RT4W7-BC3KM7"
_CONTACT = {"customer_email": "ada@example.com", "customer_phone": "+12025551234"}
_SCAN = "3f0c8b7e-5f0e-4f7b-9a53-0e9d1f6f3a10"

EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("POST", "/api/reservations/create"): {"ticket_id": 42, "slot_id": 17, **_CONTACT},
    ("POST", "/api/reservations"): {"ticket_codes": [_CODE, _SECOND_CODE], "slot_id": 17, **_CONTACT},
    ("POST", "/api/waitlist"): {"ticket_codes": [_CODE], "slot_id": 17, **_CONTACT},
    ("POST", "/api/bookings"): {"performance_id": 8, "name": "Ada Lovelace", "email": "ada@example.com", "party_size": 3},
    ("PUT", "/api/reservations/{reservation_id}"): {"slot_id": 18},
    ("POST", "/api/operator/password"): {"old": "correct horse battery", "password": "staple and a blue lamp"},
    ("POST", "/api/operator/validate-ticket"): {"ticket_code": _CODE, "gate": "A"},
    ("POST", "/api/operator/verify-ticket"): {"ticket_id": 42, "ticket_code": _CODE, "gate": "A", "scan_id": _SCAN},
    ("POST", "/venue/scan"): {"code": _CODE, "gate": "A", "scan_id": _SCAN},
    ("POST", "/api/operator/door-sales"): {"scan_id": _SCAN, "slot_id": 17, "product_id": 3, "count": 2, "gate": "A"},
    ("POST", "/api/check-in"): {"code": "BKG-2Q8FZ7CR9MDNWXH3KTV4PJ6YABJ", "count": 2},
    ("POST", "/api/disputes"): {"scan_id": _SCAN, "note": "The visitor has a receipt for today."},
    ("POST", "/api/disputes/decision"): {"scan_id": _SCAN, "decision": "admit", "reason": "Receipt shown"},
    ("POST", "/api/disputes/withdrawal"): {"scan_id": _SCAN},
    ("POST", "/api/admin/organisations"): {"name": "City Museums", "administrator": {"username": "anna", "name": "Anna Rossi"}},
    ("PATCH", "/api/admin/organisations/{organisation_id}"): {"name": "City Museums"},
    ("POST", "/api/admin/venues"): {"name": "Museum", "timezone": "Europe/Rome"},
    ("PATCH", "/api/admin/venues/{venue_id}"): {"name": "Museum of Modern Art"},
    ("POST", "/api/admin/webhooks"): {
        "name": "Shop", "url": "https://shop.example/hooks/venue", "events": ["entry.recorded", "reservation.created"],
    },
    ("PATCH", "/api/admin/webhooks/{webhook_id}"): {"paused": True},
    ("POST", "/api/admin/webhooks/{webhook_id}/replay"): {"from": 812},
    ("POST", "/api/admin/gates"): {"name": "Side door"},
    ("PATCH", "/api/admin/gates/{gate_id}"): {"name": "Side door"},
    ("PATCH", "/api/admin/devices/{device_id}"): {"name": "North 2", "gate": "A"},
    ("PATCH", "/api/admin/policies/{venue_id}"): {"late_entry_minutes": 15, "unreserved_entry": "allow"},
    ("POST", "/api/admin/rooms"): {"name": "Main stage", "capacity": 240},
    ("PATCH", "/api/admin/rooms/{room_id}"): {"capacity": 250},
    ("POST", "/api/admin/shows"): {"title": "The Tempest", "description": "A play by *William Shakespeare*.", "duration_minutes": 150},
    ("PATCH", "/api/admin/shows/{show_id}"): {"status": "PUBLISHED"},
    ("POST", "/api/admin/performances"): {"show_id": 3, "room_id": 2, "date": "2026-12-01", "start_time": "20:00"},
    ("POST", "/api/admin/performances/run"): {
        "show_id": 3, "room_id": 2, "times": ["20:00"], "from": "2026-12-01", "to": "2026-12-24", "weekdays": [5, 6],
    },
    ("PATCH", "/api/admin/performances/{performance_id}"): {"additional_seats": 10},
    ("POST", "/api/admin/performances/{performance_id}/cancel"): {"message": "The lead is ill. You get your money back."},
    ("POST", "/api/admin/performances/{performance_id}/move"): {"date": "2026-12-02", "start_time": "20:00"},
    ("POST", "/api/admin/bookings/{booking_id}/move"): {"performance_id": 9},
    ("POST", "/api/admin/slots"): {"date": "2026-12-01", "start_time": "10:00", "end_time": "12:00", "capacity": 200},
    ("POST", "/api/admin/slots/generate"): {"from": "2026-12-01", "to": "2026-12-31"},
    ("POST", "/api/admin/slots/copy"): {"from": "2026-12-01", "to": ["2026-12-08", "2026-12-15"]},
    ("POST", "/api/admin/slots/change"): {"slots": [{"slot_id": 17}, {"slot_id": 18}], "capacity": 220},
    ("PATCH", "/api/admin/slots/{slot_id}"): {"capacity": 220},
    ("POST", "/api/admin/closed-days"): {"dates": ["2026-12-25"], "name": "Christmas"},
    ("PATCH", "/api/admin/closed-days/{closed_day_id}"): {"name": "Christmas Day"},
    ("PATCH", "/api/admin/reservations/{reservation_id}"): {"email": "ada@example.com"},
    ("POST", "/api/admin/reservations/{reservation_id}/move"): {"slot_id": 18},
    ("POST", "/api/admin/products"): {"name": "Day ticket"},
    ("PATCH", "/api/admin/products/{product_id}"): {"name": "Day ticket"},
    ("POST", "/api/admin/tickets"): {"count": 10},
    ("POST", "/api/admin/tickets/{ticket_id}/cancel"): {"reason": "Refunded"},
    ("PATCH", "/api/admin/privacy"): {"retention_days": 365},
    ("POST", "/api/admin/staff"): {"username": "anna", "name": "Anna Rossi", "role": "OPERATOR"},
    ("PATCH", "/api/admin/staff/{staff_id}"): {"name": "Anna Rossi", "role": "MANAGER"},
}  # fmt: skip
