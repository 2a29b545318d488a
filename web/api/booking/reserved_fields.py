"""The JSON fields of a booking's response, for one ticket or for a party."""

from hub.actions.booking.booking_request import Reserved
from hub.confirmation import qr_code


def ticket_fields(reserved: Reserved, public_url: str) -> dict[str, object]:
    return {
        "reservation_id": reserved.reservation_id,
        "ticket_code": reserved.ticket_code,
        "slot": _slot_fields(reserved),
        "confirmation_sent": True,
        "qr_code": qr_code.png_data_url(reserved.ticket_code),
        "manage_url": f"{public_url}/r/{reserved.manage_token}",
    }


def party_fields(reserved: tuple[Reserved, ...], public_url: str) -> dict[str, object]:
    """Return the fields for a party, the same for every endpoint that books one."""
    return {
        "reservations": [
            {
                "reservation_id": one.reservation_id,
                "ticket_code": one.ticket_code,
                "qr_code": qr_code.png_data_url(one.ticket_code),
            }
            for one in reserved
        ],
        "slot": _slot_fields(reserved[0]),
        "confirmation_sent": True,
        "manage_url": f"{public_url}/r/{reserved[0].manage_token}",
        "token": reserved[0].manage_token,
    }


def _slot_fields(reserved: Reserved) -> dict[str, object]:
    return {
        "slot_id": reserved.slot_id,
        "date": reserved.date,
        "start_time": reserved.start_time,
        "end_time": reserved.end_time,
    }
