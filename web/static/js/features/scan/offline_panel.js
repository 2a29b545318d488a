// The number of queued scans beside the connection's state, and the list of the operator's conflicts.
import { byId, h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { kindOf, surplusOf } from "../../words/conflicts.js";
import { momentAt } from "../../lib/dates.js";
import { shortCode } from "../../models/booking_code.js";

export class OfflinePanel {
  #shown = 0;

  /**
   * `onNew()` is called for a new conflict, `putAway(conflict)` when the operator has read one.
   *
   * @param {OfflinePanelOptions} options
   */
  constructor({ timezone, putAway, onNew, onClosed }) {
    this.timezone = timezone;
    this.putAway = putAway;
    this.onNew = onNew;
    this.queue = byId("queue-state");
    this.note = byId("conflict-note");
    this.dialog = byId("conflicts-dialog");
    this.dialog.addEventListener("close", onClosed);
  }

  /** @param {{ queued: number, sending: boolean }} state */
  showQueue({ queued, sending }) {
    this.queue.hidden = queued === 0;
    this.queue.dataset.sending = String(sending);
    this.queue.textContent = sending ? tn("Sending one scan", "Sending {n} scans", queued) : tn("One scan to send", "{n} scans to send", queued);
  }

  /** @param {KeptConflict[]} conflicts */
  showConflicts(conflicts) {
    if (conflicts.length) {
      const words = tn("1 of your entries needs review.", "{n} of your entries need review.", conflicts.length);
      const show = h("button", { type: "button", class: "button small", onclick: () => this.dialog.showModal() }, t("Review"));
      this.note.replaceChildren(icon("warn"), h("strong", {}, words), show);
    } else {
      this.note.replaceChildren();
      this.dialog.close();
    }
    byId("conflicts").replaceChildren(...conflicts.map((conflict) => this.#row(conflict)));
    if (conflicts.length > this.#shown) this.onNew();
    this.#shown = conflicts.length;
  }

  /** @param {KeptConflict} conflict */
  #row(conflict) {
    /** @param {string | number} moment */
    const at = (moment) => momentAt(moment, this.timezone(), { seconds: true });
    const { code, gate, count = 1, first_entry: first } = conflict;
    const values = { n: count, time: at(conflict.at), gate };
    const own = count > 1
      ? gate ? t("You admitted {n} people at {time}, gate {gate}.", values) : t("You admitted {n} people at {time}.", values)
      : gate ? t("You admitted them at {time}, gate {gate}.", values) : t("You admitted them at {time}.", values);
    const surplus = surplusOf(conflict);
    return h("li", {},
      h("strong", {}, conflict.outcome === "refused" ? t("The hub could not record this") : kindOf({ kind: conflict.kind ?? "", reason: conflict.reason ?? "", ticket_code: code })),
      h("span", { class: "code" }, shortCode(code)),
      h("span", {}, own),
      surplus && h("strong", {}, surplus),
      first && h("span", {}, firstWords(first, at)),
      h("button", { type: "button", class: "button quiet small", onclick: () => this.putAway(conflict) }, t("Got it")));
  }
}

/** @param {FirstEntry} first @param {(moment: string) => string} at */
function firstWords({ verified_at, operator_name: operator, gate }, at) {
  const values = { time: at(verified_at), operator, gate };
  if (!operator) return t("Somebody was admitted with this ticket at {time}.", values);
  return gate ? t("The entry that counts: {time}, by {operator}, gate {gate}.", values) : t("The entry that counts: {time}, by {operator}.", values);
}
