// The month grid (ARIA grid pattern): one tab stop; arrows move by day and week, Home and End in the week,
// Page Up and Down by month, with Shift to the calendar's end; Enter and Space pick.
import { byId, h, icon, targetOf } from "../../lib/elements.js";
import { locale, t } from "../../lib/i18n.js";
import { addDays, addMonths, BOOKABLE, daysOf, MONTHS_EACH_WAY, monthKey, sameDay } from "../../models/availability.js";
import { mark } from "../../lib/marks.js";
import { daysBetween, longDay, monthName, number, placeInWeek } from "../../lib/dates.js";

const CELLS = 42;
/** So many days are always in view: in a month's last days the grid begins with this week and goes on into the next month. */
const IN_VIEW = 14;
/** @type {Record<string, number>} */
const DAYS_BY_KEY = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
/** @type {Record<string, number>} */
const MONTHS_BY_KEY = { PageUp: -1, PageDown: 1 };
/** @type {Record<string, string>} */
const SHAPES = { limited: "half", short: "few", full: "full", closed: "cross" };
// A full day opens too: its slots offer other times and the waiting list.
/** @type {string[]} */
const PICKABLE = [...BOOKABLE, "short", "full"];

/** @param {CalendarStanding} standing @param {number} party */
const words = (standing, party) =>
  ({
    available: () => t("available"),
    limited: () => t("filling up"),
    short: () => t("not enough spaces for {n}", { n: party }),
    full: () => t("full"),
    closed: () => t("closed"),
    over: () => t("over"),
    none: () => t("nothing offered"),
    past: () => t("past"),
    unknown: () => t("loading"),
  })[standing]();

/** @type {Record<string, () => string>} */
// What is plainly free needs no mark.
const shortWords = {
  limited: () => t("Filling up"),
  short: () => t("Too few"),
  full: () => t("Full"),
  closed: () => t("Closed"),
};

const SPAN = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "long", year: "numeric" });
/** In Chinese as 12/1, because the long form is wider than a day on a phone. */
const FIRST_DAY = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: locale.startsWith("zh") ? "numeric" : "short", day: "numeric" });

/** A Chinese range has digits alone, unlike the names of months. @param {string} from @param {string} to */
const monthSpan = (from, to) => (locale.startsWith("zh") ? `${monthName(from)}–${monthName(to)}` : SPAN.formatRange(Date.parse(from), Date.parse(to)));

export class Calendar {
  /** @type {Month | null} */
  #month = null;
  /** The next month, of which a rolling grid shows the first days. @type {Month | null} */
  #next = null;
  #party = 1;
  /** @type {Cell[]} */
  #cells = [];
  #heldFocus = false;

  /** @param {CalendarOptions} options */
  constructor({ today, onPick, onTurn }) {
    this.today = today;
    this.onPick = onPick;
    this.onTurn = onTurn;
    this.root = byId("calendar");
    this.body = byId("days");
    this.before = byId("month-before");
    this.after = byId("month-after");
    this.key = monthKey(today);
    /** @type {string | null} */
    this.selected = null;
    /** @type {string | null} */
    this.focused = null;
    this.#build();
    this.before.addEventListener("click", () => this.turn(addMonths(this.key, -1)));
    this.after.addEventListener("click", () => this.turn(addMonths(this.key, 1)));
    this.body.addEventListener("keydown", (event) => this.#onKey(event));
    this.body.addEventListener("click", (event) => this.#onClick(event));
  }

  /** Shows a month within the reach; the dates show at once, their states come with draw(). */
  turn(/** @type {string} */ key, /** @type {string | null} */ focus = null) {
    if (!this.#reaches(key)) return;
    this.key = key;
    this.#month = null;
    this.#heldFocus = Boolean(focus);
    this.focused = focus;
    this.root.setAttribute("aria-busy", "true");
    this.#paint();
    if (focus) this.#button(focus)?.focus();
    this.onTurn(key);
  }

  /**
   * Shows the days' states; days whose state has changed are marked briefly.
   *
   * @param {Month} month
   * @param {number} party
   * @param {Month | null} next
   */
  draw(month, party = this.#party, next = this.#next) {
    if (month.key !== this.key) return;
    this.#next = next;
    const fresh = this.#month === null;
    const again = !fresh && party === this.#party;
    this.#month = month;
    this.#party = party;
    if (fresh && !this.#heldFocus && !this.body.contains(document.activeElement)) this.focused = null;
    this.root.removeAttribute("aria-busy");
    const before = new Map(this.#cells.map(({ td, standing }) => [td.dataset.date, standing]));
    this.#paint();
    if (!again) return;
    for (const { td, button, standing } of this.#cells) {
      const was = td.dataset.date && before.get(td.dataset.date);
      if (was && was !== "unknown" && standing !== was) mark(button);
    }
  }

  /** @param {string | null} date */
  select(date) {
    this.selected = date;
    if (date && monthKey(date) === this.key) this.focused = date;
    this.#paint();
  }

  /** @param {string} date @returns {CalendarStanding} */
  standing(date) {
    if (date < this.today) {
      // A slot over midnight belongs to the day it begins, and can be booked until it ends.
      const running = date === addDays(this.today, -1) ? this.#month?.standing(date, this.#party) : undefined;
      return running && PICKABLE.includes(running) ? running : "past";
    }
    const month = monthKey(date) === this.key ? this.#month : this.#next;
    return month?.key === monthKey(date) ? month.standing(date, this.#party) : "unknown";
  }

  /** Whether the grid shows the next month's first days, because this month has few left. */
  get rolls() {
    const days = daysOf(this.key);
    return this.key === monthKey(this.today) && daysBetween(this.today, days[days.length - 1]) + 1 < IN_VIEW;
  }

  /** The dates of the grid, and the empty places before them. */
  #view() {
    if (!this.rolls) {
      const dates = daysOf(this.key);
      return { dates, lead: placeInWeek(dates[0]) };
    }
    const monday = addDays(this.today, -placeInWeek(this.today));
    const dates = Array.from({ length: CELLS }, (_, place) => addDays(monday, place));
    return { dates: dates.filter((date) => monthKey(date) <= addMonths(this.key, 1)), lead: 0 };
  }

  /** @param {string} key */
  #reaches(key) {
    const home = monthKey(this.today);
    return key >= addMonths(home, -MONTHS_EACH_WAY) && key <= addMonths(home, MONTHS_EACH_WAY);
  }

  /** Makes six rows once for all months, so that nothing below moves and an update changes little. */
  #build() {
    const rows = [];
    for (let row = 0; row < CELLS / 7; row += 1) {
      const tr = h("tr");
      for (let column = 0; column < 7; column += 1) {
        const day = h("span", { class: "day-number" });
        const shape = h("span", { class: "day-shape" });
        const word = h("span", { class: "day-word", "aria-hidden": "true" });
        const button = h("button", { type: "button", class: "day", tabindex: -1 }, day, shape, word);
        const td = h("td");
        tr.append(td);
        this.#cells.push({ td, button, day, shape, word, shown: "" });
      }
      rows.push(tr);
    }
    this.body.replaceChildren(...rows);
  }

  #paint() {
    const { dates, lead } = this.#view();
    if (!this.focused || !dates.includes(this.focused)) this.focused = this.#doorway(dates);
    const next = addMonths(this.key, 1);
    byId("month-name").textContent = this.rolls ? monthSpan(this.key, next) : monthName(this.key);
    // Not `disabled`: a button disabled while pressed would lose the focus.
    this.before.setAttribute("aria-disabled", String(!this.#reaches(addMonths(this.key, -1))));
    this.after.setAttribute("aria-disabled", String(!this.#reaches(addMonths(this.key, 1))));
    this.#cells.forEach((cell, place) => this.#paintCell(cell, dates[place - lead] ?? null));
    for (const row of this.body.rows) row.classList.toggle("empty-week", !row.querySelector("button"));
  }

  /**
   * Where Tab enters the grid: the chosen day, else the first bookable one, else today or the first of the month.
   *
   * @param {string[]} dates
   */
  #doorway(dates) {
    if (this.selected && dates.includes(this.selected)) return this.selected;
    return dates.find((date) => BOOKABLE.includes(this.standing(date))) ?? (dates.includes(this.today) ? this.today : dates[0]);
  }

  /** @param {Cell} cell @param {string | null} date */
  #paintCell(cell, date) {
    const { td, button } = cell;
    if (!date) {
      if (cell.shown === "-") return;
      cell.shown = "-";
      td.replaceChildren();
      td.removeAttribute("data-date");
      td.removeAttribute("aria-selected");
      return;
    }
    const standing = this.standing(date);
    const selected = date === this.selected;
    const tabindex = date === this.focused ? 0 : -1;
    const shown = `${date} ${standing} ${selected} ${tabindex} ${this.#party} ${this.key}`;
    if (cell.shown === shown) return;
    cell.shown = shown;
    cell.standing = standing;
    const today = date === this.today;
    td.dataset.date = date;
    td.setAttribute("aria-selected", String(selected));
    button.className = `day ${standing}${today ? " today" : ""}`;
    button.tabIndex = tabindex;
    if (PICKABLE.includes(standing)) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
    const said = [longDay(date), today && t("today"), words(standing, this.#party), selected && t("selected")];
    button.setAttribute("aria-label", said.filter(Boolean).join(", "));
    // The next month begins within the grid.
    const begins = monthKey(date) !== this.key && date.endsWith("-01");
    cell.day.classList.toggle("begins", begins);
    cell.day.textContent = begins ? FIRST_DAY.format(Date.parse(date)) : number(Number(date.slice(8)));
    cell.shape.replaceChildren(...(SHAPES[standing] ? [icon(SHAPES[standing])] : []));
    cell.word.textContent = shortWords[standing]?.() ?? (today ? t("Today") : "");
    if (button.parentNode !== td) td.replaceChildren(button);
  }

  /** @param {string} date */
  #button(date) {
    return this.#cells.find(({ td }) => td.dataset.date === date)?.button ?? null;
  }

  /** @param {Event} event */
  #onClick(event) {
    const target = targetOf(event);
    const date = target.closest("td")?.dataset.date;
    if (!date || !target.closest("button")) return;
    this.focused = date;
    if (PICKABLE.includes(this.standing(date))) {
      this.select(date);
      // A day of the next month: its whole month is followed live from now on.
      if (monthKey(date) !== this.key) this.turn(monthKey(date), date);
      this.onPick(date);
    } else this.#paint();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const date = targetOf(event).closest("td")?.dataset.date;
    if (!date || event.altKey || event.metaKey) return;
    const wanted = this.#wanted(event, date);
    if (!wanted) return;
    event.preventDefault();
    const shown = this.#button(wanted);
    if (monthKey(wanted) !== this.key && (!shown || event.key in MONTHS_BY_KEY)) {
      this.turn(monthKey(wanted), wanted);
      return;
    }
    // Of a rolling month the weeks that are over are not shown.
    if (!shown) return;
    this.focused = wanted;
    this.#paint();
    this.#button(wanted)?.focus();
  }

  /** @param {KeyboardEvent} event @param {string} date @returns {string | null} */
  #wanted({ key, shiftKey, ctrlKey }, date) {
    const days = DAYS_BY_KEY[key];
    if (days) return this.#reaches(monthKey(addDays(date, days))) ? addDays(date, days) : null;
    const months = MONTHS_BY_KEY[key];
    if (months) {
      // Shift means a year; the calendar ends before that, so it goes to the end.
      const home = monthKey(this.today);
      const target = shiftKey ? addMonths(home, months * MONTHS_EACH_WAY) : addMonths(monthKey(date), months);
      return this.#reaches(target) && target !== monthKey(date) ? sameDay(date, target) : null;
    }
    if (key !== "Home" && key !== "End") return null;
    const dates = daysOf(this.key);
    if (ctrlKey) return key === "Home" ? dates[0] : dates[dates.length - 1];
    const edge = addDays(date, key === "Home" ? -placeInWeek(date) : 6 - placeInWeek(date));
    return this.#reaches(monthKey(edge)) ? edge : null;
  }
}
