// The panel of open disputes: a question of an operator each, answered with a reason that the gate shows at once.
import { first, h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { DisputeList } from "../../models/dispute_list.js";
import { CommandRefused } from "../../lib/socket.js";
import { hubNow, momentAt } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { reasonOf, SHAPES } from "../../words/scans.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";
import { Cards } from "../../lib/cards.js";
import { decisionOf, linesOf, obstacleOf, whyNot } from "../../words/disputes.js";

const SHOWN_DECIDED = 8;
const REASONS = [t("Our mistake"), t("Checked at the desk"), t("Came late because of us"), t("Guest of the house")];

/**
 * Where `onDecided` is given it receives each decision, by whomever, and shows it; else the panel shows the latest.
 *
 * @param {Element} place
 * @param {import("../../lib/socket.js").VenueSocket} socket
 * @param {{ venue: { timezone?: string } | null }} context `venue` as the socket named it
 * @param {{ onDecided?: ((dispute: any) => void) | null }} [options]
 */
export function openDisputes(place, socket, context, { onDecided = null } = {}) {
  loadStyleSheet("disputes", { tries: Infinity });
  const list = new DisputeList();
  const state = h("p", { class: "soft", role: "status", tabindex: "-1" }, t("Reading…"));
  const shelf = h("ul", { class: "disputes" });
  const cards = new Cards(shelf, state);
  const past = h("section", { class: "decided", hidden: true }, h("h3", {}, t("Decided in the last 15 minutes")), h("ul"));
  place.classList.add("dispute-panel");
  place.replaceChildren(
    state, shelf, past, h("datalist", { id: "dispute-reasons" }, ...REASONS.map((value) => h("option", { value }))),
    ...(onDecided ? [] : [h("p", {}, h("a", { class: "button quiet small", href: "/manager/disputes" }, t("All disputes")))]),
  );
  let leave = () => {};

  function watch() {
    leave();
    leave = socket.subscribe("disputes", {}, ({ disputes }) => {
      list.replace(disputes);
      draw();
    }, (data) => {
      if (data.missed) return watch();
      take(data.dispute);
      return draw();
    }, (error) => showNotice(place, { title: error.message, next: "" }));
  }

  function take(dispute) {
    list.update(dispute);
    if (dispute.decision) onDecided?.(dispute);
  }

  function draw() {
    const open = list.open;
    cards.draw(open.map((dispute) => [dispute.dispute_id, () => makeCard(dispute)]));
    const words = open.length === 0 ? t("Nobody waits for a supervisor.") : tn("One visitor waits for your word.", "{n} visitors wait for your word.", open.length);
    if (state.textContent !== words) state.textContent = words;
    const decided = onDecided ? [] : list.decided.slice(0, SHOWN_DECIDED);
    past.hidden = decided.length === 0;
    first(past, "ul").replaceChildren(...decided.map((one) => decidedLine(one, context.venue?.timezone)));
    place.dispatchEvent(new CustomEvent("tally", { bubbles: true, detail: { count: open.length } }));
  }

  function makeCard(dispute) {
    const id = `dispute-${dispute.dispute_id}`;
    const answer = h("div", { role: "alert" });
    const reason = h("input", { type: "text", id: `${id}-reason`, maxlength: "500", autocomplete: "off", required: true, list: "dispute-reasons" });
    const never = obstacleOf(dispute);
    const entered = dispute.obstacle === "ALREADY_VERIFIED";
    const buttons = [
      !never && h("button", { type: "button", class: entered ? "button small long" : "button small", onclick: () => say("override", { take_back: entered }) },
        entered ? t("Take that entry back and admit") : t("Admit")),
      h("button", { type: "button", class: "button quiet small", onclick: () => say("decline") }, t("Decline")),
    ].filter((one) => one !== false);

    async function say(command, more = {}) {
      if (buttons[0].ariaDisabled) return;
      clearNotice(answer);
      if (!reason.value.trim()) {
        reason.setAttribute("aria-invalid", "true");
        showNotice(answer, { title: t("Please say why."), next: t("It is shown at the gate and stays on record.") }, { kind: "warn" });
        reason.focus();
        return;
      }
      // Not `disabled`: that would take the focus away from who came here by the keyboard.
      for (const button of buttons) button.ariaDisabled = "true";
      try {
        // Said twice it is done once, so it may wait for the link and go out again.
        const fields = { scan_id: dispute.scan_id, reason: reason.value.trim(), ...more };
        take(await socket.request(command, fields, { again: true }));
        draw();
      } catch (error) {
        if (!(error instanceof CommandRefused)) throw error;
        for (const button of buttons) button.ariaDisabled = null;
        /** @type {[string, () => unknown][]} */
        const actions = error.code === "ALREADY_VERIFIED" ? [[t("Take that entry back and admit"), () => say("override", { take_back: true })]] : [];
        showNotice(answer, whyNot(error), { kind: "warn", actions });
      }
    }

    reason.addEventListener("input", () => reason.removeAttribute("aria-invalid"));
    return h("li", { class: `dispute ${dispute.result}`, "data-dispute": dispute.dispute_id, "data-since": dispute.asked_at },
      headOf(dispute, id, context.venue?.timezone),
      never && h("p", { class: "never" }, never),
      h("div", { class: "field" }, h("label", { for: `${id}-reason` }, t("Reason")), reason),
      h("div", { class: "buttons", role: "group", "aria-labelledby": id }, ...buttons), answer);
  }

  const clock = setInterval(() => {
    for (const card of cards) showWaiting(card);
  }, 1000);
  watch();
  return () => {
    clearInterval(clock);
    leave();
  };
}

/** The head of a dispute, open or decided. */
export function headOf(dispute, id, timezone) {
  const { ticket_id: ticketId, ticket_code: code, asked_at: asked, scanned_at: scanned, note } = dispute;
  const named = ticketId ? h("a", { class: "code", href: `/manager/ticket/${ticketId}` }, code) : h("span", { class: "code" }, code);
  return h("div", { class: "dispute-head" },
    h("h3", { id, tabindex: "-1" }, icon(SHAPES[dispute.result] ?? "warn"), reasonOf(dispute.reason)),
    h("time", { class: "soft", datetime: asked ?? scanned }, momentAt(asked ?? scanned, timezone, { day: true })),
    h("p", { class: "wide" }, named),
    note && h("p", { class: "wide said" }, t("“{note}”", { note })),
    ...linesOf(dispute, timezone).map((line) => h("p", { class: "wide soft" }, line)));
}

export function decidedLine(dispute, timezone, { day = false } = {}) {
  const { ticket_id: ticketId, ticket_code: code, decision, decided_at: at } = dispute;
  return h("li", { class: decision, "data-decided": dispute.dispute_id },
    h("time", { class: "soft", datetime: at }, momentAt(at, timezone, { day })),
    ticketId ? h("a", { class: "code", href: `/manager/ticket/${ticketId}` }, code) : h("span", { class: "code" }, code),
    h("span", {}, decisionOf(dispute)));
}

/** For eyes only: a screen reader says once that somebody waits, not every second of it. */
function showWaiting(card) {
  const seconds = Math.max(0, Math.floor((+hubNow() - Date.parse(card.dataset.since)) / 1000));
  card.querySelector("time").dataset.waited = seconds < 60 ? t("{seconds} s", { seconds }) : t("{minutes} min", { minutes: Math.floor(seconds / 60) });
}
