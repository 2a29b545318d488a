// The step of day and time: a live calendar, and below it the chosen day's slots.
import { byId, h, icon } from "../../lib/elements.js";
import { gap, t, tn } from "../../lib/i18n.js";
import { Refusal } from "../../lib/api.js";
import { addMonths, BOOKABLE, monthKey, nearestWithRoom } from "../../models/availability.js";
import { loadModule } from "../../lib/lazy_loading.js";
import { LiveMonths } from "../../models/live_months.js";
import { clock, longDay, nowAt, spokenSpan } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { NO_CONNECTION } from "../../words/no_connection.js";
import { explain } from "../../words/refusals.js";
import { Calendar } from "./calendar.js";
import { slotWords, SlotsPanel } from "./slots.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
/** At most one spoken sentence per this time, however busy the venue is. */
const NEWS_EVERY_MS = 5_000;
/** Checks the time this often: slots and days end without any booking. */
const CLOCK_EVERY_MS = 20_000;
/** @type {Record<string, string>} */
const LINK_WORDS = { live: t("Live"), connecting: t("Connecting"), reconnecting: t("Reconnecting"), lost: t("Not live") };

export class SlotStep {
  /** Made when the step is first opened, and again for another venue. @type {{ calendar: Calendar, panel: SlotsPanel, months: LiveMonths, venueId: number | undefined } | null} */
  #parts = null;
  #resting = true;
  /** @type {Map<number, string>} */
  #news = new Map();
  /** @type {number | undefined} */
  #newsTimer;
  #saidAt = 0;
  /** @type {MonthsState} */
  #link = { state: "connecting", since: null, checkedAt: null };
  /** The last look-up reached nobody. A lost line says so as well: one notice for one fact. */
  #unreached = false;

  /**
   * `booking()` returns the tickets and contact of the booking; `onChosen(slot)` receives the chosen slot. The waiting list
   * is offered if the venue has one and codes, email and phone are known.
   *
   * @param {{ whose: Whose, booking: () => BookingFor, onChosen: (slot: PickedSlot) => void }} options
   */
  constructor({ whose, booking, onChosen }) {
    this.whose = whose;
    this.booking = booking;
    this.onChosen = onChosen;
    this.offlineTitle = h("strong");
    this.offlineNext = h("span");
  }

  /** The step becomes visible. */
  open() {
    this.#resting = false;
    const { slot } = this.booking();
    this.#start();
    byId("legend-short").hidden = this.#places < 2;
    this.#calendar.today = this.#today();
    if (slot) this.#calendar.select(slot.date);
    this.#calendar.turn(slot ? monthKey(slot.date) : this.#calendar.key);
  }

  /** The step is hidden: the socket stays open, but nothing is spoken. */
  rest() {
    this.#resting = true;
    this.#news.clear();
  }

  /** The shown day is out of date. */
  stale() {
    this.#parts?.panel.clear();
  }

  /**
   * A refusal's alternatives, with all that the calendar knows of them.
   *
   * @param {SlotOffer[]} alternatives
   */
  known(alternatives) {
    return alternatives.map((slot) => ({ ...this.#parts?.months.month(monthKey(slot.date))?.slot(slot.slot_id), ...slot, id: slot.slot_id }));
  }

  get #made() {
    if (!this.#parts) throw new Error("the step was never opened");
    return this.#parts;
  }

  get #calendar() {
    return this.#made.calendar;
  }

  get #panel() {
    return this.#made.panel;
  }

  get #months() {
    return this.#made.months;
  }

  get #places() {
    return this.booking().places ?? 1;
  }

  #today() {
    return nowAt(this.booking().venue?.timezone).date;
  }

  #start() {
    const { venue } = this.booking();
    if (this.#parts && this.#parts.venueId === venue?.id) return;
    this.#parts?.months.close();
    this.#parts?.panel.clear();
    const first = !this.#parts;
    const calendar = new Calendar({ today: this.#today(), onPick: (date) => this.#pick(date), onTurn: (key) => this.#turn(key) });
    const panel = new SlotsPanel(byId("slots"), {
      onSelect: (slot) => this.onChosen(slot),
      nearest: async (slot) => nearestWithRoom(await this.#months.around(slot.date), slot, this.#places),
      waits: () => this.#waits,
      waiting: (slot) => this.#waiting(slot),
    });
    const months = new LiveMonths({
      whose: this.whose,
      venueId: venue?.id,
      onMonth: (month, changes) => this.#showMonth(month, changes),
      onTrouble: (error) => this.#trouble(error),
      onState: (state) => this.#showLink(state),
    });
    this.#parts = { calendar, panel, months, venueId: venue?.id };
    if (!first) return;
    setInterval(() => this.#passTime(), CLOCK_EVERY_MS);
    globalThis.addEventListener("pagehide", (event) => event.persisted || this.#months.close());
  }

  #passTime() {
    const month = this.#months.month(this.#calendar.key);
    if (this.#resting || !month) return;
    this.#calendar.today = this.#today();
    this.#calendar.draw(month, this.#places);
    this.#drawNext();
    const open = this.#calendar.selected;
    if (open && monthKey(open) === month.key) this.#panel.update(month.slots(open), []);
  }

  get #waits() {
    const { codes, email, phone, venue } = this.booking();
    return Boolean(codes?.length && email && phone) && venue?.waitlist !== false;
  }

  /** @param {Slot} slot */
  async #waiting(slot) {
    const { codes, email, phone, proof, places = 1 } = this.booking();
    if (!this.#waits || !codes || !email || !phone) return null;
    const body = { ticket_codes: codes, slot_id: slot.id, customer_email: email, customer_phone: phone, contact_proof: proof ?? undefined, ...this.whose };
    const { WaitlistOffer } = await loadModule(() => import("./waitlist.js"));
    return new WaitlistOffer({ slot, places, body });
  }

  /** @param {string} key */
  #turn(key) {
    this.#reached();
    this.#months.watch(key);
    this.#drawNext();
  }

  /** In a month's last days the next month's first ones are shown as well, at most half a minute old. */
  async #drawNext() {
    const { calendar, months } = this.#made;
    if (!calendar.rolls) return;
    const next = await months.beside(addMonths(calendar.key, 1));
    const month = months.month(calendar.key);
    if (month && next) calendar.draw(month, this.#places, next);
  }

  /** @param {unknown} error */
  #trouble(error) {
    this.#calendar.root.removeAttribute("aria-busy");
    this.#unreached = !(error instanceof Refusal);
    const words = error instanceof Refusal ? explain(error) : NO_CONNECTION;
    this.#showLink(this.#link);
    if (this.#unreached && this.#link.state === "lost") return;
    showNotice(byId("calendar-answer"), words, { kind: "warn", actions: [[t("Try again"), () => this.#months.retry()]] });
  }

  /** @param {Month} month @param {SlotChange[]} changes */
  #showMonth(month, changes) {
    const started = performance.now();
    this.#reached();
    this.#calendar.draw(month, this.#places, this.#months.month(addMonths(month.key, 1)));
    const open = this.#calendar.selected;
    if (open && monthKey(open) === month.key) {
      if (changes.length) this.#panel.update(month.slots(open), changes);
      else this.#showDay(open);
    }
    this.#announce(changes, open);
    performance.measure("calendar", { start: started, end: performance.now() });
  }

  /** @param {string} date */
  #pick(date) {
    this.#showDay(date);
    const slots = this.#months.month(monthKey(date))?.slots(date) ?? [];
    const count = slots.filter((slot) => BOOKABLE.includes(slotWords(slot, this.#places).standing)).length;
    this.#say(`${longDay(date)}. ${count ? tn("One time is free.", "{n} times are free.", count) : t("No time is free. Other times and the waiting list are below.")}`);
    // The heading and the first times, whatever the height of the calendar above.
    byId("slots").scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }

  /** @param {string} date */
  #showDay(date) {
    const { slot, places = 1 } = this.booking();
    this.#panel.show(date, this.#months.month(monthKey(date))?.slots(date) ?? [], { party: places, chosenId: slot?.id });
  }

  /**
   * Speaks the changes of the chosen day: each slot's newest state, once, at most every five seconds.
   *
   * @param {SlotChange[]} changes
   * @param {string | null} open
   */
  #announce(changes, open) {
    if (this.#resting || !open) return;
    for (const { slot, was } of changes) {
      if (!slot || !was || slot.date !== open) continue;
      const now = slotWords(slot, this.#places);
      if (now.standing !== slotWords(was, this.#places).standing) this.#news.set(slot.id, t("{time} is now: {state}.", { time: spokenSpan(slot.start_time, slot.end_time), state: now.word }));
    }
    if (!this.#news.size || this.#newsTimer) return;
    const wait = Math.max(300, this.#saidAt + NEWS_EVERY_MS - Date.now());
    this.#newsTimer = setTimeout(() => {
      this.#newsTimer = undefined;
      this.#saidAt = Date.now();
      if (this.#news.size) this.#say([...this.#news.values()].slice(0, 4).join(gap));
      this.#news.clear();
    }, wait);
  }

  /** @param {string} text */
  #say(text) {
    if (!this.#resting) byId("slots-news").textContent = text;
  }

  #reached() {
    clearNotice(byId("calendar-answer"));
    if (!this.#unreached) return;
    this.#unreached = false;
    this.#showLink(this.#link);
  }

  /** @param {MonthsState} link */
  #showLink(link) {
    this.#link = link;
    const { state, since, checkedAt } = link;
    const line = byId("calendar-line");
    const notice = byId("calendar-offline");
    line.dataset.state = state ?? "";
    const words = LINK_WORDS[state ?? "connecting"];
    if (line.textContent !== words) line.textContent = words;
    if (state !== "lost") {
      notice.hidden = true;
      notice.replaceChildren();
      return;
    }
    /** @param {number} moment */
    const at = (moment) => clock(nowAt(undefined, new Date(moment)).time);
    const title = since ? t("Not live since {time}.", { time: at(since) }) : t("Not live.");
    if (this.#unreached) clearNotice(byId("calendar-answer"));
    const next = this.#unreached ? NO_CONNECTION.next : checkedAt ? t("Availability is checked every few seconds instead, last at {time}.", { time: at(checkedAt) }) : t("What is free may have changed.");
    if (notice.hidden) {
      const retry = h("button", { type: "button", class: "button quiet small", onclick: () => this.#months.retry() }, t("Try again"));
      notice.replaceChildren(icon("warn"), h("p", {}, this.offlineTitle, gap, this.offlineNext), retry);
      notice.hidden = false;
    }
    if (this.offlineTitle.textContent !== title) this.offlineTitle.textContent = title;
    this.offlineNext.textContent = next;
  }
}
