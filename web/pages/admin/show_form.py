"""The form of a show: new or changed, with a preview of its Markdown, translations, and the poster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from markupsafe import Markup

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.shows.posters import MOST_BYTES, set_poster
from hub.actions.shows.shows import ShowDraft, ShowRecord, add_show, change_show, read_show
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import TRANSLATED
from hub.text.languages import LANGUAGES, OWN_NAMES
from hub.text.markdown import html_of
from web.keys import SERVICES
from web.limits import SHOW_FORM_BYTES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.image_upload import read_image
from web.pages.admin.shows import LIST
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

_LINES = ("title", "subtitle", "spoken_language")
_TEXTS = ("description", "accessibility", "consent")
_NUMBERS = ("duration_minutes", "minimum_age", "largest_party")
_NEW: Mapping[str, Any] = {"largest_party": "10"}


async def show_new(request: web.Request) -> web.Response:
    return _form_page(request, manager_of(request), None, _NEW)


async def add(request: web.Request) -> web.Response:
    manager = manager_of(request)
    form = await read_form(request, SHOW_FORM_BYTES)
    if form.has("preview"):
        return _form_page(request, manager, None, _typed(form))
    try:
        show = await add_show(
            request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), ShowDraft(**_fields(form))
        )
    except Refused as no:
        return _form_page(request, manager, None, _typed(form), refused=no)
    return see_other(f"{LIST}/{show.show_id}", done="show-added")


async def show_edit(request: web.Request) -> web.Response:
    manager = manager_of(request)
    show = await _read(request, manager)
    return _form_page(request, manager, show, _stored(show))


async def change(request: web.Request) -> web.Response:
    """Store the form. A stale one is shown again, with what somebody else has stored meanwhile beside each field."""
    manager = manager_of(request)
    form = await read_form(request, SHOW_FORM_BYTES)
    show = await _read(request, manager)
    if form.has("preview"):
        return _form_page(request, manager, show, _typed(form))
    try:
        await change_show(
            request.app[SERVICES],
            Actor.of(manager, client_ip=client_ip(request)),
            show.show_id,
            _fields(form),
            version=form.number("version"),
        )
    except Refused as no:
        if no.reason is Reason.VERSION_MISMATCH:
            show = await _read(request, manager)
            typed = {**_typed(form), "version": str(show.version)}
            return _form_page(request, manager, show, typed, refused=no, newest=_stored(show))
        return _form_page(request, manager, show, _typed(form), refused=no)
    return see_other(f"{LIST}/{show.show_id}", done="show-changed")


async def change_poster(request: web.Request) -> web.Response:
    """Store the uploaded poster, or take the poster away. The form is `multipart/form-data`."""
    manager = manager_of(request)
    show = await _read(request, manager)
    try:
        image = await read_image(request, MOST_BYTES, "A poster has at most 4 MB")
        await set_poster(request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), show.show_id, image)
    except Refused as no:
        return _form_page(request, manager, show, _stored(show), refused=no)
    return see_other(f"{LIST}/{show.show_id}", done="poster-changed" if image else "poster-removed")


async def _read(request: web.Request, manager: Identity) -> ShowRecord:
    return await read_show(
        request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request)), path_id(request, "show_id")
    )


def _form_page(
    request: web.Request, _manager: Identity, show: ShowRecord | None, values: Mapping[str, Any], *,
    refused: Refused | None = None, newest: Mapping[str, Any] | None = None,
) -> web.Response:  # fmt: skip
    """Show the form with these values. `newest` is what somebody else has stored since the form was opened."""
    status = 200 if refused is None else 409 if newest is not None else 400
    names = [*_LINES, *_TEXTS, *_NUMBERS, *(f"{language}-{name}" for language in LANGUAGES for name in TRANSLATED)]
    filled = {name: values.get(name, "") for name in names}
    return admin_page(
        request,
        "show_form.html",
        status=status,
        refused=refused,
        show=show,
        values=filled,
        version=values.get("version", ""),
        newest={name: text for name, text in (newest or {}).items() if name in filled and text != filled[name]},
        languages_of_texts=[(language, OWN_NAMES[language]) for language in LANGUAGES],
        longest=TRANSLATED,
        preview=Markup(html_of(filled["description"])),  # noqa: S704 - an allow-list of tags
    )


def _stored(show: ShowRecord) -> dict[str, str]:
    """Return the form's fields as the show has them."""
    found = {name: getattr(show, name) for name in (*_LINES, *_TEXTS, *_NUMBERS)}
    texts = {f"{tag}-{name}": text for tag, words in show.translations.items() for name, text in words.items()}
    return {
        **{name: "" if value is None else str(value) for name, value in found.items()},
        **texts,
        "version": str(show.version),
    }


def _typed(form: Form) -> dict[str, str]:
    lines = {name: form.get(name) for name in (*_LINES, *_NUMBERS, "version")}
    texts = {name: form.text(name) for name in _TEXTS}
    translated = {f"{tag}-{name}": form.text(f"{tag}-{name}") for tag in LANGUAGES for name in TRANSLATED}
    return {**lines, **texts, **translated}


def _fields(form: Form) -> dict[str, Any]:
    """Return what the action takes. Refuses INVALID_REQUEST for a number that is none."""
    typed = _typed(form)
    wrong = [name for name in _NUMBERS if typed[name] and form.number(name) is None]
    if wrong or not typed["largest_party"]:
        named = wrong or ["largest_party"]
        raise Refused(
            Reason.INVALID_REQUEST, errors=[{"field": name, "message": "Give a whole number"} for name in named]
        )
    translations = {
        tag: {name: typed[f"{tag}-{name}"] for name in TRANSLATED if typed[f"{tag}-{name}"]} for tag in LANGUAGES
    }
    return {
        **{name: typed[name] for name in (*_LINES, *_TEXTS)},
        **{name: form.number(name) for name in _NUMBERS},
        "translations": {tag: texts for tag, texts in translations.items() if texts},
    }
