"""Mails as a real SMTP server received them: their parts, their words, and what holds for every kind."""

import io
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

import zxingcpp
from icalendar import Calendar
from PIL import Image

from tests.support.mail_outbox import NOW, PUBLIC_URL, SLOT

LANGUAGES = ("en", "zh_Hans")
DAYS = {"en": "Saturday, 21 November 2026", "zh_Hans": "2026年11月21日"}
HOURS = {"en": "12:00 – 14:00", "zh_Hans": "12:00–14:00"}
WAITLIST = {"waitlist_token": "wait-secret", "slot": SLOT, "venue_name": "Museo", "timezone": "Europe/Rome"}


class Page(HTMLParser):
    """The content of an HTML body."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.pictures, self.words = [], [], [], []
        self.lang = None
        self._unseen = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "img":
            self.pictures.append(attrs)
        if tag == "html":
            self.lang = attrs["lang"]
        if tag in ("title", "style") or "display:none" in (attrs.get("style") or ""):
            self._unseen = tag

    def handle_endtag(self, tag):
        if tag == self._unseen:
            self._unseen = None

    def handle_data(self, data):
        if self._unseen is None:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def shape(part):
    """Return the tree of a message as nested lists of types."""
    if part.is_multipart():
        return [part.get_content_type(), *(shape(child) for child in part.iter_parts())]
    return part.get_content_type()


MAP = "https://www.google.com/maps/search/"


def read_qr(part):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(part.get_content())).convert("L"))
    return found.text


def bodies(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n"), Page(mail.get_body(("html",)).get_content())


def calendar(mail):
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    parsed = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == parsed["METHOD"]
    assert part.get_filename() == "visit.ics"
    return parsed


async def sent(worker, mail_server):
    """Send the one mail of this worker, and return it."""
    assert await worker.send_due() == 1
    (mail,) = mail_server.messages
    return mail


def check_every_mail(mail, language, row_id):
    """Check what holds for mails of every kind."""
    assert mail["To"] == "j@example.org"
    assert mail["From"].addresses[0].addr_spec == "no-reply@hub.example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language.replace("_", "-")
    assert mail["Message-ID"].endswith(f".{row_id}.{int(NOW.timestamp()):x}@hub.example.org>")
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail["List-Unsubscribe"] is None
    text, page = bodies(mail)
    assert page.lang == language.replace("_", "-")
    assert not {"script", "link", "form", "iframe", "video", "svg"} & set(page.tags)
    for picture in page.pictures:
        assert picture["src"].startswith("cid:")
        assert picture["alt"]
    assert all(link.startswith(("https://", "mailto:", "tel:")) for link in page.links)
    assert "{" not in text
    assert "%(" not in text
    assert not {"{venue}", "{day}", "%(code)s"} & set(page.text.split())
    assert text == text.strip() + "\n"
    assert "\n\n\n" not in text
    # The text and the HTML say the same. Only links, labels and the places of pictures differ.
    missing = [line.strip() for line in text.split("\n") if line.split()[-1:] and line.split()[-1] not in page.text]
    assert all(line.startswith((PUBLIC_URL, MAP)) or line.endswith((":", ".", "。", "：")) for line in missing), missing
