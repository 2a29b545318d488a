// The step where a day and a time are picked: the calendar, and below it the chosen day's places.
import { byId } from "../elements.js";
import { call, Refusal } from "../models/api.js";
import { Month, monthKey } from "../models/availability.js";
import { nowAt } from "../moments.js";
import { clearNotice, showNotice } from "../notices.js";
import { explain, NO_CONNECTION } from "../words.js";
import { Calendar } from "./calendar.js";
import { drawSlots } from "./slots.js";

export class SlotStep {
  #calendar = null;

  /**
   * `whose` names the organisation for the API ({} or {orq}); `wish()` gives what is being chosen for: {places, slot, codes,
   * email, phone, proof, venue}; `onChosen(slot)` hears of a slot picked.
   */
  constructor({ whose, wish, onChosen }) {
    Object.assign(this, { whose, wish, onChosen });
  }

  /** The step comes into sight. */
  open() {
    const { slot } = this.wish();
    this.#calendar ??= new Calendar({
      today: nowAt().date,
      load: (key) => this.#load(key),
      onPick: (date, slots) => this.#show(date, slots),
      onTrouble: (error) => this.#trouble(error),
      onFresh: (month) => this.#refresh(month),
    });
    if (slot) this.#calendar.selected = slot.date;
    this.#calendar.show(slot ? monthKey(slot.date) : undefined);
  }

  /** What is shown of the day is known to be out of date. */
  stale() {
    byId("slots").replaceChildren();
  }

  async #load(key) {
    clearNotice(byId("calendar-answer"));
    const reply = await call("GET", `/api/reservation-slots/available?${new URLSearchParams({ month: key, ...this.whose })}`);
    return new Month(key, reply.data);
  }

  /** Coming back to a day shows its places as they are now. */
  #refresh(month) {
    const date = this.#calendar.selected;
    if (date && monthKey(date) === month.key) this.#draw(date, month.slots(date));
  }

  #trouble(error) {
    const words = error instanceof Refusal ? explain(error) : NO_CONNECTION;
    showNotice(byId("calendar-answer"), words, { kind: "warn", actions: [["Try again", () => this.#calendar.show()]] });
  }

  #draw(date, slots) {
    drawSlots(byId("slots"), date, slots, this.wish().slot?.id, this.onChosen);
  }

  #show(date, slots) {
    this.#draw(date, slots);
    byId("slots").scrollIntoView({ block: "start", behavior: "smooth" });
  }
}
