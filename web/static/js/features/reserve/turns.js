// A party's choice: one time for all, or one per ticket in turn.
import { byId, first, h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { shortDayAndSpan } from "../../lib/dates.js";

export class Turns {
  /** `onTurn()` is called when another ticket's slot is next. @param {{ draft: BookingDraft, onTurn: () => void }} options */
  constructor({ draft, onTurn }) {
    this.draft = draft;
    this.onTurn = onTurn;
    /** @type {string | null} */
    this.code = null;
    this.choice = byId("together");
    this.choice.addEventListener("change", () => {
      draft.together = /** @type {HTMLInputElement} */ (first(this.choice, ":checked")).value === "together";
      this.code = null;
      onTurn();
    });
  }

  /** The tickets that need this slot. */
  get codes() {
    return this.draft.apart ? [this.code ?? ""] : this.draft.codes;
  }

  get slot() {
    return this.draft.apart ? this.draft.slotOf(this.code ?? "") : this.draft.slot;
  }

  draw() {
    const { draft } = this;
    const count = draft.tickets.length;
    this.choice.hidden = count < 2;
    byId("together-all").textContent = tn("All together", "All {n} together", count);
    for (const radio of this.choice.querySelectorAll("input")) radio.checked = (radio.value === "together") === draft.together;
    if (draft.apart && !draft.codes.includes(this.code ?? "")) this.code = (draft.unplaced ?? draft.tickets[0]).ticket_code;
    byId("turns").replaceChildren(...(draft.apart ? draft.codes.map((code) => this.#turn(code)) : []));
  }

  /** Sets the chosen slot; returns whether every ticket has one. @param {PickedSlot} slot */
  choose(slot) {
    this.draft.choose(slot, this.code ?? "");
    const next = this.draft.apart ? this.draft.unplaced : null;
    this.code = next?.ticket_code ?? null;
    return !next;
  }

  /** @param {string} code */
  #turn(code) {
    const slot = this.draft.slotOf(code);
    const take = () => {
      this.code = code;
      this.onTurn();
    };
    return h("li", { class: slot ? "" : "waiting" },
      h("button", { type: "button", class: "turn", "aria-pressed": String(code === this.code), onclick: take },
        h("span", { class: "code" }, code),
        h("span", { class: "soft" }, slot ? shortDayAndSpan(slot.date, slot.start_time, slot.end_time) : code === this.code ? t("choose a time below") : t("no time yet"))));
  }
}
