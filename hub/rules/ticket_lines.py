"""The lines of a ticket file: the columns, the words for a status, and what is guessed from the headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.rules.column_names import column_of
from hub.rules.shop_exports import ShopExport, shop_column, shop_of

COLUMNS = ("code", "order", "product", "channel", "status", "name", "first_name", "last_name", "email", "phone")
"""What a column of a file may mean."""
FIELDS = ("code", "order", "product", "channel", "status", "name", "email", "phone")
"""What a line may give a ticket. First and last name together are its name."""
CHANNELS = ("direct", "mini_program", "ota")
STATUSES = ("ACTIVATED", "INACTIVE", "PENDING_PAYMENT", "CANCELLED")
CHANNEL_OF_PREFIX = {"MP-": "mini_program", "DT-": "ota"}
_STATUS_WORDS = {
    "ACTIVATED": "paid, active, activated, valid, confirmed, completed, complete, attending, approved, bezahlt, pagato, payé, pagado, 已支付, 有效",
    "INACTIVE": "inactive, not activated, 未激活",
    "PENDING_PAYMENT": "pending, unpaid, pending payment, awaiting payment, awaiting offline payment, reserved, not paid, offen, 待支付, 未支付",
    "CANCELLED": "cancelled, canceled, refunded, deleted, not attending, void, voided, revoked, storniert, annullato, annulé, cancelado, 已取消, 已退款",
}  # fmt: skip
_STATUS_OF = {word.strip(): status for status, words in _STATUS_WORDS.items() for word in words.split(",")}


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A line that can be stored. `given` has the fields that the line itself fills; the others have their usual value."""

    line: int
    code: str
    order: str | None
    product: str | None
    channel: str
    status: str
    name: str | None
    email: str | None
    phone: str | None
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line. The message never repeats a cell, which may be somebody's address."""

    line: int
    field: str | None
    message: str


def status_of(text: str) -> str | None:
    """Return the status that a word of a shop means; None for one that is not known."""
    word = " ".join(text.replace("_", " ").casefold().split())
    return _STATUS_OF.get(word)


def guess_mapping(headers: Sequence[str]) -> tuple[list[str], ShopExport | None]:
    """Return what each column means, "" for one that is not used, and the shop that wrote the file.

    Of two columns that mean the same the first one counts only where a shop names it; without a shop both are kept, so that
    somebody chooses.
    """
    shop = shop_of(headers)
    mapping: list[str] = []
    for header in headers:
        column = shop_column(shop, header) if shop is not None else None
        if column is None:
            column = column_of(header, COLUMNS) or "" if header else ""
            column = "" if shop is not None and column in shop.columns.values() else column
        mapping.append("" if shop is not None and column in mapping else column)
    if "first_name" in mapping and "last_name" in mapping:
        mapping = ["" if column == "name" else column for column in mapping]
    return mapping, shop


def mapping_problem(mapping: Sequence[str], shop: ShopExport | None = None) -> str | None:
    """Return what keeps a mapping from being used, as a sentence; None if nothing does."""
    if "code" not in mapping:
        return shop.missing if shop is not None else "Choose the column that has the code of the ticket"
    twice = next((one for one in COLUMNS if mapping.count(one) > 1), None) if isinstance(mapping, list) else None
    return f"Two columns are the {twice}: choose one of them" if twice else None
