// The panel of open conflicts: entries that an offline scanner allowed and the hub would not have, each to be decided.
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
 * @param {Element} place
 * @param {import("../../lib/socket.js").VenueSocket} socket
 * @param {{ venue: { timezone?: string } | null }} context `venue` as the socket named it
 * @param {object} [options]
 * @param {(conflict: any) => void} [options.onDecided] receives each that is decided, by whomever
 * @param {boolean} [options.more] whether a link leads to the page of all of them
 */
export function openConflicts(place, socket, context, { onDecided = () => {}, more = true } = {}) {
  loadStyleSheet("conflicts", { tries: Infinity });
  const list = new ConflictList();
  const state = h("p", { class: "conflicts-state soft", role: "status", tabindex: "-1" }, t("Reading…"));
  const shelf = h("ul", { class: "conflicts" });
  const cards = new Cards(shelf, state);
  const further = h("p", { class: "soft", hidden: true });
  place.classList.add("conflicts-place");
  place.replaceChildren(state, shelf, further);
  if (more) place.append(h("p", {}, h("a", { class: "button quiet small", href: "/manager/conflicts" }, t("All conflicts"))));

  let leave = () => {};
  function watch() {
    leave();
    leave = socket.subscribe("conflicts", {}, (data) => {
      list.replace(data);
      draw();
    }, (data) => {
      if (list.update(data)) return watch();
      if (data.conflict.decision !== null) onDecided(data.conflict);
      return draw();
    }, (error) => showNotice(place, { title: error.message, next: "" }));
  }

  function draw() {
    const shown = list.shown;
    cards.draw(shown.map((conflict) => [conflict.conflict_id, () => makeCard(conflict)]));
    const words = list.count === 0 ? t("No conflict waits for a decision.") : tn("One conflict waits for a decision.", "{n} conflicts wait for a decision.", list.count);
    if (state.textContent !== words) state.textContent = words;
    further.hidden = list.further === 0;
    further.textContent = tn("One older conflict is shown when these are decided.", "{n} older conflicts are shown when these are decided.", list.further);
    // The oldest ones come up once there is room for them.
    if (list.ready && shown.length === 0 && list.further > 0) watch();
    place.dispatchEvent(new CustomEvent("tally", { bubbles: true, detail: { count: list.count } }));
  }

  function makeCard(conflict) {
    const id = `conflict-${conflict.conflict_id}`;
    const answer = h("div", { class: "answer", role: "alert" });
    const note = h("input", { type: "text", id: `${id}-note`, maxlength: "500", autocomplete: "off" });
    const buttons = Object.entries(DECISIONS).map(([decision, { verb }]) =>
      h("button", { type: "button", class: "button quiet small", "data-decision": decision, onclick: () => decide(decision) }, verb));

    async function decide(decision) {
      if (buttons[0].ariaDisabled) return;
      // Not `disabled`: that would take the focus away from who came here by the keyboard.
      for (const button of buttons) button.ariaDisabled = "true";
      answer.replaceChildren();
      try {
        const { data } = await call("POST", `/api/operator/conflicts/${conflict.conflict_id}/decision`, {
          body: { decision, ...(note.value.trim() && { note: note.value.trim() }) },
        });
        // The socket tells the same in a moment; a manager who has decided need not wait for it.
        settle(data);
      } catch (error) {
        for (const button of buttons) button.ariaDisabled = null;
        const [title, next] = why(error);
        showNotice(answer, { title, next }, { kind: "warn" });
      }
    }

    function settle(decided) {
      if (!cards.has(decided.conflict_id)) return;
      list.update({ open: Math.max(0, list.count - 1), conflict: decided });
      onDecided(decided);
      draw();
    }

    return h("li", { class: "conflict", "data-conflict": conflict.conflict_id },
      headOf(conflict, id, context.venue?.timezone),
      h("div", { class: "field" }, h("label", { for: `${id}-note` }, t("Note (optional)")), note),
      h("div", { class: "buttons", role: "group", "aria-labelledby": id }, ...buttons), answer);
  }

  watch();
  return () => leave();
}

/** The head of a conflict, open or decided. */
export function headOf(conflict, id, timezone) {
  const code = conflict.ticket_id ? h("a", { class: "code", href: `/manager/ticket/${conflict.ticket_id}` }, conflict.ticket_code) : h("span", { class: "code" }, conflict.ticket_code);
  return h("div", { class: "conflict-head" },
    h("h3", { id, tabindex: "-1" }, icon("warn"), kindOf(conflict)),
    h("time", { class: "soft", datetime: conflict.scanned_at }, momentAt(conflict.scanned_at, timezone, { day: true })),
    h("p", { class: "wide" }, code),
    ...linesOf(conflict, timezone).map((line) => h("p", { class: "wide soft" }, line)));
}

function why(error) {
  if (!(error instanceof Refusal)) return [t("No connection. Please try again."), ""];
  if (error.code === "CONFLICT_DECIDED") return [t("{name} has decided this one already.", { name: error.details.decided_by ?? "" }), DECISIONS[error.details.decision]?.done ?? ""];
  return [error.message, ""];
}
