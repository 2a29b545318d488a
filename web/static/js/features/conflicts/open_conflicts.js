// The panel of open conflicts: entries that an offline scanner allowed and the hub would have refused.
import { h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { ConflictList } from "../../models/conflict_list.js";
import { momentAt } from "../../lib/dates.js";
import { showNotice } from "../../lib/notices.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";
import { Cards } from "../../lib/cards.js";
import { DECISIONS, kindOf, linesOf } from "../../words/conflicts.js";

/**
 * `onDecided` receives each decided conflict, whoever decided it; `more` adds a link to the page of all conflicts.
 *
 * @param {Element} place
 * @param {VenueSocket} socket
 * @param {PanelContext} context
 * @param {{ onDecided?: (conflict: Wire.Conflict) => void, more?: boolean }} [options]
 */
export function openConflicts(place, socket, context, { onDecided = () => {}, more = true } = {}) {
  loadStyleSheet("conflicts", { tries: Infinity });
  const panel = new ConflictsPanel({ place, socket, context, onDecided });
  if (more) place.append(h("p", {}, h("a", { class: "button quiet small", href: "/manager/conflicts" }, t("All conflicts"))));
  panel.watch();
  return () => panel.leave();
}

class ConflictsPanel {
  #conflicts = new ConflictList();
  #state = h("p", { class: "conflicts-state soft", role: "status", tabindex: "-1" }, t("Reading…"));
  #shelf = h("ul", { class: "conflicts" });
  #cards = new Cards(this.#shelf, this.#state);
  #further = h("p", { class: "soft", hidden: true });
  leave = () => {};

  /** @param {{ place: Element, socket: VenueSocket, context: PanelContext, onDecided: (conflict: Wire.Conflict) => void }} options */
  constructor({ place, socket, context, onDecided }) {
    this.place = place;
    this.socket = socket;
    this.context = context;
    this.onDecided = onDecided;
    place.classList.add("conflicts-place");
    place.replaceChildren(this.#state, this.#shelf, this.#further);
  }

  watch() {
    this.leave();
    this.leave = this.socket.subscribe("conflicts", {}, (data) => {
      this.#conflicts.replace(data);
      this.#draw();
    }, (data) => {
      if (this.#conflicts.update(data) || data.missed) return this.watch();
      if (data.conflict.decision !== null) this.onDecided(data.conflict);
      return this.#draw();
    }, (error) => {
      this.place.removeAttribute("data-reading");
      showNotice(this.place, { title: error.message, next: "" });
    });
  }

  #draw() {
    const { count, further, ready, shown } = this.#conflicts;
    this.place.removeAttribute("data-reading");
    this.#cards.draw(shown.map((conflict) => [conflict.conflict_id, () => this.#card(conflict)]));
    const words = count === 0 ? t("No conflict waits for a decision.") : tn("One conflict waits for a decision.", "{n} conflicts wait for a decision.", count);
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.#further.hidden = further === 0;
    this.#further.textContent = tn("One older conflict is shown when these are decided.", "{n} older conflicts are shown when these are decided.", further);
    // Reads again once the shown conflicts are decided, to show the older ones.
    if (ready && shown.length === 0 && further > 0) this.watch();
    this.place.dispatchEvent(new CustomEvent("tally", { bubbles: true, detail: { count } }));
  }

  /** @param {Wire.Conflict} conflict */
  #card(conflict) {
    const id = `conflict-${conflict.conflict_id}`;
    const answer = h("div", { class: "answer", role: "alert" });
    const note = h("input", { type: "text", id: `${id}-note`, maxlength: "500", autocomplete: "off" });
    const buttons = Object.entries(DECISIONS).map(([decision, { verb }]) => h("button", {
      type: "button", class: "button quiet small", "data-decision": decision, onclick: () => this.#decide(conflict, decision, { note, answer, buttons }),
    }, verb));
    return h("li", { class: "conflict", "data-conflict": conflict.conflict_id },
      headOf(conflict, id, this.context.venue?.timezone),
      h("div", { class: "field" }, h("label", { for: `${id}-note` }, t("Note (optional)")), note),
      h("div", { class: "buttons", role: "group", "aria-labelledby": id }, ...buttons), answer);
  }

  /**
   * @param {Wire.Conflict} conflict
   * @param {string} decision
   * @param {{ note: HTMLInputElement, answer: Element, buttons: HTMLElement[] }} card
   */
  async #decide(conflict, decision, { note, answer, buttons }) {
    if (buttons[0].ariaDisabled) return;
    // Not `disabled`: a keyboard user would lose the focus.
    for (const button of buttons) button.ariaDisabled = "true";
    answer.replaceChildren();
    try {
      const { data } = await call("POST", `/api/operator/conflicts/${conflict.conflict_id}/decision`, {
        body: { decision, ...(note.value.trim() && { note: note.value.trim() }) },
      });
      // The socket sends the same soon; the manager need not wait for it.
      this.#settle(data);
    } catch (error) {
      for (const button of buttons) button.ariaDisabled = null;
      showNotice(answer, why(error), { kind: "warn" });
    }
  }

  /** @param {Wire.Conflict} decided */
  #settle(decided) {
    if (!this.#cards.has(decided.conflict_id)) return;
    this.#conflicts.update({ open: Math.max(0, this.#conflicts.count - 1), conflict: decided });
    this.onDecided(decided);
    this.#draw();
  }
}

/** The head of an open or decided conflict. @param {Wire.Conflict} conflict @param {string} id @param {string | undefined} timezone */
export function headOf(conflict, id, timezone) {
  const code = conflict.ticket_id ? h("a", { class: "code", href: `/manager/ticket/${conflict.ticket_id}` }, conflict.ticket_code) : h("span", { class: "code" }, conflict.ticket_code);
  return h("div", { class: "conflict-head" },
    h("h3", { id, tabindex: "-1" }, icon("warn"), kindOf(conflict)),
    h("time", { class: "soft", datetime: conflict.scanned_at }, momentAt(conflict.scanned_at, timezone, { day: true })),
    h("p", { class: "wide" }, code),
    ...linesOf(conflict, timezone).map((line) => h("p", { class: "wide soft" }, line)));
}

/** @param {unknown} error @returns {Notice} */
function why(error) {
  if (!(error instanceof Refusal)) return { title: t("No connection. Please try again."), next: "" };
  if (error.code !== "CONFLICT_DECIDED") return { title: error.message, next: "" };
  return { title: t("{name} has decided this one already.", { name: error.details.decided_by ?? "" }), next: DECISIONS[error.details.decision ?? ""]?.done ?? "" };
}
