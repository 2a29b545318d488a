// A day's slots as cards, updated in place, and the list of other times when a slot is full.
import { first, h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { mark } from "../../lib/marks.js";
import { isOver, slotStanding } from "../../models/availability.js";
import { longDay, number, shortDay, span, spokenSpan } from "../../lib/dates.js";

/** @type {Record<string, string>} */
const SHAPES = { available: "check", limited: "half", short: "few", full: "full", closed: "cross", over: "clock" };

/** A slot's state for a party: a key for the program and words for people. @param {Slot} slot @param {number} party */
export function slotWords(slot, party = 1) {
  const standing = slotStanding(slot, party);
  const word = {
    available: () => t("Available"),
    limited: () => t("Filling up"),
    short: () => t("Not enough spaces for {n}", { n: number(party) }),
    full: () => t("Sold out"),
    closed: () => t("Closed"),
    over: () => t("Ended"),
  }[standing]();
  return { standing, word };
}

export class SlotsPanel {
  list = h("ul", { class: "slot-list" });
  ended = h("p", { class: "soft", hidden: true });
  /** The headings of the parts of a day. @type {Map<string, HTMLElement>} */
  #parts = new Map();
  /** @type {Map<number, Card>} */
  #cards = new Map();
  #party = 1;
  /** @type {number | null} */
  #chosenId = null;

  /**
   * `onSelect(slot)` receives the chosen slot; `nearest(slot)` resolves to slots with free places; `waits()` says whether
   * a waiting list can be joined, and `waiting(slot)` returns its offer or null.
   *
   * @param {Element} place
   * @param {SlotsPanelOptions} options
   */
  constructor(place, { onSelect, nearest, waits, waiting }) {
    this.place = place;
    this.onSelect = onSelect;
    this.nearest = nearest;
    this.waits = waits;
    this.waiting = waiting;
  }

  /** @param {string} date @param {Slot[]} slots @param {{ party: number, chosenId?: number | null }} choice */
  show(date, slots, { party, chosenId }) {
    this.#party = party;
    this.#chosenId = chosenId ?? null;
    this.#cards.clear();
    this.list = h("ul", { class: "slot-list" });
    const heading = h("h3", { class: "slots-day" }, longDay(date));
    this.#parts.clear();
    this.place.replaceChildren(h("div", { class: "slots-head" }, heading, party > 1 && h("p", { class: "soft" }, tn("for one", "for {n} people", party))), this.ended, this.list);
    this.#lay(slots);
  }

  /**
   * Updates the day: unchanged cards and the focus stay.
   *
   * @param {Slot[]} slots
   * @param {SlotChange[]} changes
   */
  update(slots, changes) {
    if (!this.#cards.size && !slots.length) return;
    this.#lay(slots);
    for (const { slot, was } of changes) if (slot && was) this.#cards.get(slot.id)?.flash();
  }

  /** @param {string} part */
  #heading(part) {
    const words = { morning: t("Morning"), afternoon: t("Afternoon"), evening: t("Evening") }[part] ?? "";
    const known = this.#parts.get(part) ?? h("li", { class: "part-of-day" }, words);
    this.#parts.set(part, known);
    return known;
  }

  clear() {
    this.#cards.clear();
    this.place.replaceChildren();
  }

  /** @param {Slot[]} all */
  #lay(all) {
    // Times that have ended are counted and not shown: the first one below can be booked.
    const slots = all.filter((slot) => !isOver(slot));
    const ended = all.length - slots.length;
    this.ended.hidden = !ended;
    this.ended.textContent = slots.length ? tn("One earlier time has ended.", "{n} earlier times have ended.", ended) : t("All times of this day have ended.");
    const wanted = new Set(slots.map(({ id }) => id));
    for (const [id, card] of this.#cards) {
      if (wanted.has(id)) continue;
      card.element.remove();
      this.#cards.delete(id);
    }
    /** @type {HTMLElement[]} */
    const shown = [];
    let before = "";
    for (const slot of slots) {
      const part = partOfDay(slot.start_time);
      if (part !== before) shown.push(this.#heading(part));
      before = part;
      const card = this.#cards.get(slot.id) ?? new Card(this);
      this.#cards.set(slot.id, card);
      card.draw(slot, this.#party, slot.id === this.#chosenId);
      shown.push(card.element);
    }
    for (const element of [...this.list.children]) if (!shown.includes(/** @type {HTMLElement} */ (element))) element.remove();
    for (const [place, element] of shown.entries()) {
      if (this.list.children[place] !== element) this.list.insertBefore(element, this.list.children[place] ?? null);
    }
  }
}

/** @param {string} time */
const partOfDay = (time) => (time < "12" ? "morning" : time < "17" ? "afternoon" : "evening");

class Card {
  /** @type {Slot | null} */
  #slot = null;
  #shown = "";
  /** @type {WaitlistOffer | null} */
  #offer = null;

  /** @param {SlotsPanel} panel */
  constructor(panel) {
    this.panel = panel;
    this.time = h("p", { class: "time" });
    this.badge = h("span", { class: "badge" });
    this.bar = h("span", { class: "bar", "aria-hidden": "true" }, h("span"));
    this.count = h("span", { class: "count" });
    this.button = h("button", { type: "button", class: "button small", onclick: () => this.#act() });
    this.join = h("button", { type: "button", class: "button small", onclick: () => this.#wait() }, t("Join waiting list"));
    this.wait = h("div", { class: "slot-wait", hidden: true }, this.join);
    this.queue = h("div", { class: "slot-more", hidden: true });
    this.more = h("div", { class: "slot-more", hidden: true });
    this.element = h(
      "li",
      { class: "slot" },
      this.time,
      h("div", { class: "slot-facts" }, this.badge, this.count),
      this.bar,
      this.wait,
      this.button,
      this.queue,
      this.more,
    );
  }

  /** @param {Slot} slot @param {number} party @param {boolean} chosen */
  draw(slot, party, chosen) {
    const shown = JSON.stringify([slot, party, chosen, slotWords(slot, party).standing]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#slot = slot;
    const { standing, word } = slotWords(slot, party);
    this.standing = standing;
    const time = span(slot.start_time, slot.end_time);
    this.element.className = `slot ${standing}${chosen ? " chosen" : ""}`;
    this.element.dataset.slot = String(slot.id);
    this.time.textContent = time;
    this.badge.className = `badge ${standing}`;
    this.badge.replaceChildren(icon(SHAPES[standing]), word);
    const free = Math.max(0, slot.available_count);
    this.count.textContent = tn("{n} space left", "{n} spaces left", free);
    // A slot that is sold out, over or closed needs no count. What is plainly free needs no badge.
    this.count.hidden = ["full", "closed", "over"].includes(standing);
    this.bar.hidden = this.count.hidden;
    this.badge.hidden = standing === "available";
    /** @type {HTMLElement} */ (this.bar.firstElementChild).style.width = `${slot.total_capacity ? Math.round((free / slot.total_capacity) * 100) : 0}%`;
    this.#drawButton(standing, spokenSpan(slot.start_time, slot.end_time), chosen);
    if (!this.#hasMore) this.#close();
  }

  flash() {
    mark(this.element);
  }

  /** Full or too small for the party: other times and the waiting list may help. */
  get #hasMore() {
    return this.standing === "full" || this.standing === "short";
  }

  /** @param {SlotStanding} standing @param {string} time @param {boolean} chosen */
  #drawButton(standing, time, chosen) {
    const { button } = this;
    button.hidden = standing === "closed" || standing === "over";
    button.classList.toggle("quiet", this.#hasMore);
    this.wait.hidden = !this.#hasMore || !this.panel.waits() || Boolean(this.#offer?.joined);
    this.join.setAttribute("aria-label", t("Join waiting list for {time}", { time }));
    if (this.#hasMore) {
      button.textContent = t("Other times");
      button.setAttribute("aria-label", t("Other times for {time}", { time }));
      button.setAttribute("aria-expanded", String(!this.more.hidden));
    } else {
      button.textContent = chosen ? t("Keep this time") : t("Select");
      button.setAttribute("aria-label", chosen ? t("Keep this time: {time}", { time }) : t("Select {time}", { time }));
      button.removeAttribute("aria-expanded");
    }
  }

  #act() {
    if (!this.#slot) return;
    if (!this.#hasMore) this.panel.onSelect(this.#slot);
    else if (this.more.hidden) this.#open();
    else this.#close();
  }

  #close() {
    if (this.more.hidden) return;
    this.more.hidden = true;
    this.more.replaceChildren();
    if (this.button.hasAttribute("aria-expanded")) this.button.setAttribute("aria-expanded", "false");
  }

  /** Joins at once: nothing is booked before an offer is accepted. */
  async #wait() {
    const slot = this.#slot;
    if (!slot || this.join.disabled) return;
    this.join.disabled = true;
    // Without the module of the waiting list the other times are still there.
    this.#offer ??= await this.panel.waiting(slot).catch(() => null);
    if (this.#offer) {
      this.#offer.button.hidden = true;
      this.queue.replaceChildren(this.#offer.element);
      this.queue.hidden = false;
      await this.#offer.join();
      this.wait.hidden = this.#offer.joined;
      if (this.#offer.joined) first(this.queue, "a").focus({ preventScroll: true });
    } else await this.#open();
    this.join.disabled = false;
  }

  async #open() {
    const slot = this.#slot;
    if (!slot) return;
    const host = h("div", { class: "other-times" });
    this.more.replaceChildren(h("p", { class: "more-title" }, t("Nearest free times")), host);
    this.more.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    const found = await this.panel.nearest(slot);
    if (found.length) drawAlternatives(host, found, (picked) => this.panel.onSelect(picked));
    else host.replaceChildren(h("p", { class: "soft" }, t("No other time is near this one.")));
  }
}

/**
 * Fills `host` with other times and returns it.
 *
 * @param {Element} host
 * @param {OtherTime[]} alternatives
 * @param {(slot: PickedSlot) => void} onPick
 */
export function drawAlternatives(host, alternatives, onPick) {
  host.replaceChildren(h("ul", { class: "alternatives" }, ...alternatives.map((slot) => h("li", {}, alternative(slot, onPick)))));
  return host;
}

/** @param {OtherTime} slot @param {(slot: PickedSlot) => void} onPick */
function alternative(slot, onPick) {
  const [day, time] = [shortDay(slot.date), span(slot.start_time, slot.end_time)];
  const room = slot.available_count > 0 ? tn("{n} space left", "{n} spaces left", slot.available_count) : null;
  return h(
    "button",
    {
      type: "button",
      class: "alternative",
      "aria-label": [day, spokenSpan(slot.start_time, slot.end_time), room].filter(Boolean).join(", "),
      onclick: () => onPick({ ...slot, id: slot.slot_id ?? slot.id }),
    },
    h("span", { class: "alternative-day" }, day),
    h("span", { class: "alternative-time" }, time),
    room && h("span", { class: "alternative-room" }, room),
  );
}
