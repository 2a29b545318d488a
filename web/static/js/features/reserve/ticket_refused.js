// What to say and to offer where tickets cannot be booked.
import { h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { Refusal } from "../../lib/api.js";
import { NO_CONNECTION } from "../../words/no_connection.js";
import { explainTicket as explain } from "../../words/ticket_refusals.js";
import { sendAgain } from "./send_again.js";

/** The notice for codes that were refused. @param {FailedCheck[]} failed @param {TicketWays} ways @returns {[Notice, NoticeOptions?]} */
export function wordsFor(failed, { whose, use, activate }) {
  const [{ code, error }] = failed;
  if (failed.length > 1 || !(error instanceof Refusal)) {
    const list = h("ul", {}, ...failed.map((one) => h("li", {}, h("span", { class: "code" }, one.code), " ", (one.error instanceof Refusal ? explain(one.error) : NO_CONNECTION).title)));
    return [{ title: tn("One ticket cannot be booked.", "{n} tickets cannot be booked.", failed.length), next: "" }, { extra: list }];
  }
  const { can_activate, ticket_id: id, likely_mistyped, meant, venue, sent_to } = error.details;
  const words = explain(error);
  if (likely_mistyped) words.next = t("Compare it with your ticket, character by character.");
  // A lost mail is no dead end: the confirmation goes to the address on file once more.
  if (error.code === "TICKET_ALREADY_RESERVED") return [words, { kind: "warn", extra: sendAgain({ code, to: sent_to, whose }) }];
  if (venue) {
    return [words, { kind: "warn", extra: h("p", {}, h("a", { class: "button quiet small", href: `/v/${venue.slug}/reserve?ticket=${encodeURIComponent(code)}` }, t("Book at {venue}", { venue: venue.name }))) }];
  }
  if (meant) return [words, { actions: [[t("Use {code}", { code: meant }), () => use(meant)]] }];
  return [words, can_activate && id ? { actions: [[t("Activate this ticket"), () => activate(code, id)]], kind: "warn" } : {}];
}

/** The notice for an order's tickets that were left out. @param {LeftOut[]} others @param {TicketWays["activate"]} activate @returns {[Notice, NoticeOptions]} */
export function leftOut(others, activate) {
  const line = (/** @type {LeftOut} */ one) => h("li", {}, h("span", { class: "code" }, one.ticket_code), " ", one.words,
    one.status === "INACTIVE" && h("button", { type: "button", class: "button quiet small", onclick: () => activate(one.ticket_code, one.ticket_id) }, t("Activate")));
  return [{ title: tn("One ticket of the order was left out.", "{n} tickets of the order were left out.", others.length), next: "" }, { kind: "info", extra: h("ul", {}, ...others.map(line)) }];
}
