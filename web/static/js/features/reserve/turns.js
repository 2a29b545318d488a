// A party's choice: one time for all, or ticket by ticket; and then whose turn it is.
import { byId, h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { shortDayAndSpan } from "../../lib/dates.js";

export class Turns {
  /** `onTurn()` hears that slots are now looked for on somebody else's behalf. */
  constructor({ visit, onTurn }) {
    Object.assign(this, { visit, onTurn });
    this.code = null;
    this.choice = byId("together");
    this.choice.addEventListener("change", () => {
      visit.together = this.choice.querySelector(":checked").value === "together";
      this.code = null;
      onTurn();
    });
  }

  /** The tickets a slot is being looked for. */
  get codes() {
    return this.visit.apart ? [this.code] : this.visit.codes;
  }

  get slot() {
    return this.visit.apart ? this.visit.slotOf(this.code) : this.visit.slot;
  }

  draw() {
    const { visit } = this;
    const count = visit.tickets.length;
    this.choice.hidden = count < 2;
    byId("together-all").textContent = tn("All together", "All {n} together", count);
    for (const radio of this.choice.querySelectorAll("input")) radio.checked = (radio.value === "together") === visit.together;
    if (visit.apart && !visit.codes.includes(this.code)) this.code = (visit.unplaced ?? visit.tickets[0]).ticket_code;
    byId("turns").replaceChildren(...(visit.apart ? visit.codes.map((code) => this.#turn(code)) : []));
  }

  /** A slot was chosen: whether everybody has one now. */
  choose(slot) {
    this.visit.choose(slot, this.code);
    const next = this.visit.apart ? this.visit.unplaced : null;
    this.code = next?.ticket_code ?? null;
    return !next;
  }

  #turn(code) {
    const slot = this.visit.slotOf(code);
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
