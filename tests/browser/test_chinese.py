"""All booking steps in Chinese on a phone: no English word is left, and nothing is wider than the screen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, key_in
from tests.support.hub import Hub
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

CHINESE = "zh-CN"
# Names, and terms that Chinese readers write in Latin letters.
NAMES = {"API", "Web", "shop", "MB", "Excel", "UTF", "xlsx", "pretix", "Eventbrite", "Hi", "Events", "Venue", "Hub", "Test", "English", "PNG", "SVG", "JPEG", "WebP", "PIN", "Outlook", "JavaScript", "Jane", "Smith", "Gate", "ics", "Turandot", "Sala", "Grande",
         "Thunderbird", "Cookie", "UTC", "john", "example", "com", "name", "hub", "run", "IDEMPOTENCY", "CSV", "TKT",
         "Tom", "Brown", "John", "Doe", "Sue", "Ann", "Lee", "Garden", "North", "South", "East", "West", "Box",
         "Admission"}  # fmt: skip
WORD = re.compile(r"[A-Za-z]{2,}")
# Chinese punctuation brings its own space.
BLANK = re.compile(r"\S*[。，！？；：][ \u00a0]+\S+")
# Everything for a reader or a screen reader: text, and the attributes that are spoken or shown.
SAID = """() => {
  const said = [document.title];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const foreign = (element) => element.closest(".code, .language, .qr, script, style, noscript, [data-fill=email], [translate=no], #country-short, .mails strong");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !foreign(parent) && shown(parent)) said.push(walker.currentNode.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
    if (!shown(element) || element.closest(".language")) continue;
    for (const name of ["aria-label", "title", "alt", "placeholder"]) {
      if (element.getAttribute(name)) said.push(element.getAttribute(name));
    }
  }
  return said;
}"""
# Codes and their last characters, addresses, and typed text in quotation marks.
CODE = re.compile(r"[A-Z]{2,4}-[A-Z0-9-]{4,}|(?:…|尾号为 )[A-Z0-9]{4}\b|“[^”]*”|\S+/r/\S+|https?://\S+|\S+@\S+")


async def assert_chinese(page: Page) -> None:
    """Check that the page has no English text, and nothing that makes a phone scroll sideways."""
    assert await page.evaluate("document.documentElement.lang") == "zh-Hans"
    said = await page.evaluate(SAID)
    english = {text for text in said if any(word not in NAMES for word in WORD.findall(CODE.sub("", text)))}
    assert not english, english
    assert any("\u4e00" <= character <= "\u9fff" for text in said for character in text)
    gaps = BLANK.findall(await page.evaluate("document.body.innerText"))
    assert not gaps, f"a blank after a Chinese full stop or colon: {gaps}"
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} pixels wider than the screen"


async def test_the_home_page_is_in_chinese_and_can_be_switched(world: World, open_page: Open) -> None:
    page = await open_page("/?utm=x", phone=True, locale=CHINESE)
    await assert_chinese(page)
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Pick a time")
    assert "utm=x" in page.url
    # The choice is kept on the next page, against the browser's preference.
    await page.goto(page.url.partition("?")[0] + "reserve")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_a_visit_is_booked_in_chinese(hub: Hub, world: World, open_page: Open) -> None:
    await world.slot()
    await world.slot(TODAY + timedelta(days=1), capacity=2, booked=2)
    ticket = await world.ticket()
    page = await open_page("/reserve", phone=True, locale=CHINESE)
    await assert_chinese(page)
    await page.get_by_role("button", name="继续").click()
    await assert_chinese(page)
    await page.get_by_label("门票编号", exact=True).fill("TKT-2025-ABC123-DEF456")
    await page.get_by_role("button", name="继续").click()
    await expect(page.get_by_role("alert").filter(has_text="门票")).to_be_visible()
    await assert_chinese(page)
    await page.get_by_label("门票编号", exact=True).fill(ticket.code)
    await page.get_by_role("button", name="继续").click()

    await page.get_by_label("电子邮箱").fill("john@example.com")
    await page.get_by_label("电话", exact=True).fill("12")
    await page.get_by_role("button", name="继续").click()
    await assert_chinese(page)
    await page.get_by_label("电话", exact=True).fill("+12025551234")
    await page.get_by_role("button", name="继续").click()

    await expect(page.locator("#month-name")).to_have_text("2026年11月–2026年12月")
    heads = await page.locator("#weekdays th").all_inner_texts()
    assert len(heads) == 7
    assert heads[0][-1] == "一", "the week starts on Monday"
    await assert_chinese(page)
    await page.get_by_role("button", name=re.compile("11月21日")).click()
    await assert_chinese(page)
    await page.get_by_role("button", name=re.compile("今天")).click()
    await page.get_by_role("button", name=re.compile("选择.*12:00")).first.click()
    await expect(page.locator("#confirm-title")).to_be_visible()
    await assert_chinese(page)
    await page.get_by_role("button", name="确认预订", exact=True).click()
    await expect(page.get_by_role("heading", name="预订成功")).to_be_visible()
    await assert_chinese(page)


async def test_the_staff_s_pages_speak_chinese(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    await world.slot(start="15:00", end="17:00")
    late = await world.reserved(await world.slot(TODAY + timedelta(days=12)))
    ticket, unbooked = await world.reserved(slot_id), await world.ticket()
    inactive, expired = await world.ticket("INACTIVE"), await world.ticket("EXPIRED")
    page = await open_page("/operator/login", phone=True, locale=CHINESE)
    await page.get_by_role("button", name="登录").click()
    await assert_chinese(page)
    await page.get_by_label("用户名").fill("nobody")
    await page.get_by_label("密码", exact=True).last.fill("wrong")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("alert")).to_contain_text("用户名或密码错误")
    await assert_chinese(page)

    scanner = await open_page("/operator/scan", phone=True, locale=CHINESE, token=await world.staff(), gate="Gate A")
    await expect(scanner.locator("#link-state")).to_have_text("实时")
    await assert_chinese(scanner)
    for code, word in (
        (ticket.code, "有效门票"),
        (late.code, "日期不符"),
        (unbooked.code, "没有预约"),
        (inactive.code, "门票未激活"),
        (expired.code, "门票已过期"),
        ("TKT-2025-ABC123-DEF456", "无效门票"),
    ):
        await key_in(scanner, code)
        await expect(scanner.locator("#verdict-word")).to_have_text(word)
        await assert_chinese(scanner)
    await key_in(scanner, ticket.code)
    await scanner.get_by_role("button", name="确认入场").click()
    await expect(scanner.locator("#verdict-word")).to_have_text("入场已登记")
    await assert_chinese(scanner)
    await key_in(scanner, unbooked.code)
    await expect(scanner.locator("#verdict-word")).to_have_text("没有预约")
    await key_in(scanner, ticket.code)
    await expect(scanner.locator("#verdict-word")).to_have_text("已核验过")
    await expect(scanner.locator("#verdict-detail")).to_contain_text("由 Jane Smith 核验")
    await scanner.get_by_role("button", name="继续扫码").click()
    await assert_chinese(scanner)
    await scanner.get_by_role("button", name="撤销", exact=True).click()
    await assert_chinese(scanner)

    board = await open_page("/manager", phone=True, locale=CHINESE, token=await world.staff("MANAGER"))
    await expect(board.locator("#total-capacity")).to_have_text("400")
    await expect(board.locator("#day-name")).to_have_text("今天，2026年11月20日星期五")
    await assert_chinese(board)
