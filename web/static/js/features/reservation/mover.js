// The form that moves a reservation: the booking page's calendar, then the old and the new time.
import { byId, first, h, targetOf } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { dayAndSpan } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { drawAlternatives } from "../reserve/slots.js";
import { SlotStep } from "../reserve/slot_step.js";
import { NO_CONNECTION } from "../../words/no_connection.js";
import { explainChange, isStale, meant } from "./change.js";

export class Mover {
  busy = false;
  /** @type {SlotStep | null} */
  #step = null;
  /** @type {PickedSlot | null} */
  #slot = null;

  /** `part()` returns the part of the page that shows the reservation. @param {MoverOptions} options */
  constructor({ headers, part, onDone, onStale }) {
    this.headers = headers;
    this.part = part;
    this.onDone = onDone;
    this.onStale = onStale;
    this.panel = byId("mover");
    this.choose = byId("mover-choose");
    this.confirm = byId("mover-confirm");
    this.answer = byId("mover-answer");
    this.back = byId("mover-back");
    this.button = byId("mover-do");
    this.back.addEventListener("click", () => (this.#slot ? this.#toCalendar() : this.close()));
    this.button.addEventListener("click", () => this.#move());
    this.panel.addEventListener("change", (event) => targetOf(event).closest("[data-which]") && this.#step?.open());
  }

  open() {
    const { dataset } = this.panel;
    this.#step ??= new SlotStep({
      whose: dataset.orq ? { orq: Number(dataset.orq) } : {},
      booking: () => ({
        places: meant(this.panel, dataset.reservation).count,
        slot: this.#now(),
        venue: { id: Number(dataset.venue), timezone: dataset.timezone },
      }),
      onChosen: (slot) => this.#chosen(slot),
    });
    this.panel.hidden = false;
    this.part().hidden = true;
    this.#toCalendar();
    byId("mover-title").focus({ preventScroll: true });
    scrollTo({ top: 0, behavior: "smooth" });
  }

  close({ focus = true } = {}) {
    if (this.panel.hidden) return;
    this.#step?.rest();
    this.#slot = null;
    this.panel.hidden = true;
    this.part().hidden = false;
    clearNotice(this.answer);
    if (focus) first(this.part(), "[data-action=move]")?.focus();
  }

  /** The current slot of the chosen tickets. */
  #now() {
    const { id } = meant(this.panel, this.panel.dataset.reservation);
    /** @type {HTMLElement | null | undefined} */
    const meeting = this.part().querySelector(`[data-reservation="${id}"]`)?.closest(".meeting");
    return meeting ? { id: Number(meeting.dataset.slot), date: meeting.dataset.date ?? "", words: meeting.getAttribute("aria-label") } : null;
  }

  #toCalendar() {
    this.#slot = null;
    clearNotice(this.answer);
    this.choose.hidden = false;
    this.confirm.hidden = true;
    this.button.hidden = true;
    this.back.textContent = t("Keep current time");
    this.#step?.open();
  }

  /** @param {PickedSlot} slot */
  #chosen(slot) {
    const now = this.#now();
    if (slot.id === now?.id) {
      this.close();
      return;
    }
    this.#slot = slot;
    this.#step?.rest();
    clearNotice(this.answer);
    byId("mover-from").textContent = now?.words ?? "";
    byId("mover-to").textContent = dayAndSpan(slot.date, slot.start_time, slot.end_time);
    this.choose.hidden = true;
    this.confirm.hidden = false;
    this.button.hidden = false;
    this.back.textContent = t("Pick another time");
    byId("mover-confirm-title").focus();
  }

  async #move() {
    if (this.busy) return;
    const { id, party } = meant(this.panel, this.panel.dataset.reservation);
    clearNotice(this.answer);
    this.#show(true);
    try {
      await call("PUT", `/api/reservations/${id}`, { body: { slot_id: this.#slot?.id, ...(party && { party: true }) }, headers: this.headers });
      this.busy = false;
      this.close({ focus: false });
      this.onDone({ title: t("Your visit has been moved."), next: t("The codes stay the same. A new confirmation is on its way to {email}.", { email: this.part().dataset.email }) });
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#show(false);
    }
  }

  /** @param {unknown} error */
  #refused(error) {
    if (!(error instanceof Refusal) || error.code === "BUSY") {
      // A repeat is harmless: a moved reservation stays where it is.
      showNotice(this.answer, error instanceof Refusal ? explainChange(error) : NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), () => this.#move()]] });
      return;
    }
    if (error.code === "WAITING_ROOM") {
      // In a tab of its own: here the chosen time stays.
      const link = h("a", { href: `/waiting-room?${new URLSearchParams({ for: error.details.for ?? "" })}`, target: "_blank", rel: "noopener" }, t("Go to the waiting room"));
      const next = t("Join the line in a new tab, and confirm here when it's your turn. Your visit stays as it is until then.");
      showNotice(this.answer, { title: t("Many people are booking right now"), next }, { kind: "warn", extra: h("p", {}, link) });
      return;
    }
    if (isStale(error.code)) {
      this.onStale(explainChange(error));
      return;
    }
    const now = this.#now()?.id;
    const alternatives = (this.#step?.known(error.details.alternative_slots ?? []) ?? []).filter((slot) => slot.id !== now);
    const extra = alternatives.length ? drawAlternatives(h("div"), alternatives, (slot) => this.#chosen(slot)) : null;
    /** @type {[string, () => unknown][]} */
    const actions = error.code.startsWith("SLOT_") ? [[t("See the calendar"), () => this.#toCalendar()]] : [];
    showNotice(this.answer, explainChange(error), { kind: actions.length ? "warn" : "bad", extra, actions });
    this.answer.querySelector("button")?.focus();
  }

  /** @param {boolean} busy */
  #show(busy) {
    this.busy = busy;
    this.button.disabled = this.back.disabled = busy;
    this.button.setAttribute("aria-busy", String(busy));
  }
}
