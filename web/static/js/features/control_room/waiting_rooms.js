// The waiting rooms above the views: who waits for what, and how many are let in a minute. Shown while somebody waits, or
// while nobody is let in.
import { h, icon } from "../../lib/elements.js";
import { asWritten, t, tn } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { hubNow, momentAt, number, shortDay, shortDayAndSpan } from "../../lib/dates.js";
import { isVisible } from "../../lib/visibility.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { faster, slower } from "../../models/admission_rate.js";

const LOOK_EVERY_MS = 4_000;
/** The longest queues. The strip stays low, so that the board is seen below it. */
const SHOWN = 4;
/** Where nobody can say who is in, ask seldom. */
const TROUBLE_MS = 20_000;

/** @param {Element} place @param {VenueSocket} _socket @param {PanelContext} context */
export function openWaitingRooms(place, _socket, context) {
  new WaitingRoomsPanel(place, context).look();
}

class WaitingRoomsPanel {
  /** @type {Wire.WaitingRoomsFields | null} */
  #known = null;
  /** The rate before the line was paused on this page. */
  #before = 0;
  /** @type {number | undefined} */
  #timer;
  #list = h("ul", { class: "room-list" });
  #rate = h("p", { class: "room-rate", role: "status" });
  #answer = h("div", { class: "room-answer", role: "alert" });
  #pause = h("button", { type: "button", class: "button quiet small", onclick: () => this.#set(this.#known?.per_minute ? 0 : this.#before || 60) });
  #slower = h("button", { type: "button", class: "button quiet small with-icon", onclick: () => this.#set(slower(this.#known?.per_minute ?? 0)) }, icon("minus"), t("Slower"));
  #faster = h("button", { type: "button", class: "button quiet small with-icon", onclick: () => this.#set(faster(this.#known?.per_minute ?? 0)) }, icon("plus"), t("Faster"));

  /** @param {Element} place @param {PanelContext} context */
  constructor(place, context) {
    this.place = /** @type {HTMLElement} */ (place);
    this.context = context;
    document.addEventListener("visibilitychange", () => isVisible() && this.look());
  }

  async look() {
    clearTimeout(this.#timer);
    let pause = LOOK_EVERY_MS;
    const { id } = this.context.venue ?? {};
    if (id) {
      try {
        const { data } = await call("GET", `/api/admin/waiting-rooms?venue_id=${id}`);
        this.#show(data);
      } catch {
        // The connection's state stands at the top of the page.
        pause = TROUBLE_MS;
      }
    }
    this.#timer = setTimeout(() => isVisible() && this.look(), pause);
  }

  /** With the first answer, in place of the rows that the page has kept free. */
  #fill() {
    this.place.removeAttribute("aria-busy");
    this.place.replaceChildren(
      h("h2", {}, icon("few"), t("Waiting room")),
      h("div", { class: "room-controls", role: "group", "aria-label": t("How many are let in") }, this.#rate, this.#pause, this.#slower, this.#faster),
      this.#list,
      this.#answer);
  }

  /** @param {Wire.WaitingRoomsFields} data */
  #show(data) {
    if (!this.#known) this.#fill();
    this.#known = data;
    if (data.per_minute) this.#before = data.per_minute;
    const paused = data.per_minute === 0;
    const rooms = data.rooms.filter(({ waiting }) => waiting > 0);
    this.place.hidden = rooms.length === 0 && !paused;
    this.place.dataset.state = paused ? "paused" : "open";
    const words = paused ? t("Paused: nobody is let in") : tn("One person is let in a minute", "{n} people are let in a minute", data.per_minute);
    if (this.#rate.textContent !== words) this.#rate.textContent = words;
    this.#pause.textContent = paused ? t("Go on") : t("Pause");
    this.#slower.disabled = paused || slower(data.per_minute) === data.per_minute;
    this.#faster.disabled = paused || faster(data.per_minute) === data.per_minute;
    const more = rooms.slice(SHOWN);
    const waiting = more.reduce((sum, room) => sum + room.waiting, 0);
    this.#list.replaceChildren(...rooms.slice(0, SHOWN).map((room) => this.#room(room)),
      ...(more.length > 0 ? [h("li", { class: "soft" }, tn("One person waits elsewhere", "{n} people wait elsewhere", waiting))] : []));
  }

  /** @param {Wire.OpenRoomFields} room */
  #room(room) {
    const when = room.start_time ? shortDayAndSpan(room.date, room.start_time, room.end_time) : shortDay(room.date);
    const end = room.seconds === null ? "" : t("all in by about {time}", { time: momentAt(+hubNow() + room.seconds * 1000, this.context.venue?.timezone) });
    /** @type {string[]} */
    const figures = [
      tn("one let in during the last minute", "{n} let in during the last minute", room.admitted),
      tn("one booking now", "{n} booking now", room.turns),
      room.places_left === null ? "" : tn("one space left", "{n} spaces left", room.places_left),
      end,
    ];
    return h("li", { "data-room": room.key },
      h("div", { class: "room-what" }, h("b", {}, room.title ? asWritten(room.title) : when), room.title && h("span", { class: "soft" }, when)),
      h("p", { class: "room-waiting" }, h("b", {}, number(room.waiting)), " ", t("waiting in line")),
      h("p", { class: "soft" }, figures.filter(Boolean).join(" · ")));
  }

  /** @param {number} rate */
  async #set(rate) {
    const { id } = this.context.venue ?? {};
    if (!id) return;
    clearNotice(this.#answer);
    try {
      const { data } = await call("PATCH", `/api/admin/waiting-rooms/${id}`, { body: { per_minute: rate } });
      this.#show(data);
    } catch (error) {
      showNotice(this.#answer, { title: error instanceof Refusal ? error.message : t("The hub cannot be reached."), next: "" });
    }
  }
}
