"""The JSON fields of a booking's response, for one ticket or for a party."""

from hub.actions.booking.booking_request import Reserved
from hub.confirmation import qr_code
from hub.rules.ticket_code import is_booking_code


def manage_path(token: str, *, of_booking: bool = False) -> str:
    """Return the path of the page that shows, moves and cancels what the token opens."""
    return f"/{'b' if of_booking else 'r'}/{token}"


def ticket_fields(reserved: Reserved, public_url: str) -> dict[str, object]:
    return {
        "reservation_id": reserved.reservation_id,
        "ticket_code": reserved.ticket_code,
        "slot": _slot_fields(reserved),
        "confirmation_sent": True,
        "qr_code": qr_code.png_data_url(reserved.ticket_code),
        "manage_url": public_url + manage_path(reserved.manage_token),
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
        "manage_url": public_url
        + manage_path(reserved[0].manage_token, of_booking=is_booking_code(reserved[0].ticket_code)),
        "token": reserved[0].manage_token,
    }


def _slot_fields(reserved: Reserved) -> dict[str, object]:
    return {
        "slot_id": reserved.slot_id,
        "date": reserved.date,
        "start_time": reserved.start_time,
        "end_time": reserved.end_time,
    }
