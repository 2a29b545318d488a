"""A browser without scripts, styles and eyes: it fetches pages, follows links and sends forms as HTML says.

    browser = PlainBrowser(hub.url)
    page = await browser.open("/reserve/plain")
    page.field("Ticket code").fill("TKT-...")
    await page.press("Continue")
    assert page.heading == "Where should we send your confirmation?"

It keeps cookies for the paths they are meant for, and refuses to send what a browser would not let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "use", "wbr"]
)
UNSEEN = frozenset(("script", "style", "template", "head", "title"))
Name = str | re.Pattern[str]


@dataclass(eq=False)
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def has(self, name: str) -> bool:
        return name in self.attributes

    def all(self, *tags: str) -> Iterator[Element]:
        """Return the elements of these kinds inside this one, or all, in their order."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def up(self) -> Iterator[Element]:
        one: Element | None = self
        while one is not None:
            yield one
            one = one.parent

    @property
    def seen(self) -> bool:
        return not any(one.has("hidden") or one.tag in UNSEEN for one in self.up())

    @property
    def text(self) -> str:
        """The visible words, with single spaces."""
        if self.has("hidden") or self.tag in UNSEEN:
            return ""
        words = ""
        for child in self.children:
            # A name within a sentence is followed by its full stop.
            apart = isinstance(child, Element) and child.tag != "bdi"
            text = child.text if isinstance(child, Element) else child
            words += f" {text} " if apart else text
        return " ".join(words.split())

    def fill(self, value: str) -> None:
        assert self.tag in ("input", "textarea")
        self.attributes["value"] = value[: int(self["maxlength"] or 2**31)]

    def select(self, value: str) -> None:
        options = {one["value"]: one for one in self.all("option")}
        for one in options.values():
            one.attributes.pop("selected", None)
        options[value].attributes["selected"] = ""

    def check(self) -> None:
        for one in next(form for form in self.up() if form.tag == "form").all("input"):
            if one["type"] == self["type"] == "radio" and one["name"] == self["name"]:
                one.attributes.pop("checked", None)
        self.attributes["checked"] = ""

    @property
    def value(self) -> str:
        if self.tag == "textarea" and not self.has("value"):
            return "".join(child for child in self.children if isinstance(child, str)).removeprefix("\n")
        if self.tag != "select":
            return self["value"]
        options = list(self.all("option"))
        return next((one for one in options if one.has("selected")), options[0])["value"]


class _Tree(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self._open = Element("document")
        self.feed(text)
        assert self._open is self.root, f"<{self._open.tag}> is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._open))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert tag == self._open.tag, f"</{tag}> within <{self._open.tag}>"
            assert self._open.parent is not None
            self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


class PlainPage:
    """A window of the browser: the page it shows, and the actions of its reader."""

    def __init__(self, browser: PlainBrowser) -> None:
        self._browser = browser
        self.url = browser.url
        self.status = 0
        self.tree = Element("document")

    async def goto(self, address: str) -> PlainPage:
        return await self._load("GET", urljoin(self.url, address))

    async def reload(self) -> PlainPage:
        return await self.goto(self.url)

    async def follow(self, name: Name) -> PlainPage:
        """Follow the link with this name."""
        (link,) = self.links(name)
        return await self.goto(link["href"])

    async def press(self, name: Name) -> PlainPage:
        """Press the button with this name, which sends its form."""
        (button,) = self.buttons(name)
        form = next(one for one in button.up() if one.tag == "form")
        fields = [(one["name"], one.value) for one in form.all("input", "select", "textarea") if _is_sent(one)]
        if not form.has("novalidate"):
            for one in form.all("input", "select", "textarea"):
                assert not one.has("required") or one.value, f"a browser asks for {one['name']} first"
        if button.has("name"):
            fields.append((button["name"], button["value"]))
        address = urljoin(self.url, button["formaction"] or form["action"] or self.url)
        assert form["method"].lower() == "post"
        return await self._load("POST", address, fields)

    async def _load(self, method: str, address: str, fields: Any = None) -> PlainPage:
        for _ in range(10):
            self.status, headers, text = await self._browser.ask(method, address, fields)
            self.url = address
            if 300 <= self.status < 400:
                method, fields, address = "GET", None, urljoin(address, headers["Location"])
                continue
            self.tree = _Tree(text).root
            turned = [one["content"] for one in self.tree.all("meta") if one["http-equiv"].lower() == "refresh"]
            # A page that is loaded again after a while is shown meanwhile.
            if not turned or not turned[0].startswith("0"):
                return self
            method, fields, address = "GET", None, urljoin(address, turned[0].partition("url=")[2])
        raise AssertionError("it is led round and round")

    @property
    def language(self) -> str:
        return next(self.tree.all("html"))["lang"]

    @property
    def text(self) -> str:
        return self.tree.text

    @property
    def heading(self) -> str:
        (heading,) = (one for one in self.tree.all("h1") if one.seen)
        return heading.text

    @property
    def alert(self) -> str:
        return " ".join(one.text for one in self.tree.all() if one["role"] == "alert" and one.seen)

    def by_id(self, name: str) -> Element | None:
        return next((one for one in self.tree.all() if one["id"] == name), None)

    def find(self, name: str) -> Element:
        """Return the element with this id, which must exist."""
        found = self.by_id(name)
        assert found is not None, name
        return found

    def words_of(self, name: str) -> str:
        return self.find(name).text

    def links(self, name: Name) -> list[Element]:
        return [one for one in self.tree.all("a") if one.has("href") and one.seen and _matches(name, one)]

    def buttons(self, name: Name) -> list[Element]:
        """Return the buttons that can be pressed. Without scripts these are a form's submit buttons."""
        return [one for one in self.tree.all("button")
                if one["type"] != "button" and not one.has("disabled") and one.seen and _matches(name, one)]  # fmt: skip

    def fields(self, label: str) -> list[Element]:
        """Return the fields whose label begins with these words."""
        found = []
        for one in self.tree.all("label"):
            if one.text.startswith(label) and one.seen:
                inside = list(one.all("input", "select", "textarea"))
                found.append(self.find(one["for"]) if one.has("for") else inside[0])
        return found

    def field(self, label: str) -> Element:
        return self.fields(label)[0]

    def description(self, control: Element) -> str:
        """Return what a screen reader says of a field after its name."""
        return " ".join(self.words_of(name) for name in control["aria-describedby"].split())

    @property
    def focused(self) -> Element | None:
        return next((one for one in self.tree.all() if one.has("autofocus")), None)


class PlainBrowser:
    def __init__(self, url: str, *, language: str = "en-GB") -> None:
        self.url = url
        self._language = language
        self._cookies: dict[tuple[str, str], str] = {}
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def __aenter__(self) -> PlainBrowser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def sign_in(self, token: str) -> None:
        """Keep this session, as the sign-in does."""
        self.keep("hub_session", token)

    def keep(self, name: str, value: str, path: str = "/") -> None:
        """Keep a cookie for the pages below a path."""
        self._cookies[name, path] = value

    async def open(self, path: str) -> PlainPage:
        """Open another window."""
        return await PlainPage(self).goto(path)

    async def ask(self, method: str, address: str, fields: Any) -> tuple[int, Any, str]:
        path = urlsplit(address).path
        cookies = [f"{name}={value}" for (name, where), value in self._cookies.items() if _covers(where, path)]
        headers = {"Accept-Language": self._language, "Cookie": "; ".join(cookies)}
        if method == "POST":
            headers["Origin"] = self.url
        form = None if fields is None else aiohttp.FormData(fields)
        async with self._session.request(method, address, data=form, headers=headers, allow_redirects=False) as answer:
            for line in answer.headers.getall("Set-Cookie", []):
                for name, cookie in SimpleCookie(line).items():
                    self._cookies[name, cookie["path"] or "/"] = cookie.value
                    if cookie["max-age"] == "0":
                        del self._cookies[name, cookie["path"] or "/"]
            return answer.status, answer.headers, await answer.text()


def _covers(where: str, path: str) -> bool:
    return path == where or path.startswith(where.rstrip("/") + "/")


def _is_sent(control: Element) -> bool:
    if not control["name"] or control.has("disabled") or control["type"] in ("submit", "button"):
        return False
    return control["type"] not in ("radio", "checkbox") or control.has("checked")


def _matches(name: Name, element: Element) -> bool:
    said = element["aria-label"] or element.text
    return name.search(said) is not None if isinstance(name, re.Pattern) else name in said
