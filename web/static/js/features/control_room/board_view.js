// Draws the board of slots. It changes rows in place, so that a bar grows instead of jumping.
import { byId, first, h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { standingOf } from "../../models/running_day.js";
import { number, span } from "../../lib/dates.js";

const SPEAK_EVERY_MS = 15_000;
/** Slots on a wall screen: the current one and its neighbours. */
const ON_WALL = 5;
/** @typedef {"verified" | "booked" | "capacity"} Shown */
/** @type {Shown[]} */
const SHOWN = ["verified", "booked", "capacity"];
const NAMES = { verified: t("arrived"), booked: t("expected"), capacity: t("capacity") };

export class BoardView {
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  #spokenAt = 0;
  /** Whether somebody has unfolded the slots that are over. */
  #pastOpen = false;
  #past = byId("slots-past");

  constructor() {
    this.#past.addEventListener("click", () => {
      this.#pastOpen = !this.#pastOpen;
      this.#foldPast();
    });
    this.root = byId("board");
    this.body = byId("slots");
    this.meter = first(this.root, ".meter.big");
  }

  waiting() {
    this.root.dataset.state = "waiting";
    this.body.replaceChildren();
    this.#rows.clear();
    byId("no-slots").hidden = true;
  }

  stale() {
    if (this.root.dataset.state === "live") this.root.dataset.state = "stale";
  }

  /** @param {CountBoard} board @param {WallClock} now */
  show(board, now) {
    this.root.dataset.state = "live";
    const slots = board.inOrder();
    byId("no-slots").hidden = slots.length > 0;
    this.#totals(board);
    const rows = slots.map((slot) => this.#row(slot));
    const kept = new Set(slots.map((slot) => slot.slot_id));
    for (const id of this.#rows.keys()) if (!kept.has(id)) this.#rows.delete(id);
    const inPlace = rows.length === this.body.children.length && rows.every((row, i) => this.body.children[i] === row);
    if (!inPlace) this.body.replaceChildren(...rows);
    this.mark(board, now);
    this.#speak(board.totals);
  }

  /** Marks the current slot and those that are over. @param {CountBoard} board @param {WallClock} now */
  mark(board, now) {
    for (const slot of board.slots.values()) {
      const row = this.#rows.get(slot.slot_id);
      if (!row) continue;
      const { on, over: ended } = standingOf(slot, board.date ?? "", now);
      row.classList.toggle("now", on);
      row.classList.toggle("over", ended);
      const over = row.classList.contains("over");
      const missing = slot.booked - slot.verified;
      row.classList.toggle("cancelled", slot.is_cancelled === true);
      first(row, ".time .on").textContent = slot.is_cancelled ? t("Cancelled") : on ? t("Now") : "";
      first(row, ".time .missing").textContent = missing <= 0 || slot.is_cancelled ? "" : over
        ? tn("one did not come", "{n} did not come", missing) : tn("one to come", "{n} to come", missing);
    }
    this.#foldPast();
    this.#markForWall();
  }

  /** Folds the slots that are over while others are still to come, so that the current one is in view. */
  #foldPast() {
    const rows = [...this.#rows.values()];
    const over = rows.filter((row) => row.classList.contains("over"));
    const folds = over.length > 0 && over.length < rows.length;
    for (const row of rows) row.classList.toggle("past", folds && !this.#pastOpen && over.includes(row));
    this.#past.hidden = !folds;
    this.#past.setAttribute("aria-expanded", String(this.#pastOpen));
    const words = tn("One past slot", "{n} past slots", Math.max(over.length, 1));
    if (this.#past.textContent !== words) this.#past.textContent = words;
  }

  /** Nobody scrolls a wall screen: it shows the slots around now, and says how many are left out. */
  #markForWall() {
    const rows = [...this.body.children];
    const shown = ON_WALL;
    const current = rows.findIndex((row) => !row.classList.contains("over"));
    const from = Math.max(0, Math.min(current < 0 ? rows.length : current - 1, rows.length - shown));
    rows.forEach((row, n) => row.classList.toggle("off-wall", n < from || n >= from + shown));
    const out = rows.length - shown;
    byId("slots-more").hidden = out <= 0;
    byId("slots-more").textContent = tn("one more slot on this day", "{n} more slots on this day", Math.max(out, 1));
  }

  /** @param {CountBoard} board */
  #totals(board) {
    const { verified, booked, capacity, inside, exited } = board.totals;
    if (inside !== null) write(byId("total-inside"), inside);
    // Without exit scans it is everybody who came in.
    byId("inside-name").textContent = inside && exited === 0 ? t("in, no exits scanned") : t("inside now");
    write(byId("total-verified"), verified);
    write(byId("total-booked"), booked);
    write(byId("total-capacity"), capacity);
    const inSlots = verified - board.withoutSlot;
    write(byId("total-share"), booked ? Math.round((100 * inSlots) / booked) : 0);
    stretch(this.meter, { verified: inSlots, booked, capacity });
    const note = byId("without-slot");
    note.hidden = board.withoutSlot === 0;
    note.textContent = tn("One of the verified entered without a reservation.", "{n} of the verified entered without a reservation.", board.withoutSlot);
  }

  /** @param {Wire.SlotCountBody} slot */
  #row(slot) {
    let row = this.#rows.get(slot.slot_id);
    if (!row) {
      /** @param {Shown} name */
      const count = (name) => h("td", { class: `count ${name}` }, h("b", { class: "figure-small" }), h("small", {}, NAMES[name]));
      row = h("tr", { "data-slot": slot.slot_id },
        h("th", { scope: "row", class: "time" }, h("span", { class: "when" }, span(slot.start_time, slot.end_time)),
          h("span", { class: "play", translate: "no", hidden: true }, h("b", { class: "show" }), h("span", { class: "room" })),
          h("small", {}, h("b", { class: "on" }), h("span", { class: "missing" }))),
        h("td", {}, h("div", { class: "meter" }, h("i", { class: "booked" }), h("i", { class: "verified" }))),
        ...SHOWN.map(count));
      this.#rows.set(slot.slot_id, row);
    }
    /** @type {HTMLElement} */ (first(row, ".play")).hidden = slot.show === undefined;
    first(row, ".play .show").textContent = slot.show ?? "";
    first(row, ".play .room").textContent = slot.room ?? "";
    for (const name of SHOWN) write(first(row, `.${name} b`), slot[name]);
    stretch(first(row, ".meter"), slot);
    return row;
  }

  /** A screen reader says the totals from time to time, not at every visitor. @param {CountBoard["totals"]} totals */
  #speak({ verified, booked }) {
    if (Date.now() - this.#spokenAt < SPEAK_EVERY_MS) return;
    this.#spokenAt = Date.now();
    byId("spoken").textContent = t("{verified} verified of {booked} booked", { verified: number(verified), booked: number(booked) });
  }
}

/** @param {HTMLElement} element @param {number} value */
function write(element, value) {
  const text = number(value);
  if (element.textContent === text) return;
  const wasEmpty = element.textContent === "";
  element.textContent = text;
  if (wasEmpty) return;
  element.classList.remove("moved");
  void element.offsetWidth;
  element.classList.add("moved");
}

/** @param {Element} meter @param {Record<Shown, number>} totals */
function stretch(meter, { verified, booked, capacity }) {
  /** @param {number} value */
  const part = (value) => String(capacity > 0 ? Math.min(1, value / capacity) : 0);
  first(meter, ".booked").style.setProperty("--part", part(booked));
  first(meter, ".verified").style.setProperty("--part", part(verified));
}
