// The month grid (ARIA grid pattern): arrow keys move by day and week, Page Up and Down by month.
import { byId, h, icon } from "../elements.js";
import { addMonths, daysOf, MONTHS_EACH_WAY, monthKey, weekday } from "../models/availability.js";
import { longDay, monthName, weekdays } from "../moments.js";

const SHAPES = { available: "open", limited: "half", full: "full" };
const WORDS = { available: "available", limited: "limited", full: "full", none: "nothing offered", past: "past" };

export class Calendar {
  /** `load(key)` gives a Month; `onPick(date, slots)` hears of a chosen day; `onTrouble(error)` of a month that did not come. */
  constructor({ today, load, onPick, onTrouble, onFresh = () => {} }) {
    Object.assign(this, { today, load, onPick, onTrouble, onFresh });
    this.root = byId("calendar");
    this.body = byId("days");
    this.key = monthKey(today);
    this.selected = null;
    this.focused = null;
    this.month = null;
    byId("weekdays").replaceChildren(...weekdays().map((day) => h("th", { scope: "col", abbr: day.long }, day.short)));
    byId("month-before").addEventListener("click", () => this.go(-1));
    byId("month-after").addEventListener("click", () => this.go(1));
    this.body.addEventListener("keydown", (event) => this.#onKey(event));
  }

  async show(key = this.key, focus = null) {
    this.key = key;
    this.#frame();
    this.root.setAttribute("aria-busy", "true");
    try {
      const month = await this.load(key);
      if (this.key !== key) return;
      this.month = month;
      this.#draw(focus);
      this.onFresh(month);
    } catch (error) {
      if (this.key === key) this.onTrouble(error);
    } finally {
      if (this.key === key) this.root.removeAttribute("aria-busy");
    }
  }

  go(months) {
    const wanted = addMonths(this.key, months);
    if (this.#reaches(wanted)) this.show(wanted);
  }

  select(date) {
    this.selected = date;
    this.focused = date;
    for (const cell of this.body.querySelectorAll("td[data-date]")) {
      cell.setAttribute("aria-selected", String(cell.dataset.date === date));
      cell.firstElementChild.tabIndex = cell.dataset.date === date ? 0 : -1;
    }
  }

  #reaches(key) {
    const home = monthKey(this.today);
    return key >= addMonths(home, -MONTHS_EACH_WAY) && key <= addMonths(home, MONTHS_EACH_WAY);
  }

  #frame() {
    byId("month-name").textContent = monthName(this.key);
    byId("month-before").disabled = !this.#reaches(addMonths(this.key, -1));
    byId("month-after").disabled = !this.#reaches(addMonths(this.key, 1));
  }

  #standing(date) {
    return date < this.today ? "past" : this.month.standing(date);
  }

  #draw(focus) {
    const dates = daysOf(this.key);
    const open = dates.filter((date) => ["available", "limited"].includes(this.#standing(date)));
    this.focused = focus ?? (dates.includes(this.selected) ? this.selected : (open[0] ?? dates[0]));
    const cells = [...Array.from({ length: weekday(dates[0]) }, () => h("td")), ...dates.map((date) => this.#cell(date))];
    // Six rows whatever the month, so that nothing below jumps when the month changes.
    while (cells.length < 42) cells.push(h("td"));
    const rows = [];
    for (let i = 0; i < cells.length; i += 7) {
      const row = h("tr", {}, ...cells.slice(i, i + 7));
      if (!row.querySelector("button")) row.classList.add("empty-week");
      rows.push(row);
    }
    this.body.replaceChildren(...rows);
    if (focus) this.#button(focus)?.focus();
  }

  #cell(date) {
    const standing = this.#standing(date);
    const bookable = standing === "available" || standing === "limited";
    const today = date === this.today;
    const button = h(
      "button",
      {
        type: "button",
        class: `day ${standing}${today ? " today" : ""}`,
        tabindex: date === this.focused ? 0 : -1,
        "aria-disabled": bookable ? null : "true",
        "aria-label": `${longDay(date)}${today ? ", today" : ""}, ${WORDS[standing]}`,
        onclick: () => bookable && this.#pick(date),
      },
      String(Number(date.slice(8))),
      SHAPES[standing] && icon(SHAPES[standing]),
    );
    return h("td", { "data-date": date, "aria-selected": String(date === this.selected) }, button);
  }

  #pick(date) {
    this.select(date);
    this.onPick(date, this.month.slots(date));
  }

  #button(date) {
    return this.body.querySelector(`td[data-date="${date}"] button`);
  }

  #onKey(event) {
    const date = event.target.closest("td")?.dataset.date;
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const months = { PageUp: -1, PageDown: 1 }[event.key];
    if (!date || (days === undefined && months === undefined && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    if (months !== undefined) this.#moveTo(sameDay(date, addMonths(monthKey(date), months)));
    else if (event.key === "Home") this.#moveTo(shift(date, -weekday(date)));
    else if (event.key === "End") this.#moveTo(shift(date, 6 - weekday(date)));
    else this.#moveTo(shift(date, days));
  }

  #moveTo(date) {
    const key = monthKey(date);
    if (!this.#reaches(key)) return;
    if (key !== this.key) {
      this.show(key, date);
      return;
    }
    const before = this.#button(this.focused);
    if (before) before.tabIndex = -1;
    this.focused = date;
    const button = this.#button(date);
    button.tabIndex = 0;
    button.focus();
  }
}

function shift(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function sameDay(date, key) {
  const days = daysOf(key);
  return days[Math.min(Number(date.slice(8)), days.length) - 1];
}
