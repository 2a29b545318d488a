"""Columns of files that other programs write: which of ours a header means, in the spellings that shops and spreadsheets use."""

from __future__ import annotations

import unicodedata

_SPELLINGS = {
    "code": "code, ticket code, ticket, ticket number, ticket no, ticket id, barcode, bar code, barcode number, qr, qr code, voucher, voucher code,"
    " codice, codice biglietto, ticketcode, ticketnummer, code billet, codigo, 票码, 票号, 编码",
    "order": "order, order id, order number, order no, order reference, reference, booking reference, ordine, bestellung,"
    " bestellnummer, commande, pedido, 订单, 订单号, 订单编号",
    "product": "product, product name, product id, ticket type, type, category, prodotto, produkt, produit, producto, 产品, 票种",
    "channel": "channel, sales channel, source, canale, kanal, canal, 渠道",
    "status": "status, ticket status, attendee status, state, stato, statut, estado, 状态",
    "name": "name, full name, customer, customer name, attendee name, guest, guest name, visitor, visitor name, holder, nome, nominativo, nom,"
    " nombre, kunde, gast, 姓名, 名字",
    "first_name": "first name, attendee first name, given name, forename, nome di battesimo, vorname, prenom, 名",
    "last_name": "last name, attendee last name, attendee surname, surname, family name, cognome, nachname, nom de famille, apellidos, 姓",
    "email": "email, attendee email, e mail, mail, email address, e mail address, mail address, customer email, posta elettronica, indirizzo email,"
    " courriel, correo, correo electronico, 邮箱, 电子邮件, 电子邮箱",
    "phone": "phone, phone number, telephone, telephone number, tel, mobile, mobile phone, mobile number, cell, cell phone,"
    " customer phone, telefono, cellulare, telefon, telefonnummer, handy, telephone portable, movil, 电话, 手机, 手机号",
    "party": "party, party size, people, persons, guests, size, personen, persone, personnes, personas, 人数",
    "note": "note, notes, comment, comments, remark, remarks, nota, bemerkung, remarque, 备注",
}  # fmt: skip


def plain_header(header: str) -> str:
    """Return a header as spellings are compared: without case, accents and punctuation."""
    folded = unicodedata.normalize("NFKD", header.casefold())
    return "".join(one for one in folded if one.isalnum())


_COLUMN_OF = {
    plain_header(spelling): column for column, spellings in _SPELLINGS.items() for spelling in spellings.split(",")
}


def column_of(header: str, known: tuple[str, ...]) -> str | None:
    """Return the column that a header means, one of `known`; None for one that is not used."""
    column = _COLUMN_OF.get(plain_header(header))
    return column if column in known else None


def shown_header(header: str) -> str:
    """Return a header to be shown in a message: one printable line of at most 40 characters."""
    line = " ".join("".join(one if one.isprintable() else " " for one in header).split())
    return line if len(line) <= 40 else f"{line[:39]}…"
